package oauth

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestState(t *testing.T) {
	at := time.Unix(1_811_822_400, 0)
	form := regexp.MustCompile(`^[a-zA-Z0-9]{32,128}$`) // WeChat's rule, and long enough not to be guessed
	for _, again := range []bool{false, true} {
		text := mintState("wechat", "browser", state{again: again, at: at})
		if !form.MatchString(text) {
			t.Errorf("%q is no state for WeChat", text)
		}
		got, ok := readState("wechat", "browser", text)
		if !ok || got.again != again || !got.at.Equal(at) {
			t.Errorf("read %+v, %v", got, ok)
		}
		if mintState("wechat", "browser", state{again: again, at: at}) == text {
			t.Error("two states are the same")
		}
		for name, bad := range map[string]string{
			"other mark": map[bool]string{true: "a", false: "b"}[again] + text[1:],
			"other time": text[:8] + "0" + text[9:],
			"cut":        text[:len(text)-1], "longer": text + "a", "empty": "", "upper": strings.ToUpper(text),
		} {
			if bad == text {
				continue
			}
			if _, ok := readState("wechat", "browser", bad); ok {
				t.Errorf("%s: %q was taken", name, bad)
			}
		}
		if _, ok := readState("wechat", "other", text); ok {
			t.Error("another browser's state was taken")
		}
		if _, ok := readState("chsi", "browser", text); ok {
			t.Error("a state of the other login was taken")
		}
	}
}

func FuzzReadState(f *testing.F) {
	f.Add(mintState("wechat", "browser", state{at: time.Unix(1, 0)}))
	f.Add(strings.Repeat("a", stateLength))
	f.Fuzz(func(t *testing.T, text string) {
		if _, ok := readState("wechat", "nobody has this secret", text); ok {
			t.Errorf("%q was taken", text)
		}
	})
}

func TestNextOf(t *testing.T) {
	for next, want := range map[string]string{
		"": pathHome, "/": pathHome, "/h5/forms/3?a=b": "/h5/forms/3?a=b",
		"https://evil.example/": pathHome, "//evil.example": pathHome, `/\evil.example`: pathHome,
		"/h5/" + strings.Repeat("x", maxNext): pathHome, "javascript:alert(1)": pathHome, "/a\r\nb": pathHome,
	} {
		if got := nextOf(next); got != want {
			t.Errorf("%q: %q, want %q", next, got, want)
		}
	}
}
