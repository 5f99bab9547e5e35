package store

import (
	"context"
	"time"
	"unicode/utf8"

	"quxiang/model"
)

// PartCount is how many graduates of a part of an area have not confirmed yet.
// Name is a school's code, a college or a class.
type PartCount struct {
	Name      string
	Graduates int
}

// UnfinishedParts counts those who have not confirmed yet: by school for all
// schools, by college for a school, by class for a college or a scope of
// classes; in the order of names.
//
// Primary key of area_counts; classes by that of step_counts: one line for each
// class and step of the one college.
func (s *Store) UnfinishedParts(ctx context.Context, scope model.Scope, area NumberArea) ([]PartCount, error) {
	a, ok := area.within(scope)
	if !ok {
		return nil, nil
	}
	sql, args := unfinishedQuery(scope, a)
	var rows []PartCount
	if err := s.read(ctx).Raw(sql, args...).Scan(&rows).Error; err != nil {
		return nil, wrap("unfinished parts", err)
	}
	return rows, nil
}

func unfinishedQuery(scope model.Scope, a NumberArea) (string, []any) {
	var c conditions
	if a.College != "" {
		c.add("cohort_code = ? AND school_code = ? AND college = ?", a.Cohort, a.School, named(a.College))
		if len(scope.Classes) > 0 {
			c.add("class IN ?", scope.Classes)
		}
		c.add("step IN ?", model.UnfinishedSteps())
		return sumBy("step_counts", "class AS name", "class", c)
	}
	name, level := "school_code", levelSchool
	if a.School != "" {
		name, level = "college", levelCollege
	}
	c.add("cohort_code = ? AND level = ? AND subject = ?", a.Cohort, level, subjectStep)
	c.equal("school_code", a.School)
	c.add("value IN ?", model.UnfinishedSteps())
	return sumBy("area_counts", name+" AS name", name, c)
}

// UnreachedRow is somebody who has to be called.
type UnreachedRow struct {
	ID            model.GraduateID
	Name          string
	StudentNumber string
	Class         string
	Phone         string
	Reach         model.Reach
}

// UnreachedFilter chooses classes of one cohort and college. From and After go
// on behind a graduate: his class and id.
type UnreachedFilter struct {
	Area         NumberArea
	Classes      []string // in the order of their names
	SilentBefore time.Time
	From         string
	After        model.GraduateID
}

// Unreached lists those of some classes whom reminders do not reach or move
// (see model.Reach), class after class, at most limit; more says that there are
// others behind.
//
// One query: the classes are ranges of graduates_class, some dozens of rows
// each; accounts and followers come by their primary keys.
func (s *Store) Unreached(ctx context.Context, scope model.Scope, f UnreachedFilter, limit int) (rows []UnreachedRow, more bool, err error) {
	sql, args, ok := s.unreachedQuery(scope, f, limit+1)
	if !ok {
		return nil, false, nil
	}
	var found []struct {
		ID            int64
		UID           string `gorm:"column:uid"`
		Name          string
		StudentNumber string
		Class         string
		Phone         []byte
		Step          string
		StepSince     int64
		Bound         bool
		Unfollowed    bool
	}
	if err := s.read(ctx).Raw(sql, args...).Scan(&found).Error; err != nil {
		return nil, false, wrap("unreached", err)
	}
	if len(found) > limit {
		found, more = found[:limit], true
	}
	rows = make([]UnreachedRow, len(found))
	for i, r := range found {
		phone, err := s.keys.unseal(graduatesTable, "phone", r.UID, r.Phone)
		if err != nil {
			return nil, false, err
		}
		rows[i] = UnreachedRow{
			ID: model.GraduateID(r.ID), Name: r.Name, StudentNumber: r.StudentNumber, Class: r.Class, Phone: string(phone),
			Reach: model.Reach{Step: model.Step(r.Step), Since: fromMillis(r.StepSince), Bound: r.Bound, Unfollowed: r.Unfollowed},
		}
	}
	return rows, more, nil
}

func (s *Store) unreachedQuery(scope model.Scope, f UnreachedFilter, limit int) (string, []any, bool) {
	a, ok := f.Area.within(scope)
	if !ok || a.College == "" || len(f.Classes) == 0 || !utf8.ValidString(f.From) {
		return "", nil, false
	}
	var c conditions
	c.add("g.school_code = ? AND g.college = ? AND g.class IN ? AND g.cohort_code = ?", a.School, named(a.College), f.Classes, a.Cohort)
	if len(scope.Classes) > 0 {
		c.add("g.class IN ?", scope.Classes)
	}
	if f.After > 0 {
		c.add("(g.class > ? OR (g.class = ? AND g.id > ?))", f.From, f.From, int64(f.After))
	}
	c.add("g.step IN ?", model.UnfinishedSteps())
	c.add("(a.openid IS NULL OR f.subscribed = ? OR (g.step IN ? AND g.step_since < ?))", false, model.OwingSteps(), toMillis(f.SilentBefore))
	return "SELECT g.id, g.uid, g.name, g.student_number, g.class, g.phone, g.step, g.step_since, a.openid IS NOT NULL AS bound, COALESCE(f.subscribed = 0, 0) AS unfollowed" +
		" FROM graduates g" + s.dialect.useIndex("graduates_class") + " LEFT JOIN accounts a ON a.id = g.account_id LEFT JOIN followers f ON f.openid = a.openid" +
		" WHERE " + c.where() + " ORDER BY g.class, g.id LIMIT ?", append(c.args, limit), true
}
