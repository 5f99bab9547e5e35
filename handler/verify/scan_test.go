package verify_test

import (
	"crypto/rand"
	"net/http/httptest"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/form"
)

// paper is the form of a number as it would be drawn now.
func (s *site) paper(n model.VerificationNumber) form.Form {
	s.t.Helper()
	found, err := s.store.Issued(s.t.Context(), []model.VerificationNumber{n})
	must(s.t, err)
	return form.Content(found[n].Record, found[n].Authorization, s.table, form.Options{})
}

// signed is the address in the QR code of a paper that was drawn on the day
// issued.
func (s *site) signed(f form.Form, issued model.Date) string {
	s.t.Helper()
	key, err := s.store.FormSigningKey(s.t.Context())
	must(s.t, err)
	payload, err := form.Sign(f, issued, key)
	must(s.t, err)
	return strings.TrimPrefix(s.links.VerifyQR(payload), strings.ToUpper(origin))
}

func (s *site) qrPath(n model.VerificationNumber, issued model.Date) string {
	s.t.Helper()
	return s.signed(s.paper(n), issued)
}

func TestQR(t *testing.T) {
	s := newSite(t)
	name, archive, household := s.authorised()
	right := s.qrPath(archive, model.DateOf(s.now))
	for _, path := range []string{right, "/v/" + strings.TrimPrefix(right, "/V/"), right + "?from=singlemessage"} {
		expect(t, s.from("192.0.2.1").get(path), 200, []string{
			"真实有效", name, "海淀区人力资源公共服务中心", "扫描核验二维码", "二维码由本系统签名，没有被改动", "与下面的内容逐项核对",
		}, []string{"四川省成都市武侯区", "纸面与现在登记的不同"})
	}
	expect(t, s.from("192.0.2.1").get(s.qrPath(household, model.DateOf(s.now))), 200, []string{"真实有效", "四川省成都市武侯区"}, []string{"王推"})
	// The address of a form is personal: no page repeats it.
	w := s.from("192.0.2.1").get(right)
	if strings.Contains(w.Body.String(), strings.TrimPrefix(right, "/V/")) {
		t.Error("the page repeats the payload")
	}
	if got := w.Header().Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("what the page loads learns its address: Referrer-Policy %q", got)
	}
	seen, err := s.store.Verifications(t.Context(), 1, 0, 10)
	must(t, err)
	if len(seen) != 5 || seen[0].Way != model.WayQR {
		t.Errorf("%d verifications, the last %+v", len(seen), seen[0])
	}
}

// TestScanInsideWeChat: the camera of WeChat opens the same page, without login.
func TestScanInsideWeChat(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	r := httptest.NewRequest("GET", origin+s.qrPath(archive, model.DateOf(s.now)), nil)
	r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 MicroMessenger/8.0.49 NetType/WIFI Language/zh_CN")
	expect(t, s.from("192.0.2.1").do(r), 200, []string{"真实有效", name}, nil)
}

// changed replaces one character of a payload.
func changed(path string, at int) string {
	at += len("/V/")
	c := "A"
	if path[at] == 'A' {
		c = "B"
	}
	return path[:at] + c + path[at+1:]
}

