package main

import (
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/store/storetest"
)

const goodSetup = `
schools:
  - {code: "99001", name: 示范大学}
  - {code: "99002", name: 示范学院, origin: upstream, platform_name: 91job, platform_url: "https://91job.example/"}
cohorts:
  - {year: 2027, leave_date: "2027-06-30"}
  - {year: 2026, deadline: "2026-09-15"}
templates:
  - {kind: deadline, template_id: T1, fields: {thing1: item, time2: deadline}}
`

func TestSetupIsSavedAndUpdated(t *testing.T) {
	s := storetest.Open(t)
	if err := s.SaveTemplate(t.Context(), model.Template{Kind: model.MessageDeadline, TemplateID: "T0", Fields: map[string]string{"thing1": "item"}, Stopped: "模板不存在"}); err != nil {
		t.Fatal(err)
	}
	in, err := readSetup([]byte(goodSetup))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.save(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	school, err := s.School(t.Context(), "99002")
	if err != nil || school.Origin != model.OriginUpstream || school.PlatformName != "91job" {
		t.Errorf("school %+v, %v", school, err)
	}
	cohort, err := s.Cohort(t.Context(), "2026")
	if err != nil || cohort.Deadline != "2026-09-15" {
		t.Errorf("cohort %+v, %v", cohort, err)
	}
	if cohort, err = s.Cohort(t.Context(), "2027"); err != nil || cohort.Deadline != "2027-08-31" || cohort.LeaveDate != "2027-06-30" {
		t.Errorf("cohort %+v, %v", cohort, err)
	}
	templates, err := s.Templates(t.Context())
	if err != nil || len(templates) != 1 || templates[0].TemplateID != "T1" || templates[0].Stopped != "" {
		t.Errorf("templates %+v, %v; a stopped kind is released by mapping it anew", templates, err)
	}
}

func TestSetupNamesEveryFault(t *testing.T) {
	_, err := readSetup([]byte(`
schools: [{code: "1", name: 示范大学}, {code: "99002", name: 示范学院, origin: upstream}]
cohorts: [{year: 27}, {year: 2027, deadline: "2027-02-30"}]
templates: [{kind: birthday, template_id: T1, fields: {thing1: item}}, {kind: approved, template_id: T1, fields: {thing1: name}}]
`))
	if model.CodeOf(err) != model.CodeInvalid {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"6 处", "schools 第 1 项", "schools 第 2 项", "cohorts 第 1 项", "cohorts 第 2 项", "templates 第 1 项", "templates 第 2 项"} {
		if !strings.Contains(messageOf(err), want) {
			t.Errorf("lacks %q:\n%s", want, messageOf(err))
		}
	}
	if _, err := readSetup([]byte("schols: []")); model.CodeOf(err) != model.CodeInvalid {
		t.Errorf("an unknown key: %v", err)
	}
}
