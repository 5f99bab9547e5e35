package admin_test

import (
	"fmt"
	"testing"

	"quxiang/model"
)

// keepProof keeps a proof as the graduate's pages would, for the next revision
// or a request.
func (s *site) keepProof(r model.Record, request int, kind model.ProofType, name string) string {
	s.t.Helper()
	p, err := s.store.AddProof(s.t.Context(), model.Proof{
		GraduateID: r.Graduate.ID, Request: request, Type: kind, Name: name, Digest: name,
	}, []byte("content of "+name), []byte("small "+name), func(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
		return model.AddProof(r, model.NewCohort(2027), have, p, s.now)
	})
	must(s.t, err)
	return fmt.Sprintf("%s/proofs/%d", path(r.Graduate.ID), p.ID)
}

// TestProofsOfRevisions: whoever reviews sees what was handed in beside the
// form, and nobody what is still a draft.
func TestProofsOfRevisions(t *testing.T) {
	s := newSite(t)
	r := s.graduate(here, collegeA, classA, nil)
	proof := s.keepProof(r, 0, model.ProofJPEG, "协议书一.jpg")
	pdf := s.keepProof(r, 0, model.ProofPDF, "协议书二.pdf")
	ops := map[model.Role]*browser{}
	for _, op := range everybody() {
		ops[op.Role] = s.operator(op)
	}
	view := []model.Role{model.RoleAdmin, model.RoleSchool, model.RoleCollege, model.RoleCounsellor, model.RoleAuditor}
	for _, role := range view {
		page{not: []string{"协议书一"}}.check(t, ops[role].get(path(r.Graduate.ID)))
		page{status: 404}.check(t, ops[role].get(proof))
		page{status: 404}.check(t, ops[role].get(proof+"/thumb"))
	}

	s.report(r.Graduate.ID, unitA)
	for _, role := range view {
		page{has: []string{"证明材料", "协议书一.jpg", "PDF 协议书二.pdf"}, raw: []string{`src="` + proof + `/thumb"`, `alt="协议书一.jpg的缩略图"`}}.check(t, ops[role].get(path(r.Graduate.ID)))
		if w := ops[role].get(proof + "/thumb"); w.Code != 200 || w.Body.String() != "small 协议书一.jpg" || w.Header().Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %d %q", role, w.Code, w.Body)
		}
	}
	for _, role := range []model.Role{model.RoleMenu, model.RoleDesk} {
		page{status: 403}.check(t, ops[role].get(proof))
		page{status: 403}.check(t, ops[role].get(proof+"/thumb"))
	}
	w := ops[model.RoleCollege].get(pdf)
	if h := w.Header(); w.Code != 200 || w.Body.String() != "content of 协议书二.pdf" || h.Get("Content-Type") != "application/pdf" ||
		h.Get("Content-Disposition")[:11] != "attachment;" || h.Get("Content-Security-Policy")[:8] != "sandbox;" || h.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%d %v", w.Code, h)
	}
	page{has: []string{"查看证明材料"}}.check(t, ops[model.RoleAuditor].get(path(r.Graduate.ID)))

	// Out of scope nothing is there, and the attempt is noted.
	for name, op := range map[string]model.Operator{
		"b": {Role: model.RoleCollege, SchoolCode: here, College: collegeB}, "c": {Role: model.RoleSchool, SchoolCode: "99002"},
		"d": {Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{"别的班"}},
	} {
		op.Name = name
		b := s.operator(op)
		for _, p := range []string{proof, proof + "/thumb", pdf} {
			page{status: 404, not: []string{"协议书"}}.check(t, b.get(p))
		}
	}
	// An id of another graduate is none of this one's.
	other := s.graduate(here, collegeA, classA, nil)
	s.report(other.Graduate.ID, unitA)
	page{status: 404}.check(t, ops[model.RoleAdmin].get(path(other.Graduate.ID)+proof[len(path(r.Graduate.ID)):]))
	page{status: 404}.check(t, ops[model.RoleAdmin].get(path(r.Graduate.ID)+"/proofs/x"))

	// The next revision carries one over; the old one keeps both.
	s.decide(r.Graduate.ID, model.LevelCollege, model.DecisionReturn)
	id := model.ProofID(0)
	if all, err := s.store.Proofs(t.Context(), r.Graduate.ID); err == nil && len(all) == 2 {
		id = all[1].ID
	}
	must(t, s.store.RemoveProof(t.Context(), r.Graduate.ID, id, func(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
		return model.RemoveProof(r, model.NewCohort(2027), have, p.ID, s.now)
	}))
	s.report(r.Graduate.ID, unitA)
	page{has: []string{"证明材料 协议书一.jpg", "第 1 次上报的证明材料 协议书一.jpg", "协议书二.pdf"}}.check(t, ops[model.RoleCollege].get(path(r.Graduate.ID)))
}

// TestProofsOfDisputes: what proves that a destination is false is for those
// alone who answer the dispute, not for whoever entered or reviewed it.
func TestProofsOfDisputes(t *testing.T) {
	s := newSite(t)
	r := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA)
	s.decide(r.Graduate.ID, model.LevelCollege, model.DecisionApprove)
	r = s.rule(r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.Dispute(r, 1, "我没有与该单位签约", s.now)
	})
	proof := s.keepProof(r, 1, model.ProofJPEG, "聊天记录.jpg")
	for _, op := range everybody() {
		b := s.operator(op)
		want := 404
		switch op.Role {
		case model.RoleAdmin, model.RoleAuditor:
			want = 200
		case model.RoleMenu, model.RoleDesk:
			want = 403
		}
		for _, p := range []string{proof, proof + "/thumb"} {
			if w := b.get(p); w.Code != want {
				t.Errorf("%s: %d, want %d", op.Role, w.Code, want)
			}
		}
		if op.Role == model.RoleSchool || op.Role == model.RoleCollege {
			page{not: []string{"聊天记录", "去向异议的证明", "dispute"}}.check(t, b.get(path(r.Graduate.ID)))
		}
	}
}
