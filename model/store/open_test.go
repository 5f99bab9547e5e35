package store_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// TestKeysOfAnotherDatabase: a program with the wrong keys must not start, or
// it would find nobody and write what the right keys cannot read.
func TestKeysOfAnotherDatabase(t *testing.T) {
	dsn := storetest.SQLite(t)
	open := func(k *store.Keys) error {
		s, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: k, Now: time.Now})
		if err != nil {
			return err
		}
		return s.Close()
	}
	newKeys := func() *store.Keys {
		k, err := store.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	right := newKeys()
	for range 2 {
		if err := open(right); err != nil {
			t.Fatalf("the right keys: %v", err)
		}
	}
	if err := open(newKeys()); err == nil || !strings.Contains(err.Error(), "keys") {
		t.Errorf("other keys: %v", err)
	}
}

// TestSQLiteFile: only its owner may read the database and its log, and a
// missing one is named with what to do.
func TestSQLiteFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "quxiang.db")
	k, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), store.Options{DSN: "sqlite:" + file, Keys: k, Now: time.Now})
	if err == nil || !strings.Contains(err.Error(), "quxiang migrate") {
		t.Errorf("a missing file: %v", err)
	}
	if _, _, err := store.Migrate(t.Context(), "sqlite:"+file, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{DSN: "sqlite:" + file, Keys: k, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, name := range []string{file, file + "-wal"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode of %s is %v; want 0600", name, info.Mode())
		}
	}
}
