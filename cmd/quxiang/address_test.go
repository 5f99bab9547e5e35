package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadAddressTable(t *testing.T) {
	name := filepath.Join(t.TempDir(), "addresses.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("10.1.0.0/16,北京市海淀区\n")
	table, err := readAddressTable(name)
	if err != nil || table.Place("10.1.2.3") != "北京市海淀区" {
		t.Errorf("%q %v", table.Place("10.1.2.3"), err)
	}
	write("10.1.0.0/16\n")
	if _, err := readAddressTable(name); err == nil || !strings.Contains(err.Error(), "addresses.csv") || !strings.Contains(err.Error(), "第 1 行") {
		t.Errorf("a wrong row: %v", err)
	}
	if _, err := readAddressTable(name + "x"); err == nil || !strings.Contains(err.Error(), "无法读取地址表") {
		t.Errorf("a missing file: %v", err)
	}
	if table, err := readAddressTable(""); err != nil || table.Place("10.1.2.3") != "" {
		t.Errorf("no table: %v", err)
	}
}
