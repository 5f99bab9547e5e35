package model

import "strings"

// SheetKind (表格种类) is what a sheet holds that operators import and export.
type SheetKind string

// The three kinds.
const (
	SheetRoster       SheetKind = "roster"       // 生源名单, with the destination where one is registered
	SheetDestinations SheetKind = "destinations" // 毕业去向 of graduates who are on the roster already
	SheetReviews      SheetKind = "reviews"      // 审核结果
)

// SheetKinds lists the kinds in the order in which pages offer them.
func SheetKinds() []SheetKind { return []SheetKind{SheetRoster, SheetDestinations, SheetReviews} }

// Chinese names the kind.
func (k SheetKind) Chinese() string {
	return map[SheetKind]string{SheetRoster: "生源名单", SheetDestinations: "毕业去向表", SheetReviews: "审核结果表"}[k]
}

// Task is the kind of task that imports such a sheet.
func (k SheetKind) Task() TaskKind { return taskImport + TaskKind(k) }

const taskImport TaskKind = "import."

// Sheet is the kind of sheet that a task imports; ok is false for other tasks.
func (k TaskKind) Sheet() (kind SheetKind, ok bool) {
	name, ok := strings.CutPrefix(string(k), string(taskImport))
	kind = SheetKind(name)
	return kind, ok && kind.Chinese() != ""
}

// MayImport reports whether the role imports sheets of a kind at all. Which
// rows, the scope says. Results of reviews come from reviewers only.
func (o Operator) MayImport(k SheetKind) bool {
	if k == SheetReviews && !o.MayReview(LevelCollege) && !o.MayReview(LevelSchool) {
		return false
	}
	return k.Chinese() != "" && o.May(ActionImport)
}

// enteredAndReturned reports whether an operator's sheet brought the revision
// and a reviewer returned it, so that a better sheet may replace it.
func (v Revision) enteredAndReturned() bool {
	return v.ReportedBy.Kind != ActorGraduate && v.State() == ReviewReturned
}
