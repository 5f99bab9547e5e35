package codes

import (
	"slices"
	"sync"

	"quxiang/model"
)

// Default is the version for new cohorts.
const Default = "2024"

// Versions lists the versions that For knows, oldest first.
func Versions() []string { return []string{"2021", "2024"} }

// Table is one version of all code tables. It never changes after For made it
// and may be used by many goroutines.
type Table struct {
	version    string
	lists      map[model.CodeTable][]model.CodeName
	names      map[model.CodeTable]map[string]string
	codes      map[model.CodeTable]map[string]string // by name or alias, plain and folded
	alike      map[alikeKey]bool                     // every way of writing a code's name
	categories []model.Category
	rates      []model.Rate
	byCode     map[string]model.Category
	byName     map[string]categoryName
	reasons    map[ReasonUse][]string
}

// ReasonUse is what a common reason is given for.
type ReasonUse string

// The uses.
const (
	ReasonReturn ReasonUse = "return" // a destination goes back to the graduate
	ReasonRefuse ReasonUse = "refuse" // a 变更申请 is refused
	ReasonKeep   ReasonUse = "keep"   // an item is not corrected
)

// maxReasons of one use: each has a key from 1 to 9.
const maxReasons = 9

type alikeKey struct {
	table  model.CodeTable
	code   string
	folded string
}

type categoryName struct{ code, sub string }

// For returns the tables of a version. An unknown version is an error of code
// CodeInvalid that names the known ones.
func For(version string) (*Table, error) {
	if !slices.Contains(Versions(), version) {
		return nil, model.Invalid("code_table", "没有“%s”版代码表；可用：2021、2024。", version)
	}
	return made[version]()
}

// made reads each version's tables once, when they are first asked for: pages
// ask at every request.
var made = map[string]func() (*Table, error){
	"2021": sync.OnceValues(func() (*Table, error) { return load("2021") }),
	"2024": sync.OnceValues(func() (*Table, error) { return load("2024") }),
}

// Version is the version that For was asked for.
func (t *Table) Version() string { return t.version }

// Name returns the Chinese name of a code.
func (t *Table) Name(table model.CodeTable, code string) (string, bool) {
	n, ok := t.names[table][code]
	return n, ok
}

// Category returns a destination category.
func (t *Table) Category(code string) (model.Category, bool) {
	c, ok := t.byCode[code]
	return c, ok
}

// List returns a table's entries in the order in which forms offer them.
func (t *Table) List(table model.CodeTable) []model.CodeName {
	return slices.Clone(t.lists[table])
}

// Reasons are the common reasons of a use, in their order.
func (t *Table) Reasons(use ReasonUse) []string { return slices.Clone(t.reasons[use]) }

// Categories returns all destination categories in the order of their codes.
func (t *Table) Categories() []model.Category { return slices.Clone(t.categories) }

// Rates returns the rates of this version in the order in which pages show
// them: those that make up the 落实率 first.
func (t *Table) Rates() []model.Rate { return slices.Clone(t.rates) }

// Code finds a code by its name as people type it: with an alias (本科生毕业 for
// 本科), blanks, or full-width characters. Where two codes bear one name
// (25 and 26 二学位) the first is meant.
func (t *Table) Code(table model.CodeTable, name string) (string, bool) {
	m := t.codes[table]
	if code, ok := m[name]; ok {
		return code, true
	}
	code, ok := m[fold(name)]
	return code, ok
}

// Names reports whether name is the name of this very code, or an alias of it.
func (t *Table) Names(table model.CodeTable, code, name string) bool {
	return t.names[table][code] == name || t.alike[alikeKey{table, code, fold(name)}]
}

// CategoryNamed finds a destination category by its name, and the finer code
// where the name is that of one: 求职中 is 70 and 701, 升学（研究生） is 80 and 801.
func (t *Table) CategoryNamed(name string) (category, sub string, ok bool) {
	c, ok := t.byName[name]
	if !ok {
		c, ok = t.byName[fold(name)]
	}
	return c.code, c.sub, ok
}

// ExamNumberLengths are the lengths, in digits, that a 考生号 may have: 14 for
// those who came by gaokao, 15 for postgraduates. Documents say nothing firmer.
func (t *Table) ExamNumberLengths() []int { return []int{14, 15} }
