package form_test

import (
	"bytes"
	"encoding/base32"
	"errors"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
)

// keyOf is the key whose seed is 32 times b.
func keyOf(t testing.TB, b byte) form.SigningKey {
	t.Helper()
	k, err := form.SigningKeyFromSeed(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signed is figure 8's form, its payload drawn on 30 June 2023, and the ring
// that opens it.
func signed(t testing.TB) (form.Form, string, form.Ring) {
	t.Helper()
	r, a := figure8()
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	f, k := form.Content(r, a, table, options), keyOf(t, 7)
	text, err := form.Sign(f, "2023-06-30", k)
	if err != nil {
		t.Fatal(err)
	}
	return f, text, form.Ring{{Public: k.Public(), NotBefore: time.Date(2023, 6, 1, 9, 0, 0, 0, model.Shanghai)}}
}

func TestPayload(t *testing.T) {
	f, text, ring := signed(t)
	p, err := ring.Open(text, "2023-06-30")
	if err != nil || p.Kind != f.Kind || p.Number != f.Number || p.Issued != "2023-06-30" || p.ValidUntil != "2023-12-31" || !p.Matches(f.Canonical()) {
		t.Fatalf("%+v, %v", p, err)
	}
	if len(text) != 183 || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		t.Errorf("text %q", text)
	}
	f.Blocks[0].Rows[0].Value = "陈城"
	if p.Matches(f.Canonical()) {
		t.Error("a changed form matches")
	}
	for _, scanned := range []string{text, "HTTPS://DJ.EXAMPLE.EDU.CN/V/" + text, " http://127.0.0.1:8080/V/" + text + "\n"} {
		if got := form.FromQR(scanned); got != text {
			t.Errorf("FromQR(%q) = %q", scanned, got)
		}
	}
}

// TestPayloadRefusesEveryFlip: each of the 912 bits flipped, and each character
// changed into each other one.
func TestPayloadRefusesEveryFlip(t *testing.T) {
	_, text, ring := signed(t)
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	raw, err := encoding.DecodeString(text)
	if err != nil || len(raw) != 114 {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	for bit := range 8 * len(raw) {
		b := bytes.Clone(raw)
		b[bit/8] ^= 1 << (bit % 8)
		if p, err := ring.Open(encoding.EncodeToString(b), "2023-07-01"); err == nil {
			t.Errorf("bit %d flipped: %+v", bit, p)
		}
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abc0189=-_ \n"
	for i := range len(text) {
		for _, c := range []byte(alphabet) {
			if c == text[i] {
				continue
			}
			if p, err := ring.Open(text[:i]+string(c)+text[i+1:], "2023-07-01"); err == nil {
				t.Errorf("character %d as %q: %+v", i, c, p)
			}
		}
	}
}

func TestPayloadIsRefused(t *testing.T) {
	f, text, ring := signed(t)
	retired, revoked, late := ring[0], ring[0], ring[0]
	retired.RetiredAt = time.Date(2023, 6, 29, 23, 59, 0, 0, model.Shanghai)
	revoked.RevokedAt = retired.RetiredAt
	late.NotBefore = time.Date(2023, 7, 1, 0, 0, 0, 0, model.Shanghai)
	foreign, err := form.Sign(f, "2023-06-30", keyOf(t, 8))
	if err != nil {
		t.Fatal(err)
	}
	other := form.Key{Public: keyOf(t, 8).Public(), NotBefore: ring[0].NotBefore}
	last := map[byte]byte{'A': 'B', 'I': 'J', 'Q': 'R', 'Y': 'Z'}[text[182]]
	for _, tc := range []struct {
		what, text string
		ring       form.Ring
		today      model.Date
		want       error
	}{
		{"truncated", text[:182], ring, "2023-07-01", form.ErrMalformed},
		{"longer", text + "A", ring, "2023-07-01", form.ErrMalformed},
		{"nothing", "", ring, "2023-07-01", form.ErrMalformed},
		{"lower case", strings.ToLower(text), ring, "2023-07-01", form.ErrMalformed},
		{"padding bit set", text[:182] + string(last), ring, "2023-07-01", form.ErrMalformed},
		{"nobody's key", text, nil, "2023-07-01", form.ErrUnknownKey},
		{"another school's key", foreign, ring, "2023-07-01", form.ErrUnknownKey},
		{"tomorrow", text, ring, "2023-06-29", form.ErrFuture},
		{"after its key retired", text, form.Ring{retired}, "2023-07-01", form.ErrKeyWindow},
		{"before its key", text, form.Ring{late}, "2023-07-01", form.ErrKeyWindow},
		{"revoked key", text, form.Ring{other, revoked}, "2023-07-01", form.ErrRevokedKey},
	} {
		if p, err := tc.ring.Open(tc.text, tc.today); !errors.Is(err, tc.want) || p != (form.Payload{}) {
			t.Errorf("%s: %+v, %v", tc.what, p, err)
		}
	}
	retired.RetiredAt = retired.RetiredAt.Add(time.Minute) // the last day on which it signed
	if _, err := (form.Ring{other, retired}).Open(text, "2030-01-01"); err != nil {
		t.Errorf("a retired key: %v", err)
	}
}

func TestSignRefusesWhatDoesNotFit(t *testing.T) {
	f, _, _ := signed(t)
	for what, change := range map[string]func(*form.Form){
		"number": func(f *form.Form) { f.Number = "2310001EQ86V47I" },
		"kind":   func(f *form.Form) { f.Kind = "both" },
		"until":  func(f *form.Form) { f.ValidUntil = "" },
		"far":    func(f *form.Form) { f.ValidUntil = "2500-01-01" },
	} {
		bad := f
		change(&bad)
		if text, err := form.Sign(bad, "2023-06-30", keyOf(t, 7)); err == nil {
			t.Errorf("%s: %s", what, text)
		}
	}
	if _, err := form.Sign(f, "1999-12-31", keyOf(t, 7)); err == nil {
		t.Error("a day before day 0")
	}
}

func TestCanonical(t *testing.T) {
	f, _, _ := signed(t)
	want := `quxiang-form/1
kind=archive
number=2310001EQ86V47B
valid_until=2023-12-31
[基本信息]
姓名=陈诚
性别=男
毕业院校=北京大学
毕业时间=202306
学制=4
专业=哲学类
学历=本科
生源所在地=北京市海淀区
[毕业去向信息]
毕业去向=签就业协议形式就业
单位名称=学信咨询服务有限公司
单位所在地=北京市西城区
[档案转递信息]
档案转递类型=托管单位接收
单位名称=北京市海淀区人力资源公共服务中心
单位所在地=北京市海淀区
单位邮编=100195
联系人/联系部门=王推
联系电话=18593241256
`
	if got := string(f.Canonical()); got != want {
		t.Errorf("got\n%s", got)
	}
	f.Sample, f.Blocks[0].Rows[0].Value, f.Blocks[0].Rows[1].Value = true, " Zoe\u200d \u0301 \u200bA\u3000B\n=C ", " "
	got := string(f.Canonical())
	if !strings.Contains(got, "sample=yes\n[基本信息]\n姓名=ZoéAB=C\n性别=–\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestRingIsPublished(t *testing.T) {
	_, text, ring := signed(t)
	retired := form.Key{
		Public: keyOf(t, 9).Public(), NotBefore: time.Date(2022, 1, 1, 0, 0, 0, 0, model.Shanghai),
		RetiredAt: time.Date(2022, 12, 31, 8, 0, 0, 0, model.Shanghai), RevokedAt: time.Date(2023, 1, 2, 8, 0, 0, 0, model.Shanghai),
	}
	document, err := append(ring, retired).Publish("示范登记系统")
	if err != nil {
		t.Fatal(err)
	}
	back, issuer, err := form.ReadRing(document)
	if err != nil || issuer != "示范登记系统" || len(back) != 2 {
		t.Fatalf("%+v %q %v", back, issuer, err)
	}
	again, err := back.Publish(issuer)
	if err != nil || !bytes.Equal(again, document) {
		t.Errorf("published again:\n%s", again)
	}
	if _, err := back.Open(text, "2023-07-01"); err != nil {
		t.Error(err)
	}
	for what, change := range map[string][2]string{
		"not JSON":    {"{", "["},
		"other curve": {"Ed25519", "X25519"},
		"wrong id":    {retired.ID().String(), "00000000"},
		"no day":      {`"not_before": "2022-01-01"`, `"not_before": ""`},
		"bad day":     {`"revoked": "2023-01-02"`, `"revoked": "soon"`},
		"short key":   {`"x": "`, `"x": "AA`},
		"no keys":     {`"keys"`, `"ring"`},
	} {
		bad := bytes.Replace(document, []byte(change[0]), []byte(change[1]), 1)
		if r, _, err := form.ReadRing(bad); err == nil || r != nil || model.CodeOf(err) != model.CodeInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestKeyID(t *testing.T) {
	id := keyOf(t, 7).ID()
	if got, ok := form.ParseKeyID(strings.ToLower(id.String())); !ok || got != id {
		t.Errorf("%s, %v", got, ok)
	}
	for _, s := range []string{"", "0011", "0011223344", "GG112233"} {
		if _, ok := form.ParseKeyID(s); ok {
			t.Errorf("%q is no id", s)
		}
	}
	if k := keyOf(t, 7); k.String() != "<secret>" || k.GoString() != "<secret>" {
		t.Error("a key prints itself")
	}
}

func FuzzOpen(f *testing.F) {
	_, text, ring := signed(f)
	f.Add(text)
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ring.Open(form.FromQR(s), "2023-07-01"); err == nil && form.FromQR(s) != text {
			t.Fatalf("%q opens: %+v", s, p)
		}
	})
}
