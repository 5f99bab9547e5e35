package store

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"quxiang/model"
	"quxiang/model/codes"
)

// Clock is now to s.
func (s *Store) Clock() time.Time { return s.now() }

// DB is the handle, for tests that look below the methods.
func (s *Store) DB() *gorm.DB { return s.db }

// Dialect names the database.
func (s *Store) Dialect() string { return s.dialect.name }

// LogEverything logs every statement as slow.
func (s *Store) LogEverything() { s.db.Logger = queryLog{log: s.log} }

// ListQuery is the statement of a list.
func (s *Store) ListQuery(ctx context.Context, scope model.Scope, f GraduateFilter, after Cursor, limit int) (string, []any, error) {
	if f.Query != "" {
		sql, args := s.newSearch(scope, f).page(limit)
		return sql, args, nil
	}
	return s.listQuery(ctx, scope, f, after, limit)
}

// NumberQueries are the statements of the pages of numbers and of the unreached
// list for an area, by name.
func (s *Store) NumberQueries(scope model.Scope, area NumberArea, classes []string) map[string]Statement {
	a, ok := area.within(scope)
	if !ok {
		return nil
	}
	out := map[string]Statement{}
	add := func(name, sql string, args []any) {
		if sql != "" {
			out[name] = Statement{sql, args}
		}
	}
	for _, by := range []Split{SplitNone, SplitSchool, SplitCollege, SplitMajor, SplitClass} {
		sql, args := settledQuery(scope, a, by)
		add("numbers by "+string(by), sql, args)
	}
	if a.School != "" && len(scope.Classes) == 0 {
		sql, args := daysQuery(a)
		add("days", sql, args)
	}
	sql, args := unfinishedQuery(scope, a)
	add("unfinished", sql, args)
	if sql, args, ok := s.unreachedQuery(scope, UnreachedFilter{Area: area, Classes: classes, From: classes[0], After: 1, SilentBefore: s.now()}, 500); ok {
		add("unreached", sql, args)
	}
	return out
}

// SearchDepthQuery asks whether a search was cut short.
func (s *Store) SearchDepthQuery(scope model.Scope, f GraduateFilter) (string, []any) {
	return s.newSearch(scope, f).depth()
}

// SearchDepth is searchDepth.
const SearchDepth = searchDepth

// Statement is SQL with its arguments.
type Statement struct {
	SQL  string
	Args []any
}

// QueueQuery is the statement of a queue.
func (s *Store) QueueQuery(ctx context.Context, scope model.Scope, f QueueFilter, after Cursor, limit int) (string, []any, error) {
	q, err := s.queue(ctx, scope, f, after, limit)
	if err != nil {
		return "", nil, err
	}
	sql, args := q.sql()
	return sql, args, nil
}

// QueueWindow is queueWindow.
const QueueWindow = queueWindow

// Seal, Unseal and IndexOf are the methods of Keys.
func (k *Keys) Seal(table, column, uid string, plain []byte) ([]byte, error) {
	return k.seal(table, column, uid, plain)
}

// Unseal is unseal.
func (k *Keys) Unseal(table, column, uid string, sealed []byte) ([]byte, error) {
	return k.unseal(table, column, uid, sealed)
}

// IndexOf is indexOf.
func (k *Keys) IndexOf(what, value string) (string, error) { return k.indexOf(what, value) }

// Retry is retry.
func Retry(ctx context.Context, f func() error) error { return retry(ctx, "test", f) }

// ErrLost is errLost.
var ErrLost = errLost

