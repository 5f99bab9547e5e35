package model

import (
	"time"
	"unicode/utf8"
)

// FormKind is which of the two 去向登记信息表 a number belongs to (guide §5.1).
type FormKind string

// The two kinds of forms.
const (
	FormArchive   FormKind = "archive"   // 档案登记信息表
	FormHousehold FormKind = "household" // 户口登记信息表
)

// FormKinds lists both, in the guide's order.
func FormKinds() []FormKind { return []FormKind{FormArchive, FormHousehold} }

// Valid reports whether k is one of the two kinds.
func (k FormKind) Valid() bool { return k == FormArchive || k == FormHousehold }

// Chinese names the form.
func (k FormKind) Chinese() string {
	if k == FormArchive {
		return "档案登记信息表"
	}
	return "户口登记信息表"
}

// Module names the page on which departments verify this kind (guide §5.2).
func (k FormKind) Module() string {
	if k == FormArchive {
		return "档案转递信息在线核验"
	}
	return "户口迁移信息在线核验"
}

// VerificationNumber (核验编号) names one form: see model/form for its making.
type VerificationNumber string

// Authorization (核验授权) lets whoever has name and number see one form until
// a day that the graduate chose.
type Authorization struct {
	ID         int64 // 0 until stored
	Number     VerificationNumber
	Kind       FormKind
	Revision   int    // the confirmed revision that the form shows
	For        string // for whom the graduate made it; "" for the first
	ValidUntil Date
	CreatedAt  time.Time
	RevokedAt  time.Time // zero while not revoked
	Withdrawn  bool      // revoked with all others, by withdrawing the consent
}

// VerificationCap is the last day on which a form of g can be verified: the
// last day of the sixth month after graduation (guide, figure 8, note 4).
func VerificationCap(g Graduate) Date { return g.Basics.Graduates.Last(6) }

// MaxActive is how many numbers of one kind a graduate may hold at once
// (design §2).
const MaxActive = 3

// forLength bounds the note for whom a form was made.
const forLength = 40

// AuthorizationRequest is what the graduate asks for.
type AuthorizationRequest struct {
	Kind       FormKind
	ValidUntil Date
	For        string
	Consent    bool
	Number     VerificationNumber // fresh, from model/form
}

// MayAuthorize says whether forms can be made now, or why not (guide §5:
// 完成去向登记确认才能进行核验授权).
func MayAuthorize(r Record, now time.Time) error {
	if r.Graduate.NeedsCheck() {
		return Errorf(CodeLocked, "请先核对基本信息，再进行核验授权。")
	}
	if r.Confirmed() == nil {
		return Errorf(CodeLocked, "完成去向登记确认后，才能进行核验授权。")
	}
	if r.Disputed() {
		return Errorf(CodeLocked, "您已反映“这不是我登记的”，学校答复前不能进行核验授权。")
	}
	if q := r.FormWaitsFor(); q != nil {
		return Errorf(CodeLocked, "“%s”的更正申请还在处理中，它会印在登记信息表上，处理完毕后才能进行核验授权。", r.Graduate.ItemLabel(q.Item))
	}
	if limit := VerificationCap(r.Graduate); !now.Before(limit.End()) {
		return Errorf(CodeClosed, "核验服务已于%s截止（毕业时间加六个月）。如仍需核验，请联系学校就业指导中心。", limit.Chinese())
	}
	return nil
}

// Authorize makes one form of a kind verifiable until a day.
func Authorize(r Record, q AuthorizationRequest, now time.Time) (Change, error) {
	if err := MayAuthorize(r, now); err != nil {
		return Change{}, err
	}
	q.For = readable(q.For)
	switch {
	case !q.Kind.Valid():
		return Change{}, Invalid("kind", "请选择要授权的登记信息表。")
	case !q.Consent:
		return Change{}, Invalid("consent", "请先阅读并勾选同意授权核验。")
	case utf8.RuneCountInString(q.For) > forLength:
		return Change{}, Invalid("for", "提供给谁最多 %d 字。", forLength)
	case q.Number == "":
		return Change{}, Errorf(CodeInternal, "核验编号生成失败，请稍后再试。")
	}
	if err := checkValidity(r, q.ValidUntil, now); err != nil {
		return Change{}, err
	}
	// Asked for before the consent was withdrawn, and written after it: the
	// withdrawal holds.
	if r.withdrawnAfter(now) {
		return Change{}, Errorf(CodeConflict, "您刚刚撤回了核验授权同意。如仍需核验，请重新授权。")
	}
	active, err := r.roomFor(q.Kind, now)
	switch {
	case err != nil:
		return Change{}, err
	case active > 0 && q.For == "":
		return Change{}, Invalid("for", "您已有一个有效编号。再做一个时，请写明提供给谁，便于区分。")
	}
	r = r.clone()
	r.Authorizations = append(r.Authorizations, Authorization{
		Number: q.Number, Kind: q.Kind, Revision: r.Confirmed().Revision, For: q.For,
		ValidUntil: q.ValidUntil, CreatedAt: now,
	})
	ch := r.change(ByGraduate(r.Graduate.ID), "authorization.create", now)
	ch.Audit.Detail = map[string]string{"kind": string(q.Kind), "until": string(q.ValidUntil)}
	return ch, nil
}

func checkValidity(r Record, until Date, now time.Time) error {
	limit := VerificationCap(r.Graduate)
	switch {
	case until == "":
		return Invalid("valid_until", "请选择有效期。")
	case until.Start().IsZero():
		return Invalid("valid_until", "有效期应写成 2027-08-31 的形式。")
	case !now.Before(until.End()):
		return Invalid("valid_until", "有效期不能早于今天。")
	case until > limit:
		return Invalid("valid_until", "有效期最晚到%s（毕业时间加六个月）。", limit.Chinese())
	}
	return nil
}

// roomFor counts the numbers of a kind that are in force; an error when there
// is no room for another.
func (r Record) roomFor(kind FormKind, now time.Time) (active int, err error) {
	for _, a := range r.Authorizations {
		if a.Kind == kind && a.State(r, now) == AuthorizationActive {
			active++
		}
	}
	if active >= MaxActive {
		return active, Errorf(CodeConflict, "%s最多同时有 %d 个有效编号，请先撤销不用的编号。", kind.Chinese(), MaxActive)
	}
	return active, nil
}
