package store

import (
	"context"

	"gorm.io/gorm"

	"quxiang/model"
)

type verificationRow struct {
	ID              int64
	AuthorizationID int64
	GraduateID      int64
	Kind            string
	At              int64
	Way             string
	Network         string
	RequestID       string
	Own             bool
	OperatorID      int64
	Department      string
	Batch           string
	Place           string
	Told            bool // a message was made of it, or none is owed
}

func (verificationRow) TableName() string { return "verifications" }

func verificationRowOf(v model.Verification) verificationRow {
	return verificationRow{
		AuthorizationID: v.AuthorizationID, GraduateID: int64(v.GraduateID), Kind: string(v.Kind), At: toMillis(v.At),
		Way: string(v.Way), Network: v.Network, RequestID: v.RequestID, Own: v.Own,
		OperatorID: int64(v.OperatorID), Department: v.Department, Batch: v.Batch, Place: v.Place, Told: v.Own,
	}
}

func (r *verificationRow) verification() model.Verification {
	return model.Verification{
		ID: r.ID, AuthorizationID: r.AuthorizationID, GraduateID: model.GraduateID(r.GraduateID), Kind: model.FormKind(r.Kind),
		At: fromMillis(r.At), Way: model.VerificationWay(r.Way), Network: r.Network, RequestID: r.RequestID, Own: r.Own,
		OperatorID: model.OperatorID(r.OperatorID), Department: r.Department, Batch: r.Batch, Place: r.Place,
	}
}

// insertVerification is written by hand: nobody asks for the row's id, which
// GORM would read back.
const insertVerification = "INSERT INTO verifications (authorization_id, graduate_id, kind, at, way, network, request_id, own, " +
	"operator_id, department, batch, place, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

// AddVerification keeps one look at a form.
func (s *Store) AddVerification(ctx context.Context, v model.Verification) error {
	row := verificationRowOf(v)
	return s.statement(ctx, "add verification", func(db *gorm.DB) error {
		return db.Exec(insertVerification, row.AuthorizationID, row.GraduateID, row.Kind, row.At, row.Way, row.Network, row.RequestID, row.Own,
			row.OperatorID, row.Department, row.Batch, row.Place, row.Told).Error
	})
}
