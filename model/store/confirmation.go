package store

import (
	"encoding/json"
	"fmt"

	"quxiang/model"
)

// confirmationRow is one answer to a revision, in order of Serial.
type confirmationRow struct {
	GraduateID int64 `gorm:"primaryKey;autoIncrement:false"`
	Serial     int   `gorm:"primaryKey;autoIncrement:false"`
	Revision   int
	Answer     string
	Wrong      string // JSON list of form fields
	Note       string
	At         int64
}

func (confirmationRow) TableName() string { return "confirmations" }

func confirmationRowOf(id model.GraduateID, serial int, c model.Confirmation) (confirmationRow, error) {
	wrong, err := json.Marshal(c.Wrong)
	if err != nil {
		return confirmationRow{}, fmt.Errorf("store: confirmation: %w", err)
	}
	return confirmationRow{
		GraduateID: int64(id), Serial: serial, Revision: c.Revision, Answer: string(c.Answer),
		Wrong: string(wrong), Note: c.Note, At: toMillis(c.At),
	}, nil
}

func (r *confirmationRow) confirmation() (model.Confirmation, error) {
	c := model.Confirmation{Revision: r.Revision, Answer: model.Answer(r.Answer), Note: r.Note, At: fromMillis(r.At)}
	if err := json.Unmarshal([]byte(r.Wrong), &c.Wrong); err != nil {
		return c, fmt.Errorf("store: confirmation of graduate %d: %w", r.GraduateID, err)
	}
	return c, nil
}
