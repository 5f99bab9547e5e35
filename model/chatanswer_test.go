package model_test

import (
	"errors"
	"strings"
	"testing"

	"quxiang/model"
)

func TestCheckChatAnswer(t *testing.T) {
	text := func(word, content string) model.ChatAnswer {
		return model.ChatAnswer{Word: word, Kind: model.AnswerText, Content: content}
	}
	news := model.ChatAnswer{Word: "指南", Kind: model.AnswerNews, Title: "办理指南", URL: "https://example.com/a"}
	changed := func(f func(*model.ChatAnswer)) model.ChatAnswer {
		a := news
		f(&a)
		return a
	}
	for _, tc := range []struct {
		name  string
		a     model.ChatAnswer
		field string // "": good
	}{
		{"text", text("派遣", `见 <a href="https://example.com/">这里</a>`), ""},
		{"text at its limit", text("k", strings.Repeat("字", 682)+"ab"), ""},
		{"text over its limit", text("k", strings.Repeat("字", 683)), "content"},
		{"text of nothing", text("k", " \n"), "content"},
		{"a link that runs something", text("k", `<a href='javascript:alert(1)'>x</a>`), "content"},
		{"no word", text("", "x"), "word"},
		{"a word that is too long", text(strings.Repeat("字", 43), "x"), "word"},
		{"a word that is not normal", text("ABC", "x"), "word"},
		{"the key of a built-in button", text("progress", "x"), "word"},
		{"a built-in word, unknowingly", text("登记时间", "x"), "shadows"},
		{"a built-in word, knowingly", model.ChatAnswer{Word: "登记时间", Kind: model.AnswerText, Content: "x", Shadows: true}, ""},
		{"a card", news, ""},
		{"a card without a title", changed(func(a *model.ChatAnswer) { a.Title = "" }), "title"},
		{"a card with a long title", changed(func(a *model.ChatAnswer) { a.Title = strings.Repeat("a", 129) }), "title"},
		{"a card with a long text", changed(func(a *model.ChatAnswer) { a.Content = strings.Repeat("a", 513) }), "content"},
		{"a card with a script", changed(func(a *model.ChatAnswer) { a.URL = "javascript:alert(1)" }), "url"},
		{"a card with a long link", changed(func(a *model.ChatAnswer) { a.URL += strings.Repeat("a", 1024) }), "url"},
		{"a card with a picture of nowhere", changed(func(a *model.ChatAnswer) { a.Picture = "cover.png" }), "picture"},
		{"a page of ours", model.ChatAnswer{Word: "k", Kind: model.AnswerPage, Action: model.MenuRegister}, ""},
		{"no page of ours", model.ChatAnswer{Word: "k", Kind: model.AnswerPage, Action: model.MenuHelp}, "action"},
		{"of no kind", model.ChatAnswer{Word: "k"}, "kind"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := model.CheckChatAnswer(tc.a)
			e, ok := errors.AsType[*model.Error](err)
			if (err == nil) != (tc.field == "") || ok && e.Field != tc.field {
				t.Errorf("CheckChatAnswer = %v, want field %q", err, tc.field)
			}
		})
	}
}
