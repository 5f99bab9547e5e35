package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"quxiang/model"
)

// QueueRow is a graduate who waits for a reviewer, with the destination that is
// to be looked at.
type QueueRow struct {
	GraduateRow
	Reason      string            // why a change is asked for
	Destination model.Destination // of the latest revision
	ByGraduate  bool              // who handed it in on our pages
	Proofs      int               // files that prove it
}

// QueueFilter narrows the queue of one step. Empty fields do not.
type QueueFilter struct {
	Step                                     model.Step
	Cohort, School, College, Class, Category string
	Unit, UnitCode                           string             // as reported, whole
	IDs                                      []model.GraduateID // at most 200; nil for all
}

// queueWindow bounds how many waiting graduates one page looks at when no index
// serves the whole filter. The page then ends early, and the next one goes on.
const queueWindow = 1000

// queueQuery is a queue on its way to the database.
type queueQuery struct {
	head     string       // SELECT … FROM …, with the index
	branches []conditions // ranges, each in the order of the queue
	rest     conditions   // what no index answers
	window   int          // rows that are looked at
}

// Queue lists who waits at a step within a scope, those who have waited longest
// first. next goes on behind the last one looked at and is zero at the end; with
// a filter that no index serves whole, a page can be short, or empty, and still
// have a next one. An empty scope returns nothing without a query.
//
// One query. A queue is one range of graduates_college_queue,
// graduates_school_queue or graduates_cohort_queue, in its order; a category in
// a school one of graduates_category_queue. What is left of the filter is asked
// of at most queueWindow rows of that range. Classes are read whole by
// graduates_class, some dozens of rows each, and those of one unit by
// graduates_unit_queue, as many as wait there. The destinations come by primary
// key, for the rows returned alone. So a page costs the same at any size.
func (s *Store) Queue(ctx context.Context, scope model.Scope, f QueueFilter, after Cursor, limit int) (rows []QueueRow, next Cursor, err error) {
	if scope.Empty() || limit <= 0 || !f.comparable() || !f.within(scope) || f.IDs != nil && len(f.IDs) == 0 {
		return nil, Cursor{}, nil
	}
	q, err := s.queue(ctx, scope, f, after, limit)
	if err != nil || len(q.branches) == 0 {
		return nil, Cursor{}, err
	}
	sql, args := q.sql()
	var found []struct {
		Row             graduateRow `gorm:"embedded"`
		RevisionUID     *string
		RevisionContent []byte
		RevisionBy      string
		RevisionProofs  int
	}
	if err := s.read(ctx).Raw(sql, args...).Scan(&found).Error; err != nil {
		return nil, Cursor{}, wrap("queue", err)
	}
	for i := range found {
		r, line := &found[i].Row, &found[i]
		if i == q.window || len(rows) == limit {
			return rows, Cursor{since: found[i-1].Row.StepSince, id: found[i-1].Row.ID}, nil
		}
		if line.RevisionUID == nil {
			continue
		}
		d, err := s.unsealDestination(revisionsTable, "content", *line.RevisionUID, line.RevisionContent)
		if err != nil {
			return nil, Cursor{}, wrap("queue", err)
		}
		rows = append(rows, QueueRow{GraduateRow: r.listed(), Reason: r.StepReason, Destination: d, ByGraduate: line.RevisionBy == string(model.ActorGraduate), Proofs: line.RevisionProofs})
	}
	return rows, Cursor{}, nil
}

func (f QueueFilter) comparable() bool {
	return isCode(string(f.Step)) && isCode(f.Cohort) && isCode(f.School) && isCode(f.Category) && isCode(f.UnitCode) &&
		utf8.ValidString(f.College+f.Class+f.Unit)
}

// within reports whether anybody of the scope can match: a range that matches
// nobody would be paged through to its end.
func (f QueueFilter) within(s model.Scope) bool {
	other := func(asked, has string) bool { return asked != "" && has != "" && asked != has }
	return !other(f.School, s.SchoolCode) && !other(f.College, s.College)
}

