package job

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"quxiang/model"
	"quxiang/model/roster"
)

// cohortSpan bounds how many years from now a cohort may be that a roster
// brings in: more is a mistyped 毕业时间.
const cohortSpan = 10

// schoolNames are what the column of the school's name is called.
var schoolNames = []string{"院校名称", "学校名称", "毕业院校", "院校", "学校", "yx"}

// schoolNameAt finds the column of the school's name; -1 when there is none.
func schoolNameAt(header []string) int {
	return slices.IndexFunc(header, func(name string) bool {
		return slices.Contains(schoolNames, strings.ToLower(strings.Trim(name, "* ")))
	})
}

// admit makes sure that the row's school and cohort exist, or says why the row
// is refused.
func (r *importRun) admit(ctx context.Context, row roster.Row) (fault *model.Error, err error) {
	fault, known := r.schools[row.SchoolCode]
	if !known {
		if fault, err = r.school(ctx, row); err != nil {
			return nil, err
		}
		r.schools[row.SchoolCode] = fault
	}
	if fault != nil {
		return fault, nil
	}
	c, known := r.cohorts[row.CohortCode]
	if !known {
		if c, err = r.cohort(ctx, row.CohortCode); err != nil {
			return nil, err
		}
		r.cohorts[row.CohortCode] = c
	}
	return c.fault, nil
}

// school finds the row's school. Whoever may import for all schools adds those
// that are missing.
func (r *importRun) school(ctx context.Context, row roster.Row) (*model.Error, error) {
	_, err := r.store.School(ctx, row.SchoolCode)
	switch {
	case err == nil:
		return nil, nil
	case model.CodeOf(err) != model.CodeNotFound:
		return nil, err
	case r.o.SchoolCode != "":
		return model.Invalid("院校代码", "系统中没有代码为“%s”的学校，请联系系统管理员添加。", row.SchoolCode), nil
	}
	name := ""
	if r.nameAt >= 0 && r.nameAt < len(row.Cells) {
		name = model.Shorten(row.Cells[r.nameAt], 60)
	}
	if name == "" {
		return model.Invalid("院校名称", "系统中没有代码为“%s”的学校；请填写院校名称，以便添加。", row.SchoolCode), nil
	}
	r.log.Info("school added", "code", row.SchoolCode)
	return nil, r.store.SaveSchool(ctx, model.School{Code: row.SchoolCode, Name: name, Origin: model.OriginHere})
}

// cohort finds or adds the cohort of a graduation year, with its code tables.
func (r *importRun) cohort(ctx context.Context, code string) (*cohortTable, error) {
	c, err := r.store.Cohort(ctx, code)
	if model.CodeOf(err) == model.CodeNotFound {
		year, ok := plausibleYear(code, r.now().In(model.Shanghai).Year())
		if !ok {
			return &cohortTable{fault: model.Invalid("毕业时间", "“%s”年不可能是毕业年份，请核对毕业时间。", code)}, nil
		}
		c = model.NewCohort(year)
		r.log.Info("cohort added", "code", c.Code)
		err = r.store.SaveCohort(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	table, err := r.codes(c.CodeTable)
	if err != nil {
		return nil, err
	}
	return &cohortTable{codes: table}, nil
}

// plausibleYear reads a graduation year that is near this year.
func plausibleYear(code string, this int) (year int, ok bool) {
	year, err := strconv.Atoi(code)
	return year, err == nil && year >= this-cohortSpan && year <= this+cohortSpan
}
