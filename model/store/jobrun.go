package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// JobRun is the newest run of a job.
type JobRun struct {
	Name       string
	LastDue    time.Time // the instant of the schedule that the run was for
	StartedAt  time.Time
	FinishedAt time.Time // zero while it runs, or when its process died
	Outcome    string
}

// jobRunRow is the one row of a job.
type jobRunRow struct {
	Name       string `gorm:"primaryKey"`
	LastDue    int64
	StartedAt  int64
	FinishedAt int64
	Outcome    string
	LeaseUntil int64 // by the database's clock
}

// TableName names the table.
func (jobRunRow) TableName() string { return "job_runs" }

// ClaimJob gives a job's run for the instant due to one of the replicas that
// ask: never twice for the same or an earlier instant, and not while another
// run's lease lasts.
func (s *Store) ClaimJob(ctx context.Context, name string, due time.Time, lease time.Duration) (ok bool, err error) {
	err = s.tx(ctx, "claim job", func(tx *gorm.DB) error {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&jobRunRow{Name: name}).Error; err != nil {
			return fmt.Errorf("insert: %w", err)
		}
		won := tx.Model(&jobRunRow{}).
			Where("name = ? AND last_due < ? AND lease_until < "+s.dialect.nowMillis(), name, toMillis(due)).
			Updates(map[string]any{
				"last_due": toMillis(due), "started_at": toMillis(s.now()), "finished_at": 0, "outcome": "",
				"lease_until": s.leaseEnd(lease),
			})
		ok = won.RowsAffected == 1
		return won.Error
	})
	return ok && err == nil, err
}

// FinishJob records the outcome of the run for due and frees the lease. It
// changes nothing when a later run has begun.
func (s *Store) FinishJob(ctx context.Context, name string, due time.Time, outcome string, now time.Time) error {
	return s.tx(ctx, "finish job", func(tx *gorm.DB) error {
		return tx.Model(&jobRunRow{}).Where("name = ? AND last_due = ?", name, toMillis(due)).
			Updates(map[string]any{"finished_at": toMillis(now), "outcome": clip(outcome), "lease_until": 0}).Error
	})
}

// Jobs lists the newest run of every job that has ever run.
func (s *Store) Jobs(ctx context.Context) ([]JobRun, error) {
	var rows []jobRunRow
	if err := s.read(ctx).Order("name").Find(&rows).Error; err != nil {
		return nil, wrap("jobs", err)
	}
	out := make([]JobRun, len(rows))
	for i, r := range rows {
		out[i] = JobRun{
			Name: r.Name, LastDue: fromMillis(r.LastDue), StartedAt: fromMillis(r.StartedAt),
			FinishedAt: fromMillis(r.FinishedAt), Outcome: r.Outcome,
		}
	}
	return out, nil
}
