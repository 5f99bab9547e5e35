package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"quxiang/model"
)

// RequestCursor is a place in a queue of requests: a graduate can have several
// that have waited equally long. The zero one is the beginning, and what a queue
// returns after its last page.
type RequestCursor struct{ since, id, number int64 }

// IsZero reports whether c is the beginning, or behind the end.
func (c RequestCursor) IsZero() bool { return c == RequestCursor{} }

// String writes the cursor for an address; "" for the zero one.
func (c RequestCursor) String() string {
	if c.IsZero() {
		return ""
	}
	return Cursor{since: c.since, id: c.id}.String() + "." + strconv.FormatInt(c.number, 36)
}

// ParseRequestCursor reads what String wrote; anything else is CodeInvalid.
func ParseRequestCursor(s string) (RequestCursor, error) {
	if s == "" {
		return RequestCursor{}, nil
	}
	place := max(strings.LastIndex(s, "."), 0)
	c, err := ParseCursor(s[:place])
	number, nerr := strconv.ParseInt(strings.TrimPrefix(s[place:], "."), 36, 64)
	if err != nil || nerr != nil || number <= 0 || c != (Cursor{since: c.since, id: c.id}) || c.IsZero() {
		return RequestCursor{}, model.Invalid("after", "页码不正确，请从第一页开始。")
	}
	return RequestCursor{since: c.since, id: c.id, number: number}, nil
}

// QueuedRequest is an open request in a queue of operators.
type QueuedRequest struct {
	Graduate model.Graduate
	Request  model.Request
	Ordinal  int // model.Record.Ordinal
}

// queueState is the state in which requests of a kind wait for the operators
// whose queue it is; changes wait as a step of their graduate.
var queueState = map[model.RequestKind]model.RequestState{
	model.RequestCorrection: model.RequestSchool, model.RequestDispute: model.RequestAuditor,
}

// queues are the kinds of requests that op answers at all.
func queues(op model.Operator) []model.RequestKind {
	var kinds []model.RequestKind
	if op.May(model.ActionCorrect) {
		kinds = append(kinds, model.RequestCorrection)
	}
	if op.May(model.ActionDispute) {
		kinds = append(kinds, model.RequestDispute)
	}
	return kinds
}

// queueFrom is FROM and WHERE of what waits for op: within the scope, and only
// what he may answer (model's MayCorrect and MayAnswerDispute).
func (s *Store) queueFrom(op model.Operator, kind model.RequestKind) (string, []any) {
	var c conditions
	index := "requests_queue"
	if scope := op.Scope(); !scope.All {
		index = "requests_school_queue"
		c.add("school_code = ?", scope.SchoolCode)
		if scope.College != "" {
			index = "requests_college_queue"
			c.add("college = ?", scope.College)
		}
		if len(scope.Classes) > 0 {
			c.add("class IN ?", scope.Classes)
		}
	}
	c.add("kind = ? AND state = ?", string(kind), string(queueState[kind]))
	switch kind {
	case model.RequestCorrection:
		if items := op.NotCorrected(); len(items) > 0 {
			c.add("item NOT IN ?", items)
		}
	case model.RequestDispute:
		// Whoever entered or reviewed the revision must not hear of it: two
		// look-ups by primary key for each dispute that is open. Counting, since
		// MariaDB may turn NOT EXISTS into a scan of all reviews.
		mine := "by_kind = ? AND by_id = ?"
		by := []any{string(model.ActorOperator), int64(op.ID)}
		c.add("(SELECT COUNT(*) FROM revisions v WHERE v.graduate_id = requests.graduate_id AND v.number = requests.revision AND "+mine+") = 0", by...)
		c.add("(SELECT COUNT(*) FROM reviews v WHERE v.graduate_id = requests.graduate_id AND v.revision = requests.revision AND "+mine+") = 0", by...)
	case model.RequestChange:
	}
	return "FROM requests" + s.dialect.useIndex(index) + " WHERE " + strings.Join(c.sql, " AND "), c.args
}

