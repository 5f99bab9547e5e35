package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/form"
	"quxiang/model/proof"
	"quxiang/model/store"
)

// demoCrowd is how many graduates stand in the sandbox beside the named people,
// so that lists look like lists.
const demoCrowd = 60

// filler brings demo people into their states by the rules, so that each
// record has the history that a real one would have.
type filler struct {
	store *store.Store
	now   time.Time
	by    model.Operator // reviews for both levels
	codes model.Codes
}

func fillDemo(ctx context.Context, s *store.Store, year int, people []demo.DemoPerson, now time.Time) error {
	table, err := tables(codes.Default)
	if err != nil {
		return err
	}
	f := &filler{store: s, now: now, by: model.Operator{Name: "sandbox", Role: model.RoleAdmin}, codes: table}
	for _, school := range []model.School{demo.School(), demo.UpstreamSchool()} {
		if err := s.SaveSchool(ctx, school); err != nil {
			return err
		}
		if err := s.ReplaceContacts(ctx, school.Code, demo.Contacts(school), model.BySystem("sandbox")); err != nil {
			return err
		}
	}
	for _, y := range []int{year - 2, year} {
		if err := s.SaveCohort(ctx, model.NewCohort(y)); err != nil {
			return err
		}
	}
	if _, err := s.SaveUnits(ctx, demo.Units()); err != nil {
		return err
	}
	if err := mapDemoTemplates(ctx, s); err != nil {
		return err
	}
	if err := f.crowd(ctx, year); err != nil {
		return err
	}
	for _, p := range people {
		if err := f.person(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p.Username, err)
		}
	}
	return nil
}

// crowd imports graduates of no name as a school would: those with a
// destination wait for their college.
func (f *filler) crowd(ctx context.Context, year int) error {
	var rows []store.ImportRow
	for p := range demo.Graduates(demoCrowd, 1, demo.Options{Year: year, Destinations: 0.5, ReportedAt: f.now}) {
		rows = append(rows, importRow(p, f.now))
	}
	return f.importRows(ctx, rows)
}

func importRow(p demo.Person, at time.Time) store.ImportRow {
	return store.ImportRow{
		CohortCode: p.CohortCode, SchoolCode: p.SchoolCode, Basics: p.Basics, Destination: p.Destination, ReportedAt: at,
	}
}

func (f *filler) importRows(ctx context.Context, rows []store.ImportRow) error {
	outcomes, err := f.store.Import(ctx, rows, store.ImportOptions{
		Kind: model.SheetRoster, By: model.BySystem("sandbox"), Scope: model.Scope{All: true}, Now: f.now, Codes: f.codes,
	})
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		if o.Err != nil {
			return fmt.Errorf("row %d: %w", i, o.Err)
		}
	}
	return nil
}

func (f *filler) person(ctx context.Context, p demo.DemoPerson) error {
	records := p.Records()
	if len(records) == 0 {
		return nil
	}
	rows := make([]store.ImportRow, 0, len(records))
	for _, r := range records {
		rows = append(rows, importRow(r, f.now))
	}
	if err := f.importRows(ctx, rows); err != nil {
		return err
	}
	found, err := f.store.FindByExamNumber(ctx, p.Person.Basics.ExamNumber)
	if err != nil || len(found) == 0 {
		return fmt.Errorf("not found after import: %w", err)
	}
	return f.advance(ctx, found[0], p)
}

