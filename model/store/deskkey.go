package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

const deskKeysTable = "desk_keys"

// deskKeyRow is the key of a department's program. The secret is encrypted and
// not hashed: checking a signature needs it.
type deskKeyRow struct {
	ID         string `gorm:"primaryKey"`
	UID        string `gorm:"column:uid"`
	OperatorID int64
	Kinds      string // joined by commas
	PerMinute  int
	PerDay     int
	Secret     []byte
	Created    int64 `gorm:"column:created_at"`
	RevokedAt  int64
	UsedAt     int64
	Posts      int64
	Asked      int64
	Found      int64
	Minute     int64
	InMinute   int
	Day        string
	InDay      int
}

func (deskKeyRow) TableName() string { return deskKeysTable }

// key is the row's, of a department.
func (r deskKeyRow) key(d model.Desk) model.DeskKey {
	k := model.DeskKey{
		ID: r.ID, Desk: d, PerMinute: r.PerMinute, PerDay: r.PerDay, CreatedAt: fromMillis(r.Created), RevokedAt: fromMillis(r.RevokedAt),
		UsedAt: fromMillis(r.UsedAt), Posts: int(r.Posts), Asked: int(r.Asked), Found: int(r.Found),
		Used: model.DeskKeyUse{Minute: fromMillis(r.Minute), InMinute: r.InMinute, Day: model.Date(r.Day), InDay: r.InDay},
	}
	for kind := range strings.SplitSeq(r.Kinds, ",") {
		k.Kinds = append(k.Kinds, model.FormKind(kind))
	}
	return k
}

// AddDeskKey makes a key for k's department. The secret is returned once and
// never again.
func (s *Store) AddDeskKey(ctx context.Context, k model.DeskKey, by model.Actor, now time.Time) (id, secret string, err error) {
	if err := model.CheckDeskKey(k); err != nil {
		return "", "", err
	}
	kinds := make([]string, len(k.Kinds))
	for i, kind := range k.Kinds {
		kinds[i] = string(kind)
	}
	id, secret = "dk"+rand.Text()[:14], rand.Text()+rand.Text()
	row := deskKeyRow{
		ID: id, UID: newUID(), OperatorID: int64(k.Desk.OperatorID), Kinds: strings.Join(kinds, ","),
		PerMinute: k.PerMinute, PerDay: k.PerDay, Created: toMillis(now),
	}
	if row.Secret, err = s.keys.seal(deskKeysTable, "secret", row.UID, []byte(secret)); err != nil {
		return "", "", err
	}
	err = s.tx(ctx, "add desk key", func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return appendAudit(tx, deskKeyAudit(row, by, "desk_key.add", now))
	})
	return id, secret, err
}

func deskKeyAudit(r deskKeyRow, by model.Actor, action string, now time.Time) model.Audit {
	return model.Audit{At: now, Actor: by, Action: action, Detail: map[string]string{
		"key": r.ID, "operator": strconv.FormatInt(r.OperatorID, 10), "kinds": r.Kinds,
		"per_minute": strconv.Itoa(r.PerMinute), "per_day": strconv.Itoa(r.PerDay),
	}}
}

// RevokeDeskKey ends a key at once; CodeNotFound when there is none,
// CodeConflict when it has ended.
func (s *Store) RevokeDeskKey(ctx context.Context, id string, by model.Actor, now time.Time) error {
	absent := model.Errorf(model.CodeNotFound, "没有密钥“%s”；用 quxiang desk key list 查看。", id)
	if !isCode(id) {
		return absent
	}
	return s.tx(ctx, "revoke desk key", func(tx *gorm.DB) error {
		var row deskKeyRow
		if err := forUpdate(tx).Where("id = ?", id).Take(&row).Error; errors.Is(err, gorm.ErrRecordNotFound) {
			return absent
		} else if err != nil {
			return err
		}
		if row.RevokedAt != 0 {
			return model.Errorf(model.CodeConflict, "密钥“%s”已于%s停用。", id, model.Minute(fromMillis(row.RevokedAt)))
		}
		if err := tx.Model(&deskKeyRow{}).Where("id = ?", id).Update("revoked_at", toMillis(now)).Error; err != nil {
			return err
		}
		return appendAudit(tx, deskKeyAudit(row, by, "desk_key.revoke", now))
	})
}

// DeskKeys lists the keys of a department, or of all with 0, in the order in
// which they were made. A department has a handful.
func (s *Store) DeskKeys(ctx context.Context, department model.OperatorID) ([]model.DeskKey, error) {
	q := s.read(ctx).Omit("secret").Order("created_at, id")
	if department != 0 {
		q = q.Where("operator_id = ?", int64(department))
	}
	var rows []deskKeyRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, wrap("desk keys", err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.OperatorID
	}
	var found []deskOperatorRow
	if err := s.desksOf(ctx).Where("desks.operator_id IN ?", ids).Scan(&found).Error; err != nil {
		return nil, wrap("desks of keys", err)
	}
	desks := make(map[int64]model.Desk, len(found))
	for _, r := range found {
		d, err := s.desk(r)
		if err != nil {
			return nil, err
		}
		desks[r.Row.OperatorID] = d
	}
	keys := make([]model.DeskKey, len(rows))
	for i, r := range rows {
		keys[i] = r.key(desks[r.OperatorID])
	}
	return keys, nil
}

// DeskSecret returns a key in force and its secret; ok is false when there is
// none, or its department's account has ended. Primary keys: one row of
// desk_keys, of desks and of operators, whether or not there is such a key.
func (s *Store) DeskSecret(ctx context.Context, id string) (k model.DeskKey, secret string, ok bool, err error) {
	if !isCode(id) {
		return k, "", false, nil
	}
	rows := make([]deskKeyRow, 0, 1)
	if err := s.read(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
		return k, "", false, wrap("desk secret", err)
	}
	if len(rows) == 0 {
		rows = append(rows, deskKeyRow{})
	}
	d, err := s.Desk(ctx, model.OperatorID(rows[0].OperatorID))
	if err != nil && model.CodeOf(err) != model.CodeNotFound {
		return k, "", false, fmt.Errorf("store: desk of a key: %w", err)
	}
	if k = rows[0].key(d); !k.InForce(s.now()) {
		return model.DeskKey{}, "", false, nil
	}
	plain, err := s.keys.unseal(deskKeysTable, "secret", rows[0].UID, rows[0].Secret)
	return k, string(plain), err == nil, err
}
