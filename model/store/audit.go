package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"quxiang/model"
)

type auditRow struct {
	ID         int64
	At         int64
	ActorKind  string
	ActorID    int64
	ActorName  string
	Action     string
	GraduateID int64
	SchoolCode string
	College    string
	Detail     string
	RequestID  string
}

func (auditRow) TableName() string { return "audits" }

// appendAudit writes an entry in the transaction of what it tells of.
func appendAudit(tx *gorm.DB, a model.Audit) error {
	detail := []byte("{}")
	if len(a.Detail) > 0 {
		var err error
		if detail, err = json.Marshal(a.Detail); err != nil {
			return fmt.Errorf("audit detail: %w", err)
		}
	}
	if a.RequestID == "" {
		a.RequestID = requestID(tx.Statement.Context)
	}
	return tx.Create(&auditRow{
		At: toMillis(a.At), ActorKind: string(a.Actor.Kind), ActorID: a.Actor.ID, ActorName: a.Actor.Name,
		Action: a.Action, GraduateID: int64(a.GraduateID), SchoolCode: a.SchoolCode, College: a.College,
		Detail: string(detail), RequestID: a.RequestID,
	}).Error
}

// AddAudit writes an entry about something that changed no record.
func (s *Store) AddAudit(ctx context.Context, a model.Audit) error {
	return s.tx(ctx, "add audit", func(tx *gorm.DB) error { return appendAudit(tx, a) })
}

// AuditFilter narrows what Audits returns.
type AuditFilter struct {
	Graduate model.GraduateID // 0: about everything
	Disputes bool             // with those about disputes, which few operators may know of
}

// Audits returns entries within a scope, the newest first. before is the next
// of the page before it, 0 for the first page; next is 0 after the last one. An
// empty scope sees nothing.
//
// Index audits_graduate or audits_school, else the primary key: reads limit
// rows whatever the size, and those about disputes that it leaves out.
func (s *Store) Audits(ctx context.Context, scope model.Scope, f AuditFilter, before int64, limit int) (entries []model.Audit, next int64, err error) {
	if scope.Empty() {
		return nil, 0, nil
	}
	q := s.read(ctx).Order("id DESC").Limit(limit)
	if f.Graduate != 0 {
		q = q.Where("graduate_id = ?", int64(f.Graduate))
	}
	if !f.Disputes {
		q = q.Where("action NOT LIKE ?", string(model.RequestDispute)+".%")
	}
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	if !scope.All {
		q = q.Where("school_code = ?", scope.SchoolCode)
		if scope.College != "" {
			q = q.Where("college = ?", scope.College)
		}
		if len(scope.Classes) > 0 {
			q = q.Where("EXISTS (SELECT 1 FROM graduates g WHERE g.id = audits.graduate_id AND g.class IN ?)", scope.Classes)
		}
	}
	var rows []auditRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, 0, wrap("audits", err)
	}
	entries = make([]model.Audit, len(rows))
	for i, r := range rows {
		if entries[i], err = r.audit(); err != nil {
			return nil, 0, err
		}
	}
	if len(rows) == limit && limit > 0 {
		next = rows[limit-1].ID
	}
	return entries, next, nil
}

func (r auditRow) audit() (model.Audit, error) {
	a := model.Audit{
		At: fromMillis(r.At), Actor: model.Actor{Kind: model.ActorKind(r.ActorKind), ID: r.ActorID, Name: r.ActorName},
		Action: r.Action, GraduateID: model.GraduateID(r.GraduateID), SchoolCode: r.SchoolCode, College: r.College, RequestID: r.RequestID,
	}
	if err := json.Unmarshal([]byte(r.Detail), &a.Detail); err != nil {
		return a, fmt.Errorf("store: audit %d: %w", r.ID, err)
	}
	return a, nil
}
