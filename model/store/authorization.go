package store

import "quxiang/model"

// authorizationRow is one form's number. Serial counts a graduate's numbers.
type authorizationRow struct {
	ID         int64
	GraduateID int64
	Serial     int
	Number     string
	Kind       string
	Revision   int
	ForWhom    string
	ValidUntil string
	Created    int64 `gorm:"column:created_at"`
	RevokedAt  int64
	Withdrawn  bool
}

func (authorizationRow) TableName() string { return "authorizations" }

func authorizationRowOf(id model.GraduateID, serial int, a model.Authorization) authorizationRow {
	return authorizationRow{
		GraduateID: int64(id), Serial: serial, Number: string(a.Number), Kind: string(a.Kind), Revision: a.Revision,
		ForWhom: a.For, ValidUntil: string(a.ValidUntil), Created: toMillis(a.CreatedAt), RevokedAt: toMillis(a.RevokedAt), Withdrawn: a.Withdrawn,
	}
}

func (r *authorizationRow) authorization() model.Authorization {
	return model.Authorization{
		ID: r.ID, Number: model.VerificationNumber(r.Number), Kind: model.FormKind(r.Kind), Revision: r.Revision, For: r.ForWhom,
		ValidUntil: model.Date(r.ValidUntil), CreatedAt: fromMillis(r.Created), RevokedAt: fromMillis(r.RevokedAt),
		Withdrawn: r.Withdrawn,
	}
}
