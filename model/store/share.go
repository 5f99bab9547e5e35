package store

import (
	"context"
	"sync"
	"time"

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

func newShares() Shares { return Shares{among: map[Place]int{}, of: map[Place]map[string]int{}} }

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

// A copy of a school's shares is used for shareLife: they are hints, and move
// slowly. shareCopies bounds the memory, some 100 KB for a school of 10,000.
const (
	shareLife   = 5 * time.Minute
	shareCopies = 50
)

// shareCopy keeps the shares of schools in memory.
type shareCopy struct {
	mu     sync.Mutex
	copies map[Place]sharesAt // by school and cohort
}

type sharesAt struct {
	shares Shares
	at     time.Time
}

// SharesOf counts the approved destinations of the schools and cohorts of a
// page's rows, by class, college and school. The numbers may be shareLife old.
//
// At most one query, by destination_counts_school: the lines of those schools,
// one for each major, class and category, some 2,000 of a school of 10,000.
func (s *Store) SharesOf(ctx context.Context, of []GraduateRow) (Shares, error) {
	wanted := map[Place]bool{}
	for _, r := range of {
		wanted[Place{CohortCode: r.CohortCode, SchoolCode: r.SchoolCode}] = true
	}
	out := newShares()
	var schools, cohorts []string
	for p := range wanted {
		if known, ok := s.shares.get(p, s.now()); ok {
			out.join(known)
			delete(wanted, p)
			continue
		}
		schools, cohorts = append(schools, p.SchoolCode), append(cohorts, p.CohortCode)
	}
	if len(wanted) == 0 {
		return out, nil
	}
	fresh, err := s.countShares(ctx, distinct(schools), distinct(cohorts))
	if err != nil {
		return out, err
	}
	for p := range wanted {
		if fresh[p].among == nil {
			fresh[p] = newShares() // nobody is approved there yet
		}
		out.join(fresh[p])
	}
	s.shares.put(fresh, s.now())
	return out, nil
}

// join takes over the places of another school or cohort.
func (s Shares) join(other Shares) {
	for p, n := range other.among {
		s.among[p], s.of[p] = n, other.of[p]
	}
}

func (s *Store) countShares(ctx context.Context, schools, cohorts []string) (map[Place]Shares, error) {
	var rows []struct {
		CohortCode, SchoolCode, College, Class, Settled string
		Graduates                                       int
	}
	err := s.read(ctx).Raw("SELECT cohort_code, school_code, college, class, settled, SUM(graduates) AS graduates FROM destination_counts"+
		s.dialect.useIndex("destination_counts_school")+" WHERE school_code IN ? AND cohort_code IN ? AND settled <> ''"+
		" GROUP BY cohort_code, school_code, college, class, settled", schools, cohorts).Scan(&rows).Error
	if err != nil {
		return nil, wrap("shares", err)
	}
	out := map[Place]Shares{}
	for _, r := range rows {
		school := Place{CohortCode: r.CohortCode, SchoolCode: r.SchoolCode}
		if out[school].among == nil {
			out[school] = newShares()
		}
		college := school
		college.College = r.College
		out[school].add(school, r.Settled, r.Graduates)
		out[school].add(college, r.Settled, r.Graduates)
		if r.Class != "" {
			college.Class = r.Class
			out[school].add(college, r.Settled, r.Graduates)
		}
	}
	return out, nil
}

func (c *shareCopy) get(p Place, now time.Time) (Shares, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.copies[p]
	age := now.Sub(known.at) // negative when the sandbox's clock was set back
	return known.shares, ok && age >= 0 && age < shareLife
}

func (c *shareCopy) put(fresh map[Place]Shares, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.copies == nil || len(c.copies)+len(fresh) > shareCopies {
		c.copies = map[Place]sharesAt{}
	}
	for p, shares := range fresh {
		c.copies[p] = sharesAt{shares, now}
	}
}
