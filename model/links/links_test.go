package links_test

import (
	"net/url"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/links"
)

func TestNew(t *testing.T) {
	for _, tc := range []struct {
		in, origin string
	}{
		{"https://dj.example.edu.cn", "https://dj.example.edu.cn"},
		{"https://DJ.example.edu.cn/", "https://dj.example.edu.cn"},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"", ""},
		{"dj.example.edu.cn", ""},
		{"ftp://dj.example.edu.cn", ""},
		{"https://", ""},
		{"https://:443", ""},
		{"https://dj.example.edu.cn/app", ""},
		{"https://dj.example.edu.cn?x=1", ""},
		{"https://dj.example.edu.cn#x", ""},
		{"https://user:geheim@dj.example.edu.cn", ""},
		{"https://user:geheim@dj.example.edu.cn:port", ""},
	} {
		l, err := links.New(tc.in)
		if l.Origin() != tc.origin || (err == nil) != (tc.origin != "") {
			t.Errorf("New(%q) = %q, %v", tc.in, l.Origin(), err)
		}
		if err != nil && (model.CodeOf(err) != model.CodeInvalid || strings.Contains(err.Error(), "geheim")) {
			t.Errorf("New(%q): error %v", tc.in, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	l, err := links.New("https://dj.example.edu.cn")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ got, want string }{
		{l.Home(), "https://dj.example.edu.cn/"},
		{l.H5("confirm"), "https://dj.example.edu.cn/h5/confirm"},
		{l.H5("/confirm?x=1"), "https://dj.example.edu.cn/h5/confirm?x=1"},
		{l.Page("/h5/home"), "https://dj.example.edu.cn/h5/home"},
		{l.Page("//evil.example"), "https://dj.example.edu.cn/"},
		{l.OAuth("/h5/home?a=b&c=d"), "https://dj.example.edu.cn/wechat/oauth?next=%2Fh5%2Fhome%3Fa%3Db%26c%3Dd"},
		{l.OAuth("https://evil.example"), "https://dj.example.edu.cn/wechat/oauth?next=%2F"},
		{l.Progress(), "https://dj.example.edu.cn/wechat/oauth?next=%2Fh5%2Fhome"},
		{l.OAuthCallback(), "https://dj.example.edu.cn/wechat/oauth/callback"},
		{l.CHSICallback(), "https://dj.example.edu.cn/chsi/callback"},
		{l.Verify(model.FormArchive), "https://dj.example.edu.cn/verify/archive"},
		{l.Verify(model.FormHousehold), "https://dj.example.edu.cn/verify/household"},
		{l.VerifyQR("ABC234"), "HTTPS://DJ.EXAMPLE.EDU.CN/V/ABC234"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %s, want %s", tc.got, tc.want)
		}
	}
}

func TestSafeNext(t *testing.T) {
	safe := []string{"/", "/h5/home", "/h5/home?a=b", "/h5/report?u=https://x.example//y", "/v/2310001EQ86V47B", "/h5/a%20b", "/学", "/a#b"}
	for _, s := range safe {
		if got := links.SafeNext(s); got != s {
			t.Errorf("SafeNext(%q) = %q, want it kept", s, got)
		}
	}
	refused := []string{
		"", "h5/home", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "/h5\\..\\x",
		"https://evil.example/", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "/a\r\nSet-Cookie: x=1",
		"/a\x00", "/%5cevil.example", "/%0d%0aX", "/a//b", "/%2f%2fevil", "/..//evil.example", "/a/../b", "/%2e%2e/b",
		"/./b", "/\u2028x", "/ /evil.example", "/%zz", "/\xff", "/" + strings.Repeat("a", 3000),
	}
	for _, s := range refused {
		if got := links.SafeNext(s); got != "/" {
			t.Errorf("SafeNext(%q) = %q, want /", s, got)
		}
	}
}

func FuzzSafeNext(f *testing.F) {
	for _, s := range []string{"/h5/home?a=b", "//evil.example", "/\\evil", "/..//evil", "https:/x", "/%2f/evil", "/a#//b", "/\t/x"} {
		f.Add(s)
	}
	base, err := url.Parse("https://dj.example.edu.cn/wechat/oauth/callback")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := links.SafeNext(s)
		if got != "/" && got != s {
			t.Fatalf("SafeNext(%q) = %q is neither", s, got)
		}
		if links.SafeNext(got) != got {
			t.Fatalf("SafeNext is not stable for %q", s)
		}
		// Browsers drop tabs and newlines and read a backslash as a slash before
		// they resolve a Location.
		seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(got)
		u, err := base.Parse(seen)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme {
			t.Fatalf("SafeNext(%q) leads to %v (%v)", s, u, err)
		}
	})
}
