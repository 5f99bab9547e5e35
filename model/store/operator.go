package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"gorm.io/gorm"

	"quxiang/model"
)

type operatorRow struct {
	ID           int64
	Name         string
	Role         string
	SchoolCode   string
	College      string
	Classes      string // JSON list
	PasswordHash string
	MustChange   bool
	Disabled     bool
	Created      int64 `gorm:"column:created_at"`
}

func (operatorRow) TableName() string { return "operators" }

func (r *operatorRow) operator() (model.Operator, error) {
	op := model.Operator{
		ID: model.OperatorID(r.ID), Name: r.Name, Role: model.Role(r.Role), SchoolCode: r.SchoolCode, College: r.College,
		MustChange: r.MustChange, Disabled: r.Disabled, CreatedAt: fromMillis(r.Created),
	}
	if err := json.Unmarshal([]byte(r.Classes), &op.Classes); err != nil {
		return op, fmt.Errorf("store: classes of operator %d: %w", r.ID, err)
	}
	return op, nil
}

// CreateOperator adds an operator. A name that exists is CodeConflict with
// ErrDuplicateName; the rest is checked by model.CheckOperator.
func (s *Store) CreateOperator(ctx context.Context, op model.Operator, passwordHash string, by model.Actor) (model.OperatorID, error) {
	if err := model.CheckOperator(op); err != nil {
		return 0, err
	}
	classes, err := json.Marshal(op.Classes)
	if err != nil {
		return 0, fmt.Errorf("store: create operator: %w", err)
	}
	row := operatorRow{
		Name: op.Name, Role: string(op.Role), SchoolCode: op.SchoolCode, College: op.College, Classes: string(classes),
		PasswordHash: passwordHash, MustChange: op.MustChange, Disabled: op.Disabled, Created: toMillis(s.now()),
	}
	err = s.tx(ctx, "create operator", func(tx *gorm.DB) error {
		row.ID = 0
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return appendAudit(tx, model.Audit{
			At: s.now(), Actor: by, Action: "operator.create", SchoolCode: op.SchoolCode, College: op.College,
			Detail: map[string]string{"operator": strconv.FormatInt(row.ID, 10), "role": string(op.Role)},
		})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return 0, model.Errorf(model.CodeConflict, "管理员账号“%s”已存在。", op.Name).Because(ErrDuplicateName)
	}
	return model.OperatorID(row.ID), err
}

// OperatorByName returns an operator and the hash of the password; CodeNotFound
// when there is none. Index operators_name: one row.
func (s *Store) OperatorByName(ctx context.Context, name string) (op model.Operator, passwordHash string, err error) {
	if !utf8.ValidString(name) {
		return model.Operator{}, "", wrap("operator by name", gorm.ErrRecordNotFound)
	}
	var row operatorRow
	if err := s.read(ctx).Where("name = ?", name).Take(&row).Error; err != nil {
		return model.Operator{}, "", wrap("operator by name", err)
	}
	op, err = row.operator()
	return op, row.PasswordHash, err
}

// Operator returns an operator; CodeNotFound when there is none.
func (s *Store) Operator(ctx context.Context, id model.OperatorID) (model.Operator, error) {
	var row operatorRow
	if err := s.read(ctx).Where("id = ?", int64(id)).Take(&row).Error; err != nil {
		return model.Operator{}, wrap("operator", err)
	}
	return row.operator()
}

// Operators returns all operators by name: a few for each school.
func (s *Store) Operators(ctx context.Context) ([]model.Operator, error) {
	var rows []operatorRow
	if err := s.read(ctx).Omit("password_hash").Order("name").Find(&rows).Error; err != nil {
		return nil, wrap("operators", err)
	}
	out := make([]model.Operator, len(rows))
	for i := range rows {
		op, err := rows[i].operator()
		if err != nil {
			return nil, err
		}
		out[i] = op
	}
	return out, nil
}

// SetPassword replaces the hash of an operator's password and ends the
// operator's sessions.
func (s *Store) SetPassword(ctx context.Context, id model.OperatorID, hash string, mustChange bool) error {
	return s.changeOperator(ctx, "set password", id, operatorRow{PasswordHash: hash, MustChange: mustChange}, []string{"password_hash", "must_change"}, model.Audit{
		At: s.now(), Actor: model.Actor{Kind: model.ActorOperator, ID: int64(id)}, Action: "operator.password",
	})
}

// ResetPassword gives an operator a one-time password and ends the operator's
// sessions.
func (s *Store) ResetPassword(ctx context.Context, id model.OperatorID, hash string, by model.Actor) error {
	return s.changeOperator(ctx, "reset password", id, operatorRow{PasswordHash: hash, MustChange: true}, []string{"password_hash", "must_change"}, model.Audit{
		At: s.now(), Actor: by, Action: "operator.reset",
	})
}

// SetOperatorDisabled locks an operator out, or lets him in again. Sessions end.
func (s *Store) SetOperatorDisabled(ctx context.Context, id model.OperatorID, disabled bool, by model.Actor) error {
	action := "operator.enable"
	if disabled {
		action = "operator.disable"
	}
	return s.changeOperator(ctx, "disable operator", id, operatorRow{Disabled: disabled}, []string{"disabled"}, model.Audit{
		At: s.now(), Actor: by, Action: action,
	})
}

// EndOperatorSessions logs an operator out everywhere; the account stays usable.
func (s *Store) EndOperatorSessions(ctx context.Context, id model.OperatorID, by model.Actor) error {
	return s.tx(ctx, "end operator sessions", func(tx *gorm.DB) error {
		if err := tx.Where("operator_id = ?", int64(id)).Delete(&sessionRow{}).Error; err != nil {
			return err
		}
		return appendAudit(tx, model.Audit{
			At: s.now(), Actor: by, Action: "operator.logout", Detail: map[string]string{"operator": strconv.FormatInt(int64(id), 10)},
		})
	})
}

func (s *Store) changeOperator(ctx context.Context, op string, id model.OperatorID, row operatorRow, columns []string, audit model.Audit) error {
	audit.Detail = map[string]string{"operator": strconv.FormatInt(int64(id), 10)}
	return s.tx(ctx, op, func(tx *gorm.DB) error {
		done := tx.Model(&operatorRow{}).Where("id = ?", int64(id)).Select(columns).Updates(&row)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return gorm.ErrRecordNotFound
		}
		if err := tx.Where("operator_id = ?", int64(id)).Delete(&sessionRow{}).Error; err != nil {
			return err
		}
		return appendAudit(tx, audit)
	})
}
