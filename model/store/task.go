package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// taskRow is long work that a page asked for.
type taskRow struct {
	ID         int64 `gorm:"primaryKey"`
	Kind       string
	Stage      string
	State      string
	OperatorID int64
	SchoolCode string
	FileName   string
	Path       string
	Done       int
	Total      int
	Result     model.TaskResult `gorm:"serializer:json"`
	CreatedAt  int64            `gorm:"autoCreateTime:false"`
	FinishedAt int64
	LeaseToken string
	LeaseUntil int64 // by the database's clock
}

// TableName names the table.
func (taskRow) TableName() string { return "tasks" }

func (r taskRow) task() model.Task {
	return model.Task{
		ID: r.ID, Kind: model.TaskKind(r.Kind), Stage: model.TaskStage(r.Stage), State: model.TaskState(r.State), OperatorID: model.OperatorID(r.OperatorID),
		SchoolCode: r.SchoolCode, FileName: r.FileName, Path: r.Path, Done: r.Done, Total: r.Total, Result: r.Result,
		CreatedAt: fromMillis(r.CreatedAt), FinishedAt: fromMillis(r.FinishedAt),
	}
}

// AddTask puts a task in the queue and returns its ID. Its state is waiting,
// whatever it says.
func (s *Store) AddTask(ctx context.Context, t model.Task) (int64, error) {
	var row taskRow
	err := s.tx(ctx, "add task", func(tx *gorm.DB) error {
		row = taskRow{
			Kind: string(t.Kind), Stage: string(t.Stage), State: string(model.TaskWaiting), OperatorID: int64(t.OperatorID), SchoolCode: t.SchoolCode,
			FileName: clip(t.FileName), Path: t.Path, Total: t.Total, CreatedAt: toMillis(t.CreatedAt),
		}
		return tx.Create(&row).Error
	})
	return row.ID, err
}

// StartTask adds a task that the caller works at once, leased like a claimed
// one.
func (s *Store) StartTask(ctx context.Context, t model.Task, lease time.Duration) (id int64, token string, err error) {
	token = rand.Text()
	if id, err = s.AddTask(ctx, t); err != nil {
		return 0, "", err
	}
	err = s.tx(ctx, "start task", func(tx *gorm.DB) error {
		done := tx.Model(&taskRow{}).Where("id = ? AND state = ?", id, model.TaskWaiting).Updates(map[string]any{
			"state": model.TaskRunning, "lease_token": token, "lease_until": s.leaseEnd(lease),
		})
		if done.Error == nil && done.RowsAffected == 0 {
			return ErrLeaseLost
		}
		return done.Error
	})
	return id, token, err
}

// MoveTask brings a task from where the caller saw it to another stage or state
// and says so in the audit. CodeChanged means that it is no longer there: a
// second press of a button, or somebody else's.
func (s *Store) MoveTask(ctx context.Context, seen model.Task, stage model.TaskStage, state model.TaskState, a model.Audit) error {
	return s.tx(ctx, "move task", func(tx *gorm.DB) error {
		done := tx.Model(&taskRow{}).Where("id = ? AND stage = ? AND state = ?", seen.ID, seen.Stage, seen.State).
			Updates(map[string]any{"stage": stage, "state": state, "done": 0, "total": 0})
		switch {
		case done.Error != nil:
			return done.Error
		case done.RowsAffected == 0:
			return model.Errorf(model.CodeChanged, "这次导入的状态刚刚有变化，请看最新状态。")
		}
		return appendAudit(tx, a)
	})
}

// ClaimTask leases the oldest task that waits, or one that runs but whose
// worker let the lease end; nil when there is none. ProgressTask renews the
// lease. A task that is taken over starts again from its first row, with the
// count it had. The business clock has no say in leases. Served by tasks_state;
// few tasks are open at a time.
func (s *Store) ClaimTask(ctx context.Context, lease time.Duration, _ time.Time) (t *model.Task, token string, err error) {
	token = rand.Text()
	err = s.tx(ctx, "claim task", func(tx *gorm.DB) error {
		t = nil
		free := tx.Where("state = ? OR (state = ? AND lease_until < "+s.dialect.nowMillis()+")", model.TaskWaiting, model.TaskRunning).
			Session(&gorm.Session{})
		var rows []taskRow
		if err := free.Order("id").Limit(1).Find(&rows).Error; err != nil {
			return fmt.Errorf("find: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		won := free.Model(&taskRow{}).Where("id = ?", rows[0].ID).Updates(map[string]any{
			"state": model.TaskRunning, "lease_token": token, "lease_until": s.leaseEnd(lease),
		})
		if won.Error != nil {
			return fmt.Errorf("lease: %w", won.Error)
		}
		if won.RowsAffected == 0 {
			return errLost
		}
		task := rows[0].task()
		task.State = model.TaskRunning
		t = &task
		return nil
	})
	if err != nil || t == nil {
		return nil, "", err
	}
	return t, token, nil
}

// ProgressTask records how far a task has got and renews its lease.
// ErrLeaseLost means that another worker has taken it over.
func (s *Store) ProgressTask(ctx context.Context, id int64, token string, done, total int, lease time.Duration) error {
	return s.updateTask(ctx, "progress task", id, token, map[string]any{
		"done": done, "total": total, "lease_until": s.leaseEnd(lease),
	})
}

// FinishTask ends a task as done or failed. ErrLeaseLost means that another
// worker has taken it over.
func (s *Store) FinishTask(ctx context.Context, id int64, token string, state model.TaskState, r model.TaskResult, now time.Time) error {
	return s.updateTask(ctx, "finish task", id, token, taskRow{
		State: string(state), Result: r, FinishedAt: toMillis(now),
	})
}

// updateTask changes the columns given (a map, or the fields of a taskRow that
// are set) while token holds the task.
func (s *Store) updateTask(ctx context.Context, op string, id int64, token string, columns any) error {
	lost := false
	err := s.tx(ctx, op, func(tx *gorm.DB) error {
		done := tx.Model(&taskRow{}).Where("id = ? AND lease_token = ? AND state = ?", id, token, model.TaskRunning).Updates(columns)
		lost = done.RowsAffected == 0
		return done.Error
	})
	if err == nil && lost {
		return fmt.Errorf("store: %s: %w", op, ErrLeaseLost)
	}
	return err
}

// Task returns one task; CodeNotFound when there is none.
func (s *Store) Task(ctx context.Context, id int64) (model.Task, error) {
	var row taskRow
	if err := s.read(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return model.Task{}, wrap("task", err)
	}
	return row.task(), nil
}

// Tasks lists the tasks that an operator may see, newest first. Served by
// tasks_school, and by tasks_operator for those who see their own only.
func (s *Store) Tasks(ctx context.Context, op model.Operator, limit int) ([]model.Task, error) {
	q := s.read(ctx).Order("id DESC").Limit(limit)
	switch scope := op.Scope(); {
	case scope.Empty():
		return nil, nil
	case scope.All:
	case scope.College == "":
		q = q.Where("school_code = ?", scope.SchoolCode)
	default:
		q = q.Where("operator_id = ?", op.ID)
	}
	var rows []taskRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, wrap("tasks", err)
	}
	out := make([]model.Task, len(rows))
	for i, r := range rows {
		out[i] = r.task()
	}
	return out, nil
}
