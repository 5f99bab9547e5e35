package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportThatBreaksOff: the rows before the damage stand, and are counted.
func TestImportThatBreaksOff(t *testing.T) {
	dir := t.TempDir()
	keys, file := filepath.Join(dir, "keys.yml"), filepath.Join(dir, "roster.csv")
	t.Setenv("QUXIANG_DATABASE", "sqlite:"+filepath.Join(dir, "q.db"))
	t.Setenv("QUXIANG_KEY_FILE", keys)
	var out bytes.Buffer
	do := func(args ...string) error {
		out.Reset()
		root := newRoot()
		root.SetArgs(args)
		root.SetOut(&out)
		root.SetErr(&bytes.Buffer{})
		return root.ExecuteContext(t.Context())
	}
	for _, args := range [][]string{{"keys", keys}, {"migrate"}, {"import", "sample", file, "--rows", "30"}} {
		if err := do(args...); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "\"a quote that nobody closes\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	err = do("import", "roster", file)
	if err == nil || !strings.Contains(err.Error(), "第 32 行的引号没有成对") {
		t.Errorf("error %v", err)
	}
	if got := strings.TrimSpace(out.String()); got != "imported=30 unchanged=0 refused=0 report=-" {
		t.Errorf("printed %q", got)
	}
}
