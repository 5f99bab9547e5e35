package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"quxiang/model"
)

// graduatesTable is part of what authenticates the encrypted columns.
const graduatesTable = "graduates"

// indexIDNumber separates ID numbers from other indexed values.
const indexIDNumber = "id_number"

// graduateRow is one record's own row: the roster's facts, where the record
// stands, how many rows of history belong to it, and the optimistic lock.
type graduateRow struct {
	ID         int64
	UID        string `gorm:"column:uid"`
	CohortCode string
	SchoolCode string
	Created    int64 `gorm:"column:created_at"` // not CreatedAt: GORM would fill that in with seconds

	ExamNumber     string
	Name           string
	IDNumber       []byte
	IDNumberIndex  *string
	Sex            string
	Ethnicity      string
	Politics       string
	Level          string
	Training       string
	Commissioner   string
	OriginCode     string
	OriginName     string
	Entered        string
	GraduatesIn    string
	Degree         string
	College        string
	Class          string
	StudentNumber  string
	MajorCode      string
	Major          string
	MajorDirection string
	Years          string
	ArchiveIn      string
	HouseholdIn    string
	Email          []byte
	Phone          []byte
	Hardship       string
	Teacher        string

	AccountID     int64
	LinkedAt      int64
	CheckedAt     int64
	Checked       []byte
	ReopenedUntil string
	Draft         []byte

	Step           string
	StepSince      int64
	StepReason     string
	StepReturned   string
	Category       string // of the latest revision, for lists
	Unit           string
	UnitCode       string
	Settled        string // category of the revision that the numbers count; "" when none is approved
	Disputed       bool
	Revisions      int // rows of history that belong to this version
	Reviews        int
	Confirmations  int
	Authorizations int
	Requests       int
	Conflicts      int
	Version        int64
}

func (graduateRow) TableName() string { return graduatesTable }

// newUID is the random name of a row to which its encrypted columns are tied;
// unlike the id it is known before the row is inserted.
func newUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}

// setBasics fills in the roster's facts, encrypting what is personal.
func (s *Store) setBasics(r *graduateRow, b model.Basics) (err error) {
	r.ExamNumber, r.Name, r.Sex, r.Ethnicity, r.Politics = b.ExamNumber, b.Name, b.Sex, b.Ethnicity, b.Politics
	r.Level, r.Training, r.Commissioner, r.OriginCode, r.OriginName = b.Level, b.Training, b.Commissioner, b.OriginCode, b.OriginName
	r.Entered, r.GraduatesIn, r.Degree, r.College, r.Class = string(b.Entered), string(b.Graduates), b.Degree, b.College, b.Class
	r.StudentNumber, r.MajorCode, r.Major, r.MajorDirection, r.Years = b.StudentNumber, b.MajorCode, b.Major, b.MajorDirection, b.Years
	r.ArchiveIn, r.HouseholdIn, r.Hardship, r.Teacher = string(b.ArchiveIn), string(b.HouseholdIn), b.Hardship, b.Teacher
	if r.IDNumber, err = s.keys.seal(graduatesTable, "id_number", r.UID, []byte(b.IDNumber)); err != nil {
		return err
	}
	if r.Email, err = s.keys.seal(graduatesTable, "email", r.UID, []byte(b.Email)); err != nil {
		return err
	}
	if r.Phone, err = s.keys.seal(graduatesTable, "phone", r.UID, []byte(b.Phone)); err != nil {
		return err
	}
	index, err := s.keys.indexOf(indexIDNumber, b.IDNumber)
	if err != nil {
		return err
	}
	r.IDNumberIndex = nil // several rows may lack an ID number: NULLs are not equal
	if index != "" {
		r.IDNumberIndex = &index
	}
	return nil
}

// setChecked fills in what the graduate last found right.
func (s *Store) setChecked(r *graduateRow, checked map[string]string) error {
	r.Checked = nil
	if len(checked) == 0 {
		return nil
	}
	plain, err := json.Marshal(checked)
	if err != nil {
		return fmt.Errorf("store: checked items: %w", err)
	}
	r.Checked, err = s.keys.seal(graduatesTable, "checked", r.UID, plain)
	return err
}

