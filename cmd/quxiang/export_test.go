package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestSheetsOnTheCommandLine: a roster goes in, comes out, comes back unchanged,
// and is taken back whole.
func TestSheetsOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	keys, file := filepath.Join(dir, "keys.yml"), filepath.Join(dir, "roster.csv")
	t.Setenv("QUXIANG_DATABASE", "sqlite:"+filepath.Join(dir, "q.db"))
	t.Setenv("QUXIANG_KEY_FILE", keys)
	var out, notes bytes.Buffer
	do := func(want string, args ...string) {
		t.Helper()
		out.Reset()
		notes.Reset()
		root := newRoot()
		root.SetArgs(args)
		root.SetOut(&out)
		root.SetErr(&notes)
		err := root.ExecuteContext(t.Context())
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if last := lines[len(lines)-1]; err != nil || want != "" && last != want {
			t.Fatalf("%v: %q, want %q, %v", args, out.String(), want, err)
		}
	}
	for _, args := range [][]string{{"keys", keys}, {"migrate"}, {"import", "sample", file, "--rows", "30"}} {
		do("", args...)
	}
	do("imported=30 unchanged=0 refused=0 report=-", "import", "roster", file, "--dry-run")
	do("exported=0", "export", "roster", filepath.Join(dir, "none.csv"))
	do("imported=30 unchanged=0 refused=0 report=-", "import", "roster", file)
	undo := strings.Fields(notes.String())
	id := undo[len(undo)-1]
	if _, err := strconv.Atoi(id); err != nil {
		t.Fatalf("no way to undo in %q", notes.String())
	}
	for _, kind := range []string{"roster", "destinations"} {
		for _, ext := range []string{"xlsx", "csv"} {
			sheet := filepath.Join(dir, "out-"+kind+"."+ext)
			do("exported=30", "export", kind, sheet)
			if info, err := os.Stat(sheet); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			do("imported=0 unchanged=30 refused=0 report=-", "import", kind, sheet)
		}
	}
	do("exported=0", "export", "reviews", filepath.Join(dir, "r.csv"), "--step", "college_review", "--school", "99001")
	// A degree is changed: the preview says where, and nothing happens.
	text, err := os.ReadFile(filepath.Join(dir, "out-roster.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	degree := slices.Index(rows[0], "学位")
	rows[1][degree] += "（双）"
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(dir, "changed.csv")
	if err := os.WriteFile(changed, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		do("imported=1 unchanged=29 refused=0 report=-", "import", "roster", changed, "--dry-run")
	}
	if _, err := os.Stat(filepath.Join(dir, "changed-preview.xlsx")); err != nil || !strings.Contains(notes.String(), "changed-preview.xlsx") {
		t.Errorf("no preview: %v, %q", err, notes.String())
	}
	do("undone=30 kept=0", "import", "undo", id)
	do("exported=0", "export", "roster", filepath.Join(dir, "after.csv"))
}
