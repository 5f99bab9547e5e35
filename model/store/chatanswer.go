package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

// chatAnswerRow is an answer that operators defined.
type chatAnswerRow struct {
	Word    string `gorm:"primaryKey"`
	Kind    string
	Title   string
	Content string
	URL     string `gorm:"column:url"`
	Picture string
	Action  string
	Shadows bool
	SavedAt int64
	By      byColumns `gorm:"embedded"`
}

// TableName names the table.
func (chatAnswerRow) TableName() string { return "chat_answers" }

// maxChatAnswers bounds the table: all of it is kept in memory.
const maxChatAnswers = 500

func (r chatAnswerRow) answer() model.ChatAnswer {
	return model.ChatAnswer{
		Word: r.Word, Kind: model.ChatAnswerKind(r.Kind), Title: r.Title, Content: r.Content, URL: r.URL, Picture: r.Picture,
		Action: model.MenuAction(r.Action), Shadows: r.Shadows, SavedAt: fromMillis(r.SavedAt), By: r.By.actor(),
	}
}

// ChatAnswers lists the answers by their words.
func (s *Store) ChatAnswers(ctx context.Context) ([]model.ChatAnswer, error) {
	list, _, err := s.chat.all(ctx)
	return slices.Clone(list), err
}

// ChatAnswer returns the answer to a word. It is taken from a copy of the table:
// a message that no answer is for costs no query, and another replica's change is
// seen within half a minute.
func (s *Store) ChatAnswer(ctx context.Context, word string) (model.ChatAnswer, bool, error) {
	_, byWord, err := s.chat.all(ctx)
	a, ok := byWord[word]
	return a, ok, err
}

func (s *Store) loadAnswers(ctx context.Context) ([]model.ChatAnswer, map[string]model.ChatAnswer, error) {
	var rows []chatAnswerRow
	if err := s.read(ctx).Order("word").Limit(maxChatAnswers).Find(&rows).Error; err != nil {
		return nil, nil, wrap("chat answers", err)
	}
	list, byWord := make([]model.ChatAnswer, len(rows)), make(map[string]model.ChatAnswer, len(rows))
	for i, r := range rows {
		list[i] = r.answer()
		byWord[r.Word] = list[i]
	}
	return list, byWord, nil
}

// SaveChatAnswer adds an answer or replaces the one to its word, with an audit
// entry.
func (s *Store) SaveChatAnswer(ctx context.Context, a model.ChatAnswer) error {
	if err := model.CheckChatAnswer(a); err != nil {
		return err
	}
	row := chatAnswerRow{
		Word: a.Word, Kind: string(a.Kind), Title: a.Title, Content: a.Content, URL: a.URL, Picture: a.Picture, Action: string(a.Action),
		Shadows: a.Shadows, SavedAt: toMillis(a.SavedAt), By: byOf(a.By),
	}
	defer s.chat.forget()
	return s.tx(ctx, "save chat answer", func(tx *gorm.DB) error {
		var others int64
		if err := tx.Model(&chatAnswerRow{}).Where("word <> ?", a.Word).Count(&others).Error; err != nil {
			return fmt.Errorf("count: %w", err)
		}
		if others >= maxChatAnswers {
			return model.Invalid("word", "自动回复最多 %d 条，请先删除不用的。", maxChatAnswers)
		}
		err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "word"}}, UpdateAll: true}).Create(&row).Error
		if err != nil {
			return fmt.Errorf("write: %w", err)
		}
		return appendAudit(tx, model.Audit{At: a.SavedAt, Actor: a.By, Action: "answer.save", Detail: map[string]string{"word": a.Word, "kind": string(a.Kind)}})
	})
}

// RemoveChatAnswer removes the answer to a word, if there is one, with an audit
// entry.
func (s *Store) RemoveChatAnswer(ctx context.Context, word string, by model.Actor) error {
	defer s.chat.forget()
	return s.tx(ctx, "remove chat answer", func(tx *gorm.DB) error {
		gone := tx.Where("word = ?", word).Delete(&chatAnswerRow{})
		if gone.Error != nil || gone.RowsAffected == 0 {
			return gone.Error
		}
		return appendAudit(tx, model.Audit{At: s.now(), Actor: by, Action: "answer.remove", Detail: map[string]string{"word": word}})
	})
}
