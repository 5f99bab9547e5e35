package store

import (
	"context"

	"quxiang/model"
)

// Place is a class, a college ("" for the class) or a school ("" for both) in
// one cohort.
type Place struct{ CohortCode, SchoolCode, College, Class string }

// Shares holds how many graduates of each place have an approved destination,
// and how many of these one of a few categories.
type Shares struct {
	among map[Place]int
	of    map[Place]map[string]int
}

// Of is the share of a category at a place.
func (s Shares) Of(p Place, category string) model.Share {
	return model.Share{Of: s.of[p][category], Among: s.among[p]}
}

// SharesOf counts the given categories among the approved destinations of the
// schools and cohorts of a page's rows, by class, college and school.
//
// One query over destination_counts_school: the lines of those schools, one for
// each major, class and category, some 2,000 of a school of 10,000.
func (s *Store) SharesOf(ctx context.Context, of []GraduateRow, categories []string) (Shares, error) {
	out := Shares{among: map[Place]int{}, of: map[Place]map[string]int{}}
	if len(of) == 0 || len(categories) == 0 {
		return out, nil
	}
	var schools, cohorts []string
	for _, r := range of {
		schools, cohorts = append(schools, r.SchoolCode), append(cohorts, r.CohortCode)
	}
	var rows []struct {
		CohortCode, SchoolCode, College, Class, Watched string
		Graduates                                       int
	}
	err := s.read(ctx).Raw("SELECT cohort_code, school_code, college, class, watched, SUM(graduates) AS graduates FROM ("+
		"SELECT cohort_code, school_code, college, class, CASE WHEN settled IN ? THEN settled ELSE '' END AS watched, graduates FROM destination_counts"+
		s.dialect.useIndex("destination_counts_school")+" WHERE school_code IN ? AND cohort_code IN ? AND settled <> ''"+
		") AS settled_counts GROUP BY cohort_code, school_code, college, class, watched", categories, distinct(schools), distinct(cohorts)).Scan(&rows).Error
	if err != nil {
		return out, wrap("shares", err)
	}
	for _, r := range rows {
		places := []Place{{r.CohortCode, r.SchoolCode, "", ""}, {r.CohortCode, r.SchoolCode, r.College, ""}}
		if r.Class != "" {
			places = append(places, Place{r.CohortCode, r.SchoolCode, r.College, r.Class})
		}
		for _, p := range places {
			out.among[p] += r.Graduates
			if r.Watched == "" {
				continue
			}
			if out.of[p] == nil {
				out.of[p] = map[string]int{}
			}
			out.of[p][r.Watched] += r.Graduates
		}
	}
	return out, nil
}
