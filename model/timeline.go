package model

import (
	"fmt"
	"slices"
	"time"
)

// TimelineEntry is one thing that happened to a record.
type TimelineEntry struct {
	At       time.Time
	Who      string // 本人, 学院, 学校, a platform: never an operator's login
	What     string
	Said     string // the reason, note or purpose that was given
	Revision int    // that it is about; 0 for none
	Action   string // of the audit entry that tells of the same; "" where no rule acted
	By       Actor  // who it was in person, for operators only; the zero Actor where nobody was
}

// Parties of a timeline beside the levels of review and the platform upstream.
const (
	whoSelf   = "本人"
	whoSchool = "学校"
	whoSystem = "系统"
)

// Timeline (办理记录) tells everything that has happened to a record, the newest
// first, in words for its graduate. now decides which deadlines have passed.
// What an operator may not see must be left out before (SeenBy).
func Timeline(r Record, c Cohort, now time.Time) []TimelineEntry {
	var t []TimelineEntry
	add := func(at time.Time, who, what, said string, revision int, action string) {
		if !at.IsZero() {
			e := TimelineEntry{At: at, Who: who, What: what, Said: said, Revision: revision, Action: action}
			if who == whoSelf {
				e.By = ByGraduate(r.Graduate.ID)
			}
			t = append(t, e)
		}
	}
	g := r.Graduate
	add(g.CreatedAt, whoSchool, "录入毕业生源信息", "", 0, "")
	add(g.LinkedAt, whoSelf, "绑定学信网账号", "", 0, "graduate.link")
	add(g.CheckedAt, whoSelf, "核对基本信息无误", "", 0, "basics.check")
	for _, v := range r.Revisions {
		t = append(t, r.historyOf(v)...)
	}
	for _, q := range r.Requests {
		if q.Kind == RequestCorrection {
			t = append(t, r.historyOfRequest(q)...)
		}
	}
	withdrawn := map[time.Time]int{}
	for _, a := range r.Authorizations {
		if a.Withdrawn {
			withdrawn[a.RevokedAt]++
		}
		if a.RevokedAt.IsZero() && !now.Before(a.Until(r).End()) {
			add(a.Until(r).End(), whoSystem, a.Kind.Chinese()+"有效期已过", a.For, a.Revision, "")
		}
	}
	for at, n := range withdrawn {
		add(at, whoSelf, fmt.Sprintf("撤回核验授权同意，%d 个编号随之失效", n), "", 0, "authorization.withdraw")
	}
	if !now.Before(c.Deadline.End()) {
		add(c.Deadline.End(), whoSystem, "登记信息更新截止", "", 0, "")
	}
	// What happened at one instant stays in the order of cause and effect.
	slices.SortStableFunc(t, func(a, b TimelineEntry) int { return a.At.Compare(b.At) })
	slices.Reverse(t)
	return t
}

// historyOf is what happened to one revision.
func (r Record) historyOf(v Revision) []TimelineEntry {
	self := ByGraduate(r.Graduate.ID)
	entry := func(at time.Time, by Actor, who, what, said, action string) TimelineEntry {
		return TimelineEntry{At: at, By: by, Who: who, What: what, Said: said, Revision: v.Number, Action: action}
	}
	what, action := fmt.Sprintf("上报毕业去向（第 %d 次）", v.Number), "destination.report"
	if v.ReportedBy.Kind != ActorGraduate {
		what, action = fmt.Sprintf("登记毕业去向（第 %d 次）", v.Number), "destination.receive"
	}
	t := []TimelineEntry{entry(v.ReportedAt, v.ReportedBy, r.party(v.ReportedBy), what, "", action)}
	for _, rv := range v.Reviews {
		who, what := rv.Level.Chinese(), "审核通过"
		if rv.By.Kind == ActorUpstream {
			who, what = r.party(rv.By), rv.Level.Chinese()+"审核通过"
		}
		if rv.Decision == DecisionReturn {
			what = "审核退回"
		}
		t = append(t, entry(rv.At, rv.By, who, what, rv.Reason, "review."+string(rv.Decision)))
	}
	for _, c := range r.Confirmations {
		if c.Revision != v.Number {
			continue
		}
		what := "信息无误，确认登记去向"
		if c.Answer == AnswerWrong {
			what = "信息有误，需更新后确认"
		}
		t = append(t, entry(c.At, self, whoSelf, what, c.Note, "confirmation."+string(c.Answer)))
	}
	for _, a := range r.Authorizations {
		if a.Revision != v.Number {
			continue
		}
		t = append(t, entry(a.CreatedAt, self, whoSelf, "核验授权："+a.Kind.Chinese(), a.For, "authorization.create"))
		if !a.RevokedAt.IsZero() && !a.Withdrawn {
			t = append(t, entry(a.RevokedAt, self, whoSelf, "撤销核验授权："+a.Kind.Chinese(), a.For, "authorization.revoke"))
		}
	}
	for _, q := range r.Requests {
		if q.Kind != RequestCorrection && q.Revision == v.Number {
			t = append(t, r.historyOfRequest(q)...)
		}
	}
	if at, ok := r.Voided[v.Number]; ok {
		t = append(t, entry(at, Actor{}, whoSchool, fmt.Sprintf("第 %d 次登记的毕业去向作废", v.Number), "", ""))
	}
	return t
}

// historyOfRequest is how a request went.
func (r Record) historyOfRequest(q Request) []TimelineEntry {
	name := q.Kind.Chinese()
	if q.Kind == RequestCorrection {
		name += "“" + r.Graduate.ItemLabel(q.Item) + "”"
	}
	self := ByGraduate(r.Graduate.ID)
	entry := func(at time.Time, by Actor, who, what, said, verb string) TimelineEntry {
		return TimelineEntry{At: at, By: by, Who: who, What: what, Said: said, Revision: q.Revision, Action: string(q.Kind) + "." + verb}
	}
	asked := "提交" + name
	if q.Kind == RequestDispute {
		asked = "反映“这不是我登记的”"
	}
	t := []TimelineEntry{entry(q.At, self, whoSelf, asked, q.Reason, "ask")}
	for _, a := range q.Answers {
		t = append(t, entry(a.At, a.By, a.Level.Chinese(), answerWords(q, name, a), a.Reason, string(a.Decision)))
	}
	if !q.WithdrawnAt.IsZero() {
		e := entry(q.WithdrawnAt, self, whoSelf, "撤回"+name, "", "withdraw")
		if at := r.VoidedAt(q.Revision); q.Kind == RequestChange && at.Equal(q.WithdrawnAt) {
			e.Who, e.By, e.What, e.Action = whoSystem, Actor{}, "原登记已作废，"+name+"随之结束", ""
		}
		t = append(t, e)
	}
	return t
}

func answerWords(q Request, name string, a Review) string {
	switch {
	case q.Kind == RequestDispute && a.Decision == DecisionApprove:
		return "核实并非本人登记，原登记作废"
	case q.Kind == RequestDispute:
		return "核实去向异议，未予作废"
	case a.Decision == DecisionApprove:
		return name + "通过"
	default:
		return name + "未通过"
	}
}

// party names an actor for a graduate: the office, never the person.
func (r Record) party(a Actor) string {
	switch a.Kind {
	case ActorGraduate, ActorAccount:
		return whoSelf
	case ActorUpstream:
		return a.Name
	case ActorOperator, ActorSystem:
	}
	return whoSchool
}
