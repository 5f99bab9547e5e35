package model

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The limits of proofs: files for one revision or one request, and bytes of one
// file as it was uploaded.
const (
	MaxProofs    = 5
	MaxProofSize = 5 << 20
)

// ProofID identifies a Proof in the store.
type ProofID int64

// ProofType is what the content of a proof is, whatever it was called.
type ProofType string

// The types that are kept. Pictures of other kinds become JPEG.
const (
	ProofJPEG ProofType = "jpeg"
	ProofPDF  ProofType = "pdf"
)

// Proof (证明材料) is a file that proves what a graduate says: an agreement, a
// contract, a notice of admission. It belongs to a request, or to the revisions
// from From on and before Until, so that it carries over to the next revision by
// itself and old revisions keep theirs.
type Proof struct {
	ID         ProofID
	GraduateID GraduateID
	Request    int // number of the request; 0 for revisions
	From       int // first revision
	Until      int // first revision that is without it again; 0 when there is none
	Type       ProofType
	Size       int    // of the kept content, in bytes
	Name       string // as the graduate's file was called, shortened; for people only
	Digest     string // keyed tag of the uploaded bytes: finds the same file again
	At         time.Time
}

// Of reports whether the proof belongs to revision n.
func (p Proof) Of(n int) bool {
	return p.Request == 0 && p.From <= n && (p.Until == 0 || n < p.Until)
}

// ProofsOf are the proofs of revision n, in their order.
func ProofsOf(all []Proof, n int) []Proof {
	return slices.DeleteFunc(slices.Clone(all), func(p Proof) bool { return !p.Of(n) })
}

// ProofsFor are the proofs of a request, in their order.
func ProofsFor(all []Proof, request int) []Proof {
	return slices.DeleteFunc(slices.Clone(all), func(p Proof) bool { return request == 0 || p.Request != request })
}

// nextRevision is the number of the revision that the graduate would hand in
// now: what proofs are uploaded for.
func (r Record) nextRevision() int { return len(r.Revisions) + 1 }

// ProofsNext are the proofs of the revision that the graduate would hand in
// next.
func ProofsNext(r Record, all []Proof) []Proof { return ProofsOf(all, r.nextRevision()) }

// ProofChange is the outcome of a rule about proofs: what becomes of one of
// them, and the audit entry.
type ProofChange struct {
	Keep  *Proof  // this one is kept from now on
	Drop  ProofID // this one goes, with its file
	End   ProofID // this one ends before revision Until
	Until int
	Audit Audit
}

// MayAddProof says whether the graduate may add a proof to the next revision
// (request 0) or to a request now, or why not. have are all proofs of the
// graduate.
func MayAddProof(r Record, c Cohort, have []Proof, request int, now time.Time) error {
	existing := ProofsFor(have, request)
	if request == 0 {
		if err := MayReport(r, c, now); err != nil {
			return err
		}
		existing = ProofsNext(r, have)
	} else if q := r.Request(request); q == nil {
		return Errorf(CodeNotFound, "没有找到这项申请。")
	} else if !q.State().Open() {
		return Errorf(CodeConflict, "这项申请已处理完毕，不能再补充证明材料。")
	}
	if len(existing) >= MaxProofs {
		return Invalid("proof", "证明材料最多 %d 个，请先删除不需要的再上传。", MaxProofs)
	}
	return nil
}

// AddProof keeps an uploaded proof for the next revision, or for p.Request.
func AddProof(r Record, c Cohort, have []Proof, p Proof, now time.Time) (ProofChange, error) {
	if err := MayAddProof(r, c, have, p.Request, now); err != nil {
		return ProofChange{}, err
	}
	same := func(old Proof) bool {
		return old.Digest == p.Digest && (p.Request == 0 && old.Of(r.nextRevision()) || p.Request != 0 && old.Request == p.Request)
	}
	if slices.ContainsFunc(have, same) {
		return ProofChange{}, Invalid("proof", "这个文件已经上传过，无需重复上传。")
	}
	p.From, p.Until, p.At = 0, 0, now
	if p.Request == 0 {
		p.From = r.nextRevision()
	}
	return ProofChange{Keep: &p, Audit: r.proofAudit(p, "add", now)}, nil
}

// MayRemoveProof says whether the graduate may take a proof back now, or why
// not: what somebody has been handed for a decision stays.
func MayRemoveProof(r Record, c Cohort, p Proof, now time.Time) error {
	if p.Request == 0 {
		if !p.Of(r.nextRevision()) {
			return Errorf(CodeNotFound, "没有找到这份证明材料。")
		}
		return MayReport(r, c, now)
	}
	q := r.Request(p.Request)
	switch {
	case q == nil:
		return Errorf(CodeNotFound, "没有找到这份证明材料。")
	case !q.State().Open() || len(q.Answers) > 0:
		return Errorf(CodeConflict, "这项申请已开始处理，证明材料不能再删除。")
	}
	return nil
}

// RemoveProof takes a proof back: one that nobody was handed yet is gone, one
// of a revision that was handed in ends with it.
func RemoveProof(r Record, c Cohort, have []Proof, id ProofID, now time.Time) (ProofChange, error) {
	i := slices.IndexFunc(have, func(p Proof) bool { return p.ID == id })
	if i < 0 {
		return ProofChange{}, Errorf(CodeNotFound, "没有找到这份证明材料。")
	}
	p := have[i]
	if err := MayRemoveProof(r, c, p, now); err != nil {
		return ProofChange{}, err
	}
	ch := ProofChange{Audit: r.proofAudit(p, "remove", now)}
	if p.Request == 0 && p.From < r.nextRevision() {
		ch.End, ch.Until = p.ID, r.nextRevision()
	} else {
		ch.Drop = p.ID
	}
	return ch, nil
}

// ProofViewed is the audit entry of an operator who saw the whole of a proof.
func ProofViewed(r Record, p Proof, op Operator, now time.Time) Audit {
	a := r.proofAudit(p, "view", now)
	a.Actor = ByOperator(op)
	return a
}

// proofAudit names a request's own kind, so that whoever may not know of a
// dispute does not learn of it by its proofs.
func (r Record) proofAudit(p Proof, verb string, now time.Time) Audit {
	action := "proof." + verb
	if q := r.Request(p.Request); q != nil {
		action = string(q.Kind) + ".proof_" + verb
	}
	a := r.change(ByGraduate(r.Graduate.ID), action, now).Audit
	a.Detail = map[string]string{"proof": strconv.FormatInt(int64(p.ID), 10)}
	return a
}

// MaySeeProof reports whether op may see a proof of r: within his scope what
// was handed in, and of a dispute only who may answer it.
func (o Operator) MaySeeProof(r Record, p Proof) bool {
	if !o.May(ActionView) || !o.Scope().Covers(r.Graduate) || p.GraduateID != r.Graduate.ID {
		return false
	}
	if p.Request == 0 {
		return p.From <= len(r.Revisions)
	}
	q := r.Request(p.Request)
	if q == nil {
		return false
	}
	if q.Kind != RequestDispute {
		return true
	}
	v := r.Revision(q.Revision)
	return v != nil && o.MayAnswerDispute(*v)
}

// proofName bounds the name that is kept of a file, in characters.
const proofName = 40

// ProofName is the last part of a file's name as people can read it, short, and
// without characters that draw nothing or turn the writing round. Its end is
// kept: there is what tells files of one camera apart.
func ProofName(s string) string {
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.Map(func(c rune) rune {
		if c == unicode.ReplacementChar || !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, s)
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > proofName {
		s = "…" + string(r[len(r)-proofName+1:])
	}
	return s
}
