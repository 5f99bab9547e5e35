package callback

import (
	"context"
	"fmt"
	"html"
	"strings"

	"quxiang/model"
	"quxiang/model/form"
	"quxiang/wechat"
)

// typed answers a message: an operator's answer to exactly these words, else the
// built-in one that they ask for. Who asks for nothing that we know reads what
// there is.
func (h *Handler) typed(ctx context.Context, e *wechat.Event) wechat.Reply {
	if r := h.defined(ctx, e.Content); r != nil {
		return r
	}
	return h.answer(ctx, e.FromUser, model.BuiltinWord(e.Content))
}

// clicked answers a button. Built-in keys are no operator's, so that 办理进度 does
// not look for one.
func (h *Handler) clicked(ctx context.Context, e *wechat.Event) wechat.Reply {
	action := model.MenuAction(e.EventKey)
	if action.Chinese() == "" {
		if r := h.defined(ctx, e.EventKey); r != nil {
			return r
		}
	}
	return h.answer(ctx, e.FromUser, action)
}

// defined is the answer that operators defined for a word or key; nil for none. A
// look-up that fails leaves the built-in answers.
func (h *Handler) defined(ctx context.Context, word string) wechat.Reply {
	a, ok, err := h.o.Store.ChatAnswer(ctx, model.ChatWord(word))
	if err != nil || !ok {
		return nil
	}
	switch a.Kind {
	case model.AnswerText:
		return wechat.TextReply{Content: a.Content}
	case model.AnswerNews:
		return wechat.NewsReply{Articles: []wechat.Article{{Title: a.Title, Description: a.Content, PicURL: a.Picture, URL: a.URL}}}
	case model.AnswerLink:
		return wechat.TextReply{Content: anchor(html.EscapeString(a.Title), a.URL)}
	case model.AnswerPage:
		return h.answer(ctx, "", a.Action)
	}
	return nil
}

const busy = "系统繁忙，请稍后再试。"

// answer is what the account says to a menu click or a message. A database that
// fails costs this answer only, never the push.
func (h *Handler) answer(ctx context.Context, openid string, action model.MenuAction) wechat.Reply {
	var text string
	switch action {
	case model.MenuProgress:
		text = h.progress(ctx, openid)
	case model.MenuDeadline:
		text = h.deadline(ctx)
	case model.MenuRegister:
		text = h.link("去向登记", "/h5/home")
	case model.MenuVerify:
		text = anchor("档案转递、户口迁移信息在线核验", h.o.Links.Home())
	case model.MenuRebind:
		text = h.link("查看或更换绑定", "/h5/binding")
	default:
		text = "您可以点击菜单“去向登记”办理，点击“办理进度”查看进度。\n" +
			"也可以回复：进度、截止、登记、核验、绑定。\n" + anchor("无法登录怎么办", h.o.Links.Page("/cannot-login"))
	}
	return wechat.TextReply{Content: text}
}

// welcome greets a new follower: two sentences and the binding link, or the
// next step for somebody who is bound already (screens, Chat).
func (h *Handler) welcome(ctx context.Context, openid string) wechat.Reply {
	standing, err := h.o.Store.Standings(ctx, openid)
	if err == nil && len(standing) > 0 {
		return wechat.TextReply{Content: "欢迎回来。\n" + h.progress(ctx, openid)}
	}
	return wechat.TextReply{Content: "欢迎关注，您可以在这里办理毕业去向登记，并及时收到进度和截止日期提醒。\n" +
		"首次使用请先" + h.link("绑定学信网账号", "/h5/home") + "。"}
}

// progress says where each record of the openid's holder stands: step, who has
// it, since when, days left, and the link.
func (h *Handler) progress(ctx context.Context, openid string) string {
	records, err := h.o.Store.Standings(ctx, openid)
	if err != nil {
		return busy
	}
	if len(records) == 0 {
		return "您还没有绑定学信网账号，绑定后即可查看进度。\n" + h.link("绑定学信网账号", "/h5/home")
	}
	var b strings.Builder
	for _, p := range records {
		cohort, err := h.o.Store.Cohort(ctx, p.CohortCode)
		if err != nil {
			return busy
		}
		school, err := h.o.Store.School(ctx, p.SchoolCode)
		if err != nil {
			return busy
		}
		now := h.o.Web.Now()
		n := model.NextOf(p.Standing, school.Origin, p.ReopenedUntil, cohort, now)
		if len(records) > 1 {
			fmt.Fprintf(&b, "【%s届 %s】\n", cohort.Code, school.Name)
		}
		fmt.Fprintf(&b, "当前进度：%s\n办理方：%s\n", n.Chinese(), n.Holder.Chinese(school))
		if n.Disputed { // the step, its beginning and its reason wait behind the dispute
			fmt.Fprintf(&b, "%s\n", n.Advice(school))
			continue
		}
		fmt.Fprintf(&b, "开始时间：%s\n", model.DateOf(n.Since).Chinese())
		if n.Reason != "" {
			fmt.Fprintf(&b, "原因：%s\n", n.Reason)
		}
		fmt.Fprintf(&b, "%s\n", n.Countdown())
	}
	b.WriteString(h.link("点此办理", "/h5/home"))
	return b.String()
}

// scanned answers a button that scans (scancode_waitmsg): the code of a form
// leads to its check.
func (h *Handler) scanned(result string) wechat.Reply {
	payload := form.FromQR(result)
	if !form.IsPayload(payload) {
		return wechat.TextReply{Content: "扫到的不是登记信息表上的核验码。\n请扫描表上的二维码，或" + anchor("输入核验编号核验", h.o.Links.Home())}
	}
	return wechat.TextReply{Content: "扫到一份登记信息表的核验码。\n" + anchor("点此核验", h.o.Links.Page("/v/"+payload))}
}

func (h *Handler) deadline(ctx context.Context) string {
	cohorts, err := h.o.Store.Cohorts(ctx)
	if err != nil {
		return busy
	}
	var b strings.Builder
	now := h.o.Web.Now()
	for _, c := range cohorts {
		if now.Before(c.Deadline.End()) {
			fmt.Fprintf(&b, "%s届：%s截止，还有 %d 天。\n", c.Code, c.Deadline.Chinese(), c.Deadline.DaysUntil(now))
		}
	}
	if b.Len() == 0 {
		return "目前没有开放登记的届别。如有疑问，请联系学校就业指导中心。"
	}
	return b.String() + "去向信息有变更的，请在截止日期前更新，否则会影响后续转档、落户。"
}

// link is an anchor that logs in on the way to a page.
func (h *Handler) link(word, path string) string {
	return anchor(word, h.o.Links.OAuth(path))
}

// anchor is a link as WeChat shows it in a text message.
func anchor(word, href string) string {
	return `<a href="` + html.EscapeString(href) + `">` + word + `</a>`
}
