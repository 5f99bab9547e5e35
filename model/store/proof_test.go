package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func adding(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
	return model.AddProof(r, cohort27, have, p, june)
}

func removing(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
	return model.RemoveProof(r, cohort27, have, p.ID, june)
}

func addProof(t *testing.T, s *store.Store, id model.GraduateID, content string, thumb []byte) (model.Proof, error) {
	t.Helper()
	return s.AddProof(t.Context(), model.Proof{
		GraduateID: id, Type: model.ProofJPEG, Name: "协议书" + content + ".jpg", Digest: s.ProofDigest([]byte(content)),
	}, []byte(content), thumb, adding)
}

// proofsOn lists the files below the data directory.
func proofsOn(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// reporting is a graduate who may report.
func reporting(t *testing.T, s *store.Store, n int) model.GraduateID {
	t.Helper()
	withSchools(t, s)
	id := create(t, s, graduate(n))[0]
	change(t, s, id, link(boundAccount(t, s, fmt.Sprintf("u%d", n), fmt.Sprintf("o%d", n))), check)
	return id
}

func TestProofs(t *testing.T) {
	dir := t.TempDir()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := reporting(t, s, 1)
		p, err := addProof(t, s, id, "内容一", []byte("缩略图"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := addProof(t, s, id, "内容一", nil); model.CodeOf(err) != model.CodeInvalid {
			t.Errorf("the same file again: %v", err)
		}
		for thumb, want := range map[bool]string{false: "内容一", true: "缩略图"} {
			if got, err := s.ReadProof(t.Context(), id, p.ID, thumb); err != nil || string(got) != want {
				t.Errorf("thumb=%v: %q, %v", thumb, got, err)
			}
		}
		if _, err := s.ReadProof(t.Context(), id+1, p.ID, false); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("somebody else's: %v", err)
		}
		all, err := s.Proofs(t.Context(), id)
		if err != nil || len(all) != 1 || all[0].Name != "协议书内容一.jpg" || all[0].From != 1 || all[0].Size != len("内容一") || !all[0].At.Equal(june) {
			t.Fatalf("%+v, %v", all, err)
		}
		for _, f := range proofsOn(t, dir) {
			info, err := os.Stat(f)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			content, err := os.ReadFile(f)
			if err != nil || bytes.Contains(content, []byte("内容")) || bytes.Contains(content, []byte("缩略图")) || strings.Contains(f, "协议") {
				t.Errorf("%s is in the clear: %v", f, err)
			}
		}

		// Handed in, it stays with its revision; taken back later, the next is
		// without it.
		change(t, s, id, report("甲"), decide(collegeReview, 1, model.LevelCollege, model.DecisionReturn))
		if err := s.RemoveProof(t.Context(), id, p.ID, removing); err != nil {
			t.Fatal(err)
		}
		q, err := addProof(t, s, id, "内容二", nil)
		if err != nil {
			t.Fatal(err)
		}
		if all, err = s.Proofs(t.Context(), id); err != nil || len(model.ProofsOf(all, 1)) != 1 || model.ProofsOf(all, 1)[0].ID != p.ID ||
			len(model.ProofsOf(all, 2)) != 1 || model.ProofsOf(all, 2)[0].ID != q.ID {
			t.Fatalf("%+v, %v", all, err)
		}
		if _, err := s.ReadProof(t.Context(), id, p.ID, false); err != nil {
			t.Errorf("the old revision's: %v", err)
		}
		if err := s.RemoveProof(t.Context(), id, q.ID, removing); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ReadProof(t.Context(), id, q.ID, false); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("a removed one: %v", err)
		}
		entries, _, err := s.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{Graduate: id}, 0, 3)
		if err != nil || entries[0].Action != "proof.remove" || entries[1].Action != "proof.add" {
			t.Errorf("%+v, %v", entries, err)
		}
		if n := len(proofsOn(t, dir)); n != 2 {
			t.Errorf("%d files, want body and thumbnail of the first", n)
		}
		for _, f := range proofsOn(t, dir) { // of this dialect
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.ReadProof(t.Context(), id, p.ID, false); model.CodeOf(err) != model.CodeUnavailable {
			t.Errorf("a file that is lost: %v", err)
		}
	}, storetest.WithDir(dir), storetest.WithNow(func() time.Time { return june }))
}

