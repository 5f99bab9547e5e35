package h5

import (
	"fmt"
	"slices"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// formLine is one form that was made, with what can be done with it.
type formLine struct {
	model.Authorization
	State     model.AuthorizationState
	Until     model.Date // the last day on which it can be in force
	Left      int        // days until then; 0 on the day itself
	AtCap     bool       // it cannot be extended further
	Created   string
	Why       string // it is no longer in force, and since when; "" while it is
	Looks     store.Looks
	LastLook  string
	MayExtend bool
	MayRevoke bool
	Revoking  bool // somebody came here to revoke it
}

// showAuthorization draws the list of forms and, when more can be made, the
// form that makes them. w is what was sent and refused.
func (v *visit) showAuthorization(status int, w wish) error {
	p := authorizationPage{
		Cap: model.VerificationCap(v.record.Graduate), Today: model.DateOf(v.now), Consent: v.record.Consented(),
	}
	looks := map[int64]store.Looks{}
	if len(v.record.Authorizations) > 0 {
		var err error
		if looks, err = v.h.o.Store.LooksAt(v.ctx(), v.record.Graduate.ID); err != nil {
			return fmt.Errorf("h5: looks at forms: %w", err)
		}
	}
	may := model.MayAuthorize(v.record, v.now)
	active := v.formLines(&p, may == nil, looks)
	var banners []web.Banner
	if w.fault != nil {
		banners = append(banners, banner(w.fault))
	}
	banners = append(banners, v.consentBanners(active)...)
	if may == nil {
		p.Ask, p.Fold = v.authorizationForm(w), active > 0 && !w.sent
	} else {
		if e, ok := refusal(may); ok && (w.fault == nil || w.fault.Message != e.Message) {
			banners = append(banners, web.Banner{Kind: web.BannerInfo, Text: e.Message})
		}
		if model.CodeOf(may) == model.CodeClosed {
			p.Office = v.h.o.Web.ContactFor(v.c, model.Graduate{SchoolCode: v.record.Graduate.SchoolCode})
		}
		p.Next = &web.Link{Href: "/h5/home", Text: "返回首页"}
	}
	return v.show(status, "authorization", authorizationTitle, p, banners...)
}

// consentBanners say why none of the forms holds that the graduate once made.
func (v *visit) consentBanners(active int) []web.Banner {
	if at := v.record.WithdrawnAt(); !at.IsZero() {
		return []web.Banner{{Kind: web.BannerInfo, Text: "您已于" + model.Minute(at) + "撤回核验授权同意，此前的核验编号全部失效。如仍需核验，请重新授权并再次勾选同意。"}}
	}
	for _, a := range slices.Backward(v.record.Authorizations) {
		if end, at := a.End(v.record, v.now); active == 0 && end == model.EndSuperseded {
			return []web.Banner{{Kind: web.BannerWarn, Text: "您于" + model.Minute(at) + "确认了新的去向，此前的登记信息表已失效。请重新授权，并把新的登记信息表提供给接收部门。"}}
		}
	}
	return nil
}

// formLines fills in the forms, those in force first, and counts these.
func (v *visit) formLines(p *authorizationPage, may bool, looks map[int64]store.Looks) (active int) {
	var expired []formLine
	for _, a := range v.record.Authorizations {
		l := v.formLine(a, may, looks[a.ID])
		switch {
		case l.State == model.AuthorizationActive:
			p.Forms = append(p.Forms, l)
			active++
		case l.MayExtend:
			expired = append(expired, l)
		default:
			p.Ended = append(p.Ended, l)
		}
	}
	slices.Reverse(expired)
	slices.Reverse(p.Ended)
	p.Forms = append(p.Forms, expired...)
	return active
}

func (v *visit) formLine(a model.Authorization, may bool, looks store.Looks) formLine {
	l := formLine{
		Authorization: a, State: a.State(v.record, v.now), Until: a.Until(v.record), Created: model.Minute(a.CreatedAt), Looks: looks,
		Why: v.endWords(a, may),
	}
	ended := l.State == model.AuthorizationRevoked || l.State == model.AuthorizationSuperseded
	l.Left = l.Until.DaysUntil(v.now)
	l.AtCap = l.Until == model.VerificationCap(v.record.Graduate)
	l.MayExtend, l.MayRevoke = may && !ended, !ended
	l.Revoking = l.MayRevoke && v.c.Query("revoke") == fmt.Sprint(a.ID)
	if looks.N > 0 {
		l.LastLook = model.Minute(looks.Last)
	}
	return l
}

// endWords says to the holder why a form is no longer in force, since when, and
// what can be done where another could be made.
func (v *visit) endWords(a model.Authorization, may bool) string {
	end, at := a.End(v.record, v.now)
	again, longer := "", ""
	if may {
		again, longer = "如仍需核验，请重新授权。", "延期后编号不变。"
	}
	switch end {
	case model.EndRevoked:
		return "您已于" + model.Minute(at) + "撤销，不能恢复。" + again
	case model.EndWithdrawn:
		return "您已于" + model.Minute(at) + "撤回同意，编号随之失效，不能恢复。"
	case model.EndVoid:
		return "这条去向已核实并非您本人登记，已于" + model.Minute(at) + "作废，编号随之失效。"
	case model.EndSuperseded:
		return "您已于" + model.Minute(at) + "确认新的去向，这张表不再有效。" + again
	case model.EndExpired:
		return "有效期到" + a.Until(v.record).Chinese() + "为止，已过期。" + longer
	case model.EndCap:
		return "核验服务到" + a.Until(v.record).Chinese() + "为止（毕业时间加六个月），已截止。"
	case model.EndNone:
	}
	return ""
}
