package model

import "slices"

// CodeTable names a table of codes.
type CodeTable string

// The tables that the rules and pages look things up in (facts: 全国普通高校毕业生
// 就业方案 fields, and codes of our own for the transfers).
const (
	TableSex       CodeTable = "sex"
	TableEthnicity CodeTable = "ethnicity"
	TablePolitics  CodeTable = "politics"
	TableLevel     CodeTable = "level"
	TableTraining  CodeTable = "training"
	TableUnitKind  CodeTable = "unit_kind"
	TableIndustry  CodeTable = "industry"
	TableJobKind   CodeTable = "job_kind"
	TableArchive   CodeTable = "archive"   // 档案转递类型
	TableHousehold CodeTable = "household" // 户口迁移类型
)

// Codes are the code tables of a cohort. Rules take them as an argument:
// tables are data, versioned by cohort, and live in model/codes.
type Codes interface {
	// Name returns the Chinese name of a code.
	Name(table CodeTable, code string) (string, bool)
	// Category returns a destination category.
	Category(code string) (Category, bool)
}

// CodeName is one entry of a table, or a finer code below a category.
type CodeName struct{ Code, Name string }

// Category is a destination category (毕业去向类别) and what it asks for.
type Category struct {
	Code       string
	Name       string
	Group      string // group of the rates, e.g. 协议和合同
	UnitLabel  string // what the unit is called here: 单位名称, 录取学校, …
	NeedsSub   bool
	Proof      string     // what is asked for as 证明材料; "" when nothing is
	Sub        []CodeName // finer codes, e.g. 801 研究生; empty when none
	Asks       []Ask      // what the category asks for, in the order of the form
	Transfer   Transfer   // what is usual for archive and household
	WatchShare bool       // reviewers look at how many there are in a class or college
}

// HasSub reports whether code is one of the finer codes.
func (c Category) HasSub(code string) bool {
	return slices.ContainsFunc(c.Sub, func(s CodeName) bool { return s.Code == code })
}
