package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

const conflictsTable = "conflicts"

// conflictRow is one thing from upstream that was not taken in. Kind, state and
// place are for the queue; what came, and why it was settled as it was, is
// encrypted as a whole.
type conflictRow struct {
	GraduateID int64  `gorm:"primaryKey;autoIncrement:false"`
	Number     int    `gorm:"primaryKey;autoIncrement:false"`
	UID        string `gorm:"column:uid"`
	Kind       string
	Revision   int
	Content    []byte
	Source     string // the platform
	ReportedAt int64
	ReceivedAt int64
	State      string
	SettledAt  int64
	By         byColumns `gorm:"embedded"` // who settled it
	CohortCode string
	SchoolCode string
	College    string
	Class      string
}

func (conflictRow) TableName() string { return conflictsTable }

// conflictContent is the encrypted part of a conflict.
type conflictContent struct {
	Destination  model.Destination
	Name, Reason string
}

func (s *Store) conflictRow(g model.Graduate, id model.GraduateID, uid string, q model.Conflict) (conflictRow, error) {
	r := conflictRow{
		GraduateID: int64(id), Number: q.Number, UID: uid, Kind: string(q.Kind), Revision: q.Revision, Source: q.Incoming.By.Name,
		ReportedAt: toMillis(q.Incoming.ReportedAt), ReceivedAt: toMillis(q.At), State: string(q.State), SettledAt: toMillis(q.SettledAt),
		By: byOf(q.SettledBy), CohortCode: g.CohortCode, SchoolCode: g.SchoolCode, College: g.Basics.College, Class: g.Basics.Class,
	}
	plain, err := json.Marshal(conflictContent{Destination: q.Incoming.Destination, Name: q.Incoming.Name, Reason: q.Reason})
	if err != nil {
		return r, fmt.Errorf("store: conflict: %w", err)
	}
	r.Content, err = s.keys.seal(conflictsTable, "content", uid, plain)
	return r, err
}

func (s *Store) conflict(r *conflictRow) (model.Conflict, error) {
	q := model.Conflict{
		Number: r.Number, Kind: model.ConflictKind(r.Kind), Revision: r.Revision, At: fromMillis(r.ReceivedAt),
		State: model.ConflictState(r.State), SettledAt: fromMillis(r.SettledAt), SettledBy: r.By.actor(),
		Incoming: model.Incoming{ReportedAt: fromMillis(r.ReportedAt), By: model.ByUpstream(r.Source)},
	}
	plain, err := s.keys.unseal(conflictsTable, "content", r.UID, r.Content)
	if err != nil {
		return q, err
	}
	var c conflictContent
	if err := json.Unmarshal(plain, &c); err != nil {
		return q, fmt.Errorf("store: conflict of graduate %d: %w", r.GraduateID, err)
	}
	q.Incoming.Destination, q.Incoming.Name, q.Reason = c.Destination, c.Name, c.Reason
	return q, nil
}

func (s *Store) loadConflicts(ctx context.Context, all map[int64]*loaded, have holders) error {
	rows := make([]conflictRow, 0, have.rows)
	if err := s.history(ctx, have, "number", &rows); err != nil {
		return err
	}
	for i := range rows {
		l := all[rows[i].GraduateID]
		if rows[i].Number > l.row.Conflicts {
			continue
		}
		q, err := s.conflict(&rows[i])
		if err != nil {
			return err
		}
		l.record.Conflicts = append(l.record.Conflicts, q)
	}
	return nil
}

