package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportUnits(t *testing.T) {
	dir := t.TempDir()
	keys, file := filepath.Join(dir, "keys.yml"), filepath.Join(dir, "units.csv")
	t.Setenv("QUXIANG_DATABASE", "sqlite:"+filepath.Join(dir, "q.db"))
	t.Setenv("QUXIANG_KEY_FILE", keys)
	text := "单位名称,统一社会信用代码\n示范大学,12100000466006770Q\n示范公司,99990000MA0000000A\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	do := func(args ...string) string {
		t.Helper()
		out.Reset()
		root := newRoot()
		root.SetArgs(args)
		root.SetOut(&out)
		root.SetErr(&bytes.Buffer{})
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return strings.TrimSpace(out.String())
	}
	do("keys", keys)
	do("migrate")
	report := filepath.Join(dir, "units-refused.xlsx")
	if got := do("import", "units", file); got != "imported=1 unchanged=0 refused=1 report="+report {
		t.Errorf("printed %q", got)
	}
	if _, err := os.Stat(report); err != nil {
		t.Error(err)
	}
	if got := do("import", "units", file); got != "imported=0 unchanged=1 refused=1 report="+report {
		t.Errorf("again: printed %q", got)
	}
}
