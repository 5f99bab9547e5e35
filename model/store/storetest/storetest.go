// Package storetest gives tests a real store: temporary SQLite files, and fresh
// databases on a throwaway MariaDB server.
//
// A package whose tests use Each or OpenMariaDB has
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
//
// so that the server ends, and its folder goes, with the tests.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/model/store"
)

// The variables that rule where the tests find their MariaDB.
const (
	// ServerVariable holds the address of a running server as
	// mysql:USER:PASSWORD@tcp(HOST:PORT)/; none is started then.
	ServerVariable = "QUXIANG_TEST_MYSQL"
	// RequireVariable, when 1, makes a missing server fail the tests that need
	// one instead of skipping them.
	RequireVariable = "QUXIANG_TEST_REQUIRE"
)

// Option changes the store.Options that a test's store is opened with.
type Option func(*store.Options)

// WithNow sets the store's clock.
func WithNow(now func() time.Time) Option { return func(o *store.Options) { o.Now = now } }

// WithLogger sets the store's log, which is discarded otherwise.
func WithLogger(l *slog.Logger) Option { return func(o *store.Options) { o.Logger = l } }

// WithDir sets the data directory, which is a temporary one otherwise.
func WithDir(dir string) Option { return func(o *store.Options) { o.Dir = dir } }

// WithKeys sets the keys; otherwise they are drawn for each store.
func WithKeys(k *store.Keys) Option { return func(o *store.Options) { o.Keys = k } }

// Open opens a migrated, empty store on SQLite in a temporary file. It closes
// with the test.
func Open(t testing.TB, opts ...Option) *store.Store {
	t.Helper()
	return open(t, SQLite(t), opts)
}

// SQLite returns the DSN of a migrated, empty SQLite database.
func SQLite(t testing.TB) string {
	t.Helper()
	migrated, err := emptySQLite()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "quxiang.db")
	if err := os.WriteFile(path, migrated, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// emptySQLite is the file of a migrated, empty database: migrating takes longer
// than most tests do, and is done once.
var emptySQLite = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "quxiang-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "quxiang.db")
	if _, _, err := store.Migrate(context.Background(), "sqlite:"+path, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // #nosec G304 -- our own file; closing moved the WAL into it
})

// OpenMariaDB opens a migrated, empty store on MariaDB. The test is skipped
// when no server is installed, unless RequireVariable forbids that.
func OpenMariaDB(t testing.TB, opts ...Option) *store.Store {
	t.Helper()
	return open(t, MariaDB(t), opts)
}

// MariaDB returns the DSN of a migrated, empty database on MariaDB, which is
// dropped with the test. It skips as OpenMariaDB does.
func MariaDB(t testing.TB) string {
	t.Helper()
	dsn := EmptyMariaDB(t)
	migrate(t, dsn)
	return dsn
}

// EmptyMariaDB returns the DSN of a database on MariaDB without any table,
// which is dropped with the test. It skips as OpenMariaDB does.
func EmptyMariaDB(t testing.TB) string {
	t.Helper()
	server, err := theServer.address()
	if errors.Is(err, ErrNoMariaDB) && os.Getenv(RequireVariable) != "1" {
		t.Skipf("not run on MariaDB: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := openServer(server)
	if err != nil {
		t.Fatal(err)
	}
	name := "qx_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP DATABASE "+name)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	head, tail, _ := strings.Cut(server, ")/")
	_, query, asked := strings.Cut(tail, "?")
	if asked {
		query = "?" + query
	}
	return head + ")/" + name + query
}

// Each runs f on SQLite and on MariaDB, each time with a fresh store.
func Each(t *testing.T, f func(t *testing.T, s *store.Store), opts ...Option) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, Open(t, opts...)) })
	t.Run("mariadb", func(t *testing.T) { f(t, OpenMariaDB(t, opts...)) })
}

func migrate(t testing.TB, dsn string) {
	t.Helper()
	if _, _, err := store.Migrate(t.Context(), dsn, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dsn string, opts []Option) *store.Store {
	t.Helper()
	keys, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	o := store.Options{DSN: dsn, Keys: keys, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Dir: t.TempDir()}
	for _, opt := range opts {
		opt(&o)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}