// writeConflicts appends new conflicts, and writes those that were settled. A
// rule touches few.
func (w *writing) writeConflicts(tx *gorm.DB) error {
	for i, q := range w.after.Conflicts {
		known := i < len(w.before.record.Conflicts)
		if known && q.State == w.before.record.Conflicts[i].State {
			continue
		}
		row, err := w.conflictRow(w.after.Graduate, w.after.Graduate.ID, newUID(), q)
		if err != nil {
			return err
		}
		if !known {
			err = tx.Create(&row).Error
		} else {
			err = tx.Model(&conflictRow{}).Where("graduate_id = ? AND number = ?", row.GraduateID, row.Number).
				Select("uid", "revision", "content", "state", "settled_at", "by_kind", "by_id", "by_name").Updates(&row).Error
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ConflictRow is an open conflict in a list.
type ConflictRow struct {
	GraduateID             model.GraduateID
	Number                 int
	Kind                   model.ConflictKind
	Source                 string
	ReceivedAt             time.Time
	Revisions              int // how many the graduate has now: what a settlement refers to
	Name, ExamNumber       string
	College, Class         string
	CohortCode, SchoolCode string
}

// OpenConflicts lists the conflicts within a scope that wait for an operator,
// the oldest first, limit at a time. An empty scope returns nothing without a
// query. Index conflicts_queue or conflicts_school_queue, read in its order up
// to the limit, and the graduates by primary key.
func (s *Store) OpenConflicts(ctx context.Context, scope model.Scope, after Cursor, limit int) (rows []ConflictRow, next Cursor, err error) {
	if scope.Empty() || limit <= 0 {
		return nil, Cursor{}, nil
	}
	where, args, index := s.openConflicts(scope)
	if !after.IsZero() {
		where += " AND (c.received_at > ? OR (c.received_at = ? AND c.graduate_id > ?))"
		args = append(args, after.since, after.since, after.id)
	}
	var found []struct {
		GraduateID, ReceivedAt                                                 int64
		Number, Revisions                                                      int
		Kind, Source, Name, ExamNumber, College, Class, CohortCode, SchoolCode string
	}
	err = s.read(ctx).Raw("SELECT c.graduate_id, c.number, c.kind, c.source, c.received_at, c.cohort_code, c.school_code, "+
		"g.name, g.exam_number, g.college, g.class, g.revisions FROM conflicts AS c"+index+
		" JOIN graduates AS g ON g.id = c.graduate_id WHERE "+where+" ORDER BY c.received_at, c.graduate_id LIMIT ?", append(args, limit+1)...).Scan(&found).Error
	if err != nil {
		return nil, Cursor{}, wrap("open conflicts", err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = Cursor{since: found[limit-1].ReceivedAt, id: found[limit-1].GraduateID}
	}
	rows = make([]ConflictRow, len(found))
	for i, f := range found {
		rows[i] = ConflictRow{
			GraduateID: model.GraduateID(f.GraduateID), Number: f.Number, Kind: model.ConflictKind(f.Kind), Source: f.Source,
			ReceivedAt: fromMillis(f.ReceivedAt), Revisions: f.Revisions, Name: f.Name, ExamNumber: f.ExamNumber,
			College: f.College, Class: f.Class, CohortCode: f.CohortCode, SchoolCode: f.SchoolCode,
		}
	}
	return rows, next, nil
}

// openConflicts are the conditions of the queue and the index that serves them.
// College and class are the graduate's own of today.
func (s *Store) openConflicts(scope model.Scope) (where string, args []any, index string) {
	var c conditions
	c.add("c.state = ?", string(model.ConflictOpen))
	index = "conflicts_queue"
	if !scope.All {
		index = "conflicts_school_queue"
		c.add("c.school_code = ?", scope.SchoolCode)
		if scope.College != "" {
			c.add("g.college = ?", scope.College)
		}
		if len(scope.Classes) > 0 {
			c.add("g.class IN ?", scope.Classes)
		}
	}
	return strings.Join(c.sql, " AND "), c.args, s.dialect.useIndex(index)
}

// maxCounted bounds a count that is only there to say that there is much to do.
const maxCounted = 1000

// CountOpenConflicts counts what OpenConflicts lists, to 1,000 at most. The same
// indexes.
func (s *Store) CountOpenConflicts(ctx context.Context, scope model.Scope) (int, error) {
	if scope.Empty() {
		return 0, nil
	}
	where, args, index := s.openConflicts(scope)
	var n int
	err := s.read(ctx).Raw("SELECT COUNT(*) FROM (SELECT c.graduate_id FROM conflicts AS c"+index+
		" JOIN graduates AS g ON g.id = c.graduate_id WHERE "+where+" LIMIT ?) AS q", append(args, maxCounted)...).Scan(&n).Error
	return n, wrap("count open conflicts", err)
}
