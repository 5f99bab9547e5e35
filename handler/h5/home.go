package h5

import (
	"fmt"
	"net/http"

	"quxiang/handler/web"
	"quxiang/model"
)

// homePage is what template h5/home draws.
type homePage struct {
	Name    string
	School  string
	Cohort  string
	Level   string
	Many    bool // the account has several records: 切换
	Now     nextCard
	Modules web.Links
	Steps   web.Steps
	More    web.Links
}

// nextCard answers "what now?".
type nextCard struct {
	Title     string
	Advice    string
	Reason    string // why it was returned, or what was said to be wrong
	ReasonBy  string
	Holder    string
	Since     string
	Waited    int // days that somebody else has had the record
	Countdown string
	Button    *web.Link
}

// soon is how many days before its end a deadline or a form is worth a banner.
const soon = 7

// home is 选择功能模块 (guide §3) with what comes next above it. Basic
// information that was not checked yet comes first (guide §2).
func (h *Handler) home(v *visit) error {
	if v.record.Graduate.NeedsCheck() {
		return web.SeeOther(v.c, "/h5/basics")
	}
	g := v.record.Graduate
	ties, err := h.o.Store.Ties(v.ctx(), g.AccountID, v.record.OpenID)
	if err != nil {
		return fmt.Errorf("h5: ties of the account: %w", err)
	}
	banners := v.homeBanners(ties.Following)
	next := model.Next(v.record, v.cohort, v.now)
	level, _ := v.codes.Name(model.TableLevel, g.Basics.Level)
	return v.show(http.StatusOK, "home", "毕业生去向登记", homePage{
		Name: g.Basics.Name, School: v.record.School.Name, Cohort: g.CohortCode, Level: level, Many: ties.Records > 1,
		Now: v.card(next), Modules: v.modules(), Steps: timeline(v.record, next), More: v.more(),
	}, banners...)
}

func (v *visit) card(n model.NextStep) nextCard {
	s := v.record.School
	card := nextCard{
		Title: n.Chinese(), Advice: n.Advice(s), Reason: n.Reason, Holder: n.Holder.Chinese(s), Countdown: n.Countdown(), Button: v.button(n),
	}
	since := n.Since
	if n.Disputed { // what the step waits for waits as well
		since, card.Reason = v.record.DisputedAt(), ""
	}
	card.Since = model.DateOf(since).Chinese()
	if n.Holder != model.HolderGraduate {
		card.Waited = -model.DateOf(since).DaysUntil(v.now)
	}
	if v.record.Draft != nil && card.Button != nil && card.Button.Href == destinationPath && n.Holder == model.HolderGraduate {
		card.Advice += "您有未提交的草稿，可以接着填写。"
	}
	switch n.Step {
	case model.StepRevise:
		card.ReasonBy = n.Returned.Chinese() + "退回原因"
	case model.StepUpdate:
		card.ReasonBy = map[model.UpdateCause]string{
			model.UpdateVoid: "更新原因", model.UpdateGranted: "您申请变更的原因", model.UpdateWrong: "您说明的情况",
		}[v.record.UpdateCause()]
	case model.StepChangeCollege, model.StepChangeSchool:
		card.ReasonBy = "您申请变更的原因"
	case model.StepAuthorize, model.StepDone:
		v.formWaits(&card)
	}
	return card
}

// formWaits says that no form can be made while an item on it is corrected: it
// is the school that has the record then.
func (v *visit) formWaits(card *nextCard) {
	q := v.record.FormWaitsFor()
	if q == nil {
		return
	}
	e, ok := refusal(model.MayAuthorize(v.record, v.now))
	if !ok {
		return
	}
	if card.Title == model.StepAuthorize.Chinese() {
		card.Title = "已确认，等待信息更正"
	}
	card.Advice, card.Holder = e.Message, model.HolderSchool.Chinese(v.record.School)
	card.Since, card.Waited = model.DateOf(q.At).Chinese(), -model.DateOf(q.At).DaysUntil(v.now)
	card.Button = &web.Link{Href: requestPath(*q), Text: "查看更正申请"}
}

// button is the one thing to do now; nil when there is nothing to do here.
func (v *visit) button(n model.NextStep) *web.Link {
	if n.Disputed {
		return &web.Link{Href: "/h5/dispute", Text: "查看反映的情况"}
	}
	switch n.Step {
	case model.StepChangeCollege, model.StepChangeSchool:
		return &web.Link{Href: "/h5/change", Text: "查看变更申请"}
	case model.StepCollegeReview, model.StepSchoolReview:
		return &web.Link{Href: "/h5/destination", Text: "查看已提交的去向"}
	case model.StepConfirm:
		return &web.Link{Href: "/h5/confirmation", Text: "去向登记确认"}
	case model.StepAuthorize:
		return &web.Link{Href: "/h5/authorization", Text: "核验授权"}
	case model.StepDone:
		return &web.Link{Href: "/h5/authorization", Text: "查看登记信息表"}
	}
	words := map[model.Step]string{
		model.StepReport: "上报毕业去向", model.StepRevise: "修改毕业去向", model.StepUpdate: "更新毕业去向",
	}
	s := v.record.School
	switch {
	case !n.Open:
		return nil
	case s.Origin == model.OriginUpstream && s.PlatformURL != "":
		return &web.Link{Href: s.PlatformURL, Text: "前往" + s.PlatformName}
	case s.Origin == model.OriginUpstream:
		return nil
	default:
		return &web.Link{Href: "/h5/destination", Text: words[n.Step]}
	}
}

