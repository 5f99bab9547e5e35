package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"quxiang/model"
	"quxiang/model/codes"
)

// TestResultPages shows every result of verifying to a clerk, in each look and
// as it prints.
func TestResultPages(t *testing.T) {
	for _, l := range []look{{name: "light"}, {name: "dark, care", dark: true, care: true}} {
		t.Run(l.name, func(t *testing.T) {
			b := newBrowser(t, l)
			c := clerk{browser: b, s: boot(t, "", june)}
			if l.care {
				c.open(c.app() + "/")
				c.press("关怀模式")
			}
			c.inForce()
			c.unreadable()
			c.ended()
		})
	}
}

// clerk looks at the forms of one graduate.
type clerk struct {
	*browser
	s *sandbox
}

const holder = "authorised1"

func (c clerk) app() string { return c.s.app.cfg.PublicURL }

// number is the newest form of a kind.
func (c clerk) number(kind model.FormKind) (n model.VerificationNumber) {
	for _, a := range recordOf(c.t, c.s, holder).Authorizations {
		if a.Kind == kind {
			n = a.Number
		}
	}
	return n
}

// rule changes the graduate's record.
func (c clerk) rule(f func(model.Record) (model.Change, error)) {
	c.t.Helper()
	if _, err := c.s.app.store.Change(c.t.Context(), recordOf(c.t, c.s, holder).Graduate.ID, f); err != nil {
		c.t.Fatal(err)
	}
}

// asks types name and number, and looks at the result on the screen and, where
// it is one to file, on paper.
func (c clerk) asks(picture string, kind model.FormKind, words ...string) {
	c.t.Helper()
	c.open(c.app() + "/verify/" + string(kind))
	c.fill("name", recordOf(c.t, c.s, holder).Graduate.Basics.Name)
	c.fill("number", string(c.number(kind)))
	c.press("核验")
	c.sees(append(words, "是否真实？", "是否仍有效？", "由谁出具？", "核验回执", "请求编号")...)
	c.inspect(picture)
	c.prints(picture)
}

func (c clerk) prints(picture string) {
	c.t.Helper()
	media := func(name string) {
		_, err := chromedp.Call(c.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
		c.must(err)
	}
	if c.look.dark { // the emulation of one ends that of the other
		return
	}
	media("print")
	c.seesNot("核验下一份", "关怀模式")
	c.inspect(picture + "-print")
	media("")
}

func (c clerk) inForce() {
	c.asks("in-force", model.FormArchive, "真实有效", "档案转递信息", "电话")
	code := payloadOf(c.t, c.s, c.number(model.FormArchive))
	c.open(c.app() + "/V/" + code)
	c.sees("二维码由本系统签名", "真实有效")
	c.seesNot("纸面与现在登记的不同")
	c.inspect("in-force-by-code")
	c.rule(func(r model.Record) (model.Change, error) {
		b := r.Graduate.Basics
		b.Major = "计算机科学与技术（更正）"
		ch, _ := model.UpdateBasics(r, b, model.BySystem("test"), c.s.clock.Now())
		return ch, nil
	})
	c.rule(func(r model.Record) (model.Change, error) { return model.CheckBasics(r, c.s.clock.Now()) })
	c.rule(func(r model.Record) (model.Change, error) {
		return model.Extend(r, c.number(model.FormArchive), "2027-07-31", c.s.clock.Now())
	})
	c.open(c.app() + "/V/" + code)
	c.sees("纸面与现在登记的不同", "已经更正", "后来改为2027年7月31日", "计算机科学与技术（更正）")
	c.inspect("corrected-since")
	c.prints("corrected-since")
}

func (c clerk) unreadable() {
	code := payloadOf(c.t, c.s, c.number(model.FormArchive))
	altered := code[:60] + strings.NewReplacer("A", "B", "B", "A", "C", "D", "D", "C").Replace(code[60:70]) + code[70:]
	if altered == code {
		altered = code[:60] + "ABCD" + code[64:]
	}
	for picture, path := range map[string]string{"altered-code": "/V/" + altered, "part-of-a-code": "/V/" + code[:90]} {
		c.open(c.app() + path)
		c.sees("未能核验", "不代表材料虚假", "档案转递信息在线核验")
		c.inspect(picture)
	}
	c.open(c.app() + "/verify/household")
	c.fill("name", "查无此人")
	c.fill("number", string(c.number(model.FormArchive)))
	c.press("核验")
	c.sees("没有匹配的登记信息", "无匹配不代表材料虚假")
	c.inspect("no-match")
	for range 12 {
		res, err := http.PostForm(c.app()+"/verify/household", url.Values{"name": {"查无此人"}, "number": {"2799001CCCCCCCC"}})
		if err != nil {
			c.t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	c.fill("name", "查无此人")
	c.fill("number", "2799001CCCCCCCC")
	c.do(chromedp.Click(c.mark("再次核验")), chromedp.WaitVisible(chromedp.CSS(".card .actions")))
	c.sees("请稍候再试", "不受此限制")
	c.inspect("slow")
	setClock(c.t, c.s, "2027-06-11T09:00:00+08:00")
}

func (c clerk) ended() {
	c.rule(func(r model.Record) (model.Change, error) {
		return model.Revoke(r, c.number(model.FormHousehold), c.s.clock.Now())
	})
	c.asks("revoked", model.FormHousehold, "已撤销", "怎么办", "重新授权")
	setClock(c.t, c.s, "2027-08-01T09:00:00+08:00")
	c.asks("expired", model.FormArchive, "已过期", "延长有效期")
	c.confirmAnew()
	c.asks("superseded", model.FormArchive, "已被新的确认取代", "重新授权")
	c.rule(func(r model.Record) (model.Change, error) {
		return model.Authorize(r, model.AuthorizationRequest{
			Kind: model.FormArchive, ValidUntil: "2027-12-31", Consent: true, Number: "2799001ZZZZZZZZ",
		}, c.s.clock.Now())
	})
	setClock(c.t, c.s, "2028-01-02T09:00:00+08:00")
	c.asks("after-the-cap", model.FormArchive, "已过期", "核验服务已于2027年12月31日截止", "就业指导中心")
}

// confirmAnew has another destination come from upstream, approved and
// confirmed.
func (c clerk) confirmAnew() {
	c.t.Helper()
	table, err := codes.For(codes.Default)
	if err != nil {
		c.t.Fatal(err)
	}
	now, cohort := c.s.clock.Now(), model.NewCohort(2027)
	admin := model.Operator{ID: 1, Name: "root", Role: model.RoleAdmin}
	c.rule(func(r model.Record) (model.Change, error) {
		d := r.Latest().Destination
		d.Unit = "另一家示范单位"
		r.School.Origin = model.OriginUpstream
		ch, _, err := model.Receive(r, cohort, d, model.BySystem("test"), now, now, table)
		return ch, err
	})
	for _, l := range []model.Level{model.LevelCollege, model.LevelSchool} {
		if recordOf(c.t, c.s, holder).Latest().State() == model.ReviewApproved {
			break
		}
		c.rule(func(r model.Record) (model.Change, error) {
			return model.Decide(r, cohort, admin, model.Verdict{Revision: len(r.Revisions), Level: l, Decision: model.DecisionApprove}, now)
		})
	}
	c.rule(func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerRight}, now)
	})
}
