package model

import (
	"time"
)

// GraduateID identifies a Graduate record in the store.
type GraduateID int64

// YesNo is an answer that may be missing: "" is not known.
type YesNo string

// The three values of YesNo.
const (
	Unknown YesNo = ""
	Yes     YesNo = "yes"
	No      YesNo = "no"
)

// Chinese is 是, 否, or "" when not known.
func (y YesNo) Chinese() string {
	switch y {
	case Yes:
		return "是"
	case No:
		return "否"
	default:
		return ""
	}
}

// Basics are the facts of the roster (毕业生源信息) about one graduate. Coded
// fields hold the codes of the national sheet; Codes gives their names.
type Basics struct {
	ExamNumber     string // 考生号; allowed lengths are data
	Name           string
	IDNumber       string // 身份证号 or another document's number
	Sex            string // 1 or 2
	Ethnicity      string // 民族, 01–56, 97, 98
	Politics       string // 政治面貌, 01–13
	Level          string // 学历, e.g. 31 本科毕业, 33 本科结业
	Training       string // 培养方式, 1–5
	Commissioner   string // 定向或委培单位
	OriginCode     string // 生源地, six digits of GB/T 2260
	OriginName     string
	Entered        Month // 入学时间
	Graduates      Month // 毕业时间
	Degree         string
	College        string // 院系
	Class          string
	StudentNumber  string
	MajorCode      string
	Major          string
	MajorDirection string
	Years          string // 学制, a decimal such as 4 or 2.5
	ArchiveIn      YesNo  // 档案是否转入学校
	HouseholdIn    YesNo  // 户口是否转入学校; Unknown: ask the graduate
	Email          string
	Phone          string
	Hardship       string // 困难生类别
	Teacher        string // 师范生类别
}

// Graduate (毕业生, 结业生 included) is one person's record in one cohort at one
// level: the same person can be in two cohorts (专升本, master's).
type Graduate struct {
	ID         GraduateID
	CohortCode string
	SchoolCode string
	Basics     Basics
	CreatedAt  time.Time

	AccountID AccountID // the CHSI account linked to this record; 0 when none
	LinkedAt  time.Time

	CheckedAt time.Time         // when the graduate last found the basics right
	Checked   map[string]string // the items as they were then, by Item.Key

	ReopenedUntil Date // changes allowed until the end of this day, after the deadline
}

// Item is one of the 20 lines of 核对基本信息 (guide, figure 4).
type Item struct {
	Key    string // stable name, e.g. "id_number"
	Label  string // the guide's word
	Value  string // for people; "" when not registered
	Masked bool   // shown masked until the graduate asks
	OfCHSI bool   // mended by the graduate at CHSI, not by the school (guide §2)
}

// Items lists the 20 items in the guide's order, with names for codes.
func (g Graduate) Items(school School, codes Codes) []Item {
	b := g.Basics
	name := func(t CodeTable, code string) string {
		if n, ok := codes.Name(t, code); ok {
			return n
		}
		return code
	}
	return []Item{
		{Key: "exam_number", Label: "考生号", Value: b.ExamNumber},
		{Key: "name", Label: "姓名", Value: b.Name},
		{Key: "id_number", Label: "身份证号", Value: b.IDNumber, Masked: true},
		{Key: "school", Label: "毕业院校", Value: school.Name},
		{Key: "level", Label: "学历", Value: name(TableLevel, b.Level)},
		{Key: "sex", Label: "性别", Value: name(TableSex, b.Sex)},
		{Key: "ethnicity", Label: "民族", Value: name(TableEthnicity, b.Ethnicity)},
		{Key: "politics", Label: "政治面貌", Value: name(TablePolitics, b.Politics)},
		{Key: "training", Label: "培养方式", Value: name(TableTraining, b.Training)},
		{Key: "origin", Label: "生源所在地", Value: b.OriginName},
		{Key: "entered", Label: "入学时间", Value: string(b.Entered)},
		{Key: "graduates", Label: "毕业时间", Value: string(b.Graduates)},
		{Key: "degree", Label: "学位", Value: b.Degree},
		{Key: "college", Label: "院系", Value: b.College},
		{Key: "major", Label: "专业", Value: b.Major},
		{Key: "years", Label: "学制", Value: b.Years},
		{Key: "archive_in", Label: "档案是否转入学校", Value: b.ArchiveIn.Chinese()},
		{Key: "household_in", Label: "户口是否转入学校", Value: b.HouseholdIn.Chinese()},
		{Key: "email", Label: "电子邮箱", Value: b.Email, OfCHSI: true},
		{Key: "phone", Label: "手机号码", Value: b.Phone, Masked: true, OfCHSI: true},
	}
}

