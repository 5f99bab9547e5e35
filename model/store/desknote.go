package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

const deskNotesTable = "desk_notes"

// The states of a note in its queue.
const (
	noteOpen   = "open"
	noteClosed = "closed"
)

// deskNoteRow is a department's note. What it and the school wrote is encrypted:
// it can name people. School and college are the graduate's, for scopes.
type deskNoteRow struct {
	ID             int64
	UID            string `gorm:"column:uid"`
	OperatorID     int64
	Department     string
	VerificationID int64
	FormID         int64
	GraduateID     int64
	Kind           string
	Item           string
	Content        []byte
	At             int64
	SchoolCode     string
	College        string
	State          string
	Answer         []byte
	By             byColumns `gorm:"embedded"`
	AnsweredAt     int64
}

func (deskNoteRow) TableName() string { return deskNotesTable }

func (s *Store) deskNotes(rows []deskNoteRow) ([]model.DeskNote, error) {
	out := make([]model.DeskNote, len(rows))
	for i, r := range rows {
		content, err := s.keys.unseal(deskNotesTable, "content", r.UID, r.Content)
		if err != nil {
			return nil, err
		}
		answer, err := s.keys.unseal(deskNotesTable, "answer", r.UID, r.Answer)
		if err != nil {
			return nil, err
		}
		out[i] = model.DeskNote{
			ID: r.ID, OperatorID: model.OperatorID(r.OperatorID), Department: r.Department, VerificationID: r.VerificationID, Authorization: r.FormID,
			GraduateID: model.GraduateID(r.GraduateID), Kind: model.FormKind(r.Kind), Item: model.NoteItem(r.Item), Text: string(content), At: fromMillis(r.At),
			Answer: string(answer), AnsweredBy: r.By.actor(), AnsweredAt: fromMillis(r.AnsweredAt),
		}
	}
	return out, nil
}

// AddDeskNote keeps a note for the graduate's school: CodeConflict while an
// earlier one of the department about the same form waits, CodeTooMany after
// model.MaxNotesPerDay.
func (s *Store) AddDeskNote(ctx context.Context, n model.DeskNote, by model.Actor) error {
	row := deskNoteRow{
		UID: newUID(), OperatorID: int64(n.OperatorID), Department: n.Department, VerificationID: n.VerificationID, FormID: n.Authorization,
		GraduateID: int64(n.GraduateID), Kind: string(n.Kind), Item: string(n.Item), At: toMillis(n.At), State: noteOpen,
	}
	var err error
	if row.Content, err = s.keys.seal(deskNotesTable, "content", row.UID, []byte(n.Text)); err != nil {
		return err
	}
	return s.tx(ctx, "add desk note", func(tx *gorm.DB) error {
		row.ID = 0
		if err := countNote(tx, n); err != nil {
			return err
		}
		var g graduateRow
		if err := tx.Select("school_code", "college").Where("id = ?", row.GraduateID).Take(&g).Error; err != nil {
			return err
		}
		row.SchoolCode, row.College = g.SchoolCode, g.College
		// The day's row, locked by countNote, keeps two of an account apart.
		var waiting int64
		err := tx.Model(&deskNoteRow{}).Where("graduate_id = ? AND operator_id = ? AND form_id = ? AND state = ?",
			row.GraduateID, row.OperatorID, row.FormID, noteOpen).Count(&waiting).Error
		if err != nil {
			return fmt.Errorf("waiting: %w", err)
		}
		if waiting > 0 {
			return model.Errorf(model.CodeConflict, "您已就这份登记信息表向学校反映过，正在等待答复。")
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("note: %w", err)
		}
		return appendAudit(tx, model.Audit{
			At: n.At, Actor: by, Action: "desk_note.write", GraduateID: n.GraduateID, SchoolCode: row.SchoolCode, College: row.College,
			Detail: map[string]string{"note": string(n.Item), "department": n.Department},
		})
	})
}

// countNote adds a note to the department's day, whose row it locks.
func countNote(tx *gorm.DB, n model.DeskNote) error {
	day := deskDayRow{OperatorID: int64(n.OperatorID), Day: string(model.DateOf(n.At))}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&day).Error; err != nil {
		return fmt.Errorf("day: %w", err)
	}
	done := tx.Model(&deskDayRow{}).Where("operator_id = ? AND day = ? AND notes < ?", day.OperatorID, day.Day, model.MaxNotesPerDay).
		Update("notes", gorm.Expr("notes + 1"))
	if done.Error != nil {
		return fmt.Errorf("day: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return model.Errorf(model.CodeTooMany, "今天已反映 %d 条，请明天再继续。急事请直接联系学校就业指导中心。", model.MaxNotesPerDay)
	}
	return nil
}

