package store_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	empty := "sqlite:" + filepath.Join(dir, "empty.db")
	if _, _, err := store.Migrate(t.Context(), empty, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	newer := storetest.SQLite(t)
	s, err := store.Open(t.Context(), store.Options{DSN: newer, Keys: newKeys(t), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DB().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)").Error; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, dsn, want string }{
		{"no kind", "quxiang.db", "must be given as"},
		{"unknown kind", "postgres:u:hunter2@tcp(h:1)/n", "must be given as"},
		{"broken", "mysql:u:hunter2@tcp(h:1", "must be given as"},
		{"no name", "mysql:u:hunter2@tcp(h:1)/", "must be given as"},
		{"nobody answers", "mysql:u:hunter2@tcp(127.0.0.1:1)/n", "store: open"},
		{"no file", "sqlite:" + filepath.Join(dir, "missing.db"), "store: open"},
		{"newer schema", newer, "version 99999"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := store.Open(t.Context(), store.Options{DSN: tt.dsn, Keys: newKeys(t), Now: time.Now})
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error: %v", err)
			}
		})
	}
	if _, _, err := store.Migrate(t.Context(), newer, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("migrating a newer database: %v", err)
	}
}

func TestOpenUnmigrated(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{DSN: storetest.EmptyMariaDB(t), Keys: newKeys(t), Now: time.Now})
	if err == nil {
		_ = s.Close()
		t.Fatal("opened")
	}
	if !strings.Contains(err.Error(), "version 0") || !strings.Contains(err.Error(), "quxiang migrate") {
		t.Errorf("error: %v", err)
	}
}

func TestErrorsCarryNoValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.PutFlow(t.Context(), store.Flow{StateHash: "s1", Next: "/h5"})
		if err != nil {
			t.Fatal(err)
		}
		err = s.PutFlow(t.Context(), store.Flow{StateHash: "s1", Next: "/h5"})
		if model.CodeOf(err) != model.CodeConflict || strings.Contains(err.Error(), "s1") {
			t.Errorf("twice: %v", err)
		}
		if s.Dialect() == "mysql" { // a text that the column cannot hold is quoted by the server
			err = s.PutFlow(t.Context(), store.Flow{StateHash: "s2", Browser: "密"})
			if err == nil || strings.Contains(err.Error(), "密") || strings.Contains(err.Error(), "browser") {
				t.Errorf("broken value: %v", err)
			}
		}
	})
}

func TestPingAndCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Ping(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if err := s.AddAudit(ctx, model.Audit{Action: "x.y"}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		lost := func() error { tries++; return store.ErrLost }
		err := store.Retry(t.Context(), lost)
		if model.CodeOf(err) != model.CodeUnavailable || tries != 10 {
			t.Errorf("%d tries, %v", tries, err)
		}
		tries = 0
		if err := store.Retry(t.Context(), func() error {
			if tries++; tries < 3 {
				return store.ErrLost
			}
			return nil
		}); err != nil || tries != 3 {
			t.Errorf("%d tries, %v", tries, err)
		}
		tries = 0
		if err := store.Retry(t.Context(), func() error { tries++; return errors.New("no") }); err == nil || tries != 1 {
			t.Errorf("another error: %d tries, %v", tries, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		tries = 0
		if err := store.Retry(ctx, lost); !errors.Is(err, context.Canceled) || tries != 1 {
			t.Errorf("cancelled: %d tries, %v", tries, err)
		}
	})
}

func TestReferenceData(t *testing.T) {
	var clock atomic.Int64
	clock.Store(june.UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()) }
	dsn, keys := storetest.SQLite(t), newKeys(t)
	open := func() *store.Store {
		s, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: keys, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	a, b := open(), open()
	withSchools(t, a)
	if sc, err := b.School(t.Context(), "99002"); err != nil || sc != schoolThere {
		t.Fatalf("%+v, %v", sc, err)
	}
	if _, err := b.School(t.Context(), "10001"); model.CodeOf(err) != model.CodeNotFound {
		t.Errorf("unknown school: %v", err)
	}
	if _, err := b.Cohort(t.Context(), "1999"); model.CodeOf(err) != model.CodeNotFound {
		t.Errorf("unknown cohort: %v", err)
	}
	later := cohort27
	later.Deadline = "2027-09-30"
	if err := a.SaveCohort(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if c, _ := a.Cohort(t.Context(), "2027"); c != later {
		t.Errorf("the one who saved reads %+v", c)
	}
	clock.Add(int64(31 * time.Second))
	if c, _ := b.Cohort(t.Context(), "2027"); c != later {
		t.Errorf("after half a minute another replica reads %+v", c)
	}
	if all, err := b.Schools(t.Context()); err != nil || len(all) != 2 || all[0].Code != "99001" {
		t.Errorf("schools %v, %v", all, err)
	}
	if all, err := b.Cohorts(t.Context()); err != nil || len(all) != 2 || all[0].Code != "2026" {
		t.Errorf("cohorts %v, %v", all, err)
	}
}