// ItemLabel is the guide's word for an item.
func (g Graduate) ItemLabel(key string) string {
	for _, it := range g.Items(School{}, noCodes{}) {
		if it.Key == key {
			return it.Label
		}
	}
	return key
}

// itemValues are the facts behind Items as stored, codes and all: what a check
// is compared with, so that a renamed code is no change.
func (g Graduate) itemValues() map[string]string {
	b := g.Basics
	return map[string]string{
		"exam_number": b.ExamNumber, "name": b.Name, "id_number": b.IDNumber, "school": g.SchoolCode,
		"level": b.Level, "sex": b.Sex, "ethnicity": b.Ethnicity, "politics": b.Politics,
		"training": b.Training, "origin": b.OriginCode + " " + b.OriginName, "entered": string(b.Entered),
		"graduates": string(b.Graduates), "degree": b.Degree, "college": b.College,
		"major": b.MajorCode + " " + b.Major, "years": b.Years, "archive_in": string(b.ArchiveIn),
		"household_in": string(b.HouseholdIn), "email": b.Email, "phone": b.Phone,
	}
}

// ChangedItems names the items (by key) that differ from what the graduate
// last checked; all is false and the map empty when nothing was checked yet.
func (g Graduate) ChangedItems() map[string]bool {
	changed := map[string]bool{}
	if g.CheckedAt.IsZero() {
		return changed
	}
	for key, v := range g.itemValues() {
		if g.Checked[key] != v {
			changed[key] = true
		}
	}
	return changed
}

// NeedsCheck reports whether the basics must be shown for checking: at the
// first login, and again when an item has changed since (guide §2).
func (g Graduate) NeedsCheck() bool {
	return g.CheckedAt.IsZero() || len(g.ChangedItems()) > 0
}

// CheckBasics records that the graduate found all items right
// (信息确认无误，进入系统). Doing it again without a change is no error.
func CheckBasics(r Record, now time.Time) (Change, error) {
	g := &r.Graduate
	g.CheckedAt = now
	g.Checked = g.itemValues()
	return r.change(ByGraduate(g.ID), "basics.check", now), nil
}

// RefreshContact takes over phone and e-mail as CHSI gives them: they are
// mended there by the graduate alone (guide §2). Empty values say nothing and
// change nothing.
func RefreshContact(r Record, phone, email string, now time.Time) (Change, bool) {
	b := &r.Graduate.Basics
	changed := false
	if phone != "" && phone != b.Phone {
		b.Phone, changed = phone, true
	}
	if email != "" && email != b.Email {
		b.Email, changed = email, true
	}
	if !changed {
		return Change{}, false
	}
	return r.change(BySystem("chsi"), "basics.refresh_contact", now), true
}

// UpdateBasics replaces the roster's facts with those of a newer roster. An
// empty phone or e-mail keeps the one that CHSI gave.
func UpdateBasics(r Record, b Basics, by Actor, now time.Time) (Change, bool) {
	old := r.Graduate.Basics
	if b.Phone == "" {
		b.Phone = old.Phone
	}
	if b.Email == "" {
		b.Email = old.Email
	}
	if b == old {
		return Change{}, false
	}
	r.Graduate.Basics = b
	return r.change(by, "basics.update", now), true
}

// Reopen lets a named graduate change destination, archive and household until
// the end of a day after the deadline. Only an operator who may reopen within
// scope does this; it is audited.
func Reopen(r Record, op Operator, until Date, now time.Time) (Change, error) {
	if !op.May(ActionReopen) || !op.Scope().Covers(r.Graduate) {
		return Change{}, forbidden()
	}
	if !now.Before(until.End()) {
		return Change{}, Invalid("until", "重新开放的截止日期不能早于今天。")
	}
	r.Graduate.ReopenedUntil = until
	c := r.change(ByOperator(op), "graduate.reopen", now)
	c.Audit.Detail = map[string]string{"until": string(until)}
	return c, nil
}
