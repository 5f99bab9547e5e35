package store

import (
	"context"

	"quxiang/model"
)

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
}

func (authorizationRow) TableName() string { return "authorizations" }

func authorizationRowOf(id model.GraduateID, serial int, a model.Authorization) authorizationRow {
	return authorizationRow{
		GraduateID: int64(id), Serial: serial, Number: string(a.Number), Kind: string(a.Kind), Revision: a.Revision,
		ForWhom: a.For, ValidUntil: string(a.ValidUntil), Created: toMillis(a.CreatedAt), RevokedAt: toMillis(a.RevokedAt),
	}
}

func (r *authorizationRow) authorization() model.Authorization {
	return model.Authorization{
		ID: r.ID, Number: model.VerificationNumber(r.Number), Kind: model.FormKind(r.Kind), Revision: r.Revision, For: r.ForWhom,
		ValidUntil: model.Date(r.ValidUntil), CreatedAt: fromMillis(r.Created), RevokedAt: fromMillis(r.RevokedAt),
	}
}

// Number looks a verification number up, with its holder's name; a is nil when
// it is unknown. It is one query whether or not there is such a number, so that
// time tells nothing (design §2). Index authorizations_number: one row.
func (s *Store) Number(ctx context.Context, n model.VerificationNumber) (a *model.Authorization, id model.GraduateID, name string, err error) {
	if !isCode(string(n)) {
		n = "" // still one query: an ASCII column cannot be compared with other text
	}
	var rows []struct {
		Row        authorizationRow `gorm:"embedded"`
		HolderName string
	}
	err = s.read(ctx).Table("authorizations").
		Select("authorizations.*, graduates.name AS holder_name").
		Joins("JOIN graduates ON graduates.id = authorizations.graduate_id").
		Where("authorizations.number = ?", string(n)).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, 0, "", wrap("number", err)
	}
	found := rows[0].Row.authorization()
	return &found, model.GraduateID(rows[0].Row.GraduateID), rows[0].HolderName, nil
}