// DeskNotes lists what departments told about the graduates of a scope and
// nobody has answered, the longest waiting first: those after that id. A scope
// within a college sees nothing: notes are the school's to answer. Index
// desk_notes_school or desk_notes_state: limit rows.
func (s *Store) DeskNotes(ctx context.Context, scope model.Scope, after int64, limit int) ([]model.DeskNote, error) {
	if scope.Empty() || scope.College != "" {
		return nil, nil
	}
	q := s.read(ctx).Where("state = ? AND id > ?", noteOpen, after).Order("id").Limit(limit)
	if !scope.All {
		q = q.Where("school_code = ?", scope.SchoolCode)
	}
	return s.findNotes(q)
}

// DeskNotesBy lists what a department told, the newest first: those before that
// id, 0 for the first page. Index desk_notes_operator: limit rows.
func (s *Store) DeskNotesBy(ctx context.Context, id model.OperatorID, before int64, limit int) ([]model.DeskNote, error) {
	q := s.read(ctx).Where("operator_id = ?", int64(id)).Order("id DESC").Limit(limit)
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	return s.findNotes(q)
}

// DeskNotesAbout lists what departments told about a graduate, the newest first.
// Index desk_notes_graduate: limit rows.
func (s *Store) DeskNotesAbout(ctx context.Context, id model.GraduateID, limit int) ([]model.DeskNote, error) {
	return s.findNotes(s.read(ctx).Where("graduate_id = ?", int64(id)).Order("id DESC").Limit(limit))
}

func (s *Store) findNotes(q *gorm.DB) ([]model.DeskNote, error) {
	var rows []deskNoteRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, wrap("desk notes", err)
	}
	return s.deskNotes(rows)
}

// DeskNote returns a note; CodeNotFound when there is none. Primary key.
func (s *Store) DeskNote(ctx context.Context, id int64) (model.DeskNote, error) {
	notes, err := s.findNotes(s.read(ctx).Where("id = ?", id).Limit(1))
	if err == nil && len(notes) == 0 {
		err = wrap("desk note", gorm.ErrRecordNotFound)
	}
	if err != nil {
		return model.DeskNote{}, err
	}
	return notes[0], nil
}

// AnswerDeskNote keeps the school's answer of a note from model.AnswerNote;
// CodeChanged when somebody else has answered meanwhile.
func (s *Store) AnswerDeskNote(ctx context.Context, n model.DeskNote) error {
	return s.tx(ctx, "answer desk note", func(tx *gorm.DB) error {
		var row deskNoteRow
		if err := forUpdate(tx).Where("id = ?", n.ID).Take(&row).Error; errors.Is(err, gorm.ErrRecordNotFound) {
			return model.Errorf(model.CodeNotFound, "没有找到这条反映。")
		} else if err != nil {
			return err
		}
		if row.State != noteOpen {
			return model.Errorf(model.CodeChanged, "这条反映已于%s答复。", model.Minute(fromMillis(row.AnsweredAt)))
		}
		sealed, err := s.keys.seal(deskNotesTable, "answer", row.UID, []byte(n.Answer))
		if err != nil {
			return err
		}
		row.Answer, row.By, row.AnsweredAt, row.State = sealed, byOf(n.AnsweredBy), toMillis(n.AnsweredAt), noteClosed
		err = tx.Model(&deskNoteRow{}).Where("id = ?", row.ID).
			Select("answer", "by_kind", "by_id", "by_name", "answered_at", "state").Updates(&row).Error
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		return appendAudit(tx, model.Audit{
			At: n.AnsweredAt, Actor: n.AnsweredBy, Action: "desk_note.answer", GraduateID: n.GraduateID, SchoolCode: row.SchoolCode, College: row.College,
			Detail: map[string]string{"note": row.Item, "department": row.Department},
		})
	})
}

// noteCount is a part of requestCountQuery: how many notes wait for op. Index
// desk_notes_school or desk_notes_state: what is open.
func noteCount(op model.Operator) (sql string, args []any, ok bool) {
	scope := op.Scope()
	if !op.May(model.ActionNote) || scope.Empty() || scope.College != "" {
		return "", nil, false
	}
	sql, args = "SELECT ? AS kind, COUNT(*) AS waiting FROM desk_notes WHERE state = ?", []any{model.InboxNotes, noteOpen}
	if !scope.All {
		sql, args = sql+" AND school_code = ?", append(args, scope.SchoolCode)
	}
	return sql, args, true
}
