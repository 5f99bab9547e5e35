package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestSwap(t *testing.T) {
	steps := []struct {
		name, old, value string
		want             bool
		after            string
	}{
		{"nothing is not something", "a", "b", false, ""},
		{"removing nothing", "", "", true, ""},
		{"first", "", "a", true, "a"},
		{"there is one already", "", "b", false, "a"},
		{"letters count", "A", "b", false, "a"},
		{"next", "a", "b", true, "b"},
		{"late", "a", "c", false, "b"},
		{"same again", "b", "b", true, "b"},
		{"removal of another", "a", "", false, "b"},
		{"removal", "b", "", true, ""},
		{"first again", "", "d", true, "d"},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, step := range steps {
			expires := start.Add(time.Duration(i) * time.Minute)
			ok, err := s.Swap(t.Context(), "token:wx1", step.old, step.value, expires)
			if err != nil || ok != step.want {
				t.Fatalf("%s: Swap = %v, %v; want %v", step.name, ok, err, step.want)
			}
			value, got, err := s.Get(t.Context(), "token:wx1")
			if err != nil || value != step.after {
				t.Fatalf("%s: Get = %q, %v; want %q", step.name, value, err, step.after)
			}
			if ok && value != "" && !got.Equal(expires) {
				t.Errorf("%s: expires %v, want %v", step.name, got, expires)
			}
		}
		if value, _, err := s.Get(t.Context(), "TOKEN:WX1"); value != "" || err != nil {
			t.Errorf("another key has %q, %v", value, err)
		}
	})
}

func TestSwapRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, old := range []string{"", "first"} {
			const callers = 8
			type result struct {
				value string
				ok    bool
				err   error
			}
			results := make(chan result)
			for i := range callers {
				go func() {
					value := "first"
					if old != "" {
						value = fmt.Sprintf("second %d", i)
					}
					ok, err := s.Swap(context.WithoutCancel(t.Context()), "k", old, value, start)
					results <- result{value, ok, err}
				}()
			}
			won := ""
			wins := 0
			for range callers {
				r := <-results
				if r.err != nil {
					t.Error(r.err)
				}
				if r.ok {
					won, wins = r.value, wins+1
				}
			}
			if wins != 1 {
				t.Errorf("%d callers won, want one", wins)
			}
			if value, _, err := s.Get(t.Context(), "k"); err != nil || value != won {
				t.Errorf("Get = %q, %v; want the winner's %q", value, err, won)
			}
		}
	})
}

// Nobody who has the database's files has the token.
func TestSharedValueAtRest(t *testing.T) {
	dsn := storetest.SQLite(t)
	keys, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: keys, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const secret = "82_Zq3kVtokenThatNobodyMaySee"
	if ok, err := s.Swap(t.Context(), "token", "", secret, start); err != nil || !ok {
		t.Fatal(ok, err)
	}
	path := strings.TrimPrefix(dsn, "sqlite:")
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, %v; want the database and its log", files, err)
	}
	found := false
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s holds the token", filepath.Base(f))
		}
		found = found || bytes.Contains(data, []byte("shared_values"))
	}
	if !found {
		t.Error("no file holds the table's name: this test looks at the wrong files")
	}
}