// requestQueueQuery is one page of a queue.
func (s *Store) requestQueueQuery(op model.Operator, kind model.RequestKind, after RequestCursor, limit int) (string, []any) {
	from, args := s.queueFrom(op, kind)
	if !after.IsZero() {
		from += " AND (since > ? OR since = ? AND (graduate_id > ? OR graduate_id = ? AND number > ?))"
		args = append(args, after.since, after.since, after.id, after.id, after.number)
		if s.dialect.name == sqliteName {
			// The condition above is right, but only this one is a range to SQLite.
			from += " AND since >= ?"
			args = append(args, after.since)
		}
	}
	// Ordinals are counted among the few of one graduate, by primary key.
	ordinal := "(SELECT COUNT(*) FROM requests o WHERE o.graduate_id = requests.graduate_id AND o.kind = requests.kind AND o.number <= requests.number) AS ordinal"
	return "SELECT requests.*, " + ordinal + " " + from + " ORDER BY since, graduate_id, number LIMIT ?", append(args, limit)
}

// RequestQueue lists the open corrections or disputes that op may answer, the
// longest waiting first, limit at a time. To whoever answers none of the kind
// it is empty.
//
// Index requests_college_queue, requests_school_queue or requests_queue, read
// in its order up to the limit (its primary key ends each of them); a
// counsellor's classes and the items that a college does not correct are passed
// over among what is open. A second query reads the graduates by primary key.
func (s *Store) RequestQueue(ctx context.Context, op model.Operator, kind model.RequestKind, after RequestCursor, limit int) (page []QueuedRequest, next RequestCursor, err error) {
	if !slices.Contains(queues(op), kind) || op.Scope().Empty() || limit <= 0 {
		return nil, RequestCursor{}, nil
	}
	sql, args := s.requestQueueQuery(op, kind, after, limit+1)
	var rows []struct {
		Row     requestRow `gorm:"embedded"`
		Ordinal int
	}
	if err := s.read(ctx).Raw(sql, args...).Scan(&rows).Error; err != nil {
		return nil, RequestCursor{}, wrap("request queue", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1].Row
		next = RequestCursor{since: last.Since, id: last.GraduateID, number: int64(last.Number)}
	}
	if len(rows) == 0 {
		return nil, next, nil
	}
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].Row.GraduateID
	}
	var found []graduateRow
	if err := s.read(ctx).Where("id IN ?", ids).Find(&found).Error; err != nil {
		return nil, RequestCursor{}, wrap("request queue", err)
	}
	graduates, err := s.graduates(found)
	if err != nil {
		return nil, RequestCursor{}, err
	}
	byID := make(map[model.GraduateID]model.Graduate, len(graduates))
	for _, g := range graduates {
		byID[g.ID] = g
	}
	page = make([]QueuedRequest, len(rows))
	for i := range rows {
		q, err := s.request(&rows[i].Row)
		if err != nil {
			return nil, RequestCursor{}, err
		}
		page[i] = QueuedRequest{Graduate: byID[model.GraduateID(rows[i].Row.GraduateID)], Request: q, Ordinal: rows[i].Ordinal}
	}
	return page, next, nil
}

// RequestCounts counts what RequestQueue lists for op, by kind, and under
// model.InboxNotes what DeskNotes does; a kind that is not his is not in it. One query over the same indexes: its cost is what is
// open in the scope, not what was ever asked.
func (s *Store) RequestCounts(ctx context.Context, op model.Operator) (map[model.RequestKind]int, error) {
	counts := map[model.RequestKind]int{}
	kinds := queues(op)
	if op.Scope().Empty() {
		return counts, nil
	}
	sql, args := s.requestCountQuery(op, kinds)
	if sql == "" {
		return counts, nil
	}
	var rows []struct {
		Kind    string
		Waiting int
	}
	if err := s.read(ctx).Raw(sql, args...).Scan(&rows).Error; err != nil {
		return nil, wrap("request counts", err)
	}
	for _, r := range rows {
		counts[model.RequestKind(r.Kind)] = r.Waiting
	}
	return counts, nil
}

func (s *Store) requestCountQuery(op model.Operator, kinds []model.RequestKind) (string, []any) {
	var parts []string
	var args []any
	for _, kind := range kinds {
		from, more := s.queueFrom(op, kind)
		parts = append(parts, "SELECT ? AS kind, COUNT(*) AS waiting "+from)
		args = append(append(args, string(kind)), more...)
	}
	if part, more, ok := noteCount(op); ok {
		parts, args = append(parts, part), append(args, more...)
	}
	return strings.Join(parts, " UNION ALL "), args
}
