package store_test

import (
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestChatAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		by := model.Actor{Kind: model.ActorOperator, ID: 7, Name: "anna"}
		a := model.ChatAnswer{Word: "派遣", Kind: model.AnswerText, Content: "一", SavedAt: start, By: by}
		must(t, s.SaveChatAnswer(t.Context(), a))
		a.Content = "二"
		must(t, s.SaveChatAnswer(t.Context(), a))
		if got, ok, err := s.ChatAnswer(t.Context(), "派遣"); err != nil || !ok || got != a {
			t.Errorf("ChatAnswer = %+v, %v, %v; want %+v", got, ok, err, a)
		}
		if err := s.SaveChatAnswer(t.Context(), model.ChatAnswer{Word: "进度", Kind: model.AnswerText, Content: "x"}); err == nil {
			t.Error("an answer that hides a built-in one unknowingly was kept")
		}
		must(t, s.RemoveChatAnswer(t.Context(), "派遣", by))
		if _, ok, err := s.ChatAnswer(t.Context(), "派遣"); ok || err != nil {
			t.Errorf("still answered: %v, %v", ok, err)
		}
		entries, _, err := s.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 10)
		if err != nil || len(entries) != 3 || entries[0].Action != "answer.remove" || entries[1].Action != "answer.save" {
			t.Errorf("audits %+v, %v", entries, err)
		}
	})
}
