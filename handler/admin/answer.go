package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
)

// answerStore keeps the answers in the chat.
type answerStore interface {
	ChatAnswers(ctx context.Context) ([]model.ChatAnswer, error)
	SaveChatAnswer(ctx context.Context, a model.ChatAnswer) error
	RemoveChatAnswer(ctx context.Context, word string, by model.Actor) error
}

const answersPath = "/admin/answers"

// answerLine is one answer in the list.
type answerLine struct {
	Word, Kind, Shows, Saved string
	Shadows                  string // the built-in answer that gives way
	Href                     string
}

// answersPage is what template admin/answers draws: the list, or the form.
type answersPage struct {
	Lines   []answerLine
	Missing []string // keys of the published menu that nothing answers
	Form    *answerForm
}

// answerForm is one answer that is written.
type answerForm struct {
	Word    web.Field
	Fixed   bool // the word is not changed any more
	Kind    web.Choices
	Title   web.Field
	Content web.Field
	URL     web.Field
	Picture web.Field
	Action  web.Choices
	Shadows *web.Choices // nil while no built-in answer is hidden
	Preview *answerPreview
}

// answerPreview is the answer as the chat shows it.
type answerPreview struct {
	Asked, Title, Text string
	Link               bool // all of Text is a link
}

// answers lists what operators defined, and the form for one.
func (h *Handler) answers(v visit) error {
	list, err := h.o.Store.ChatAnswers(v.Request.Context())
	if err != nil {
		return fmt.Errorf("admin: chat answers: %w", err)
	}
	word, asked := v.GetQuery("word")
	if !asked {
		return h.showAnswers(v, list)
	}
	a := model.ChatAnswer{Word: model.ChatWord(word), Kind: model.AnswerText}
	known := false
	for _, l := range list {
		if l.Word == a.Word {
			a, known = l, true
		}
	}
	return h.showAnswer(v, a, known, false, nil)
}

func (h *Handler) showAnswers(v visit, list []model.ChatAnswer) error {
	p := answersPage{}
	defined := map[string]bool{}
	for _, a := range list {
		defined[a.Word] = true
		preview := previewOf(a)
		p.Lines = append(p.Lines, answerLine{
			Word: a.Word, Kind: a.Kind.Chinese(), Shows: model.Shorten(strings.TrimSpace(preview.Title+" "+preview.Text), 40),
			Shadows: model.BuiltinWord(a.Word).Chinese(), Saved: a.By.Name + " " + model.Minute(a.SavedAt), Href: answerPath(a.Word),
		})
	}
	published, _, err := h.o.Store.PublishedMenu(v.Request.Context())
	if err != nil {
		return fmt.Errorf("admin: menu: %w", err)
	}
	if published != nil {
		p.Missing = unanswered(published.Set, defined)
	}
	return h.show(v, http.StatusOK, "answers", web.Page{Title: "自动回复", Next: answersPath, Banner: done(v.Query("done")), Data: p})
}

// unanswered are the keys of click buttons that nobody has defined an answer for.
func unanswered(set model.MenuSet, defined map[string]bool) []string {
	var keys []string
	var walk func(items []model.MenuItem)
	walk = func(items []model.MenuItem) {
		for _, it := range items {
			if word := model.ChatWord(it.Key); it.Type == model.MenuClick && !defined[word] && model.MenuAction(word).Chinese() == "" {
				defined[word] = true // named once
				keys = append(keys, it.Key)
			}
			walk(it.Items)
		}
	}
	for n := range set.Menus() {
		walk(set.Of(n))
	}
	return keys
}

func answerPath(word string) string {
	return answersPath + "?" + url.Values{"word": {word}}.Encode()
}

func previewOf(a model.ChatAnswer) answerPreview {
	p := answerPreview{Asked: a.Word, Text: a.Content}
	switch a.Kind {
	case model.AnswerNews:
		p.Title = a.Title
	case model.AnswerLink:
		p.Text, p.Link = a.Title, true
	case model.AnswerPage:
		p.Text, p.Link = a.Action.Chinese(), true
	case model.AnswerText:
		p.Text = plainAnchors.Replace(a.Content)
	}
	return p
}

// plainAnchors leaves of a text's markup what a reader sees; the address is
// checked when it is saved.
var plainAnchors = strings.NewReplacer("</a>", "", "<a ", "〔", `">`, "〕", `'>`, "〕")

