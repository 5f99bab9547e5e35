package model

import (
	"fmt"
	"strings"
	"time"
)

// Cohort (届) is all graduates of one year, with the dates that hold for them.
type Cohort struct {
	Code      string // the graduation year, e.g. "2027"
	Deadline  Date   // last day for changes; default 31 August of the year (guide, preface)
	LeaveDate Date   // 离校日, "" when not set
	CodeTable string // version of the code tables that apply, see model/codes
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

// Open reports whether destination, archive and household fields of g may
// change at now: up to the end of the deadline, or of the day until which a
// school operator has reopened this graduate.
func (c Cohort) Open(g Graduate, now time.Time) bool {
	return now.Before(c.Deadline.End()) || now.Before(g.ReopenedUntil.End())
}

// closed is the error of everything that comes too late.
func (c Cohort) closed() *Error {
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
