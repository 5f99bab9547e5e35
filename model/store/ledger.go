package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// Verifications returns who looked at a graduate's forms, the newest first: from
// the one before an id on, or from the newest on with 0. Index
// verifications_graduate: limit rows.
func (s *Store) Verifications(ctx context.Context, id model.GraduateID, before int64, limit int) ([]model.Verification, error) {
	var rows []verificationRow
	if err := ledgerPage(s.read(ctx), id, before, limit).Find(&rows).Error; err != nil {
		return nil, wrap("verifications", err)
	}
	out := make([]model.Verification, len(rows))
	for i := range rows {
		out[i] = rows[i].verification()
	}
	return out, nil
}

func ledgerPage(db *gorm.DB, id model.GraduateID, before int64, limit int) *gorm.DB {
	q := db.Model(&verificationRow{}).Where("graduate_id = ?", int64(id))
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	return q.Order("id DESC").Limit(limit)
}

// Looks is how often others looked at a form, and when last.
type Looks struct {
	N    int
	Last time.Time
}

// LooksAt counts the verifications of a graduate's forms by authorization, the
// holder's own left out. Index verifications_graduate: the graduate's own rows,
// tens of them, in one query for all forms.
func (s *Store) LooksAt(ctx context.Context, id model.GraduateID) (map[int64]Looks, error) {
	var rows []struct{ AuthorizationID, N, Last int64 }
	if err := looksAt(s.read(ctx), id).Scan(&rows).Error; err != nil {
		return nil, wrap("looks at forms", err)
	}
	looks := make(map[int64]Looks, len(rows))
	for _, r := range rows {
		looks[r.AuthorizationID] = Looks{N: int(r.N), Last: fromMillis(r.Last)}
	}
	return looks, nil
}

func looksAt(db *gorm.DB, id model.GraduateID) *gorm.DB {
	return db.Model(&verificationRow{}).Select("authorization_id, COUNT(*) AS n, MAX(at) AS last").
		Where("graduate_id = ? AND own = ?", int64(id), false).Group("authorization_id")
}
