package web

// Link leads somewhere: a line of Links, or the one way on of another part.
type Link struct {
	Href   string
	Text   string
	Note   string // a grey line below, in Links only
	Count  int    // a number that waits there, in Links only; 0 shows none
	Locked string // in Links only: why it cannot be opened yet; "" when it can
}

// Links is what template "links" draws: a list of places to go.
type Links struct {
	Title string
	Items []Link
}

// Cells is what template "cells" draws: labels with their values.
type Cells struct {
	Title string
	Items []Cell
}

// Cell is one label with its value; an empty value shows as –.
type Cell struct {
	Label   string
	Value   string
	Note    string // a grey line below
	Changed bool   // marked 有变更
	Link    *Link  // what can be done with it, like 显示
}

// StepState says where a step of Steps stands.
type StepState string

// The states of a step.
const (
	StepDone StepState = "done"
	StepNow  StepState = "now"
	StepTodo StepState = "todo"
)

// Chinese is what screen readers say after the step, since they do not see the
// dot.
func (s StepState) Chinese() string {
	switch s {
	case StepDone:
		return "已完成"
	case StepNow:
		return "进行中"
	case StepTodo:
	}
	return "未开始"
}

// Steps is what template "steps" draws: how far something has come.
type Steps struct {
	Title string
	Items []StepItem
}

// StepItem is one step of Steps.
type StepItem struct {
	State StepState
	Text  string
	Time  string // when it happened, in words
	Note  string // who has it, or why it came back
}

// Empty is what template "empty" draws where a list has nothing.
type Empty struct {
	Text string
	Link *Link
}

// Pager is what template "pager" draws below a list that pages by key.
type Pager struct {
	Prev string // address of the page before; "" on the first
	Next string // address of the next page; "" on the last
	Text string // what is shown, like 第 1–50 条
}

// Field is what templates "field" and "textarea" draw: a label, an input and
// what is wrong with its value.
type Field struct {
	Name         string // form field; the input's id is f-Name
	Label        string
	Value        string
	Type         string // of the input; "" is text
	Hint         string // shown below unless there is an Error
	Error        string
	Autocomplete string // purpose of the input (WCAG 1.3.5), like "name"
	InputMode    string // keyboard of phones, like "numeric"
	Min, Max     string // bounds of a date or number
	Accept       string // kinds of a file
	MaxLength    int    // characters; 0 is no bound
	Form         string // id of the form that it belongs to, where it stands outside; "files" only
	Required     bool
	Depends      bool // needed or not by another field: not marked 选填, nor held back by the browser
}

// Choices is what templates "radios", "checkboxes" and "select" draw.
type Choices struct {
	Name     string // form field; the group's id is f-Name
	Label    string
	Hint     string
	Error    string
	Required bool
	Items    []Choice
}

// Choice is one of Choices.
type Choice struct {
	Value  string
	Text   string
	Note   string // a grey line below; not in a select
	Chosen bool
}

// Post is what template "post" draws: a button that changes something.
type Post struct {
	Action string
	Text   string
	Kind   string // primary, default or warn; "" is primary
	Hidden []Hidden
}

// Hidden is a value that a Post carries.
type Hidden struct {
	Name  string
	Value string
}
