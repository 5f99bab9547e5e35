package model

import (
	"slices"
	"time"
)

// Answer is one of the two radios of 去向登记确认 (guide, figure 6).
type Answer string

// The two answers.
const (
	AnswerRight Answer = "right" // 信息无误，确认登记去向
	AnswerWrong Answer = "wrong" // 信息有误，需更新后确认
)

// Confirmation (去向登记确认) is the graduate's answer to one approved revision.
type Confirmation struct {
	Revision int
	Answer   Answer
	Wrong    []string // which fields are wrong, by form field name
	Note     string   // what would be right
	At       time.Time
}

// MayConfirm says whether the latest revision waits for the graduate's answer,
// or why not.
func MayConfirm(r Record) error {
	if r.Graduate.NeedsCheck() {
		return Errorf(CodeLocked, "请先核对基本信息，再进行去向登记确认。")
	}
	last := r.Latest()
	if last == nil {
		return Errorf(CodeLocked, "您还没有上报毕业去向。上报并通过学院、学校审核后才能确认。")
	}
	switch last.State() {
	case ReviewCollege, ReviewSchool:
		return Errorf(CodeLocked, "您的毕业去向还在审核中，通过学院、学校审核后才能确认。")
	case ReviewReturned:
		return Errorf(CodeLocked, "您的毕业去向已被退回，修改并重新通过审核后才能确认。")
	}
	switch {
	case r.Disputed():
		return Errorf(CodeLocked, "您已反映“这不是我登记的”，学校监督人员答复前不能确认。")
	case r.void(last.Number):
		return Errorf(CodeLocked, "这条去向已核实并非您本人登记，已作废。请重新上报。")
	case r.changeAsked() != nil && r.answer(last.Number) != nil:
		return Errorf(CodeConflict, "您的变更申请正在审核中，原登记仍然有效，无需重复确认。")
	case r.changeAsked() != nil:
		return Errorf(CodeLocked, "您的变更申请正在审核中，处理完毕后才能确认。")
	case r.changeGranted(last.Number):
		return Errorf(CodeLocked, "您的变更申请已通过。更新后的去向通过审核后才能再次确认。")
	}
	a := r.answer(last.Number)
	switch {
	case a == nil:
		return nil
	case a.Answer == AnswerRight:
		return Errorf(CodeConflict, "您已于%s确认登记去向，无需重复确认。", DateOf(a.At).Chinese())
	default:
		return Errorf(CodeLocked, "您已选择“信息有误，需更新后确认”。更新后的去向通过审核后才能再次确认。")
	}
}

// Confirm records the graduate's answer to the revision that was shown. A
// revision that is no longer the latest gives CodeChanged: the page shows the
// difference and asks again. Confirming goes on after the deadline.
func Confirm(r Record, in Confirmation, now time.Time) (Change, error) {
	if in.Answer != AnswerRight && in.Answer != AnswerWrong {
		return Change{}, Invalid("answer", "请选择“信息无误，确认登记去向”或“信息有误，需更新后确认”。")
	}
	if last := r.Latest(); last != nil && last.Number != in.Revision {
		return Change{}, changedMeanwhile()
	}
	if err := MayConfirm(r); err != nil {
		return Change{}, err
	}
	in.Note = readable(in.Note)
	if in.Answer == AnswerWrong && len(in.Wrong) == 0 && in.Note == "" {
		return Change{}, Invalid("wrong", "请选择哪些信息有误，或写明情况。")
	}
	if err := checkReason("note", in.Note); err != nil {
		return Change{}, err
	}
	if in.Answer == AnswerRight {
		in.Wrong, in.Note = nil, ""
	}
	in.Wrong, in.At = slices.Clone(in.Wrong), now
	r = r.clone()
	r.Confirmations = append(r.Confirmations, in)
	ch := r.change(ByGraduate(r.Graduate.ID), "confirmation."+string(in.Answer), now)
	ch.Audit.Detail = revisionDetail(in.Revision)
	ch.Cancel = []MessageKind{MessageApproved, MessageDeadline}
	if in.Answer == AnswerRight {
		ch.Owe = []Notice{noticeConfirmed(r, now)}
	}
	return ch, nil
}
