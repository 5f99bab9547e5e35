package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/demo"
)

// quxiang runs a command of the program and returns what it printed.
func quxiang(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// TestUpstream: a platform with a key posts to the running program; the graduate
// says that it is wrong, waits for the platform's next word, and confirms that.
func TestUpstream(t *testing.T) {
	s := boot(t, "", june)
	t.Setenv("QUXIANG_DATABASE", s.app.cfg.Database.Reveal())
	t.Setenv("QUXIANG_KEY_FILE", filepath.Join(s.dir, "keys.yml"))
	school := demo.UpstreamSchool()
	out, err := quxiang(t, "upstream", "key", "add", "--school", school.Code)
	m := regexp.MustCompile(`^key=(\S+) school=99002 secret=(\S+)\n$`).FindStringSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("%q, %v", out, err)
	}
	key := m[1]
	t.Setenv(secretVariable, m[2])
	push := func(file string) (string, error) {
		return quxiang(t, "upstream", "push", file, "--url", s.app.cfg.PublicURL, "--key", key, "--now", s.clock.Now().Format(time.RFC3339))
	}
	var person demo.Person
	for _, p := range demo.People(demoYear(s.clock.Now())) {
		if p.State == demo.StateUpstream {
			person = p.Person
		}
	}
	found, err := s.app.store.FindByExamNumber(t.Context(), person.Basics.ExamNumber)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d found, %v", len(found), err)
	}
	id := found[0].ID
	tell := func(unit string) {
		t.Helper()
		d := *person.Destination
		d.Unit = unit
		file := filepath.Join(t.TempDir(), "one.json")
		body, err := json.Marshal(map[string]any{"destinations": []map[string]any{{
			"exam_number": person.Basics.ExamNumber, "cohort": person.CohortCode, "name": person.Basics.Name, "reported_at": s.clock.Now().Format(time.RFC3339Nano),
			"destination": map[string]any{
				"category": d.Category, "unit": d.Unit, "unit_code": d.UnitCode, "unit_kind": d.UnitKind, "industry": d.Industry, "unit_place": d.UnitPlace, "job_kind": d.JobKind,
			},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := push(file); err != nil || !strings.Contains(out, `"accepted":1`) {
			t.Fatalf("%s, %v", out, err)
		}
	}
	step := func(want model.Step) {
		t.Helper()
		r, err := s.app.store.Record(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := r.Step(); got != want {
			t.Fatalf("step %s, want %s", got, want)
		}
	}
	rule := func(f func(model.Record) (model.Change, error)) {
		t.Helper()
		if _, err := s.app.store.Change(t.Context(), id, f); err != nil {
			t.Fatal(err)
		}
	}
	f := &filler{store: s.app.store, now: s.clock.Now()}
	account, err := f.account(context.WithoutCancel(t.Context()), "upstream1")
	if err != nil {
		t.Fatal(err)
	}
	rule(func(r model.Record) (model.Change, error) { return model.Link(r, account, "test", s.clock.Now()) })
	rule(func(r model.Record) (model.Change, error) { return model.CheckBasics(r, s.clock.Now()) })
	tell("上级的第一个单位")
	step(model.StepConfirm)
	rule(func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerWrong, Wrong: []string{"unit"}}, s.clock.Now())
	})
	step(model.StepUpdate)
	tell("上级的第二个单位")
	step(model.StepConfirm)
	rule(func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerRight}, s.clock.Now())
	})
	step(model.StepAuthorize)

	// A sheet of another school's people: each is told to be nobody of ours.
	sheet := filepath.Join(t.TempDir(), "other.csv")
	if out, err := quxiang(t, "import", "sample", sheet, "--rows", "8"); err != nil {
		t.Fatalf("%s, %v", out, err)
	}
	if _, err := push(sheet); err == nil || !strings.Contains(err.Error(), "没有填写去向") {
		t.Errorf("a sheet without destinations: %v", err)
	}
	sheet = filepath.Join(t.TempDir(), "destinations.csv")
	table := "考生号,毕业时间,毕业去向,单位名称,统一社会信用代码,单位性质,单位行业,单位所在地,职位类别\n" +
		"23990100000000,202706,签就业协议形式就业,丙公司,99990000MA0000000F,39,34,北京市海淀区,13\n"
	if err := os.WriteFile(sheet, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = push(sheet)
	if err != nil || !strings.Contains(out, `"refused":1`) || !strings.Contains(out, "not_found") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := quxiang(t, "upstream", "key", "list", "--school", school.Code); err != nil || !strings.Contains(out, key) || !strings.Contains(out, "有效") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := quxiang(t, "upstream", "key", "revoke", key); err != nil || out != "revoked="+key+"\n" {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := push(sheet); err == nil || !strings.Contains(out, "签名不正确") {
		t.Errorf("a revoked key: %s, %v", out, err)
	}
	if _, err := quxiang(t, "upstream", "key", "add", "--school", "00000"); err == nil {
		t.Error("a key for no school")
	}
}
