package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func correction(item, wanted string, at time.Time) rule {
	return func(r model.Record) (model.Change, error) {
		return model.AskCorrection(r, item, wanted, "", anyCodes{}, at)
	}
}

func dispute(revision int, at time.Time) rule {
	return func(r model.Record) (model.Change, error) { return model.Dispute(r, revision, "没有签约", at) }
}

func rules(op model.Operator, number int) rule {
	return func(r model.Record) (model.Change, error) {
		return model.AnswerCorrection(r, op, model.Ruling{Request: number, Decision: model.DecisionApprove, Sure: true}, anyCodes{}, june.Add(9*time.Hour))
	}
}

// readQueue reads a queue page by page and names what is in it.
func readQueue(t *testing.T, s *store.Store, op model.Operator, kind model.RequestKind) []string {
	t.Helper()
	var got []string
	for after := (store.RequestCursor{}); ; {
		page, next, err := s.RequestQueue(t.Context(), op, kind, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range page {
			r, err := s.Record(t.Context(), q.Graduate.ID)
			if err != nil || r.Ordinal(q.Request) != q.Ordinal || q.Ordinal == 0 {
				t.Fatalf("ordinal %d of %+v, %v", q.Ordinal, q.Request, err)
			}
			got = append(got, strings.Trim(fmt.Sprintf("%s %s", q.Graduate.Basics.ExamNumber[13:], q.Request.Item), " "))
		}
		if next.IsZero() {
			return got
		}
		if after, err = store.ParseRequestCursor(next.String()); err != nil || after != next {
			t.Fatalf("cursor %q: %v", next, err)
		}
	}
}

// TestRequestQueues: everybody finds what he may answer, the oldest first, and
// the counts agree.
func TestRequestQueues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		other := graduate(4)
		other.SchoolCode = "99002"
		ids := create(t, s, graduate(1), graduate(2), graduate(3), other)
		at := june.Add(time.Hour)
		// Several at the same instant, from one graduate and from two.
		change(t, s, ids[0], correction("degree", "理学学士", at), correction("name", "甲一", at), correction("sex", "2", at))
		change(t, s, ids[1], correction("degree", "理学学士", at), correction("college", "文学院", at.Add(-time.Minute)))
		change(t, s, ids[3], correction("degree", "理学学士", at))
		change(t, s, ids[0], report1(s, t, ids[0])...)
		change(t, s, ids[0], dispute(1, at))

		office := model.Operator{ID: 21, Role: model.RoleSchool, SchoolCode: "99001"}
		college := model.Operator{ID: 22, Role: model.RoleCollege, SchoolCode: "99001", College: "信息学院"}
		counsellor := model.Operator{ID: 23, Role: model.RoleCounsellor, SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班"}}
		auditor := model.Operator{ID: 33, Role: model.RoleAuditor, SchoolCode: "99001"}
		elsewhere := model.Operator{ID: 34, Role: model.RoleAuditor, SchoolCode: "99002"}
		for _, tt := range []struct {
			name                  string
			op                    model.Operator
			corrections, disputes []string
		}{
			{"office", office, []string{"2 college", "1 degree", "1 name", "1 sex", "2 degree"}, nil},
			{"college", college, []string{"1 degree", "1 sex", "2 degree"}, nil},
			{"counsellor", counsellor, []string{"1 degree", "1 sex"}, nil},
			{"auditor", auditor, nil, []string{"1"}},
			{"another school's auditor", elsewhere, nil, nil},
			{"administrator", model.Operator{ID: 1, Role: model.RoleAdmin}, []string{"2 college", "1 degree", "1 name", "1 sex", "2 degree", "4 degree"}, []string{"1"}},
			{"an administrator who reviewed it", model.Operator{ID: collegeReview.ID, Role: model.RoleAdmin}, []string{"2 college", "1 degree", "1 name", "1 sex", "2 degree", "4 degree"}, nil},
			{"menu", model.Operator{ID: 5, Role: model.RoleMenu}, nil, nil},
			{"nobody", model.Operator{ID: 6, Role: model.RoleSchool}, nil, nil},
		} {
			if d := cmp.Diff(tt.corrections, readQueue(t, s, tt.op, model.RequestCorrection)); d != "" {
				t.Errorf("%s, corrections: %s", tt.name, d)
			}
			if d := cmp.Diff(tt.disputes, readQueue(t, s, tt.op, model.RequestDispute)); d != "" {
				t.Errorf("%s, disputes: %s", tt.name, d)
			}
			counts, err := s.RequestCounts(t.Context(), tt.op)
			if err != nil || counts[model.RequestCorrection] != len(tt.corrections) || counts[model.RequestDispute] != len(tt.disputes) {
				t.Errorf("%s: counts %v, %v", tt.name, counts, err)
			}
		}
		if page, _, err := s.RequestQueue(t.Context(), office, model.RequestChange, store.RequestCursor{}, 9); err != nil || len(page) != 0 {
			t.Errorf("a queue of changes: %v, %v", page, err)
		}
		count := s.CountQueries(t)
		if _, _, err := s.RequestQueue(t.Context(), office, model.RequestCorrection, store.RequestCursor{}, 50); err != nil || count() != 2 {
			t.Errorf("%d queries for a page, %v", count(), err)
		}
		count = s.CountQueries(t)
		if _, err := s.RequestCounts(t.Context(), model.Operator{Role: model.RoleAdmin}); err != nil || count() != 1 {
			t.Errorf("%d queries for the counts, %v", count(), err)
		}

		// What is answered or withdrawn is in no queue; a graduate who moves takes
		// the rest along.
		change(t, s, ids[1], rules(office, 2))
		if d := cmp.Diff([]string{"1 degree", "1 sex"}, readQueue(t, s, college, model.RequestCorrection)); d != "" {
			t.Error(d)
		}
		letters := model.Operator{ID: 24, Role: model.RoleCollege, SchoolCode: "99001", College: "文学院"}
		if d := cmp.Diff([]string{"2 degree"}, readQueue(t, s, letters, model.RequestCorrection)); d != "" {
			t.Error(d)
		}
		change(t, s, ids[0], func(r model.Record) (model.Change, error) {
			b := r.Graduate.Basics
			b.Class = "计算机2班"
			ch, _ := model.UpdateBasics(r, b, roster, june)
			return ch, nil
		}, func(r model.Record) (model.Change, error) { return model.WithdrawRequest(r, 1, at) })
		if got := readQueue(t, s, counsellor, model.RequestCorrection); len(got) != 0 {
			t.Errorf("the class of before still has %v", got)
		}
		if d := cmp.Diff([]string{"1 sex"}, readQueue(t, s, college, model.RequestCorrection)); d != "" {
			t.Error(d)
		}
	})
}

