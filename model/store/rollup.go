package store

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"quxiang/model"
)

// rollup is a table of counts, one line for each combination of its keys. The
// transactions that move graduates keep it, so that counting never reads the
// roster.
type rollup struct {
	table string
	keys  []string // columns, in the order of the primary key
}

// The rollups, in the order in which every transaction writes them.
var (
	stepCounts        = rollup{"step_counts", []string{"cohort_code", "school_code", "college", "class", "step"}}
	destinationCounts = rollup{"destination_counts", []string{"cohort_code", "school_code", "college", "major", "class", "settled"}}
	destinationDays   = rollup{"destination_days", []string{"cohort_code", "school_code", "college", "settled", "day"}}
	unitUses          = rollup{"unit_uses", []string{"school_code", "cohort_code", "unit_code", "unit"}}
	// areaCounts are the sums for whole colleges and schools, so that a page
	// about one reads as many lines whatever the number of its graduates. Many
	// writers meet on these lines: they come last and are locked for the shortest
	// time. A line for all schools would be one that every writer waits for.
	areaCounts = rollup{"area_counts", []string{"cohort_code", "level", "subject", "school_code", "college", "value", "day"}}
)

// What area_counts tells of a school or a college: at which steps its graduates
// stand, what they are settled as, and what that gained or lost on a day (of
// schools only: destination_days has it for colleges).
const (
	subjectStep    = "step"
	subjectSettled = "settled"
	subjectDay     = "day"

	levelSchool  = "school"
	levelCollege = "college"
)

// rollups lists them in that order.
func rollups() []rollup {
	return []rollup{stepCounts, destinationCounts, destinationDays, unitUses, areaCounts}
}

// counting collects what a transaction adds to the rollups.
type counting struct {
	deltas map[string]map[string]int      // table → key → delta
	values map[string]map[string][]string // table → key → columns
}

func newCounting() *counting {
	return &counting{deltas: map[string]map[string]int{}, values: map[string]map[string][]string{}}
}

func (c *counting) add(r rollup, n int, values ...string) {
	if c.deltas[r.table] == nil {
		c.deltas[r.table], c.values[r.table] = map[string]int{}, map[string][]string{}
	}
	key := strings.Join(values, "\x00")
	c.deltas[r.table][key] += n
	c.values[r.table][key] = values
}

// graduate counts a row n times, on a day of the history.
func (c *counting) graduate(r *graduateRow, n int, day model.Date) {
	c.add(stepCounts, n, r.CohortCode, r.SchoolCode, r.College, r.Class, r.Step)
	c.add(destinationCounts, n, r.CohortCode, r.SchoolCode, r.College, r.Major, r.Class, r.Settled)
	c.add(destinationDays, n, r.CohortCode, r.SchoolCode, r.College, r.Settled, string(day))
	if r.Unit != "" {
		c.add(unitUses, n, r.SchoolCode, r.CohortCode, r.UnitCode, r.Unit)
	}
	for _, it := range []struct{ subject, value string }{{subjectStep, r.Step}, {subjectSettled, r.Settled}} {
		c.add(areaCounts, n, r.CohortCode, levelSchool, it.subject, r.SchoolCode, "", it.value, "")
		c.add(areaCounts, n, r.CohortCode, levelCollege, it.subject, r.SchoolCode, r.College, it.value, "")
	}
	c.add(areaCounts, n, r.CohortCode, levelSchool, subjectDay, r.SchoolCode, "", r.Settled, string(day))
}

// write adds everything to the tables, last in its transaction. Lines are
// written in one order everywhere, so that writers of one class neither
// deadlock nor wait long.
func (c *counting) write(s *Store, tx *gorm.DB) error {
	for _, r := range rollups() {
		var keys []string
		for k, n := range c.deltas[r.table] {
			if n != 0 {
				keys = append(keys, k)
			}
		}
		if len(keys) == 0 {
			continue
		}
		slices.Sort(keys)
		for part := range slices.Chunk(keys, insertBatch) {
			args := make([]any, 0, (len(r.keys)+1)*len(part))
			for _, k := range part {
				for _, v := range c.values[r.table][k] {
					args = append(args, v)
				}
				args = append(args, c.deltas[r.table][k])
			}
			line := "(" + strings.Repeat("?, ", len(r.keys)) + "?), "
			err := tx.Exec("INSERT INTO "+r.table+" ("+strings.Join(r.keys, ", ")+", graduates) VALUES "+
				strings.TrimSuffix(strings.Repeat(line, len(part)), ", ")+
				s.dialect.onDuplicateAdd(r.table, "graduates", r.keys...), args...).Error
			if err != nil {
				return fmt.Errorf("%s: %w", r.table, err)
			}
		}
	}
	return nil
}

// countedOn is the day on which a new record enters the history of the numbers:
// that of its approval, or else of its creation.
func countedOn(rec model.Record) model.Date {
	if v := rec.Settled(); v != nil && v.LastReview() != nil {
		return model.DateOf(v.LastReview().At)
	}
	return model.DateOf(rec.Graduate.CreatedAt)
}