// modules are the two of the guide's figure 5, locked with the reason.
func (v *visit) modules() web.Links {
	confirm := web.Link{Href: "/h5/confirmation", Text: "去向登记确认", Note: "核对并确认毕业去向、档案转递、户口迁移信息"}
	if e, ok := refusal(model.MayConfirm(v.record)); ok {
		if e.Code == model.CodeConflict {
			confirm.Note = e.Message
		} else {
			confirm.Locked = e.Message
		}
	}
	authorize := web.Link{Href: "/h5/authorization", Text: "核验授权", Note: "生成去向登记信息表，供转档、落户核验"}
	if e, ok := refusal(model.MayAuthorize(v.record, v.now)); ok {
		if len(v.record.Authorizations) > 0 {
			authorize.Note = e.Message
		} else {
			authorize.Locked = e.Message
		}
	}
	modules := web.Links{Title: "功能模块", Items: []web.Link{confirm, authorize}}
	if change := v.changeLink(); change != nil {
		modules.Items = append(modules.Items, *change)
	}
	return modules
}

func (v *visit) more() web.Links {
	more := web.Links{Title: "更多", Items: []web.Link{
		{Href: "/h5/destination", Text: "毕业去向上报", Note: "填写、查看毕业去向"},
		{Href: "/h5/basics", Text: "我的基本信息", Note: "查看、申请更正"},
		{Href: "/h5/timeline", Text: "办理记录", Note: "谁办理过、什么时间、说了什么"},
		{Href: "/h5/verifications", Text: "谁核验过"},
		{Href: "/h5/messages", Text: "发给我的提醒"},
		{Href: "/h5/binding", Text: "微信绑定"},
	}}
	if v.record.School.Origin == model.OriginUpstream {
		more.Items[0] = web.Link{Href: "/h5/destination", Text: "毕业去向", Note: "在" + v.record.School.PlatformName + "上报和更新"}
	}
	return more
}

// homeBanners are what must be seen before anything else: a deadline that is
// near, a form that ends, reminders that cannot arrive.
func (v *visit) homeBanners(following bool) []web.Banner {
	var banners []web.Banner
	n := model.Next(v.record, v.cohort, v.now)
	if n.Step.Owes() && !n.Disputed && n.DaysLeft >= 0 && n.DaysLeft <= soon {
		banners = append(banners, web.Banner{Kind: web.BannerWarn, Text: n.Countdown() + "，请尽快办理，以免影响转档、落户。"})
	}
	banners = append(banners, v.answeredBanners()...)
	if b := v.formBanner(n.Step); b != nil {
		banners = append(banners, *b)
	}
	if v.record.OpenID == "" {
		return append(banners, web.Banner{
			Kind: web.BannerInfo, Text: "您还没有绑定微信，收不到进度和截止日期提醒。关注公众号后，从菜单“去向登记”进入即可绑定。",
		})
	}
	if !following {
		banners = append(banners, web.Banner{Kind: web.BannerWarn, Text: "您没有关注公众号，收不到进度和截止日期提醒。重新关注后即可收到。"})
	}
	return banners
}

// formBanner tells of the form that ends first, or that none is in force any
// more though some were made.
func (v *visit) formBanner(step model.Step) *web.Banner {
	var first model.Date
	for _, a := range v.record.Authorizations {
		if a.State(v.record, v.now) == model.AuthorizationActive && (first == "" || a.Until(v.record) < first) {
			first = a.Until(v.record)
		}
	}
	link := &web.Link{Href: "/h5/authorization", Text: "查看"}
	limit := model.VerificationCap(v.record.Graduate)
	switch {
	case first == "" && step == model.StepDone && !v.now.Before(limit.End()):
		return &web.Banner{Kind: web.BannerInfo, Text: "核验服务已于" + limit.Chinese() + "截止（毕业时间加六个月），登记信息表不再能核验。", Link: link}
	case first == "" && step == model.StepDone:
		return &web.Banner{Kind: web.BannerWarn, Text: "您的登记信息表已过有效期，接收部门暂时无法核验。", Link: link}
	case first != "" && first.DaysUntil(v.now) <= soon && first < limit:
		return &web.Banner{Kind: web.BannerInfo, Text: "有登记信息表将于" + first.Chinese() + "到期，如仍需使用请延期。", Link: link}
	default:
		return nil
	}
}