// report1 are the rules that bring a graduate to an approved revision.
func report1(s *store.Store, t *testing.T, id model.GraduateID) []rule {
	t.Helper()
	return append([]rule{link(boundAccount(t, s, fmt.Sprint("u", id), "")), check, report("甲")}, approveBoth(1)...)
}

// TestRequestQueueUsesIndexes asks both databases: queues are read in the order
// of their index, and counting touches what is open only.
func TestRequestQueueUsesIndexes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		gs := make([]model.Graduate, 0, 300)
		for n := range 300 {
			gs = append(gs, graduate(n))
		}
		records := make([]model.Record, len(gs))
		for i, g := range gs {
			records[i] = model.Record{Graduate: g, Requests: []model.Request{
				{Number: 1, Kind: model.RequestCorrection, Item: "degree", Wanted: "x", At: june, WithdrawnAt: june},
				{Number: 2, Kind: model.RequestCorrection, Item: "sex", Wanted: "2", At: june},
				{Number: 3, Kind: model.RequestDispute, Revision: 1, Reason: "x", At: june, WithdrawnAt: june},
			}, Revisions: []model.Revision{{
				Number: 1, Destination: destination("甲"), ReportedAt: june,
				Reviews: []model.Review{{Level: model.LevelCollege, Decision: model.DecisionApprove, At: june}},
			}}}
		}
		if _, err := s.CreateRecords(t.Context(), records, roster); err != nil {
			t.Fatal(err)
		}
		if s.Dialect() == "mysql" {
			if err := s.DB().Exec("ANALYZE TABLE requests, revisions, reviews").Error; err != nil {
				t.Fatal(err)
			}
		}
		after, err := store.ParseRequestCursor("1.1.1")
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			index string
			op    model.Operator
		}{
			{"requests_queue", model.Operator{Role: model.RoleAdmin}},
			{"requests_school_queue", model.Operator{Role: model.RoleSchool, SchoolCode: "99001"}},
			{"requests_school_queue", model.Operator{Role: model.RoleAuditor, SchoolCode: "99001"}},
			{"requests_college_queue", model.Operator{Role: model.RoleCollege, SchoolCode: "99001", College: "信息学院"}},
			{"requests_college_queue", model.Operator{Role: model.RoleCounsellor, SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班"}}},
		} {
			for _, kind := range []model.RequestKind{model.RequestCorrection, model.RequestDispute} {
				sql, args := s.RequestQueueQuery(tt.op, kind, after, 20)
				checkPlan(t, s, tt.index, sql, args, true)
			}
			sql, args := s.RequestCountQuery(tt.op)
			checkPlan(t, s, tt.index, sql, args, false)
		}
	})
}

