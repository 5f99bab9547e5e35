package model

import (
	"fmt"
	"strings"
	"time"
)

// Cohort (届) is all graduates of one year, with the dates that hold for them.
type Cohort struct {
	Code       string   // the graduation year, e.g. "2027"
	ReportFrom Date     // first day of reporting; "" from the beginning
	Deadline   Date     // last day for changes; default 31 August of the year (guide, preface)
	Windows    []Window // days after the deadline on which changes are open again, by time
	LeaveDate  Date     // 离校日, "" when not set
	CodeTable  string   // version of the code tables that apply, see model/codes
}

// Window is a span of whole days in which changes are open again: provinces
// open them differently, so that they are data of the cohort.
type Window struct {
	From Date `json:"from" yaml:"from"`
	To   Date `json:"to" yaml:"to"` // the last day, whole
}

// CheckCohort validates the dates of a cohort.
func CheckCohort(c Cohort) error {
	if c.Deadline.Start().IsZero() {
		return Invalid("deadline", "请填写更新截止日期。")
	}
	if c.ReportFrom != "" && c.ReportFrom > c.Deadline {
		return Invalid("report_from", "开始上报的日期不能晚于截止日期。")
	}
	last := c.Deadline
	for i, w := range c.Windows {
		if w.From.Start().IsZero() || w.To.Start().IsZero() || w.To < w.From || w.From <= last {
			return Invalid("windows", "第 %d 个更新窗口的日期不正确：应在截止日期和前一个窗口之后，且结束不早于开始。", i+1)
		}
		last = w.To
	}
	return nil
}

// NewCohort is the cohort of a graduation year with the dates of the guide:
// changes until 31 August of that year.
func NewCohort(year int) Cohort {
	return Cohort{
		Code:      fmt.Sprintf("%04d", year),
		Deadline:  Date(fmt.Sprintf("%04d-08-31", year)),
		CodeTable: "2024",
	}
}

// OpenUntil is the last day on which destination, archive and household fields
// of g may change, as of now: the deadline, the end of a later window, or the
// day until which a school operator has reopened this graduate; "" when they may
// not change at now.
func (c Cohort) OpenUntil(g Graduate, now time.Time) Date {
	var until Date
	if !now.Before(c.ReportFrom.Start()) && now.Before(c.Deadline.End()) {
		until = c.Deadline
	}
	for _, w := range c.Windows {
		if !now.Before(w.From.Start()) && now.Before(w.To.End()) {
			until = max(until, w.To)
		}
	}
	if now.Before(g.ReopenedUntil.End()) {
		until = max(until, g.ReopenedUntil)
	}
	return until
}

// Open reports whether destination, archive and household fields of g may
// change at now.
func (c Cohort) Open(g Graduate, now time.Time) bool { return c.OpenUntil(g, now) != "" }

// closed is the error of everything that comes too early or too late.
func (c Cohort) closed(now time.Time) *Error {
	if now.Before(c.ReportFrom.Start()) {
		return Errorf(CodeClosed, "毕业去向上报于%s开始，请届时再来办理。", c.ReportFrom.Chinese())
	}
	for _, w := range c.Windows {
		if now.Before(w.From.Start()) {
			return Errorf(CodeClosed, "登记信息的更新已截止，下一次开放时间为%s至%s。如确需更改，请联系学校就业指导中心。", w.From.Chinese(), w.To.Chinese())
		}
	}
	return Errorf(CodeClosed, "登记信息的更新已于%s截止。如确需更改，请联系学校就业指导中心。", c.Deadline.Chinese())
}

// Chinese writes the day as 2027年8月31日.
func (d Date) Chinese() string {
	t := d.Start()
	if t.IsZero() {
		return "–"
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

// Origin says where destinations are born: on our own pages, or on a platform
// upstream (91job, a provincial platform) from which we receive them.
type Origin string

// The two origins of design §2.
const (
	OriginHere     Origin = "here"
	OriginUpstream Origin = "upstream"
)

// School (学校) is one university.
type School struct {
	Code         string // five digits, 院校代码
	Name         string
	Origin       Origin
	PlatformName string // name of the platform upstream, e.g. 91job 智慧就业服务平台
	PlatformURL  string // where its graduates mend their registration
}

// CheckSchool validates a school: five digits, a name, and for one whose
// graduates report upstream the platform that pages name and link.
func CheckSchool(s School) error {
	switch {
	case !digits(s.Code, 5):
		return Invalid("code", "院校代码应为 5 位数字。")
	case s.Name == "":
		return Invalid("name", "请填写学校名称。")
	case s.Origin != OriginHere && s.Origin != OriginUpstream:
		return Invalid("origin", "origin 应为 here（在本系统上报）或 upstream（在上级平台上报）。")
	case s.Origin == OriginUpstream && (s.PlatformName == "" || !strings.HasPrefix(s.PlatformURL, "https://")):
		return Invalid("platform_url", "origin 为 upstream 时，请填写平台名称和以 https:// 开头的网址。")
	}
	return nil
}
