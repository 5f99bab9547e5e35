package store

import (
	"context"

	"quxiang/model"
)

// Place is a class, a college ("" for the class) or a school ("" for both) in
// one cohort.
type Place struct{ CohortCode, SchoolCode, College, Class string }

// Shares holds how many graduates of each place have an approved destination,
// and how many of these one of each category.
type Shares struct {
	among map[Place]int
	of    map[Place]map[string]int
}

// Of is the share of a category at a place.
func (s Shares) Of(p Place, category string) model.Share {
	return model.Share{Of: s.of[p][category], Among: s.among[p]}
}

func (s Shares) add(p Place, category string, n int) {
	s.among[p] += n
	if s.of[p] == nil {
		s.of[p] = map[string]int{}
	}
	s.of[p][category] += n
}

// SharesOf counts the approved destinations at the schools, colleges and classes
// of a page's rows.
//
// One query: the primary key of area_counts, a line for each category of a
// school or college, and destination_counts_class, some ten lines a class. A
// page has as many places as rows at most, whatever the size of the schools.
func (s *Store) SharesOf(ctx context.Context, of []GraduateRow) (Shares, error) {
	out := Shares{among: map[Place]int{}, of: map[Place]map[string]int{}}
	if len(of) == 0 {
		return out, nil
	}
	var schools, cohorts, colleges, classes []string
	for _, r := range of {
		schools, cohorts, colleges, classes = append(schools, r.SchoolCode), append(cohorts, r.CohortCode), append(colleges, r.College), append(classes, r.Class)
	}
	schools, cohorts, colleges, classes = distinct(schools), distinct(cohorts), distinct(colleges), distinct(classes)
	var rows []struct {
		CohortCode, SchoolCode, College, Class, Settled, Level string
		Graduates                                              int
	}
	err := s.read(ctx).Raw("SELECT cohort_code, school_code, college, '' AS class, value AS settled, level, graduates FROM area_counts"+
		" WHERE cohort_code IN ? AND level IN ? AND subject = ? AND school_code IN ? AND college IN ? AND value <> ''"+
		" UNION ALL SELECT cohort_code, school_code, college, class, settled, '' AS level, SUM(graduates) AS graduates FROM destination_counts"+
		s.dialect.useIndex("destination_counts_class")+" WHERE cohort_code IN ? AND school_code IN ? AND college IN ? AND class IN ? AND settled <> ''"+
		" GROUP BY cohort_code, school_code, college, class, settled",
		cohorts, []string{levelSchool, levelCollege}, subjectSettled, schools, append([]string{""}, colleges...),
		cohorts, schools, colleges, classes).Scan(&rows).Error
	if err != nil {
		return out, wrap("shares", err)
	}
	for _, r := range rows {
		p := Place{r.CohortCode, r.SchoolCode, r.College, r.Class}
		if r.Level == "" && r.Class == "" || r.Level == levelCollege && r.College == "" {
			continue // the roster names no class, or no college: that is no place
		}
		out.add(p, r.Settled, r.Graduates)
	}
	return out, nil
}