// advance walks the record of one person to his state.
func (f *filler) advance(ctx context.Context, g model.Graduate, p demo.DemoPerson) error {
	cohort, err := f.store.Cohort(ctx, g.CohortCode)
	if err != nil {
		return err
	}
	change := func(rule func(model.Record) (model.Change, error)) error {
		_, err := f.store.Change(ctx, g.ID, rule)
		return err
	}
	review := func(l model.Level, d model.Decision, reason string) error {
		return change(func(r model.Record) (model.Change, error) {
			return model.Decide(r, cohort, f.by, model.Verdict{Revision: 1, Level: l, Decision: d, Reason: reason}, f.now)
		})
	}
	switch p.State {
	case demo.StateReturned:
		return review(model.LevelCollege, model.DecisionReturn, "单位名称与就业协议书上的公章不一致，请核对后重新提交")
	case demo.StateApproved, demo.StateConfirmed, demo.StateAuthorised, demo.StateChanging, demo.StateCorrecting, demo.StateDisputed:
		if err := review(model.LevelCollege, model.DecisionApprove, ""); err != nil {
			return err
		}
		if err := review(model.LevelSchool, model.DecisionApprove, ""); err != nil {
			return err
		}
	default:
		return nil
	}
	if p.State == demo.StateApproved {
		return nil
	}
	account, err := f.account(ctx, p.Username)
	if err != nil {
		return err
	}
	for _, rule := range f.onward(p.State, account, cohort) {
		if err := change(rule); err != nil {
			return err
		}
	}
	if name := demoProofs[p.State]; name != "" {
		return f.prove(ctx, g.ID, cohort, name)
	}
	return nil
}

// demoProofs are what those who asked for something sent along.
var demoProofs = map[demo.State]string{
	demo.StateChanging: "解约证明.jpg", demo.StateCorrecting: "户口簿.jpg", demo.StateDisputed: "本人声明.jpg",
}

// prove adds a picture to the first request of a graduate.
func (f *filler) prove(ctx context.Context, id model.GraduateID, cohort model.Cohort, name string) error {
	picture := demo.Paper(int(id))
	content, err := proof.Judge(picture)
	if err != nil {
		return err
	}
	p := model.Proof{GraduateID: id, Request: 1, Type: content.Type, Name: name, Digest: f.store.ProofDigest(picture)}
	_, err = f.store.AddProof(ctx, p, content.Body, content.Thumb, func(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
		return model.AddProof(r, cohort, have, p, f.now)
	})
	return err
}

// onward is what somebody whose destination is approved does to come into a
// state.
func (f *filler) onward(state demo.State, account model.Account, cohort model.Cohort) []func(model.Record) (model.Change, error) {
	rules := []func(model.Record) (model.Change, error){
		func(r model.Record) (model.Change, error) { return model.Link(r, account, "sandbox", f.now) },
		func(r model.Record) (model.Change, error) { return model.CheckBasics(r, f.now) },
	}
	if state == demo.StateDisputed {
		return append(rules, func(r model.Record) (model.Change, error) {
			return model.Dispute(r, 1, "我没有与该单位签约", f.now)
		})
	}
	rules = append(rules, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 1, Answer: model.AnswerRight}, f.now)
	})
	switch state {
	case demo.StateAuthorised:
		for _, kind := range model.FormKinds() {
			rules = append(rules, f.authorize(kind))
		}
	case demo.StateChanging:
		rules = append(rules, func(r model.Record) (model.Change, error) {
			return model.AskChange(r, cohort, 1, "已与原单位解约，改签新单位", f.now)
		})
	case demo.StateCorrecting:
		rules = append(rules, func(r model.Record) (model.Change, error) {
			return model.AskCorrection(r, "name", "徐子默", "姓名中的“默”录成了“墨”", f.codes, f.now)
		})
	}
	return rules
}

func (f *filler) authorize(kind model.FormKind) func(model.Record) (model.Change, error) {
	return func(r model.Record) (model.Change, error) {
		number, err := form.NewNumber(r.Graduate.SchoolCode, f.now, rand.Reader)
		if err != nil {
			return model.Change{}, err
		}
		until := min(model.DateOf(f.now).AddDays(90), model.VerificationCap(r.Graduate))
		return model.Authorize(r, model.AuthorizationRequest{Kind: kind, ValidUntil: until, Consent: true, Number: number}, f.now)
	}
}

func (f *filler) account(ctx context.Context, username string) (model.Account, error) {
	a, err := f.store.EnsureAccount(ctx, username, f.now)
	if err != nil {
		return a, err
	}
	return f.store.ChangeAccount(ctx, a.ID, "", func(a model.Account, _ *model.Account) (model.AccountChange, error) {
		return model.Consent(a, f.now), nil
	})
}

// yearOf is the graduation year of a deadline's cohort.
func yearOf(d model.Date) (int, error) { return strconv.Atoi(string(d)[:4]) }
