// Package store keeps the records of package model in SQLite or a
// MySQL-compatible database: one file a noun, the differences of the two
// databases in dialect.go, the schema as SQL below migrations.
//
// Rules live in package model; this package runs them and writes what they
// return in one transaction. Personal data is encrypted before it reaches a
// statement (see Keys), and neither errors nor logs carry a value.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// Options are what a Store needs.
type Options struct {
	DSN     string           // sqlite:PATH or mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME
	Keys    *Keys            // for the columns that are encrypted at rest
	Now     func() time.Time // the clock of business rules; leases use the database's own
	Logger  *slog.Logger     // nil: nothing is logged
	MaxOpen int              // connections at most; 0: 8 on SQLite, 32 on MySQL
	Dir     string           // data directory, below which proofs lie; "" keeps none
}

// Store is the database. It is safe for concurrent use.
type Store struct {
	db       *gorm.DB
	pool     *sql.DB
	dialect  dialect
	keys     *Keys
	now      func() time.Time
	log      *slog.Logger
	dir      string
	writer   chan struct{} // held by the one write transaction on SQLite; nil on MySQL
	cohorts  *reference[model.Cohort]
	schools  *reference[model.School]
	chat     *reference[model.ChatAnswer]
	contacts *contactCopy
}

// Open opens a database whose schema is the one of this program. Another
// version is refused with an error that names both and says to run
// `quxiang migrate`. The error never contains the DSN's password.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Keys == nil || o.Now == nil {
		return nil, fmt.Errorf("store: open: keys and clock are needed")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	d, err := parseDSN(o.DSN)
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	if err := d.exists(); err != nil {
		return nil, err
	}
	pool, err := d.open(false)
	if err != nil {
		return nil, wrap("open", err)
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = d.maxOpen()
	}
	pool.SetMaxOpenConns(o.MaxOpen)
	pool.SetMaxIdleConns(o.MaxOpen)
	s := &Store{pool: pool, dialect: d, keys: o.Keys, now: o.Now, log: o.Logger, dir: o.Dir}
	if d.name == sqliteName {
		s.writer = make(chan struct{}, 1)
	}
	s.cohorts = newReference(o.Now, s.loadCohorts)
	s.schools = newReference(o.Now, s.loadSchools)
	s.chat = newReference(o.Now, s.loadAnswers)
	s.contacts = &contactCopy{now: o.Now}
	if err := s.connect(ctx); err != nil {
		_ = pool.Close() // the first error is the one to tell
		return nil, err
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context) error {
	if err := s.pool.PingContext(ctx); err != nil {
		return wrap("open", err)
	}
	db, err := gorm.Open(s.dialect.gorm(s.pool), &gorm.Config{
		SkipDefaultTransaction:   true,
		TranslateError:           true,
		DisableNestedTransaction: true,
		PrepareStmt:              s.dialect.name == sqliteName, // MySQL: arguments are interpolated, one round trip
		PrepareStmtMaxSize:       256,
		NowFunc:                  s.now,
		Logger:                   queryLog{log: s.log, slow: slowQuery},
	})
	if err != nil {
		return wrap("open", err)
	}
	s.db = db
	if err := checkVersion(ctx, db); err != nil {
		return err
	}
	return s.checkKeys(ctx)
}

// Close closes all connections.
func (s *Store) Close() error {
	if err := s.pool.Close(); err != nil {
		return wrap("close", err)
	}
	return nil
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return wrap("ping", s.pool.PingContext(ctx))
}

// read starts a query outside a transaction.
func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }

type requestIDKey struct{}

// WithRequestID returns a context under which audit entries carry the id of
// the request that caused them.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