// TestProofsAtOnce: whoever uploads many at the same time gets no more than
// five, and a revision that is handed in meanwhile gets none afterwards.
func TestProofsAtOnce(t *testing.T) {
	dir := t.TempDir()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := reporting(t, s, 2)
		var all sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			all.Go(func() { _, errs[i] = addProof(t, s, id, fmt.Sprintf("文件%d", i), nil) })
		}
		all.Wait()
		kept := 0
		for _, err := range errs {
			switch model.CodeOf(err) {
			case "":
				kept++
			case model.CodeInvalid, model.CodeUnavailable: // five are there, or lost too many races
			default:
				t.Error(err)
			}
		}
		have, err := s.Proofs(t.Context(), id)
		if err != nil || len(have) != kept || kept == 0 || kept > model.MaxProofs {
			t.Errorf("%d kept, %d there, %v", kept, len(have), err)
		}
		if n := len(proofsOn(t, dir)); n != kept {
			t.Errorf("%d files of %d proofs", n, kept)
		}

		change(t, s, id, report("甲"))
		if _, err := addProof(t, s, id, "太晚", nil); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("after handing in: %v", err)
		}
		if err := s.RemoveProof(t.Context(), id, have[0].ID, removing); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("taken out of what is under review: %v", err)
		}
		for _, f := range proofsOn(t, dir) {
			_ = os.Remove(f)
		}
	}, storetest.WithDir(dir))
}

// TestPurgeProofs: what was broken off goes, with its files; what is kept and
// what is under way stays.
func TestPurgeProofs(t *testing.T) {
	dir := t.TempDir()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := reporting(t, s, 3)
		for i := range 3 {
			if _, err := addProof(t, s, id, fmt.Sprintf("文件%d", i), []byte("小")); err != nil {
				t.Fatal(err)
			}
		}
		for n, set := range []string{"state = 'new', at = 1", "state = 'gone', at = 1"} {
			if err := s.DB().Exec("UPDATE proofs SET "+set+" WHERE id = ?", n+1).Error; err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.PurgeProofs(t.Context(), june.AddDate(0, 0, -1)); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if have, err := s.Proofs(t.Context(), id); err != nil || len(have) != 1 || len(proofsOn(t, dir)) != 2 {
			t.Errorf("%+v, %d files, %v", have, len(proofsOn(t, dir)), err)
		}

		// A file that no row knows, as after restoring the database: gone once it
		// is old enough. Those of the proof that is kept stay.
		kept := proofsOn(t, dir)[0]
		folder, err := strconv.ParseInt(filepath.Base(filepath.Dir(kept)), 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		stray := filepath.Join(filepath.Dir(kept), filepath.Base(filepath.Dir(kept))+strings.Repeat("0", 30)+".t")
		if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			before time.Time
			want   int
		}{{time.Now().Add(-time.Hour), 0}, {time.Now().Add(time.Hour), 1}, {time.Now().Add(time.Hour), 0}} {
			if n, err := s.SweepProofs(t.Context(), int(folder)+256, tc.before); n != tc.want || err != nil {
				t.Errorf("%d swept, %v; want %d", n, err, tc.want)
			}
		}
		if n := len(proofsOn(t, dir)); n != 2 {
			t.Errorf("%d files after sweeping", n)
		}
		for _, f := range proofsOn(t, dir) {
			_ = os.Remove(f)
		}
	}, storetest.WithDir(dir), storetest.WithNow(func() time.Time { return june }))
}
