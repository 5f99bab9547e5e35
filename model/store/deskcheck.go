package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

// deskDayRow is what a department asked on one day.
type deskDayRow struct {
	OperatorID int64  `gorm:"primaryKey;autoIncrement:false"`
	Day        string `gorm:"primaryKey"`
	Asked      int
	Missed     int
	Notes      int // written to schools
}

func (deskDayRow) TableName() string { return "desk_days" }

// deskBatchRow is one line of a department's history.
type deskBatchRow struct {
	ID         int64
	Batch      string
	OperatorID int64
	At         int64
	Way        string
	Kind       string
	Asked      int
	Found      int
	InForce    int
	RequestID  string
}

func (deskBatchRow) TableName() string { return "desk_batches" }

func (r deskBatchRow) batch() model.DeskBatch {
	return model.DeskBatch{
		ID: r.ID, Batch: r.Batch, OperatorID: model.OperatorID(r.OperatorID), At: fromMillis(r.At), Way: model.VerificationWay(r.Way),
		Kind: model.FormKind(r.Kind), Asked: r.Asked, Found: r.Found, InForce: r.InForce, RequestID: r.RequestID,
	}
}

// NewBatch is a fresh name of a DeskCheck, which nobody guesses.
func NewBatch() string { return rand.Text() }

// CheckForms answers up to model.MaxQuestions questions of a department, each
// compared in constant time, and keeps what it was told: a verification for
// each form found, a line of its history, its count of the day and an audit
// entry, in one transaction. No answer is returned that was not kept, and none
// beyond the day's limits, however many ask at once.
//
// The error is one of model.MayCheck or model.MayAsk when the department may
// not; the whole check is refused then and nothing counts. The number of
// statements does not depend on that of the questions: a row of desk_days by
// primary key, Issued, and inserts of many rows each.
func (s *Store) CheckForms(ctx context.Context, d model.Desk, c model.DeskCheck) ([]model.FormAnswer, error) {
	return s.checkForms(ctx, d, c, s.now(), func([]model.FormAnswer) (func(*gorm.DB) error, error) {
		return func(*gorm.DB) error { return nil }, nil
	})
}

// checkForms is CheckForms at a time. also is told the answers and says what is
// to be written before them, in the same transaction.
func (s *Store) checkForms(
	ctx context.Context, d model.Desk, c model.DeskCheck, now time.Time, also func([]model.FormAnswer) (func(tx *gorm.DB) error, error),
) ([]model.FormAnswer, error) {
	if len(c.Questions) == 0 {
		return nil, model.Invalid("rows", "没有要核验的行。")
	}
	if c.Batch == "" {
		return nil, fmt.Errorf("store: check forms: no batch is named")
	}
	for _, q := range c.Questions {
		if err := model.MayCheck(d, q.Kind, now); err != nil {
			return nil, err
		}
	}
	used, err := s.DeskUse(ctx, d.OperatorID, now)
	if err != nil {
		return nil, err
	}
	// Asked again below, where others cannot come in between: this spares who is
	// refused the look-up.
	if err := model.MayAsk(d, used, len(c.Questions), c.Limits); err != nil {
		return nil, err
	}
	answers, err := s.answers(ctx, c.Questions, now)
	if err != nil {
		return nil, err
	}
	first, err := also(answers)
	if err != nil {
		return nil, err
	}
	return answers, s.keepCheck(ctx, d, c, answers, now, first)
}

