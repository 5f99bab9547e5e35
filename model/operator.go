package model

import (
	"slices"
	"time"
)

// OperatorID identifies an Operator in the store.
type OperatorID int64

// Role is what an operator is for (design §1).
type Role string

// The roles. Everything is denied that May does not list.
const (
	RoleAdmin      Role = "admin"      // all schools
	RoleSchool     Role = "school"     // one school's employment office
	RoleCollege    Role = "college"    // one college
	RoleCounsellor Role = "counsellor" // 辅导员: classes
	RoleMenu       Role = "menu"       // menus only, sees no graduate
	RoleAuditor    Role = "auditor"    // reads, changes nothing
	RoleDesk       Role = "desk"       // an archive or household department
)

// Roles lists all roles.
func Roles() []Role {
	return []Role{RoleAdmin, RoleSchool, RoleCollege, RoleCounsellor, RoleMenu, RoleAuditor, RoleDesk}
}

// Chinese names the role.
func (r Role) Chinese() string {
	return map[Role]string{
		RoleAdmin: "系统管理员", RoleSchool: "学校就业指导中心", RoleCollege: "学院", RoleCounsellor: "辅导员",
		RoleMenu: "菜单管理员", RoleAuditor: "审计员", RoleDesk: "接收部门",
	}[r]
}

// Action is something that an operator may be allowed to do.
type Action string

// The actions.
const (
	ActionView          Action = "graduate.view"
	ActionReviewCollege Action = "review.college"
	ActionReviewSchool  Action = "review.school"
	ActionImport        Action = "roster.import"
	ActionReopen        Action = "graduate.reopen"
	ActionMenu          Action = "menu.edit"
	ActionAudit         Action = "audit.view"
	ActionCorrect       Action = "correction.answer" // see MayCorrect
	ActionDispute       Action = "dispute.answer"    // see MayAnswerDispute
	ActionExport        Action = "roster.export"
	ActionStatistics    Action = "statistics.view"
	ActionUpstream      Action = "upstream.settle"  // conflicts between upstream and here
	ActionNote          Action = "desk_note.answer" // what departments told the school
	ActionVerify        Action = "form.verify"      // as a department, see MayCheck: no graduate's record
)

// Operator (管理员) is somebody who works at /admin.
type Operator struct {
	ID         OperatorID
	Name       string // login
	Role       Role
	SchoolCode string
	College    string
	Classes    []string
	MustChange bool // the password was given out once and must be changed
	Disabled   bool
	CreatedAt  time.Time
}

// May reports whether the role allows an action at all; scope is asked
// separately. A counsellor reviews for the college, within his classes. An
// auditor reads, and answers disputes, which go to nobody who enters or reviews
// destinations.
func (o Operator) May(a Action) bool {
	if o.Disabled {
		return false
	}
	allowed := map[Role][]Action{
		RoleAdmin: {
			ActionView, ActionReviewCollege, ActionReviewSchool, ActionImport, ActionReopen, ActionMenu, ActionAudit,
			ActionCorrect, ActionDispute, ActionExport, ActionStatistics, ActionUpstream, ActionNote,
		},
		RoleSchool: {
			ActionView, ActionReviewSchool, ActionImport, ActionReopen, ActionCorrect, ActionExport, ActionStatistics, ActionUpstream, ActionNote,
		},
		RoleCollege:    {ActionView, ActionReviewCollege, ActionImport, ActionCorrect, ActionExport, ActionStatistics},
		RoleCounsellor: {ActionView, ActionReviewCollege, ActionImport, ActionCorrect, ActionExport, ActionStatistics},
		RoleMenu:       {ActionMenu},
		RoleAuditor:    {ActionView, ActionAudit, ActionDispute, ActionStatistics},
		RoleDesk:       {ActionVerify},
	}
	return slices.Contains(allowed[o.Role], a)
}

// MayReview reports whether the role reviews at a level.
func (o Operator) MayReview(l Level) bool {
	switch l {
	case LevelCollege:
		return o.May(ActionReviewCollege)
	case LevelSchool:
		return o.May(ActionReviewSchool)
	default:
		return false
	}
}

// Scope is whose graduates an operator sees. The zero Scope covers nobody.
type Scope struct {
	All        bool
	SchoolCode string
	College    string   // "" with a SchoolCode: the whole school
	Classes    []string // nil: the whole college
}

// Scope of the operator, by role: an operator whose fields are not filled in
// sees nobody.
func (o Operator) Scope() Scope {
	switch {
	case o.Disabled:
		return Scope{}
	case o.Role == RoleAdmin, o.Role == RoleAuditor && o.SchoolCode == "":
		return Scope{All: true}
	case o.SchoolCode == "":
		return Scope{}
	case o.Role == RoleSchool, o.Role == RoleAuditor:
		return Scope{SchoolCode: o.SchoolCode}
	case o.Role == RoleCollege && o.College != "":
		return Scope{SchoolCode: o.SchoolCode, College: o.College}
	case o.Role == RoleCounsellor && o.College != "" && len(o.Classes) > 0:
		return Scope{SchoolCode: o.SchoolCode, College: o.College, Classes: o.Classes}
	default:
		return Scope{}
	}
}

// Empty reports whether the scope covers nobody.
func (s Scope) Empty() bool { return !s.All && s.SchoolCode == "" }

// Covers reports whether g is within the scope.
func (s Scope) Covers(g Graduate) bool {
	switch {
	case s.All:
		return true
	case s.SchoolCode == "" || s.SchoolCode != g.SchoolCode:
		return false
	case s.College != "" && s.College != g.Basics.College:
		return false
	case len(s.Classes) > 0 && !slices.Contains(s.Classes, g.Basics.Class):
		return false
	}
	return true
}

// CheckOperator validates a new operator: each role with the place it needs.
func CheckOperator(o Operator) error {
	if o.Name == "" || len(o.Name) > 64 {
		return Invalid("name", "管理员账号应为 1–64 个字符。")
	}
	if !slices.Contains(Roles(), o.Role) {
		return Invalid("role", "没有“%s”这个角色；可用：admin、school、college、counsellor、menu、auditor、desk。", o.Role)
	}
	switch o.Role {
	case RoleSchool, RoleCollege, RoleCounsellor:
		if o.SchoolCode == "" {
			return Invalid("school", "角色 %s 需要指定学校代码。", o.Role)
		}
	}
	if (o.Role == RoleCollege || o.Role == RoleCounsellor) && o.College == "" {
		return Invalid("college", "角色 %s 需要指定学院。", o.Role)
	}
	if o.Role == RoleCounsellor && len(o.Classes) == 0 {
		return Invalid("class", "辅导员需要指定至少一个班级。")
	}
	return nil
}
