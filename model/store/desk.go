package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

const desksTable = "desks"

// deskRow is what makes an operator a department. The contact is encrypted: it
// can be a person's name and phone.
type deskRow struct {
	OperatorID int64  `gorm:"primaryKey;autoIncrement:false"`
	UID        string `gorm:"column:uid"`
	Department string
	Kinds      string // joined by commas
	Purpose    string
	Contact    []byte
	Document   string
	By         byColumns `gorm:"embedded"`
	VettedAt   int64
	ValidUntil string
	RowsPerDay int
}

func (deskRow) TableName() string { return desksTable }

// deskOperatorRow is a desk with its operator.
type deskOperatorRow struct {
	Row      deskRow `gorm:"embedded"`
	Name     string
	Disabled bool
}

func (s *Store) deskRow(d model.Desk) (deskRow, error) {
	kinds := make([]string, len(d.Kinds))
	for i, k := range d.Kinds {
		kinds[i] = string(k)
	}
	r := deskRow{
		OperatorID: int64(d.OperatorID), UID: newUID(), Department: d.Department, Kinds: strings.Join(kinds, ","), Purpose: d.Purpose,
		Document: d.Document, By: byOf(d.VettedBy), VettedAt: toMillis(d.VettedAt), ValidUntil: string(d.ValidUntil), RowsPerDay: d.RowsPerDay,
	}
	var err error
	r.Contact, err = s.keys.seal(desksTable, "contact", r.UID, []byte(d.Contact))
	return r, err
}

func (s *Store) desk(r deskOperatorRow) (model.Desk, error) {
	d := model.Desk{
		OperatorID: model.OperatorID(r.Row.OperatorID), Account: r.Name, Disabled: r.Disabled,
		Department: r.Row.Department, Purpose: r.Row.Purpose, Document: r.Row.Document,
		VettedBy: r.Row.By.actor(), VettedAt: fromMillis(r.Row.VettedAt), ValidUntil: model.Date(r.Row.ValidUntil), RowsPerDay: r.Row.RowsPerDay,
	}
	for k := range strings.SplitSeq(r.Row.Kinds, ",") {
		d.Kinds = append(d.Kinds, model.FormKind(k))
	}
	contact, err := s.keys.unseal(desksTable, "contact", r.Row.UID, r.Row.Contact)
	d.Contact = string(contact)
	return d, err
}

// desksOf reads desks with their operators.
func (s *Store) desksOf(ctx context.Context) *gorm.DB {
	return s.read(ctx).Table(desksTable).Select("desks.*, operators.name, operators.disabled").
		Joins("JOIN operators ON operators.id = desks.operator_id AND operators.role = ?", string(model.RoleDesk))
}

// Desk returns the department of an operator; CodeNotFound when it is none.
// Primary key: one row.
func (s *Store) Desk(ctx context.Context, id model.OperatorID) (model.Desk, error) {
	var rows []deskOperatorRow
	if err := s.desksOf(ctx).Where("desks.operator_id = ?", int64(id)).Limit(1).Scan(&rows).Error; err != nil {
		return model.Desk{}, wrap("desk", err)
	}
	if len(rows) == 0 {
		return model.Desk{}, model.Errorf(model.CodeNotFound, "这个账号还没有核准为接收部门。请联系系统管理员。")
	}
	return s.desk(rows[0])
}

// Desks lists the departments by name, limit of those after the account of that
// name. Index operators_name, over all operators: a few for each school.
func (s *Store) Desks(ctx context.Context, after string, limit int) ([]model.Desk, error) {
	var rows []deskOperatorRow
	if err := s.desksOf(ctx).Where("operators.name > ?", after).Order("operators.name").Limit(limit).Scan(&rows).Error; err != nil {
		return nil, wrap("desks", err)
	}
	out := make([]model.Desk, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = s.desk(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CreateDesk adds the account of a department: operator and desk at once. A
// name that exists is CodeConflict with ErrDuplicateName.
func (s *Store) CreateDesk(ctx context.Context, op model.Operator, passwordHash string, d model.Desk, by model.Actor) (model.OperatorID, error) {
	op.Role, op.SchoolCode, op.College, op.Classes = model.RoleDesk, "", "", nil
	if err := model.CheckOperator(op); err != nil {
		return 0, err
	}
	if err := model.CheckDesk(d); err != nil {
		return 0, err
	}
	row := operatorRow{
		Name: op.Name, Role: string(op.Role), Classes: "null", PasswordHash: passwordHash, MustChange: op.MustChange, Created: toMillis(s.now()),
	}
	err := s.tx(ctx, "create desk", func(tx *gorm.DB) error {
		row.ID = 0
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		d.OperatorID = model.OperatorID(row.ID)
		return s.writeDesk(tx, d, by, "desk.create")
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return 0, model.Errorf(model.CodeConflict, "管理员账号“%s”已存在。", op.Name).Because(ErrDuplicateName)
	}
	return model.OperatorID(row.ID), err
}

// SaveDesk vets an operator of role desk as a department, or changes what it
// may: CodeNotFound for every other operator.
func (s *Store) SaveDesk(ctx context.Context, d model.Desk, by model.Actor) error {
	if err := model.CheckDesk(d); err != nil {
		return err
	}
	return s.tx(ctx, "save desk", func(tx *gorm.DB) error {
		var op operatorRow
		err := forUpdate(tx).Where("id = ? AND role = ?", int64(d.OperatorID), string(model.RoleDesk)).Take(&op).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return model.Errorf(model.CodeNotFound, "没有找到这个接收部门账号。")
		} else if err != nil {
			return err
		}
		return s.writeDesk(tx, d, by, "desk.vet")
	})
}

// writeDesk upserts a desk and tells what it may from now on.
func (s *Store) writeDesk(tx *gorm.DB, d model.Desk, by model.Actor, action string) error {
	d.VettedBy, d.VettedAt = by, s.now()
	row, err := s.deskRow(d)
	if err != nil {
		return err
	}
	if err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "operator_id"}}, UpdateAll: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("desk: %w", err)
	}
	return appendAudit(tx, model.Audit{At: d.VettedAt, Actor: by, Action: action, Detail: map[string]string{
		"operator": strconv.FormatInt(row.OperatorID, 10), "department": row.Department, "kinds": row.Kinds,
		"document": row.Document, "until": row.ValidUntil, "rows_per_day": strconv.Itoa(row.RowsPerDay),
	}})
}
