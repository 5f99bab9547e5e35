package job

import (
	"context"
	"strconv"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/roster"
)

// cohortSpan bounds how many years from now a cohort may be that a roster
// brings in: more is a mistyped 毕业时间.
const cohortSpan = 10

// admit makes sure that a roster row's school and cohort exist and finds its
// code tables, or says why the row is refused. Rows of other sheets are about
// graduates who are there: the tables are those of the named cohort, or the
// default ones.
func (r *importRun) admit(ctx context.Context, e *importEntry) error {
	row := e.row
	if r.o.Kind != model.SheetRoster {
		e.table = r.tables[codes.Default]
		if row.CohortCode == "" {
			return nil
		}
		c, err := r.store.Cohort(ctx, row.CohortCode)
		switch {
		case err == nil:
			e.table, err = r.table(c.CodeTable)
		case model.CodeOf(err) == model.CodeNotFound:
			err = nil // nobody will be found there either
		}
		return err
	}
	fault, known := r.schools[row.SchoolCode]
	if !known {
		var err error
		if fault, err = r.school(ctx, row); err != nil {
			return err
		}
		r.schools[row.SchoolCode] = fault
	}
	if e.reason = fault; fault != nil {
		return nil //nolint:nilerr // why the row is refused is no failure of the import
	}
	c, known := r.cohorts[row.CohortCode]
	if !known {
		var err error
		if c, err = r.cohort(ctx, row.CohortCode); err != nil {
			return err
		}
		r.cohorts[row.CohortCode] = c
	}
	e.table, e.reason = c.codes, c.fault
	return nil
}

// table is the code tables of a version.
func (r *importRun) table(version string) (*codes.Table, error) {
	if t, ok := r.tables[version]; ok {
		return t, nil
	}
	t, err := r.codes(version)
	if err == nil {
		r.tables[version] = t
	}
	return t, err
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
	case !r.o.Scope.All:
		return model.Invalid("院校代码", "系统中没有代码为“%s”的学校，请联系系统管理员添加。", row.SchoolCode), nil
	}
	name := model.Shorten(row.SchoolName, 60)
	if name == "" {
		return model.Invalid("院校名称", "系统中没有代码为“%s”的学校；请填写院校名称，以便添加。", row.SchoolCode), nil
	}
	school := model.School{Code: row.SchoolCode, Name: name, Origin: model.OriginHere}
	if r.o.DryRun {
		r.assumed.Schools = append(r.assumed.Schools, school)
		return nil, nil
	}
	r.log.Info("school added", "code", row.SchoolCode)
	return nil, r.store.SaveSchool(ctx, school)
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
		if r.o.DryRun {
			r.assumed.Cohorts, err = append(r.assumed.Cohorts, c), nil
		} else {
			r.log.Info("cohort added", "code", c.Code)
			err = r.store.SaveCohort(ctx, c)
		}
	}
	if err != nil {
		return nil, err
	}
	table, err := r.table(c.CodeTable)
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