// answers looks all numbers up at once. What a form says is decrypted only for
// who has asked for it rightly, so that time does not tell which of the numbers
// there are.
func (s *Store) answers(ctx context.Context, questions []model.Question, now time.Time) ([]model.FormAnswer, error) {
	numbers := make([]model.VerificationNumber, 0, len(questions))
	asked := make(map[model.VerificationNumber][]int, len(questions)) // the places of each
	for i, q := range questions {
		if len(asked[q.Number]) == 0 {
			numbers = append(numbers, q.Number)
		}
		asked[q.Number] = append(asked[q.Number], i)
	}
	answers := make([]model.FormAnswer, len(questions))
	known := make([]bool, len(questions))
	err := s.issued(ctx, numbers, func(one model.Issued, open func() error) error {
		state, ended := one.State(now)
		opened := false
		for _, i := range asked[one.Authorization.Number] {
			if known[i] = true; !questions[i].Matches(&one) {
				continue
			}
			if !opened {
				if err := open(); err != nil {
					return err
				}
				opened = true
			}
			answers[i] = model.FormAnswer{Found: true, Issued: one, State: state, EndedAt: ended}
		}
		return nil
	})
	if err != nil {
		return nil, wrap("check forms", err)
	}
	for i, q := range questions {
		if !known[i] {
			q.Matches(nil) // the same work
		}
	}
	return answers, nil
}

// keepCheck writes what a check leaves behind, after what first writes.
func (s *Store) keepCheck(
	ctx context.Context, d model.Desk, c model.DeskCheck, answers []model.FormAnswer, now time.Time, first func(tx *gorm.DB) error,
) error {
	b, misses := model.BatchOf(d, c, answers, now), model.Misses(c.Questions, answers)
	return s.tx(ctx, "check forms", func(tx *gorm.DB) error {
		if err := first(tx); err != nil {
			return err
		}
		if err := countDesk(tx, d, len(c.Questions), misses, c.Limits, now); err != nil {
			return err
		}
		// A form that stands in two rows was looked at once.
		kept := make([]verificationRow, 0, len(answers))
		seen := make(map[int64]bool, len(answers))
		for _, a := range answers {
			if !a.Found || seen[a.Issued.Authorization.ID] {
				continue
			}
			seen[a.Issued.Authorization.ID] = true
			kept = append(kept, verificationRowOf(model.Verification{
				AuthorizationID: a.Issued.Authorization.ID, GraduateID: a.Issued.Record.Graduate.ID, Kind: a.Issued.Authorization.Kind,
				At: now, Way: c.Way, Network: c.Network, Place: c.Place, RequestID: c.RequestID,
				OperatorID: d.OperatorID, Department: d.Department, Batch: c.Batch,
			}))
		}
		if len(kept) > 0 {
			if err := tx.Create(&kept).Error; err != nil {
				return fmt.Errorf("verifications: %w", err)
			}
		}
		row := deskBatchRow{
			Batch: b.Batch, OperatorID: int64(b.OperatorID), At: toMillis(b.At), Way: string(b.Way), Kind: string(b.Kind),
			Asked: b.Asked, Found: b.Found, InForce: b.InForce, RequestID: b.RequestID,
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("batch: %w", err)
		}
		detail := map[string]string{
			"batch": b.Batch, "way": string(b.Way), "asked": strconv.Itoa(b.Asked), "found": strconv.Itoa(b.Found),
		}
		if c.Key != "" {
			detail["key"] = c.Key
		}
		return appendAudit(tx, model.Audit{
			At: now, Actor: model.Actor{Kind: model.ActorOperator, ID: int64(d.OperatorID), Name: d.Account}, Action: "form.check",
			RequestID: c.RequestID, Detail: detail,
		})
	})
}

// countDesk adds to a department's day, unless that would be more than it may.
// The day's row is locked: checks of one account follow one another here.
func countDesk(tx *gorm.DB, d model.Desk, rows, misses int, limits model.DeskLimits, now time.Time) error {
	day := deskDayRow{OperatorID: int64(d.OperatorID), Day: string(model.DateOf(now))}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&day).Error; err != nil {
		return fmt.Errorf("day: %w", err)
	}
	mine := "operator_id = ? AND day = ?"
	if err := forUpdate(tx).Where(mine, day.OperatorID, day.Day).Take(&day).Error; err != nil {
		return fmt.Errorf("day: %w", err)
	}
	if err := model.MayAsk(d, model.DeskUse{Rows: day.Asked, Misses: day.Missed}, rows, limits); err != nil {
		return err
	}
	day.Asked, day.Missed = day.Asked+rows, day.Missed+misses
	return tx.Model(&deskDayRow{}).Where(mine, day.OperatorID, day.Day).Select("asked", "missed").Updates(&day).Error
}

