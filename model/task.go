package model

import "time"

// TaskKind is what a task does.
type TaskKind string

// TaskImportRoster reads an uploaded roster.
const TaskImportRoster TaskKind = "import.roster"

// TaskState is how far a task has got.
type TaskState string

// The states of a task.
const (
	TaskWaiting TaskState = "waiting"
	TaskRunning TaskState = "running"
	TaskDone    TaskState = "done"
	TaskFailed  TaskState = "failed"
)

// Task is long work that a page asked for and a job does.
type Task struct {
	ID         int64
	Kind       TaskKind
	State      TaskState
	OperatorID OperatorID
	SchoolCode string // whose data it may touch; "" for all schools
	FileName   string // as uploaded, for people
	Path       string // below the data directory
	Done       int    // rows so far
	Total      int    // rows in all; 0 when not known
	Result     TaskResult
	CreatedAt  time.Time
	FinishedAt time.Time
}

// TaskResult is what a finished task says.
type TaskResult struct {
	Imported  int    `json:"imported"`
	Unchanged int    `json:"unchanged"`
	Refused   int    `json:"refused"`
	Report    string `json:"report,omitempty"` // file of refused rows, below the data directory
	Error     string `json:"error,omitempty"`  // Chinese, for the operator
}
