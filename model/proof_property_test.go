package model

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// apply does to the proofs what the store does with the outcome of a rule.
func (ch ProofChange) apply(have []Proof) []Proof {
	have = slices.Clone(have)
	if ch.Keep != nil {
		have = append(have, *ch.Keep)
	}
	for i := range have {
		if have[i].ID == ch.End {
			have[i].Until = ch.Until
		}
	}
	return slices.DeleteFunc(have, func(p Proof) bool { return p.ID == ch.Drop })
}

func proofIDs(some []Proof) string {
	var ids []ProofID
	for _, p := range some {
		ids = append(ids, p.ID)
	}
	return fmt.Sprint(ids)
}

// TestNoSequenceChangesWhatWasHandedIn: whatever else happens, the proofs of a
// revision stay what they were when it was handed in, those of a request what
// they were when it was closed, nothing that was seen for an answer goes, and
// there are never more than five.
func TestNoSequenceChangesWhatWasHandedIn(t *testing.T) {
	added, removed, ended, answered := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		var have []Proof
		revisions, closed, seen := map[int]string{}, map[int]string{}, map[int][]Proof{}
		for range rapid.IntRange(20, 80).Draw(t, "events") {
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0, 1, 2:
				w.serial++
				p := Proof{
					ID: ProofID(w.serial), GraduateID: 7, Request: rapid.IntRange(0, len(w.r.Requests)).Draw(t, "request"),
					Digest: fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "content")),
				}
				if ch, err := AddProof(w.r, w.cohort, have, p, w.now); err == nil {
					have = ch.apply(have)
					added++
				}
			case 3:
				if len(have) == 0 {
					continue
				}
				p := rapid.SampledFrom(have).Draw(t, "proof")
				if ch, err := RemoveProof(w.r, w.cohort, have, p.ID, w.now); err == nil {
					have = ch.apply(have)
					removed++
					if ch.End != 0 {
						ended++
					}
				}
			default:
				w.step(t)
			}
			for n := 1; n <= len(w.r.Revisions); n++ {
				now := proofIDs(ProofsOf(have, n))
				if was, known := revisions[n]; known && was != now {
					t.Fatalf("revision %d had %s and has %s", n, was, now)
				}
				revisions[n] = now
			}
			if n := len(ProofsNext(w.r, have)); n > MaxProofs {
				t.Fatalf("%d proofs for the next revision", n)
			}
			for _, q := range w.r.Requests {
				its := ProofsFor(have, q.Number)
				if len(its) > MaxProofs {
					t.Fatalf("%d proofs for a request", len(its))
				}
				if was, known := closed[q.Number]; known && was != proofIDs(its) {
					t.Fatalf("request %d was closed with %s and has %s", q.Number, was, proofIDs(its))
				}
				for _, p := range seen[q.Number] {
					if !slices.Contains(its, p) {
						t.Fatalf("request %d was answered with proof %d, which is gone", q.Number, p.ID)
					}
				}
				if len(q.Answers) > 0 {
					seen[q.Number] = its
					answered += len(its)
				}
				if !q.State().Open() {
					closed[q.Number] = proofIDs(its)
				}
			}
		}
	})
	if added == 0 || removed == 0 || ended == 0 || answered == 0 {
		t.Fatalf("the events never got far: added %d, removed %d, ended %d, answered with %d", added, removed, ended, answered)
	}
}
