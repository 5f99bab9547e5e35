package store

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

const accountsTable = "accounts"

// indexCHSIUser separates CHSI user names from other indexed values.
const indexCHSIUser = "chsi_user"

type accountRow struct {
	ID            int64
	UID           string  `gorm:"column:uid"`
	CHSIUser      []byte  `gorm:"column:chsi_user"`
	CHSIUserIndex string  `gorm:"column:chsi_user_index"`
	OpenID        *string `gorm:"column:openid"` // NULL when not bound: several accounts are
	Created       int64   `gorm:"column:created_at"`
	BoundAt       int64
	ConsentAt     int64
	Version       int64
}

func (accountRow) TableName() string { return accountsTable }

func (s *Store) accountRow(a model.Account, created time.Time) (accountRow, error) {
	r := accountRow{
		UID: newUID(), Created: toMillis(created), BoundAt: toMillis(a.BoundAt), ConsentAt: toMillis(a.ConsentAt), Version: 1,
	}
	if a.OpenID != "" {
		r.OpenID = &a.OpenID
	}
	var err error
	if r.CHSIUser, err = s.keys.seal(accountsTable, "chsi_user", r.UID, []byte(a.CHSIUser)); err != nil {
		return r, err
	}
	r.CHSIUserIndex, err = s.keys.indexOf(indexCHSIUser, a.CHSIUser)
	return r, err
}

func (s *Store) account(r *accountRow) (model.Account, error) {
	user, err := s.keys.unseal(accountsTable, "chsi_user", r.UID, r.CHSIUser)
	a := model.Account{
		ID: model.AccountID(r.ID), CHSIUser: string(user), BoundAt: fromMillis(r.BoundAt), ConsentAt: fromMillis(r.ConsentAt), Version: r.Version,
	}
	if r.OpenID != nil {
		a.OpenID = *r.OpenID
	}
	return a, err
}

// EnsureAccount returns the account of a CHSI user name, made at now when it is
// the first login. Names that differ in case or surrounding blanks only are one.
func (s *Store) EnsureAccount(ctx context.Context, chsiUser string, now time.Time) (model.Account, error) {
	indexes, err := s.keys.indexesOf(indexCHSIUser, chsiUser)
	if err != nil {
		return model.Account{}, err
	}
	if len(indexes) == 0 {
		return model.Account{}, model.Errorf(model.CodeInvalid, "没有取得学信网账号，请重新登录。")
	}
	for try := 1; ; try++ {
		a, err := s.findAccount(ctx, "chsi_user_index IN ?", indexes)
		if err != nil || a != nil {
			return value(a), wrap("ensure account", err)
		}
		row, err := s.accountRow(model.Account{CHSIUser: chsiUser}, now)
		if err != nil {
			return model.Account{}, err
		}
		err = s.tx(ctx, "ensure account", func(tx *gorm.DB) error {
			row.ID = 0
			return tx.Create(&row).Error
		})
		if errors.Is(err, gorm.ErrDuplicatedKey) && try < maxTries {
			continue // logged in twice at once
		}
		if err != nil {
			return model.Account{}, err
		}
		return s.account(&row)
	}
}

func value(a *model.Account) model.Account {
	if a == nil {
		return model.Account{}
	}
	return *a
}

