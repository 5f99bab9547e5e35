package store_test

import (
	"fmt"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

// june is when the tests of records take place, before the deadline.
var june = time.Date(2027, 6, 1, 4, 0, 0, 0, time.UTC)

// anyCodes knows every code, and the categories 10 and 70.
type anyCodes struct{}

func (anyCodes) Name(_ model.CodeTable, code string) (string, bool) { return "名" + code, code != "" }

func (anyCodes) Category(code string) (model.Category, bool) {
	return model.Category{Code: code, Name: "类别", UnitLabel: "单位名称", Asks: anyAsks()}, code == "10" || code == "70"
}

// anyAsks are those of a category that asks for everything and needs a unit.
func anyAsks() []model.Ask {
	var asks []model.Ask
	for _, f := range model.AskableFields() {
		asks = append(asks, model.Ask{Field: f, Label: f, Need: model.NeedOptional})
	}
	asks[0].Need = model.NeedAlways
	return asks
}

var (
	roster        = model.BySystem("roster")
	cohort27      = model.NewCohort(2027)
	schoolHere    = model.School{Code: "99001", Name: "示范大学", Origin: model.OriginHere}
	schoolThere   = model.School{Code: "99002", Name: "示范学院", Origin: model.OriginUpstream, PlatformName: "91job 智慧就业服务平台", PlatformURL: "https://91job.example"}
	collegeReview = model.Operator{ID: 3, Name: "xy", Role: model.RoleCollege, SchoolCode: "99001", College: "信息学院"}
	schoolReview  = model.Operator{ID: 4, Name: "xx", Role: model.RoleSchool, SchoolCode: "99001"}
)

// withSchools fills in what every record needs: two schools and two cohorts.
func withSchools(t testing.TB, s *store.Store) {
	t.Helper()
	for _, sc := range []model.School{schoolHere, schoolThere} {
		if err := s.SaveSchool(t.Context(), sc); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []model.Cohort{cohort27, model.NewCohort(2026)} {
		if err := s.SaveCohort(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

// basics are the facts of the n-th invented graduate.
func basics(n int) model.Basics {
	return model.Basics{
		ExamNumber: fmt.Sprintf("27999001%06d", n), Name: fmt.Sprintf("甲%d𬭚·Äö", n), IDNumber: fmt.Sprintf("9999992005010%05x", n),
		Sex: "1", Ethnicity: "01", Politics: "13", Level: "31", Training: "1", OriginCode: "999900", OriginName: "某省某市",
		Entered: "202309", Graduates: "202706", Degree: "工学学士", College: "信息学院", Class: fmt.Sprintf("计算机%d班", n%3),
		StudentNumber: fmt.Sprintf("S%05d", n), MajorCode: "080901", Major: "计算机科学与技术", Years: "4",
		ArchiveIn: model.Yes, HouseholdIn: model.Unknown, Email: fmt.Sprintf("g%d@example.com", n), Phone: fmt.Sprintf("139%08d", n),
	}
}

func graduate(n int) model.Graduate {
	return model.Graduate{CohortCode: "2027", SchoolCode: "99001", Basics: basics(n), CreatedAt: june}
}

func destination(unit string) model.Destination {
	return model.Destination{
		Category: "10", Unit: unit, UnitPlace: "某省", SignedOn: "2027-05-01",
		Archive: model.ArchiveTransfer{Type: "unit", Unit: "某人才中心", Contact: "张联系", Phone: "025-83790001"},
	}
}

func create(t testing.TB, s *store.Store, gs ...model.Graduate) []model.GraduateID {
	t.Helper()
	ids, err := s.CreateGraduates(t.Context(), gs, roster)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func boundAccount(t testing.TB, s *store.Store, user, openid string) model.Account {
	t.Helper()
	a, err := s.EnsureAccount(t.Context(), user, june)
	if err != nil {
		t.Fatal(err)
	}
	if openid != "" {
		a, err = s.ChangeAccount(t.Context(), a.ID, openid, func(a model.Account, holder *model.Account) (model.AccountChange, error) {
			return model.Bind(a, holder, openid, false, june)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return a
}

type rule = func(model.Record) (model.Change, error)

func change(t testing.TB, s *store.Store, id model.GraduateID, rules ...rule) model.Record {
	t.Helper()
	var r model.Record
	for i, f := range rules {
		var err error
		if r, err = s.Change(t.Context(), id, f); err != nil {
			t.Fatalf("rule %d: %v", i, err)
		}
	}
	return r
}

func link(a model.Account) rule {
	return func(r model.Record) (model.Change, error) { return model.Link(r, a, "cas", june) }
}

func check(r model.Record) (model.Change, error) { return model.CheckBasics(r, june.Add(time.Hour)) }

func report(unit string) rule {
	return func(r model.Record) (model.Change, error) {
		return model.Report(r, cohort27, len(r.Revisions), destination(unit), anyCodes{}, june.Add(2*time.Hour))
	}
}

func decide(op model.Operator, revision int, level model.Level, d model.Decision) rule {
	return func(r model.Record) (model.Change, error) {
		return model.Decide(r, cohort27, op, model.Verdict{Revision: revision, Level: level, Decision: d, Reason: "请补充单位全称"}, june.Add(3*time.Hour))
	}
}

func approveBoth(revision int) []rule {
	return []rule{
		decide(collegeReview, revision, model.LevelCollege, model.DecisionApprove),
		decide(schoolReview, revision, model.LevelSchool, model.DecisionApprove),
	}
}

func confirm(revision int, a model.Answer) rule {
	return func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: revision, Answer: a, Wrong: []string{"unit"}, Note: "单位变了"}, june.Add(4*time.Hour))
	}
}

func authorize(n model.VerificationNumber) rule {
	return func(r model.Record) (model.Change, error) {
		return model.Authorize(r, model.AuthorizationRequest{
			Kind: model.FormArchive, ValidUntil: "2027-12-31", For: "某街道", Consent: true, Number: n,
		}, june.Add(5*time.Hour))
	}
}
