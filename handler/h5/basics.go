package h5

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"

	"quxiang/handler/web"
	"quxiang/model"
)

// basicsPage is what template h5/basics draws: 核对基本信息 (guide, figure 4).
type basicsPage struct {
	Items     []basicsItem
	Shown     bool   // masked items are in clear
	Seen      string // digest of the items as shown
	Check     bool   // the graduate is asked to check
	CheckedOn string // when they were last found right, in words; "" for never
	CHSI      string
	Wrong     bool // a correction is open: the graduate finds the other items right
	Requests  []requestView
}

type basicsItem struct {
	model.Item
	Changed    bool
	Correcting bool // its correction is open
}

// basics shows the 20 items. ID number and phone are masked until asked for.
func (v *visit) basics() basicsPage {
	g := v.record.Graduate
	changed := g.ChangedItems()
	p := basicsPage{
		Shown: v.c.Query("show") == "1", Check: g.NeedsCheck(), CHSI: v.h.o.CHSIAccountURL,
		Seen: digest(g.Items(v.record.School, v.codes)),
	}
	if !g.CheckedAt.IsZero() {
		p.CheckedOn = model.DateOf(g.CheckedAt).Chinese()
	}
	open := map[string]bool{}
	p.Requests = v.requests(func(q model.Request) bool {
		if q.Kind == model.RequestCorrection && q.State().Open() {
			open[q.Item] = true
		}
		return q.Kind == model.RequestCorrection && q.State() != model.RequestWithdrawn
	})
	p.Wrong = len(open) > 0
	for _, it := range g.Items(v.record.School, v.codes) {
		p.Items = append(p.Items, basicsItem{Item: it, Changed: changed[it.Key], Correcting: open[it.Key]})
	}
	return p
}

func (h *Handler) basics(v *visit) error {
	p := v.basics()
	var banners []web.Banner
	if p.Check && p.CheckedOn != "" {
		banners = append(banners, web.Banner{
			Kind: web.BannerWarn, Text: "您于" + p.CheckedOn + "核对之后，部分信息已更新，请再核对一次标有“已更新”的内容。",
		})
	}
	return v.show(http.StatusOK, "basics", "核对基本信息", p, banners...)
}

// checkBasics takes 信息确认无误，进入系统. What was seen travels along: items that
// a newer roster changed meanwhile are not checked unseen.
func (h *Handler) checkBasics(v *visit) error {
	seen := v.typed("seen")
	err := v.change(func(r model.Record) (model.Change, error) {
		if digest(r.Graduate.Items(r.School, v.codes)) != seen {
			return model.Change{}, model.Errorf(model.CodeChanged, "您打开页面之后，基本信息已有更新。请看最新内容后再确认。")
		}
		return model.CheckBasics(r, v.now)
	})
	if e, ok := refusal(err); ok {
		return v.show(web.Status(err), "basics", "核对基本信息", v.basics(), banner(e))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(v.c, "/h5/home")
}

// digest tells two states of the items apart.
func digest(items []model.Item) string {
	sum := sha256.New()
	for _, it := range items {
		_, _ = io.WriteString(sum, it.Key+"\x00"+it.Value+"\x00") // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
