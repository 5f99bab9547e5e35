package model_test

import (
	"strings"
	"testing"
	"time"

	"quxiang/model"
)

func TestProofName(t *testing.T) {
	for in, want := range map[string]string{
		"协议书.jpg":                 "协议书.jpg",
		`C:\Users\me\照片.png`:      "照片.png",
		"../../etc/passwd":        "passwd",
		"a\x00b\r\n\u202egpj.exe": "abgpj.exe",
		"  \t":                    "",
		"\xff\xfe.jpg":            ".jpg",
		strings.Repeat("长", 50) + "20270601.jpg": "…" + strings.Repeat("长", 27) + "20270601.jpg",
	} {
		if got := model.ProofName(in); got != want {
			t.Errorf("ProofName(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestProofsOf: which revision and request has which proofs.
func TestProofsOf(t *testing.T) {
	all := []model.Proof{
		{ID: 1, From: 1}, {ID: 2, From: 1, Until: 2}, {ID: 3, From: 2}, {ID: 4, From: 3}, {ID: 5, Request: 1}, {ID: 6, Request: 2},
	}
	ids := func(some []model.Proof) (out string) {
		for _, p := range some {
			out += string(rune('0' + p.ID))
		}
		return out
	}
	for n, want := range map[int]string{0: "", 1: "12", 2: "13", 3: "134", 9: "134"} {
		if got := ids(model.ProofsOf(all, n)); got != want {
			t.Errorf("revision %d has %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "", 1: "5", 2: "6", 3: ""} {
		if got := ids(model.ProofsFor(all, n)); got != want {
			t.Errorf("request %d has %s, want %s", n, got, want)
		}
	}
	if ids(all) != "123456" {
		t.Error("the argument was changed")
	}
}

// TestProofsOfRequests: proofs of a request come while it is open, go until it
// is first answered, and never touch those of revisions.
func TestProofsOfRequests(t *testing.T) {
	now := time.Date(2027, 6, 10, 9, 0, 0, 0, model.Shanghai)
	c := model.NewCohort(2027)
	answered := model.Review{Level: model.LevelCollege, Decision: model.DecisionApprove, At: now}
	r := model.Record{
		Graduate: model.Graduate{ID: 7, SchoolCode: "99001"},
		Requests: []model.Request{
			{Number: 1, Kind: model.RequestChange, Revision: 1, At: now},
			{Number: 2, Kind: model.RequestChange, Revision: 1, At: now, Answers: []model.Review{answered}},
			{Number: 3, Kind: model.RequestCorrection, At: now, WithdrawnAt: now},
		},
	}
	have := []model.Proof{{ID: 1, Request: 1, Digest: "a"}, {ID: 2, Request: 2, Digest: "b"}, {ID: 3, Request: 3, Digest: "c"}, {ID: 4, From: 1, Digest: "d"}}
	for _, tc := range []struct {
		request  int
		digest   string
		add      model.Code
		remove   model.Code
		removeID model.ProofID
	}{
		{1, "new", "", "", 1},
		{1, "a", model.CodeInvalid, "", 1},
		{1, "b", "", model.CodeNotFound, 9},
		{2, "new", "", model.CodeConflict, 2},
		{3, "new", model.CodeConflict, model.CodeConflict, 3},
		{4, "new", model.CodeNotFound, model.CodeNotFound, 0},
		{0, "new", model.CodeLocked, model.CodeLocked, 4}, // the basics are not checked
	} {
		ch, err := model.AddProof(r, c, have, model.Proof{ID: 8, Request: tc.request, Digest: tc.digest}, now)
		if model.CodeOf(err) != tc.add {
			t.Errorf("%+v: add: %v", tc, err)
		}
		if err == nil && (ch.Keep.From != 0 || ch.Keep.Request != tc.request || ch.Audit.Action != "change.proof_add" || ch.Audit.Detail["proof"] != "8") {
			t.Errorf("%+v: %+v", tc, ch)
		}
		ch, err = model.RemoveProof(r, c, have, tc.removeID, now)
		if model.CodeOf(err) != tc.remove {
			t.Errorf("%+v: remove: %v", tc, err)
		}
		if err == nil && (ch.Drop != tc.removeID || ch.End != 0) {
			t.Errorf("%+v: %+v", tc, ch)
		}
	}
	for i := range model.MaxProofs - 1 {
		have = append(have, model.Proof{ID: model.ProofID(20 + i), Request: 1})
	}
	if _, err := model.AddProof(r, c, have, model.Proof{ID: 8, Request: 1, Digest: "new"}, now); model.CodeOf(err) != model.CodeInvalid {
		t.Errorf("a sixth: %v", err)
	}
}
