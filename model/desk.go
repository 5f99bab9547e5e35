package model

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Desk (接收部门) is what makes an operator of role desk a department at whose
// counter forms are checked: an archive or household office, vetted by an
// operator.
type Desk struct {
	OperatorID OperatorID
	Account    string // the operator's login
	Disabled   bool   // so is the operator

	Department string // as graduates read it in 谁核验过
	Kinds      []FormKind
	Purpose    string // what it verifies for, as it stated
	Contact    string // whom to ask there
	Document   string // by which document it was vetted
	VettedBy   Actor
	VettedAt   time.Time
	ValidUntil Date // last day on which it may check; "" without end
	RowsPerDay int  // its own quota; 0: DeskLimits.Rows
}

// Longest texts of a Desk, in characters.
const (
	MaxDepartment   = 60
	maxDeskPurpose  = 200
	maxDeskContact  = 100
	maxDeskDocument = 100
	maxRowsPerDay   = 100_000
)

// MaxQuestions is how many rows a department asks at once.
const MaxQuestions = 500

// DeskLimits are how much a department may ask in a day of Asia/Shanghai. With
// 500 misses a day, one of the 2^40 numbers of a school and year is found in six
// million years, and only with the right name.
type DeskLimits struct {
	Rows   int // rows asked, where its Desk says nothing else
	Misses int // numbers that matched nothing, after which it pauses until the next day
}

// DeskUse is what a department asked on one day.
type DeskUse struct{ Rows, Misses int }

// Cleaned is d with its texts as everybody reads them.
func (d Desk) Cleaned() Desk {
	for _, s := range []*string{&d.Department, &d.Purpose, &d.Contact, &d.Document} {
		*s = strings.Join(strings.Fields(readable(*s)), " ")
	}
	return d
}

// CheckDesk validates what an operator states of a department.
func CheckDesk(d Desk) error {
	for _, t := range []struct {
		field, label, text string
		longest            int
		needed             bool
	}{
		{"department", "部门名称", d.Department, MaxDepartment, true},
		{"purpose", "核验用途", d.Purpose, maxDeskPurpose, true},
		{"contact", "联系方式", d.Contact, maxDeskContact, false},
		{"document", "核准依据", d.Document, maxDeskDocument, false},
	} {
		switch {
		case !utf8.ValidString(t.text) || strings.ContainsFunc(t.text, Unseen):
			return Invalid(t.field, "%s中有无法显示的字符。", t.label)
		case t.needed && t.text == "":
			return Invalid(t.field, "请填写%s。", t.label)
		case utf8.RuneCountInString(t.text) > t.longest:
			return Invalid(t.field, "%s最多 %d 字。", t.label, t.longest)
		}
	}
	switch {
	case len(d.Kinds) == 0:
		return Invalid("kind", "请选择可以核验的登记信息表。")
	case slices.ContainsFunc(d.Kinds, func(k FormKind) bool { return !k.Valid() }):
		return Invalid("kind", "可以核验的登记信息表只有 archive（档案）和 household（户口）。")
	case d.ValidUntil != "" && d.ValidUntil.Start().IsZero():
		return Invalid("until", "有效期应写成 2027-08-31 的形式。")
	case d.RowsPerDay < 0 || d.RowsPerDay > maxRowsPerDay:
		return Invalid("quota", "每日核验上限应为 0–%d 行，0 表示使用系统设置。", maxRowsPerDay)
	}
	return nil
}

// Checks reports whether the department may check forms of a kind at all.
func (d Desk) Checks(kind FormKind) bool { return slices.Contains(d.Kinds, kind) }

// Expired reports whether the department's last day is over.
func (d Desk) Expired(now time.Time) bool {
	return d.ValidUntil != "" && !now.Before(d.ValidUntil.End())
}