// queue chooses the index.
func (s *Store) queue(ctx context.Context, scope model.Scope, f QueueFilter, after Cursor, limit int) (queueQuery, error) {
	school, college, classes := cmp.Or(scope.SchoolCode, f.School), cmp.Or(scope.College, f.College), scope.Classes
	if len(classes) == 0 && f.Class != "" {
		classes = []string{named(f.Class)}
	}
	base := conditions{}
	base.add("step = ?", string(f.Step))
	if !after.IsZero() {
		sql, args := s.dialect.pageAfter(after.since, after.id)
		base.add(sql, args...)
	}
	whole := base.and(GraduateFilter{Cohort: f.Cohort, School: f.School, College: f.College, Class: f.Class}.conditions(scope))
	whole.equal("category", f.Category)
	q := queueQuery{window: limit}
	from := func(index string, ranges ...conditions) {
		q.head, q.branches = listColumns+s.dialect.useIndex(index)+" WHERE ", ranges
	}
	switch {
	case f.IDs != nil:
		q.head, q.branches = listColumns+s.dialect.usePrimary()+" WHERE ", []conditions{whole.with("id IN ?", f.IDs)}
	case f.Unit != "" || f.UnitCode != "":
		head, args := s.dialect.ofUnit(f.Unit, f.UnitCode)
		whole.args = slices.Concat(args, whole.args)
		q.head, q.branches = head, []conditions{whole}
	case school != "" && college != "" && len(classes) > 0:
		from("graduates_class", whole)
	case school == "":
		ranges, err := s.everyCohort(ctx, base, f.Cohort)
		if err != nil {
			return q, err
		}
		from("graduates_cohort_queue", ranges...)
		q.rest.equal("college", f.College)
		q.rest.equal("class", f.Class)
		q.rest.equal("category", f.Category)
	case college != "":
		from("graduates_college_queue", base.with("school_code = ? AND college = ?", school, named(college)))
		q.rest.equal("cohort_code", f.Cohort)
		q.rest.equal("category", f.Category)
	case f.Category != "":
		from("graduates_category_queue", base.with("school_code = ? AND category = ?", school, f.Category))
		q.rest.equal("cohort_code", f.Cohort)
		q.rest.equal("class", f.Class)
	default:
		from("graduates_school_queue", base.with("school_code = ?", school))
		q.rest.equal("cohort_code", f.Cohort)
		q.rest.equal("class", f.Class)
	}
	if len(q.rest.sql) > 0 {
		q.window = queueWindow
	}
	return q, nil
}

// everyCohort are the ranges of the queue of all schools.
func (s *Store) everyCohort(ctx context.Context, base conditions, only string) ([]conditions, error) {
	cohorts, err := s.Cohorts(ctx)
	if err != nil {
		return nil, err
	}
	var ranges []conditions
	for _, c := range cohorts {
		if only == "" || only == c.Code {
			ranges = append(ranges, base.with("cohort_code = ?", c.Code))
		}
	}
	return ranges, nil
}

// proofsOf counts the files of a queue's row by proofs_graduate: five at most
// for each revision.
const proofsOf = "CASE WHEN r.uid IS NULL THEN 0 ELSE (SELECT COUNT(*) FROM proofs p WHERE p.graduate_id = w.id AND p.request = 0 AND p.state = '" + string(proofKept) +
	"' AND p.from_revision <= w.revisions AND (p.until_revision = 0 OR p.until_revision > w.revisions)) END"

// sql joins the destinations to the window. A row that the rest refuses comes
// without one: it says how far the window went.
func (q queueQuery) sql() (string, []any) {
	inner, args := union(q.head, q.branches, "step_since, id", q.window+1)
	on := ""
	if len(q.rest.sql) > 0 {
		on = " AND " + strings.Join(q.rest.sql, " AND ")
		args = append(args, q.rest.args...)
	}
	return "SELECT w.*, r.uid AS revision_uid, r.content AS revision_content, r.by_kind AS revision_by, " + proofsOf + " AS revision_proofs FROM (" + inner + ") AS w" +
		" LEFT JOIN revisions r ON r.graduate_id = w.id AND r.number = w.revisions" + on + " ORDER BY w.step_since, w.id", args
}

func (c conditions) and(more conditions) conditions {
	return conditions{sql: slices.Concat(c.sql, more.sql), args: slices.Concat(c.args, more.args)}
}
