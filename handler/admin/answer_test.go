package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quxiang/model"
)

func TestAnswersAreWritten(t *testing.T) {
	s, e := newEditor(t)
	send := func(form url.Values) (int, string) {
		t.Helper()
		w := e.post("/admin/answers", form)
		return w.Code, text(w)
	}
	if code, body := send(url.Values{"word": {" 派遣 "}, "kind": {"text"}, "content": {strings.Repeat("字", 700)}}); code != http.StatusUnprocessableEntity && code != http.StatusBadRequest || !strings.Contains(body, "2100 字节，最多 2048 字节") {
		t.Errorf("a text that is too long is answered %d: %s", code, body)
	}
	if _, body := send(url.Values{"word": {"登记时间"}, "kind": {"text"}, "content": {"九月"}}); !strings.Contains(body, "内置回复“去向登记”") || !strings.Contains(body, "我知道") {
		t.Errorf("a built-in answer is hidden unknowingly: %s", body)
	}
	if _, body := send(url.Values{"word": {"派遣"}, "kind": {"text"}, "content": {"见官网"}, "do": {"preview"}}); !strings.Contains(body, "手机上的样子") || !strings.Contains(body, "见官网") {
		t.Errorf("no preview: %s", body)
	}
	if list, err := s.store.ChatAnswers(t.Context()); err != nil || len(list) != 0 {
		t.Fatalf("kept already: %v, %v", list, err)
	}
	if code, _ := send(url.Values{"word": {" 派遣 "}, "kind": {"text"}, "content": {"见官网"}, "do": {"save"}}); code != http.StatusSeeOther {
		t.Errorf("saving is answered %d", code)
	}
	if code, _ := send(url.Values{"word": {"登记时间"}, "kind": {"page"}, "action": {"register"}, "shadows": {"yes"}, "do": {"save"}}); code != http.StatusSeeOther {
		t.Errorf("knowingly hiding is answered %d", code)
	}
	page{has: []string{"派遣", "见官网", "登记时间", "去向登记"}}.check(t, e.get("/admin/answers"))
	page{has: []string{"修改自动回复", "删除这条回复"}}.check(t, e.get("/admin/answers?word="+url.QueryEscape("派遣")))
	e.post("/admin/answers/remove", url.Values{"word": {"派遣"}})
	list, err := s.store.ChatAnswers(t.Context())
	if err != nil || len(list) != 1 || list[0].Action != model.MenuRegister {
		t.Errorf("left: %+v, %v", list, err)
	}
}