// MayCheck says whether a department may check forms of a kind now, or why not.
// What is denied is answered without a look into the records.
func MayCheck(d Desk, kind FormKind, now time.Time) error {
	switch {
	case d.OperatorID == 0 || d.Disabled:
		return Errorf(CodeForbidden, "这个账号不能核验登记信息表。请联系系统管理员。")
	case d.Expired(now):
		return Errorf(CodeForbidden, "这个账号的核验权限已于%s到期。请联系系统管理员续期。", d.ValidUntil.Chinese())
	case !kind.Valid():
		return Invalid("kind", "请选择登记信息表：档案或户口。")
	case !d.Checks(kind):
		return Errorf(CodeForbidden, "这个账号没有核验%s的权限，可以核验：%s。", kind.Chinese(), d.KindsChinese())
	}
	return nil
}

// KindsChinese names the forms that the department may check.
func (d Desk) KindsChinese() string {
	var names []string
	for _, k := range FormKinds() {
		if d.Checks(k) {
			names = append(names, k.Chinese())
		}
	}
	return strings.Join(names, "、")
}

// DayRows is how many rows the department may ask in a day.
func (d Desk) DayRows(l DeskLimits) int {
	if d.RowsPerDay > 0 {
		return d.RowsPerDay
	}
	return l.Rows
}

// MayAsk says whether a department that has asked so much today may ask rows
// more, or why not. Misses are counted after the answer: whoever crosses that
// limit gets no further answer on this day, so that a stolen account is no
// oracle.
func MayAsk(d Desk, used DeskUse, rows int, l DeskLimits) error {
	left := max(d.DayRows(l)-used.Rows, 0)
	switch {
	case rows > MaxQuestions:
		return Errorf(CodeTooLarge, "一次最多核验 %d 行，请分开提交。", MaxQuestions)
	case used.Misses >= l.Misses:
		return Errorf(CodeTooMany, "今天已有 %d 行没有匹配，为防止试探编号，这个账号的核验暂停到明天 0 点。如系误填，请联系系统管理员。", used.Misses)
	case rows > left:
		return Errorf(CodeTooMany, "今天还可以核验 %d 行，本次有 %d 行。每日上限 %d 行，明天 0 点起重新计算。", left, rows, d.DayRows(l))
	}
	return nil
}

// DeskCheck is one post of questions by a department.
type DeskCheck struct {
	Way       VerificationWay
	Batch     string // joins its rows, from NewBatch; its own for each post
	Key       string // ID of the DeskKey that signed it; "" on pages
	Questions []Question
	Limits    DeskLimits
	Network   string // masked, as of every Verification
	Place     string
	RequestID string
}

// FormAnswer is what a department hears of one Question. The zero one is no
// match, whatever was wrong.
type FormAnswer struct {
	Found   bool
	Issued  Issued // the zero value unless Found, as all that follows
	State   AuthorizationState
	EndedAt time.Time
}

// DeskBatch is what a department's history keeps of one DeskCheck: counts, and
// no names.
type DeskBatch struct {
	ID         int64
	Batch      string
	OperatorID OperatorID
	At         time.Time
	Way        VerificationWay
	Kind       FormKind // "" where both were asked
	Asked      int      // rows
	Found      int      // of which we know the form
	InForce    int      // of which it is in force
	RequestID  string
}

// BatchOf counts the answers of a check.
func BatchOf(d Desk, c DeskCheck, answers []FormAnswer, now time.Time) DeskBatch {
	b := DeskBatch{
		Batch: c.Batch, OperatorID: d.OperatorID, At: now, Way: c.Way, Asked: len(c.Questions), RequestID: c.RequestID,
	}
	for i, q := range c.Questions {
		if i == 0 {
			b.Kind = q.Kind
		}
		if q.Kind != b.Kind {
			b.Kind = ""
		}
		if answers[i].Found {
			b.Found++
		}
		if answers[i].State == AuthorizationActive {
			b.InForce++
		}
	}
	return b
}

// Misses are the questions with a number that could be one and matched nothing.
// What cannot be a number is a slip of the pen and tells nothing, and nobody
// guesses what is signed.
func Misses(questions []Question, answers []FormAnswer) int {
	n := 0
	for i, q := range questions {
		if q.Number != "" && !q.Signed && !answers[i].Found {
			n++
		}
	}
	return n
}