// CountQueries counts the statements that run on s until the returned function
// is called.
func (s *Store) CountQueries(t testing.TB) func() int {
	t.Helper()
	n := 0
	count := func(*gorm.DB) { n++ }
	for _, err := range []error{
		s.db.Callback().Query().Before("gorm:query").Register("test:count", count),
		s.db.Callback().Row().Before("gorm:row").Register("test:count", count),
		s.db.Callback().Raw().Before("gorm:raw").Register("test:count", count),
		s.db.Callback().Create().Before("gorm:create").Register("test:count", count),
		s.db.Callback().Update().Before("gorm:update").Register("test:count", count),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() int {
		for _, err := range []error{
			s.db.Callback().Query().Remove("test:count"), s.db.Callback().Row().Remove("test:count"), s.db.Callback().Raw().Remove("test:count"),
			s.db.Callback().Create().Remove("test:count"), s.db.Callback().Update().Remove("test:count"),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
}

// Statements collects the statements that run on s, with their values, until the
// returned function is called.
func (s *Store) Statements(t testing.TB) func() []string {
	t.Helper()
	var all []string
	note := func(db *gorm.DB) {
		all = append(all, db.Explain(db.Statement.SQL.String(), db.Statement.Vars...))
	}
	for _, err := range []error{
		s.db.Callback().Query().After("gorm:query").Register("test:statements", note),
		s.db.Callback().Row().After("gorm:row").Register("test:statements", note),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() []string {
		for _, err := range []error{s.db.Callback().Query().Remove("test:statements"), s.db.Callback().Row().Remove("test:statements")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return all
	}
}

// Columns are the columns that the row structs map, by table.
func (s *Store) Columns(t testing.TB) map[string][]string {
	t.Helper()
	var cache sync.Map
	out := map[string][]string{}
	for _, row := range []any{
		accountRow{},
		auditRow{},
		authorizationRow{},
		cohortRow{},
		confirmationRow{},
		conflictRow{},
		contactRow{},
		deliveryRow{},
		deskBatchRow{},
		deskDayRow{},
		deskKeyRow{},
		deskPostRow{},
		deskNoteRow{},
		deskRow{},
		flowRow{},
		followerRow{},
		graduateRow{},
		importChangeRow{},
		jobRunRow{},
		menuDraftRow{},
		menuDriftRow{},
		menuPressRow{},
		menuRow{},
		messageRow{},
		operatorRow{},
		proofRow{},
		requestRow{},
		reviewRow{},
		revisionRow{},
		schoolRow{},
		sessionRow{},
		sharedRow{},
		taskRow{},
		templateRow{},
		triesRow{},
		unitRow{},
		upstreamDeliveryRow{},
		upstreamKeyRow{},
		nonceRow{},
		verificationRow{},
	} {
		parsed, err := schema.Parse(row, &cache, s.db.NamingStrategy)
		if err != nil {
			t.Fatal(err)
		}
		out[parsed.Table] = slices.Sorted(slices.Values(parsed.DBNames))
	}
	return out
}

// RequestQueueQuery and RequestCountQuery are the statements of a queue.
func (s *Store) RequestQueueQuery(op model.Operator, kind model.RequestKind, after RequestCursor, limit int) (string, []any) {
	return s.requestQueueQuery(op, kind, after, limit)
}

// RequestCountQuery counts what waits for op.
func (s *Store) RequestCountQuery(op model.Operator) (string, []any) {
	return s.requestCountQuery(op, queues(op))
}

// UnitSearches are the statements of a search by name, with their arguments.
func UnitSearches(query string, r *codes.Regions) (sql []string, args [][]any) {
	for _, q := range unitSearches(query, r) {
		sql, args = append(sql, q.sql), append(args, q.args)
	}
	return sql, args
}

// IssuedQuery is the statement of Issued for some numbers.
func (s *Store) IssuedQuery(numbers ...string) Statement {
	return Statement{SQL: s.issuedQuery(), Args: []any{numbers}}
}

// LedgerQueries are the statements about verifications by name.
func (s *Store) LedgerQueries(id model.GraduateID) map[string]Statement {
	dry := s.db.Session(&gorm.Session{DryRun: true})
	out := map[string]Statement{}
	for name, q := range map[string]*gorm.DB{
		"untold": untold(dry, 500), "first page": ledgerPage(dry, id, 0, 51), "older page": ledgerPage(dry, id, 1<<40, 51), "looks": looksAt(dry, id),
	} {
		run := q.Find(&[]map[string]any{}).Statement
		out[name] = Statement{SQL: run.SQL.String(), Args: run.Vars}
	}
	return out
}
