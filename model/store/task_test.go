package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestTaskLife(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		claim := func(lease time.Duration) (*model.Task, string) {
			t.Helper()
			task, token, err := s.ClaimTask(ctx, lease, start)
			if err != nil {
				t.Fatal(err)
			}
			return task, token
		}
		if task, _ := claim(time.Minute); task != nil {
			t.Fatalf("claimed %+v from nothing", task)
		}
		want := model.Task{
			Kind: model.TaskImportRoster, OperatorID: 3, SchoolCode: "10001", FileName: "毕业生源.xlsx", Path: "upload/1.xlsx",
			Total: 100, CreatedAt: start,
		}
		id, err := s.AddTask(ctx, want)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.AddTask(ctx, model.Task{Kind: model.TaskImportRoster, SchoolCode: "10002", CreatedAt: start})
		if err != nil {
			t.Fatal(err)
		}
		want.ID, want.State = id, model.TaskWaiting
		check := func(when string) {
			t.Helper()
			got, err := s.Task(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", when, d)
			}
		}
		check("added")

		task, old := claim(time.Minute)
		want.State = model.TaskRunning
		if task == nil {
			t.Fatal("no task was claimed")
		}
		if d := cmp.Diff(want, *task); d != "" {
			t.Errorf("claimed (-want +got):\n%s", d)
		}
		if err := s.ProgressTask(ctx, id, old, 40, 120, ranOut); err != nil {
			t.Fatal(err)
		}
		want.Done, want.Total = 40, 120
		check("progress")

		// The worker has let its lease run out: another takes over.
		task, token := claim(time.Minute)
		if task == nil || task.ID != id {
			t.Fatalf("took over %+v, want task %d", task, id)
		}
		if err := s.ProgressTask(ctx, id, old, 41, 120, time.Minute); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("ProgressTask of the old worker = %v, want ErrLeaseLost", err)
		}
		if err := s.FinishTask(ctx, id, old, model.TaskDone, model.TaskResult{}, start); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("FinishTask of the old worker = %v, want ErrLeaseLost", err)
		}
		want.Result = model.TaskResult{Imported: 90, Unchanged: 20, Refused: 10, Report: "report/1.xlsx"}
		want.State, want.FinishedAt = model.TaskDone, start.Add(time.Hour)
		if err := s.FinishTask(ctx, id, token, model.TaskDone, want.Result, want.FinishedAt); err != nil {
			t.Fatal(err)
		}
		check("finished")

		if task, _ := claim(time.Minute); task == nil || task.ID != second {
			t.Errorf("next task %+v, want %d", task, second)
		}
		if task, _ := claim(time.Minute); task != nil {
			t.Errorf("claimed %+v, want none", task)
		}
		for op, want := range map[*model.Operator][]int64{
			{Role: model.RoleAdmin}:                                                                          {second, id},
			{Role: model.RoleSchool, SchoolCode: "10001"}:                                                    {id},
			{Role: model.RoleSchool, SchoolCode: "10009"}:                                                    nil,
			{ID: 3, Role: model.RoleCollege, SchoolCode: "10001", College: "文学院"}:                            {id},
			{ID: 4, Role: model.RoleCounsellor, SchoolCode: "10001", College: "文学院", Classes: []string{"1"}}: nil,
			{ID: 3, Role: model.RoleCollege}:                                                                 nil,
		} {
			tasks, err := s.Tasks(ctx, *op, 10)
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			for _, task := range tasks {
				ids = append(ids, task.ID)
			}
			if d := cmp.Diff(want, ids); d != "" {
				t.Errorf("tasks of %+v (-want +got):\n%s", *op, d)
			}
		}
		if _, err := s.Task(ctx, 999); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("Task(999) = %v, want not_found", err)
		}
	})
}

func TestClaimTaskRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const workers, total = 6, 4
		for range total {
			if _, err := s.AddTask(t.Context(), model.Task{Kind: model.TaskImportRoster, CreatedAt: start}); err != nil {
				t.Fatal(err)
			}
		}
		type result struct {
			id  int64
			err error
		}
		results := make(chan result)
		for range workers {
			go func() {
				task, _, err := s.ClaimTask(t.Context(), time.Minute, start)
				r := result{err: err}
				if task != nil {
					r.id = task.ID
				}
				results <- r
			}()
		}
		seen := map[int64]bool{}
		for range workers {
			r := <-results
			if r.err != nil {
				t.Error(r.err)
			}
			if r.id != 0 && seen[r.id] {
				t.Errorf("task %d was given out twice", r.id)
			}
			if r.id != 0 {
				seen[r.id] = true
			}
		}
		if len(seen) != total {
			t.Errorf("%d tasks were given out, want %d", len(seen), total)
		}
	})
}
