package web

import (
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/form"
)

func TestTexts(t *testing.T) {
	// Half past four in the afternoon UTC is the next day in Shanghai.
	at := time.Date(2027, 8, 30, 16, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct{ got, want string }{
		"date":               {date(at), "2027年8月31日 (周二)"},
		"no date":            {date(time.Time{}), "–"},
		"instant":            {dateTime(at), "2027年8月31日 (周二) 00:30"},
		"no instant":         {dateTime(time.Time{}), "–"},
		"date of text":       {dateText("2027-08-31"), "2027年8月31日 (周二)"},
		"date of model.Date": {dateText(model.Date("2028-02-29")), "2028年2月29日 (周二)"},
		"no day":             {dateText("2027-02-30"), "2027-02-30"},
		"no text":            {dateText(model.Date("")), "–"},
		"phone":              {Mask("13812341234"), "138****1234"},
		"ID number":          {Mask("11010119900101002X"), "110***********002X"},
		"old ID number":      {Mask("110101900101002"), "110********1002"},
		"short":              {Mask("12345"), "*****"},
		"shown ends":         {Mask("1234567890"), "**********"},
		"nothing to mask":    {Mask(""), "–"},
		"number":             {Group("2310001EQ86V47B"), "23 10001 EQ86 V47B"},
		"no number":          {Group("2310001EQ86"), "2310001EQ86"},
		"dash":               {orDash(""), "–"},
		"dash of nil":        {orDash(nil), "–"},
		"dash of a type":     {orDash(model.Month("")), "–"},
		"value":              {orDash(5), "5"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestDict(t *testing.T) {
	m, err := dict("a", 1, "b", "two")
	if err != nil || m["a"] != 1 || m["b"] != "two" || len(m) != 2 {
		t.Errorf("%v, %v", m, err)
	}
	for _, bad := range [][]any{{"a"}, {1, "a"}} {
		if _, err := dict(bad...); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

func TestFacts(t *testing.T) {
	got := facts(form.Block{Title: "<b>", Rows: []form.Row{{Label: "单位&", Value: evil}, {Label: "邮编"}}})
	want := "<table class=\"facts\">\n<caption>&lt;b&gt;</caption>\n" +
		`<tr><th scope="row">单位&amp;</th><td>&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;</td></tr>` + "\n" +
		`<tr><th scope="row">邮编</th><td>–</td></tr>` + "\n</table>\n"
	if string(got) != want {
		t.Errorf("facts = %s, want %s", got, want)
	}
	if got := facts(form.Block{}); got != "<table class=\"facts\">\n</table>\n" {
		t.Errorf("facts of nothing = %s", got)
	}
}