// checkPlan asks the database how it would run a statement about requests.
func checkPlan(t *testing.T, s *store.Store, index, sql string, args []any, ordered bool) {
	t.Helper()
	if s.Dialect() == "sqlite" {
		var plan []struct{ Detail string }
		if err := s.DB().Raw("EXPLAIN QUERY PLAN "+sql, args...).Scan(&plan).Error; err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(plan)
		if !strings.Contains(text, index+" (") || strings.Contains(text, "SCAN requests") || ordered && strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("%s is not used in order: %s", index, text)
		}
		return
	}
	var plan []struct {
		Table, Type, Key, Extra string
	}
	if err := s.DB().Raw("EXPLAIN "+sql, args...).Scan(&plan).Error; err != nil {
		t.Fatal(err)
	}
	used := false
	for _, line := range plan {
		if line.Table == "requests" {
			used = line.Key == index && (line.Type == "range" || line.Type == "ref")
		}
		if line.Type == "ALL" || line.Type == "index" || ordered && strings.Contains(line.Extra, "filesort") {
			t.Errorf("%+v", line)
		}
	}
	if !used {
		t.Errorf("%s is not used: %+v", index, plan)
	}
}

// TestCorrectionToAnothersNumber: granting a number that another graduate has
// writes nothing and says which number it is.
func TestCorrectionToAnothersNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		second := graduate(2)
		second.Basics.IDNumber = "11010519491231002X"
		ids, other := create(t, s, graduate(1), second), second.Basics
		at := june.Add(time.Hour)
		change(t, s, ids[0], correction("exam_number", other.ExamNumber, at), correction("id_number", other.IDNumber, at))
		office := model.Operator{ID: 21, Role: model.RoleSchool, SchoolCode: "99001"}
		for number, want := range map[int]struct {
			field string
			err   error
		}{1: {"exam_number", store.ErrDuplicateExam}, 2: {"id_number", store.ErrDuplicatePerson}} {
			_, err := s.Change(t.Context(), ids[0], rules(office, number))
			var e *model.Error
			if !errors.As(err, &e) || e.Code != model.CodeInvalid || e.Field != want.field || !errors.Is(err, want.err) {
				t.Errorf("request %d: %v", number, err)
			}
		}
		r, err := s.Record(t.Context(), ids[0])
		if err != nil || r.Graduate.Basics != basics(1) || r.Requests[0].State() != model.RequestSchool || r.Requests[1].State() != model.RequestSchool {
			t.Errorf("something was written: %+v, %v", r, err)
		}
	})
}

// TestAuditsHideDisputes unless they are asked for.
func TestAuditsHideDisputes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		id := create(t, s, graduate(1))[0]
		change(t, s, id, report1(s, t, id)...)
		change(t, s, id, dispute(1, june), func(r model.Record) (model.Change, error) { return model.WithdrawRequest(r, 1, june) }, dispute(1, june))
		auditor := model.Operator{ID: 33, Role: model.RoleAuditor, SchoolCode: "99001"}
		change(t, s, id, func(r model.Record) (model.Change, error) {
			return model.AnswerDispute(r, auditor, model.Ruling{Request: 2, Decision: model.DecisionReturn, Reason: "本人曾签约"}, june)
		})
		for _, f := range []store.AuditFilter{{Graduate: id}, {}, {Graduate: id, Disputes: true}} {
			entries, _, err := s.Audits(t.Context(), schoolReview.Scope(), f, 0, 50)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, e := range entries {
				if strings.HasPrefix(e.Action, "dispute.") {
					n++
				}
			}
			if want := map[bool]int{true: 4}[f.Disputes]; n != want || len(entries) < 5 {
				t.Errorf("%+v: %d of %d entries are about disputes", f, n, len(entries))
			}
		}
	})
}

func TestRequestCursor(t *testing.T) {
	for text, ok := range map[string]bool{
		"": true, "zz.1.1": true, "0.1.2": true, "zz.1": false, "1.1.0": false, "1.1.-1": false, "1.0.1": false, "..": false, ".": false,
		"1": false, "1.1.1.1": false, "1.1.x!": false, "a.b.c.": false, "99999999999999999999.1.1": false,
	} {
		c, err := store.ParseRequestCursor(text)
		if (err == nil) != ok || ok && c.String() != text || !ok && !c.IsZero() {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
}
