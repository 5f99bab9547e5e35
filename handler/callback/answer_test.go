package callback_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"quxiang/handler/callback"
	"quxiang/model"
	"quxiang/wechat/wechattest"
)

// noAnswers counts look-ups of operators' answers.
type noAnswers struct {
	callback.Store
	asked *int
}

func (n noAnswers) ChatAnswer(ctx context.Context, word string) (model.ChatAnswer, bool, error) {
	*n.asked++
	return n.Store.ChatAnswer(ctx, word)
}

func TestAnswersThatOperatorsDefine(t *testing.T) {
	asked := 0
	b := newBench(t, func(s callback.Store) callback.Store { return noAnswers{s, &asked} })
	openid, err := b.sim.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []model.ChatAnswer{
		{Word: "派遣", Kind: model.AnswerText, Content: "见官网"},
		{Word: "guide", Kind: model.AnswerNews, Title: "办理指南", Content: "三步", URL: "https://example.com/guide"},
		{Word: "官网", Kind: model.AnswerLink, Title: "就业网<a>", URL: "https://example.com/?a=1&b=2"},
		{Word: "入口", Kind: model.AnswerPage, Action: model.MenuRegister},
		{Word: "登记时间", Kind: model.AnswerText, Content: "九月", Shadows: true},
	} {
		if err := b.store.SaveChatAnswer(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name  string
		push  wechattest.Push
		want  []string
		asked int
	}{
		{"a word", wechattest.Push{Text: " 派遣\n"}, []string{"见官网"}, 1},
		{"a word in a sentence is no word", wechattest.Push{Text: "怎么派遣"}, []string{"也可以回复"}, 1},
		{"a button's key, as a card", wechattest.Push{Event: "CLICK", EventKey: "Guide"}, []string{"<ArticleCount>1<", "办理指南", "三步", "https://example.com/guide"}, 1},
		{"a link", wechattest.Push{Text: "官网"}, []string{`<a href="https://example.com/?a=1&amp;b=2">就业网&lt;a&gt;</a>`}, 1},
		{"a page of ours", wechattest.Push{Text: "入口"}, []string{"/wechat/oauth?next=", "去向登记"}, 1},
		{"a built-in word that was replaced", wechattest.Push{Text: "登记时间"}, []string{"九月"}, 1},
		{"a built-in word beside it", wechattest.Push{Text: "登记"}, []string{"/wechat/oauth?next="}, 1},
		{"办理进度 looks for no answer", wechattest.Push{Event: "CLICK", EventKey: "progress"}, []string{"绑定学信网账号"}, 0},
		{"a key that nobody defined", wechattest.Push{Event: "CLICK", EventKey: "nothing"}, []string{"也可以回复"}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := asked
			tc.push.OpenID = openid
			r := b.push(tc.push)
			if r.Status != http.StatusOK || r.Problem != "" {
				t.Fatalf("status %d, problem %q", r.Status, r.Problem)
			}
			for _, w := range tc.want {
				if !strings.Contains(r.Reply, w) {
					t.Errorf("reply lacks %q:\n%s", w, r.Reply)
				}
			}
			if asked-before != tc.asked {
				t.Errorf("%d look-ups, want %d", asked-before, tc.asked)
			}
		})
	}
}