// CreateAccounts adds accounts that are bound already, as demo data has them,
// and returns their ids in the same order.
func (s *Store) CreateAccounts(ctx context.Context, accounts []model.Account, now time.Time) ([]model.AccountID, error) {
	rows := make([]accountRow, len(accounts))
	indexes := make([]string, len(accounts))
	for i, a := range accounts {
		var err error
		if rows[i], err = s.accountRow(a, now); err != nil {
			return nil, err
		}
		indexes[i] = rows[i].CHSIUserIndex
	}
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make(map[string]int64, len(rows))
	err := s.tx(ctx, "create accounts", func(tx *gorm.DB) error {
		fresh := append([]accountRow(nil), rows...)
		if err := tx.CreateInBatches(&fresh, insertBatch).Error; err != nil {
			return err
		}
		var found []accountRow
		if err := tx.Select("id, chsi_user_index").Where("chsi_user_index IN ?", indexes).Find(&found).Error; err != nil {
			return err
		}
		for _, f := range found {
			ids[f.CHSIUserIndex] = f.ID
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]model.AccountID, len(rows))
	for i, index := range indexes {
		out[i] = model.AccountID(ids[index])
	}
	return out, nil
}

// findAccount returns nil when there is none.
func (s *Store) findAccount(ctx context.Context, where string, arg any) (*model.Account, error) {
	var rows []accountRow
	if err := s.read(ctx).Where(where, arg).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	a, err := s.account(&rows[0])
	return &a, err
}

// Account returns an account; CodeNotFound when there is none.
func (s *Store) Account(ctx context.Context, id model.AccountID) (model.Account, error) {
	a, err := s.findAccount(ctx, "id = ?", int64(id))
	if err == nil && a == nil {
		err = gorm.ErrRecordNotFound
	}
	return value(a), wrap("account", err)
}

// AccountByOpenID returns the account that an openid is bound to, nil when it is
// not bound. Index accounts_openid: one row.
func (s *Store) AccountByOpenID(ctx context.Context, openid string) (*model.Account, error) {
	if openid == "" || !isCode(openid) {
		return nil, nil
	}
	a, err := s.findAccount(ctx, "openid = ?", openid)
	return a, wrap("account by openid", err)
}

// ChangeAccount runs a rule on an account and writes what it returns in one
// transaction: the account, the audit entry, the notice to the WeChat that lost
// the binding, and the end of the account's sessions when asked. holder is the
// account that has openid now, nil for none. f must be pure: it runs again when
// somebody else changed the account, or bound openid, meanwhile. A change whose
// Audit.Action is "" writes nothing.
func (s *Store) ChangeAccount(ctx context.Context, id model.AccountID, openid string, f func(a model.Account, holder *model.Account) (model.AccountChange, error)) (model.Account, error) {
	var out model.Account
	err := retry(ctx, "change account", func() error {
		a, err := s.findAccount(ctx, "id = ?", int64(id))
		if err != nil {
			return err
		}
		if a == nil {
			return gorm.ErrRecordNotFound
		}
		var holder *model.Account
		if openid != "" && isCode(openid) {
			if holder, err = s.findAccount(ctx, "openid = ?", openid); err != nil {
				return err
			}
		}
		ch, err := f(*a, holder)
		if err != nil {
			return err
		}
		out = *a
		if ch.Audit.Action == "" {
			return nil
		}
		out = ch.Account
		out.Version = a.Version + 1
		return s.once(ctx, func(tx *gorm.DB) error { return writeAccount(tx, *a, out, ch) })
	})
	return out, err
}

func writeAccount(tx *gorm.DB, before, after model.Account, ch model.AccountChange) error {
	row := accountRow{BoundAt: toMillis(after.BoundAt), ConsentAt: toMillis(after.ConsentAt), Version: after.Version}
	if after.OpenID != "" {
		row.OpenID = &after.OpenID
	}
	done := tx.Model(&accountRow{}).Where("id = ? AND version = ?", int64(before.ID), before.Version).
		Select("openid", "bound_at", "consent_at", "version").Updates(&row)
	if errors.Is(done.Error, gorm.ErrDuplicatedKey) || (done.Error == nil && done.RowsAffected == 0) {
		return errLost // the rule decides again, seeing the new holder
	}
	if done.Error != nil {
		return done.Error
	}
	if err := auditAccount(tx, before.ID, ch.Audit); err != nil {
		return err
	}
	if ch.TellOld != nil {
		if err := enqueue(tx, 0, ch.OldOpenID, []model.Notice{*ch.TellOld}, ch.Audit.At); err != nil {
			return err
		}
	}
	if ch.EndSessions {
		return tx.Where("account_id = ?", int64(before.ID)).Delete(&sessionRow{}).Error
	}
	return nil
}

// auditAccount writes the entry of an account's change once for each of its
// records, so that their schools find it, or once when there is none yet.
func auditAccount(tx *gorm.DB, id model.AccountID, a model.Audit) error {
	var records []graduateRow
	if err := tx.Select("id", "school_code", "college").Where("account_id = ?", int64(id)).Order("id").Find(&records).Error; err != nil {
		return err
	}
	a.Detail = maps.Clone(a.Detail)
	if a.Detail == nil {
		a.Detail = map[string]string{}
	}
	a.Detail["account"] = strconv.FormatInt(int64(id), 10)
	if len(records) == 0 {
		return appendAudit(tx, a)
	}
	for _, r := range records {
		a.GraduateID, a.SchoolCode, a.College = model.GraduateID(r.ID), r.SchoolCode, r.College
		if err := appendAudit(tx, a); err != nil {
			return err
		}
	}
	return nil
}