// graduate reads a row back.
func (s *Store) graduate(r *graduateRow) (model.Graduate, error) {
	g := model.Graduate{
		ID: model.GraduateID(r.ID), CohortCode: r.CohortCode, SchoolCode: r.SchoolCode, CreatedAt: fromMillis(r.Created),
		Basics: model.Basics{
			ExamNumber: r.ExamNumber, Name: r.Name, Sex: r.Sex, Ethnicity: r.Ethnicity, Politics: r.Politics,
			Level: r.Level, Training: r.Training, Commissioner: r.Commissioner, OriginCode: r.OriginCode, OriginName: r.OriginName,
			Entered: model.Month(r.Entered), Graduates: model.Month(r.GraduatesIn), Degree: r.Degree, College: r.College, Class: r.Class,
			StudentNumber: r.StudentNumber, MajorCode: r.MajorCode, Major: r.Major, MajorDirection: r.MajorDirection, Years: r.Years,
			ArchiveIn: model.YesNo(r.ArchiveIn), HouseholdIn: model.YesNo(r.HouseholdIn), Hardship: r.Hardship, Teacher: r.Teacher,
		},
		AccountID: model.AccountID(r.AccountID), LinkedAt: fromMillis(r.LinkedAt), CheckedAt: fromMillis(r.CheckedAt),
		ReopenedUntil: model.Date(r.ReopenedUntil),
	}
	secrets := []struct {
		column string
		sealed []byte
		into   *string
	}{
		{"id_number", r.IDNumber, &g.Basics.IDNumber}, {"email", r.Email, &g.Basics.Email}, {"phone", r.Phone, &g.Basics.Phone},
	}
	for _, f := range secrets {
		plain, err := s.keys.unseal(graduatesTable, f.column, r.UID, f.sealed)
		if err != nil {
			return g, err
		}
		*f.into = string(plain)
	}
	plain, err := s.keys.unseal(graduatesTable, "checked", r.UID, r.Checked)
	if err != nil {
		return g, err
	}
	if plain != nil {
		if err := json.Unmarshal(plain, &g.Checked); err != nil {
			return g, fmt.Errorf("store: checked items of graduate %d: %w", r.ID, err)
		}
	}
	return g, nil
}

func (s *Store) graduates(rows []graduateRow) ([]model.Graduate, error) {
	out := make([]model.Graduate, len(rows))
	for i := range rows {
		g, err := s.graduate(&rows[i])
		if err != nil {
			return nil, err
		}
		out[i] = g
	}
	return out, nil
}

// maxMatches bounds what one person's number can match: one record for each
// cohort and level.
const maxMatches = 50

// FindByIDNumber returns the records of an ID number in all cohorts, the
// newest cohort first. Index graduates_person: a handful of rows.
func (s *Store) FindByIDNumber(ctx context.Context, idNumber string) ([]model.Graduate, error) {
	indexes, err := s.keys.indexesOf(indexIDNumber, idNumber)
	if err != nil || len(indexes) == 0 {
		return nil, err
	}
	return s.find(ctx, "find by id number", "id_number_index IN ?", indexes)
}

// FindByExamNumber returns the records of a 考生号 in all schools and cohorts,
// the newest cohort first. Index graduates_exam_number: a handful of rows.
func (s *Store) FindByExamNumber(ctx context.Context, exam string) ([]model.Graduate, error) {
	if exam == "" || !isCode(exam) {
		return nil, nil
	}
	return s.find(ctx, "find by exam number", "exam_number = ?", exam)
}

// GraduatesOf returns the records linked to an account, the newest cohort
// first. Index graduates_account: a handful of rows.
func (s *Store) GraduatesOf(ctx context.Context, id model.AccountID) ([]model.Graduate, error) {
	if id == 0 {
		return nil, nil
	}
	return s.find(ctx, "graduates of account", "account_id = ?", int64(id))
}

func (s *Store) find(ctx context.Context, op, where string, arg any) ([]model.Graduate, error) {
	rows := make([]graduateRow, 0, 1) // nearly always one: GORM makes room for 20 otherwise
	if err := s.read(ctx).Where(where, arg).Order("cohort_code DESC, id").Limit(maxMatches).Find(&rows).Error; err != nil {
		return nil, wrap(op, err)
	}
	return s.graduates(rows)
}