// DeskUse is what a department asked on the day of now. Primary key: one row.
func (s *Store) DeskUse(ctx context.Context, id model.OperatorID, now time.Time) (model.DeskUse, error) {
	var rows []deskDayRow
	err := s.read(ctx).Where("operator_id = ? AND day = ?", int64(id), string(model.DateOf(now))).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return model.DeskUse{}, wrap("desk use", err)
	}
	return model.DeskUse{Rows: rows[0].Asked, Misses: rows[0].Missed}, nil
}

// DeskBatch returns one check of a department by its name; CodeNotFound when it
// is not the department's. Index desk_batches_batch: one row.
func (s *Store) DeskBatch(ctx context.Context, id model.OperatorID, batch string) (model.DeskBatch, error) {
	absent := model.Errorf(model.CodeNotFound, "没有找到这次核验。")
	if !isCode(batch) {
		return model.DeskBatch{}, absent
	}
	var rows []deskBatchRow
	if err := s.read(ctx).Where("batch = ? AND operator_id = ?", batch, int64(id)).Limit(1).Find(&rows).Error; err != nil {
		return model.DeskBatch{}, wrap("desk batch", err)
	}
	if len(rows) == 0 {
		return model.DeskBatch{}, absent
	}
	return rows[0].batch(), nil
}

// DeskVerification is a form that a department found, as its history shows it.
type DeskVerification struct {
	model.Verification
	Tail string // of the number, see model.NumberTail
}

// DeskVerifications returns the forms that a check of a department found, in the
// order in which it asked. Index verifications_operator: at most
// model.MaxQuestions rows, and the numbers by primary key.
func (s *Store) DeskVerifications(ctx context.Context, id model.OperatorID, batch string) ([]DeskVerification, error) {
	if !isCode(batch) || batch == "" {
		return nil, nil
	}
	// SQLite's index leaves out the looks of those without an account, the most by
	// far, and is used where the statement says so too.
	return s.deskVerifications(s.read(ctx).Where("verifications.operator_id = ? AND verifications.operator_id > 0 AND verifications.batch = ?", int64(id), batch))
}

// DeskVerification returns one form that a department found; CodeNotFound when
// it did not. Primary key: one row.
func (s *Store) DeskVerification(ctx context.Context, id model.OperatorID, verification int64) (DeskVerification, error) {
	found, err := s.deskVerifications(s.read(ctx).Where("verifications.id = ? AND verifications.operator_id = ?", verification, int64(id)))
	if err != nil {
		return DeskVerification{}, err
	}
	if len(found) == 0 {
		return DeskVerification{}, model.Errorf(model.CodeNotFound, "没有找到这次核验。")
	}
	return found[0], nil
}

func (s *Store) deskVerifications(q *gorm.DB) ([]DeskVerification, error) {
	var rows []struct {
		Row    verificationRow `gorm:"embedded"`
		Number string
	}
	err := q.Table("verifications").Select("verifications.*, authorizations.number").
		Joins("JOIN authorizations ON authorizations.id = verifications.authorization_id").
		Order("verifications.id").Limit(model.MaxQuestions).Scan(&rows).Error
	if err != nil {
		return nil, wrap("desk verifications", err)
	}
	out := make([]DeskVerification, len(rows))
	for i := range rows {
		out[i] = DeskVerification{Verification: rows[i].Row.verification(), Tail: model.NumberTail(model.VerificationNumber(rows[i].Number))}
	}
	return out, nil
}

// DeskBatches returns a department's checks, the newest first: those before the
// one with that id, 0 for the first page. Index desk_batches_operator: limit
// rows.
func (s *Store) DeskBatches(ctx context.Context, id model.OperatorID, before int64, limit int) ([]model.DeskBatch, error) {
	q := s.read(ctx).Where("operator_id = ?", int64(id)).Order("id DESC").Limit(limit)
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	var rows []deskBatchRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, wrap("desk batches", err)
	}
	out := make([]model.DeskBatch, len(rows))
	for i, r := range rows {
		out[i] = r.batch()
	}
	return out, nil
}