func (h *Handler) showAnswer(v visit, a model.ChatAnswer, known, preview bool, fault *model.Error) error {
	f := answerForm{
		Fixed:   known,
		Word:    web.Field{Name: "word", Label: "关键字", Value: a.Word, Required: true, MaxLength: 128, Hint: "用户发送的整句话，或菜单按钮的关键字；不分大小写。最多 128 字节。"},
		Kind:    web.Choices{Name: "kind", Label: "回复", Required: true},
		Title:   web.Field{Name: "title", Label: "标题", Value: a.Title, Depends: true, Hint: "图文、网页链接需要。最多 128 字节。"},
		Content: web.Field{Name: "content", Label: "文字", Value: a.Content, Hint: "文字回复的内容（最多 2048 字节，可用 <a href=\"https://…\">字</a> 加链接），或图文的摘要（最多 512 字节）。一个汉字占 3 字节。"},
		URL:     web.Field{Name: "url", Label: "链接", Value: a.URL, InputMode: "url", Depends: true, Hint: "图文、网页链接需要，以 https:// 开头。"},
		Picture: web.Field{Name: "picture", Label: "封面图片地址", Value: a.Picture, InputMode: "url", Hint: "图文可以有。"},
		Action:  web.Choices{Name: "action", Label: "本系统页面", Hint: "自动带登录，不用填写网址。"},
	}
	for _, k := range model.ChatAnswerKinds() {
		f.Kind.Items = append(f.Kind.Items, web.Choice{Value: string(k), Text: k.Chinese(), Chosen: k == a.Kind})
	}
	for _, p := range model.AnswerPages() {
		f.Action.Items = append(f.Action.Items, web.Choice{Value: string(p), Text: p.Chinese(), Chosen: p == a.Action})
	}
	if b := model.BuiltinWord(a.Word); b != "" {
		f.Shadows = &web.Choices{Name: "shadows", Label: "替换内置回复", Items: []web.Choice{{
			Value: "yes", Text: "我知道：发送“" + a.Word + "”的人不再收到内置回复“" + b.Chinese() + "”", Chosen: a.Shadows,
		}}}
	}
	if fault != nil {
		f.fault(fault)
	}
	if preview && fault == nil {
		p := previewOf(a)
		f.Preview = &p
	}
	title := "新增自动回复"
	if known {
		title = "修改自动回复"
	}
	return h.show(v, status(fault), "answers", web.Page{Title: title, Next: answerPath(a.Word), Data: answersPage{Form: &f}})
}

// fault marks the field that is to blame.
func (f *answerForm) fault(e *model.Error) {
	for name, at := range map[string]*string{
		"word": &f.Word.Error, "kind": &f.Kind.Error, "title": &f.Title.Error, "content": &f.Content.Error, "url": &f.URL.Error,
		"picture": &f.Picture.Error, "action": &f.Action.Error,
	} {
		if name == e.Field {
			*at = e.Message
		}
	}
	if e.Field == "shadows" && f.Shadows != nil {
		f.Shadows.Error = e.Message
	}
}

// saveAnswer keeps an answer, or shows how the chat will show it.
func (h *Handler) saveAnswer(v visit) error {
	typed := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.PostForm(name), "\r\n", "\n")) // as WeChat breaks lines
	}
	a := model.ChatAnswer{
		Word: model.ChatWord(typed("word")), Kind: model.ChatAnswerKind(typed("kind")), Title: typed("title"), Content: typed("content"),
		URL: typed("url"), Picture: typed("picture"), Action: model.MenuAction(typed("action")), Shadows: v.PostForm("shadows") == "yes",
		SavedAt: h.o.Web.Now(), By: model.ByOperator(v.op),
	}
	preview, known := v.PostForm("do") == "preview", v.PostForm("known") == "yes"
	err := model.CheckChatAnswer(a)
	if err == nil && !preview {
		err = h.o.Store.SaveChatAnswer(v.Request.Context(), a)
	}
	fault, ours := errors.AsType[*model.Error](err)
	switch {
	case err != nil && (!ours || fault.Code != model.CodeInvalid):
		return fmt.Errorf("admin: save chat answer: %w", err)
	case err != nil || preview:
		return h.showAnswer(v, a, known, preview, fault)
	}
	return web.SeeOther(v.Context, answersPath+"?done=answersaved")
}

func (h *Handler) removeAnswer(v visit) error {
	if err := h.o.Store.RemoveChatAnswer(v.Request.Context(), model.ChatWord(v.PostForm("word")), model.ByOperator(v.op)); err != nil {
		return fmt.Errorf("admin: remove chat answer: %w", err)
	}
	return web.SeeOther(v.Context, answersPath+"?done=answerremoved")
}