// TestUnreadableCodes: each reason has its words, none calls the paper a
// forgery, and nothing is counted, read or written for a code that we did not
// sign.
func TestUnreadableCodes(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	c := &counted{Store: s.store}
	s.Handler = s.replica(c)
	today := model.DateOf(s.now)
	right := s.qrPath(archive, today)
	other, err := form.NewSigningKey(rand.Reader)
	must(t, err)
	foreign, err := form.Sign(s.paper(archive), today, other)
	must(t, err)
	unknown, wrongKind := s.paper(archive), s.paper(archive)
	unknown.Number, wrongKind.Kind = "2799001CCCCCCCC", model.FormHousehold
	const incomplete, unsigned, missing = "不是完整的核验二维码", "与它的签名不符", "没有找到它所属的登记信息"
	for _, tc := range []struct{ what, path, words string }{
		{"truncated", right[:100], incomplete},
		{"one character short", right[:len(right)-1], incomplete},
		{"one too many", right + "A", incomplete},
		{"lower case", strings.ToLower(right), incomplete},
		{"another QR code", "/v/x", incomplete},
		{"the day altered", changed(right, 5), unsigned},
		{"the digest altered", changed(right, 50), unsigned},
		{"the signature altered", changed(right, 150), unsigned},
		{"another school's key", "/V/" + foreign, "不是用本系统的密钥签名"},
		{"a day to come", s.qrPath(archive, today.AddDays(1)), "出具日期还没有到"},
		{"before the key", s.qrPath(archive, today.AddDays(-400)), "与签署它的密钥的使用时间不符"},
		{"an unknown number", s.signed(unknown, today), missing},
		{"the other kind", s.signed(wrongKind, today), missing},
	} {
		t.Run(tc.what, func(t *testing.T) {
			c.calls = nil
			for range 12 { // more than any address may guess
				expect(t, s.from("192.0.2.1").get(tc.path), 200, []string{tc.words, "不代表材料虚假", "档案转递信息在线核验"}, append([]string{name, "假冒", "伪造"}, content...))
			}
			if tc.words != missing && len(c.calls) > 0 {
				t.Errorf("the store was asked: %v", c.calls)
			}
		})
	}
	key, err := s.store.FormSigningKey(t.Context())
	must(t, err)
	must(t, s.store.RevokeFormKey(t.Context(), key.ID(), rand.Reader, model.BySystem("test"), s.now))
	expect(t, s.from("192.0.2.1").get(right), 200, []string{"密钥已经作废", "重新下载登记信息表"}, content)
	expect(t, s.from("192.0.2.1").get(s.qrPath(archive, today)), 200, []string{"真实有效"}, nil)
	expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
	seen, err := s.store.Verifications(t.Context(), 1, 0, 10)
	must(t, err)
	if len(seen) != 2 {
		t.Errorf("%d verifications, want the two that were answered", len(seen))
	}
}

// TestPaperAndRegister: a paper whose content was corrected, or whose validity
// was moved, since it was drawn says so when it is scanned, and the page counts.
func TestPaperAndRegister(t *testing.T) {
	s := newSite(t)
	_, archive, _ := s.authorised()
	scan := func(path string, has, not []string) {
		t.Helper()
		expect(t, s.from("192.0.2.1").get(path), 200, has, not)
	}
	const differs, corrected, moved = "纸面与现在登记的不同", "登记的内容已经更正", "有效期到2027年7月31日为止，毕业生后来改为2027年9月30日"
	first := s.qrPath(archive, model.DateOf(s.now))
	s.rule(1, func(r model.Record) (model.Change, error) { return model.Extend(r, archive, "2027-09-30", s.now) })
	scan(first, []string{"真实有效", differs, moved, "有效期到2027年9月30日当天为止"}, []string{corrected})
	second := s.qrPath(archive, model.DateOf(s.now))
	scan(second, []string{"真实有效"}, []string{differs})
	s.rule(1, func(r model.Record) (model.Change, error) {
		b := r.Graduate.Basics
		b.Major = "更正后的专业"
		ch, _ := model.UpdateBasics(r, b, model.BySystem("test"), s.now)
		return ch, nil
	})
	scan(second, []string{"真实有效", differs, corrected, "以本页显示的内容为准", "更正后的专业"}, []string{moved})
	scan(first, []string{corrected, moved}, nil)
	scan(s.qrPath(archive, model.DateOf(s.now)), []string{"真实有效", "更正后的专业"}, []string{differs})
	s.revoke()
	scan(second, []string{"已撤销"}, []string{differs, "更正后的专业"})
}

func TestPublishedKeysVerify(t *testing.T) {
	s := newSite(t)
	_, archive, _ := s.authorised()
	w := s.from("192.0.2.1").get("/.well-known/quxiang-keys.json")
	ring, issuer, err := form.ReadRing(w.Body.Bytes())
	must(t, err)
	if w.Code != 200 || issuer != "示范登记系统" || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%d %s %v", w.Code, issuer, w.Header())
	}
	if p, err := ring.Open(form.FromQR(s.qrPath(archive, "2027-07-01")), "2027-07-01"); err != nil || p.Number != archive {
		t.Errorf("%+v, %v", p, err)
	}
}
