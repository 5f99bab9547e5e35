package model

import (
	"strings"
	"time"
)

// TaskKind is what a task does.
type TaskKind string

// TaskImportRoster reads an uploaded roster; see SheetKind.Task for the others.
const TaskImportRoster TaskKind = "import.roster"

// TaskStage is which part of its work a task is at.
type TaskStage string

// The stages of an import: nothing is written before an operator, who has seen
// the preview, says so.
const (
	StagePreview TaskStage = "preview"
	StageApply   TaskStage = "apply"
	StageUndo    TaskStage = "undo"
)

// TaskState is how far a task has got with its stage.
type TaskState string

// The states of a task.
const (
	TaskWaiting   TaskState = "waiting"
	TaskRunning   TaskState = "running"
	TaskDone      TaskState = "done"
	TaskFailed    TaskState = "failed"
	TaskDiscarded TaskState = "discarded" // given up after the preview
)

// Task is long work that a page asked for and a job does.
type Task struct {
	ID         int64
	Kind       TaskKind
	Stage      TaskStage
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

// Previewed reports whether a preview waits for the operator's decision.
func (t Task) Previewed() bool { return t.Stage == StagePreview && t.State == TaskDone }

// Applied reports whether the import was worked, whether to its end or not: what
// it changed can be undone.
func (t Task) Applied() bool {
	return t.Stage == StageApply && (t.State == TaskDone || t.State == TaskFailed) || t.Stage == StageUndo && t.State == TaskFailed
}

// SeenBy reports whether an operator may look at the task: his own, and for a
// school's office and the administrators those of the school.
func (t Task) SeenBy(op Operator) bool {
	s := op.Scope()
	switch {
	case s.Empty():
		return false
	case s.All:
		return true
	case s.College == "":
		return t.SchoolCode == s.SchoolCode
	default:
		return t.OperatorID == op.ID && t.SchoolCode == s.SchoolCode
	}
}

// TaskResult is what a finished task says.
type TaskResult struct {
	Imported  int    `json:"imported"` // new graduates and changed ones
	Changed   int    `json:"changed,omitempty"`
	Unchanged int    `json:"unchanged"`
	Refused   int    `json:"refused"`
	Conflicts int    `json:"conflicts,omitempty"` // of the refused: those that an operator settles
	Undone    int    `json:"undone,omitempty"`    // of the imported
	ActedOn   int    `json:"acted,omitempty"`     // not undone because somebody acted on them
	Report    string `json:"report,omitempty"`    // file of refused rows, below the data directory
	Preview   string `json:"preview,omitempty"`   // file of what would change, field by field
	Plan      string `json:"plan,omitempty"`      // what the preview saw, for applying it
	Sample    string `json:"sample,omitempty"`    // an ImportSample as JSON, for the page
	Error     string `json:"error,omitempty"`     // Chinese, for the operator
}

// ImportSample is what a page shows of a preview: its first rows.
type ImportSample struct {
	Changed []ImportSampleRow `json:"changed,omitempty"`
	Refused []ImportSampleRow `json:"refused,omitempty"`
}

// ImportSampleRow is one row of it: what it changes, or why it is refused.
type ImportSampleRow struct {
	Line       int           `json:"line"`
	ExamNumber string        `json:"exam_number,omitempty"`
	Name       string        `json:"name,omitempty"`
	Changes    []FieldChange `json:"changes,omitempty"`
	Why        string        `json:"why,omitempty"`
}

// ImportActedOn says why an import cannot be undone as a whole: on how many of
// its graduates somebody has acted since, and who the first of them are.
func ImportActedOn(n int, names []string) *Error {
	who := strings.Join(names, "、")
	if n > len(names) {
		who += "等"
	}
	return Errorf(CodeConflict, "导入之后，已有 %d 人的信息又有办理（%s），不能整批撤销。请逐一更正，或导入更正后的表格。", n, who)
}
