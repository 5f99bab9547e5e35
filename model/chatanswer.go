package model

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ChatAnswerKind is what an answer in the chat consists of.
type ChatAnswerKind string

// The kinds of answers that operators define.
const (
	AnswerText ChatAnswerKind = "text" // words, links among them
	AnswerNews ChatAnswerKind = "news" // one card with a picture
	AnswerLink ChatAnswerKind = "link" // a line that opens a page
	AnswerPage ChatAnswerKind = "page" // a line that opens one of our pages, logged in
)

// ChatAnswerKinds lists them in the order in which they are offered.
func ChatAnswerKinds() []ChatAnswerKind {
	return []ChatAnswerKind{AnswerText, AnswerNews, AnswerLink, AnswerPage}
}

// Chinese names the kind; "" for one that does not exist.
func (k ChatAnswerKind) Chinese() string {
	return map[ChatAnswerKind]string{AnswerText: "文字", AnswerNews: "图文（一条）", AnswerLink: "网页链接", AnswerPage: "本系统页面"}[k]
}

// AnswerPages are the built-in actions that a page answer can open.
func AnswerPages() []MenuAction { return []MenuAction{MenuRegister, MenuVerify, MenuRebind} }

// ChatAnswer (自动回复) is what the account answers to a keyword, or to a button of
// the menu whose key it is.
type ChatAnswer struct {
	Word    string // see ChatWord
	Kind    ChatAnswerKind
	Title   string     // of news and link
	Content string     // of text and news
	URL     string     // of news and link
	Picture string     // of news; may be empty
	Action  MenuAction // of page
	// Shadows says that whoever saved it knows that a built-in answer gives way.
	Shadows bool
	SavedAt time.Time
	By      Actor
}

// Limits in bytes: WeChat cuts or refuses longer ones. MaxAnswerText is that of a
// text answer, 2048 bytes; the word has the limit of a button's key.
const (
	MaxAnswerWord  = 128
	MaxAnswerText  = 2048
	MaxAnswerTitle = 128
	MaxAnswerNote  = 512
	MaxAnswerURL   = 1024
)

// ChatWord is a message or key as answers are looked up by: without the space
// around it, in lower case. The whole message must be the word.
func ChatWord(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// builtinWords are what a typed message asks a built-in action by, in the order in
// which they are looked for.
var builtinWords = []struct {
	word   string
	action MenuAction
}{
	{"进度", MenuProgress}, {"截止", MenuDeadline}, {"核验", MenuVerify}, {"绑", MenuRebind}, {"登记", MenuRegister},
}

// BuiltinWord is the built-in action that a typed message asks for; "" for none.
func BuiltinWord(text string) MenuAction {
	for _, w := range builtinWords {
		if strings.Contains(text, w.word) {
			return w.action
		}
	}
	if w := ChatWord(text); w == "帮助" {
		return MenuHelp
	}
	return ""
}

// links of a text answer, as WeChat shows them.
var hrefs = regexp.MustCompile(`(?i)href\s*=\s*["']?([^"'>\s]*)`)

// CheckChatAnswer refuses what WeChat would not show, and an answer that hides a
// built-in one unless it says so. The error names the field, the limit and how
// much there is.
func CheckChatAnswer(a ChatAnswer) error {
	switch {
	case a.Word == "":
		return Invalid("word", "请填写关键字。")
	case len(a.Word) > MaxAnswerWord:
		return tooManyBytes("word", "关键字", a.Word, MaxAnswerWord)
	case a.Word != ChatWord(a.Word) || strings.ContainsAny(a.Word, "\r\n\t"):
		return Invalid("word", "关键字不能换行。")
	case slices.Contains(MenuActions(), MenuAction(a.Word)):
		return Invalid("word", "“%s”是内置功能“%s”的按钮所用的关键字，不能改用。", a.Word, MenuAction(a.Word).Chinese())
	}
	if b := BuiltinWord(a.Word); b != "" && !a.Shadows {
		return Invalid("shadows", "发送“%s”的人现在收到的是内置回复“%s”。确实要改为您的内容的，请勾选下面的确认。", a.Word, b.Chinese())
	}
	switch a.Kind {
	case AnswerText:
		return checkAnswerText(a.Content)
	case AnswerNews:
		return firstError(answerTitle(a.Title), limitBytes("content", "摘要", a.Content, MaxAnswerNote),
			answerURL("url", "链接", a.URL, true), answerURL("picture", "封面图片地址", a.Picture, false))
	case AnswerLink:
		return firstError(answerTitle(a.Title), answerURL("url", "链接", a.URL, true))
	case AnswerPage:
		if !slices.Contains(AnswerPages(), a.Action) {
			return Invalid("action", "请选择要打开的页面。")
		}
		return nil
	}
	return Invalid("kind", "请选择回复的种类。")
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkAnswerText(text string) error {
	if strings.TrimSpace(text) == "" {
		return Invalid("content", "请填写回复的文字。")
	}
	if err := limitBytes("content", "回复的文字", text, MaxAnswerText); err != nil {
		return err
	}
	for _, m := range hrefs.FindAllStringSubmatch(text, -1) {
		if !webURL(m[1]) {
			return Invalid("content", "文字中的链接“%s”不能打开，应以 https:// 或 http:// 开头。", Shorten(m[1], 40))
		}
	}
	return nil
}

func answerTitle(title string) error {
	if strings.TrimSpace(title) == "" {
		return Invalid("title", "请填写标题。")
	}
	return limitBytes("title", "标题", title, MaxAnswerTitle)
}

func answerURL(field, name, address string, required bool) error {
	switch {
	case address == "" && !required:
		return nil
	case address == "":
		return Invalid(field, "请填写%s。", name)
	case len(address) > MaxAnswerURL:
		return tooManyBytes(field, name, address, MaxAnswerURL)
	case !webURL(address):
		return Invalid(field, "%s应是以 https:// 或 http:// 开头的完整网址。", name)
	}
	return nil
}

func webURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(address, " \r\n\t<>\"")
}

func limitBytes(field, name, text string, limit int) error {
	if len(text) > limit {
		return tooManyBytes(field, name, text, limit)
	}
	return nil
}

func tooManyBytes(field, name, text string, limit int) error {
	return Invalid(field, "%s有 %d 字节，最多 %d 字节（一个汉字占 3 字节）。", name, len(text), limit)
}
