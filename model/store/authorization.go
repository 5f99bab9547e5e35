package store

import (
	"context"
	"slices"

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

// Issued returns the forms behind verification numbers; those that are unknown
// are missing. It does the same for one as for many, and asks the first query
// whether or not there is such a number. Index authorizations_number: one row
// for each.
func (s *Store) Issued(ctx context.Context, numbers []model.VerificationNumber) (map[model.VerificationNumber]model.Issued, error) {
	asked := make([]string, len(numbers))
	for i, n := range numbers {
		if isCode(string(n)) { // an ASCII column cannot be compared with other text
			asked[i] = string(n)
		}
	}
	rows := make([]authorizationRow, 0, len(numbers))
	if err := s.read(ctx).Where("number IN ?", asked).Find(&rows).Error; err != nil {
		return nil, wrap("issued", err)
	}
	found := make(map[model.VerificationNumber]model.Issued, len(rows))
	if len(rows) == 0 {
		return found, nil
	}
	ids := make([]int64, 0, len(rows))
	for _, r := range rows {
		if !slices.Contains(ids, r.GraduateID) {
			ids = append(ids, r.GraduateID)
		}
	}
	records, err := s.loadRecords(ctx, ids)
	if err != nil {
		return nil, wrap("issued", err)
	}
	for _, r := range rows {
		if l, ok := records[r.GraduateID]; ok {
			found[model.VerificationNumber(r.Number)] = model.Issued{Authorization: r.authorization(), Record: l.record}
		}
	}
	return found, nil
}
