package model

import (
	"testing"
	"time"
)

// unseen draws nothing, or turns the writing round: a zero-width space, a
// right-to-left override and an escape.
const unseen = "\u200b\u202e\x1b"

func TestReadable(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		unseen:                     "",
		unseen + " \u2060\ufeff":   "",
		"示范" + unseen + "公司":       "示范公司",
		" 第一行\r\n第二行\t完 " + unseen: "第一行\r\n第二行 完",
		"阿依古丽·买买提 Inc. ①（上海）":   "阿依古丽·买买提 Inc. ①（上海）",
		"no text \xff" + unseen: "no text \xff" + unseen,
		"\x00" + unseen:         "\x00" + unseen,
	} {
		if got := readable(in); got != want {
			t.Errorf("readable(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestNothingIsNoReason: what looks empty is empty, to every rule that asks for
// words.
func TestNothingIsNoReason(t *testing.T) {
	now := time.Date(2027, 6, 10, 9, 0, 0, 0, Shanghai)
	college := Operator{ID: 1, Name: "c", Role: RoleCollege, SchoolCode: "99001", College: "甲学院"}
	g := Graduate{ID: 1, SchoolCode: "99001", Basics: Basics{College: "甲学院"}}
	waiting := Record{Graduate: g, Revisions: []Revision{{Number: 1, ReportedBy: ByGraduate(1), ReportedAt: now}}}
	verdict := Verdict{Revision: 1, Level: LevelCollege, Decision: DecisionReturn, Reason: unseen}
	for name, err := range map[string]error{
		"return":  second(Decide(waiting, NewCohort(2027), college, verdict, now)),
		"dispute": second(Dispute(waiting, 1, unseen, now)),
	} {
		if CodeOf(err) != CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	verdict.Reason = "没有盖章\xff"
	if _, err := Decide(waiting, NewCohort(2027), college, verdict, now); CodeOf(err) != CodeInvalid {
		t.Errorf("a reason that is no text: %v", err)
	}
	verdict.Reason = "没有" + unseen + "盖章"
	ch, err := Decide(waiting, NewCohort(2027), college, verdict, now)
	if err != nil || ch.Record.Latest().Reviews[0].Reason != "没有盖章" {
		t.Errorf("%+v, %v", ch.Record.Revisions, err)
	}
	ch, err = Dispute(waiting, 1, "我没有"+unseen+"签约", now)
	if err != nil || ch.Record.Requests[0].Reason != "我没有签约" {
		t.Errorf("%+v, %v", ch.Record.Requests, err)
	}
}

// TestDestinationReadsAsChecked: a unit is what everybody reads, from whichever
// side it comes.
func TestDestinationReadsAsChecked(t *testing.T) {
	var codes askingUnit
	for unit, want := range map[string]Code{
		"示范公司": "", "示范\u200b公司": "", // as sheets have it; nobody is deceived
		unseen: CodeInvalid, "\u200b\u2060": CodeInvalid, "示范\u202e司公": CodeInvalid, "示范\u2066公司": CodeInvalid, "示范\x1b公司": CodeInvalid, "示范\t公司": CodeInvalid,
	} {
		err := CheckDestination(Destination{Category: "10", Unit: unit}, Unknown, codes)
		if got := CodeOf(err); err == nil && want != "" || err != nil && got != want {
			t.Errorf("%q: %v", unit, err)
		}
	}
	handed := Destination{Category: "10", Unit: " 示" + unseen + "范公司"}.handedIn(Unknown, codes)
	if handed.Unit != "示范公司" {
		t.Errorf("handed in: %q", handed.Unit)
	}
}

// askingUnit has one category, which needs a unit.
type askingUnit struct{ Codes }

func (askingUnit) Category(string) (Category, bool) {
	return Category{Code: "10", Asks: []Ask{{Field: "unit", Need: NeedAlways}}}, true
}

func second(_ Change, err error) error { return err }
