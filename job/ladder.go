package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

// rungPage is how many graduates one page and one transaction take.
const rungPage = 500

// ladderStore is what the ladder reads and writes.
type ladderStore interface {
	Cohorts(ctx context.Context) ([]model.Cohort, error)
	Owing(ctx context.Context, cohort string, after model.GraduateID, limit int) ([]store.OwingRow, error)
	EnqueueDeadline(ctx context.Context, notices []store.DeadlineNotice, now time.Time) (added int, err error)
	Get(ctx context.Context, key string) (value string, expires time.Time, err error)
	Swap(ctx context.Context, key, old, value string, expires time.Time) (bool, error)
}

// Ladder puts the reminders before the deadline into the outbox.
type Ladder struct {
	Store  ladderStore
	Now    func() time.Time
	Ladder model.Ladder
}

// Step works the rung that is due for each cohort and returns how many
// reminders are new. A rung that was worked to its end is not looked at again,
// so that on the days between two rungs nothing is read; one that broke off
// goes on, because a reminder's key is there once for ever.
func (l *Ladder) Step(ctx context.Context) (added int, err error) { return l.step(ctx, false) }

// Force is Step for those too who came to owe something since the rung was
// worked.
func (l *Ladder) Force(ctx context.Context) (added int, err error) { return l.step(ctx, true) }

func (l *Ladder) step(ctx context.Context, again bool) (added int, err error) {
	cohorts, err := l.Store.Cohorts(ctx)
	if err != nil {
		return 0, fmt.Errorf("job: ladder: %w", err)
	}
	var errs []error
	for _, c := range cohorts {
		days, due := l.Ladder.Due(c, l.Now())
		if !due {
			continue
		}
		n, err := l.work(ctx, c, days, again)
		added += n
		if err != nil {
			errs = append(errs, fmt.Errorf("job: ladder: cohort %s: %w", c.Code, err))
		}
	}
	return added, errors.Join(errs...)
}

// work does one rung of one cohort unless it is done.
func (l *Ladder) work(ctx context.Context, c model.Cohort, days int, again bool) (added int, err error) {
	key := "job/ladder/" + c.Code
	rung := fmt.Sprintf("%s:%d", c.Deadline, days)
	done, _, err := l.Store.Get(ctx, key)
	if err != nil {
		return 0, err
	}
	if done == rung && !again {
		return 0, nil
	}
	if added, err = l.page(ctx, c, days); err != nil {
		return added, err
	}
	// Losing this race means that another replica has written the same.
	_, err = l.Store.Swap(ctx, key, done, rung, c.Deadline.End())
	return added, err
}

// page goes through those who owe something, by key.
func (l *Ladder) page(ctx context.Context, c model.Cohort, days int) (added int, err error) {
	for after := model.GraduateID(0); ; {
		rows, err := l.Store.Owing(ctx, c.Code, after, rungPage)
		if err != nil || len(rows) == 0 {
			return added, err
		}
		now := l.Now()
		notices := make([]store.DeadlineNotice, len(rows))
		for i, row := range rows {
			notices[i] = store.DeadlineNotice{
				GraduateID: row.ID, OpenID: row.OpenID, Notice: model.NoticeDeadline(row.ID, row.Step, c, days, now),
			}
		}
		n, err := l.Store.EnqueueDeadline(ctx, notices, now)
		added += n
		if err != nil || len(rows) < rungPage {
			return added, err
		}
		after = rows[len(rows)-1].ID
	}
}

// Run is Step as a job.
func (l *Ladder) Run(ctx context.Context) (outcome string, err error) { return said(l.Step(ctx)) }

// Forced is Force as a job.
func (l *Ladder) Forced(ctx context.Context) (outcome string, err error) { return said(l.Force(ctx)) }

func said(added int, err error) (string, error) {
	return fmt.Sprintf("新增提醒 %d 条", added), err
}
