package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"quxiang/model"
)

// exportBatch is how many records an export reads together.
const exportBatch = 500

// ExportFilter is a list's filter, or a queue's.
type ExportFilter struct {
	GraduateFilter
	Category string // of the latest revision
}

// Export tells begin how many graduates a list has and hands their records to
// each, in the order of their ids, 500 at a time; they are each's until it
// returns.
//
// The ids come first and at once, by one statement that reads the scope's range
// of graduates_school_queue, graduates_college_queue or the like: so nobody is
// there twice or missing because he moved to another step meanwhile, and eight
// bytes a graduate are all that is kept. Then at most six queries for 500
// records, by primary keys.
func (s *Store) Export(ctx context.Context, scope model.Scope, f ExportFilter, begin func(n int) error, each func([]model.Record) error) error {
	ids, err := s.exportIDs(ctx, scope, f)
	if err != nil {
		return wrap("export", err)
	}
	if err := begin(len(ids)); err != nil {
		return err
	}
	records := make([]model.Record, 0, exportBatch)
	for part := range slices.Chunk(ids, exportBatch) {
		all, err := s.loadRecords(ctx, part)
		if err != nil {
			return wrap("export", err)
		}
		records = records[:0]
		for _, id := range part {
			// Whoever left the scope, or the database, since the ids were read
			// is no longer of the list.
			if l := all[id]; l != nil && scope.Covers(l.record.Graduate) {
				records = append(records, l.record)
			}
		}
		if err := each(records); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) exportIDs(ctx context.Context, scope model.Scope, f ExportFilter) (ids []int64, err error) {
	f.Query = strings.TrimSpace(f.Query)
	if scope.Empty() || !f.comparable() || !isCode(f.Category) {
		return nil, nil
	}
	c := f.conditions(scope)
	c.settled(f.GraduateFilter)
	c.equal("unit", f.Unit)
	c.equal("unit_code", f.UnitCode)
	c.equal("category", f.Category)
	if len(f.Steps) > 0 {
		c.add("step IN ?", f.Steps)
	}
	switch {
	case f.Query == "":
	case f.exam():
		c.add("exam_number = ?", f.Query)
	default:
		c.add("name >= ? AND name < ?", f.Query, f.Query+"\U0010FFFF")
	}
	query := "SELECT id FROM graduates"
	if len(c.sql) > 0 {
		query += " WHERE " + c.where()
	}
	rows, err := s.read(ctx).Raw(query+" ORDER BY id", c.args...).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err below says what went wrong
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
