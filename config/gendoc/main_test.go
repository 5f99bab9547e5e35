package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManualIsCurrent(t *testing.T) {
	want, err := generate("../config.go")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/config.md differs from config/config.go: run go generate ./config")
	}
}

func TestUncommentedSettingIsRefused(t *testing.T) {
	source, err := os.ReadFile("../config.go")
	if err != nil {
		t.Fatal(err)
	}
	without := strings.Replace(string(source), "	// AppID is the account's AppID, which starts with wx.\n", "", 1)
	if without == string(source) {
		t.Fatal("the comment that this test removes is gone")
	}
	file := filepath.Join(t.TempDir(), "config.go")
	if err := os.WriteFile(file, []byte(without), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := generate(file); err == nil || !strings.Contains(err.Error(), "WeChat.AppID") {
		t.Errorf("generate = %v, want an error that names WeChat.AppID", err)
	}
}
