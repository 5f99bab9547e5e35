package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

const deskPostsTable = "desk_posts"

// deskPostRow is a post of a department's program that was answered. The answer
// is encrypted, and says nothing that stands on a form: see docs/adr/0024.
type deskPostRow struct {
	UID       string `gorm:"column:uid;primaryKey"`
	KeyID     string
	Name      string
	Answer    []byte
	Created   int64 `gorm:"column:created_at"`
	ExpiresAt int64
}

func (deskPostRow) TableName() string { return deskPostsTable }

// DeskPost names a post of a department's program once and for all.
type DeskPost struct {
	Key     model.DeskKey
	Name    string // the idempotency key, ASCII
	Digest  string // of the body, in hex
	Checks  int    // in it, malformed ones too: they use the key's quota
	Expires time.Time
}

// DeskPosted is what became of a post.
type DeskPosted struct {
	Digest string
	Answer []byte
}

// deskPosted is what is sealed: the digest of a body of names and numbers, too.
type deskPosted struct {
	Digest string          `json:"digest"`
	Answer json.RawMessage `json:"answer"`
}

// DeskPosted returns what a post was answered; found is false when there was
// none of that name. Index desk_posts_name: one row.
func (s *Store) DeskPosted(ctx context.Context, key, name string) (p DeskPosted, found bool, err error) {
	if !isCode(key) || !isCode(name) {
		return p, false, nil
	}
	var rows []deskPostRow
	if err := s.read(ctx).Where("key_id = ? AND name = ?", key, name).Limit(1).Find(&rows).Error; err != nil {
		return p, false, wrap("desk posted", err)
	}
	if len(rows) == 0 {
		return p, false, nil
	}
	plain, err := s.keys.unseal(deskPostsTable, "answer", rows[0].UID, rows[0].Answer)
	if err != nil {
		return p, false, err
	}
	var kept deskPosted
	if err := json.Unmarshal(plain, &kept); err != nil {
		return p, false, fmt.Errorf("store: desk posted: %w", err)
	}
	return DeskPosted{Digest: kept.Digest, Answer: kept.Answer}, true, nil
}

// ErrPosted says that a post of this name was answered before: see DeskPosted.
var ErrPosted = errors.New("a post of that name was answered")

// PostDeskCheck answers a post as CheckForms does, and in the same transaction
// counts it for its key and keeps answer's result under its name, so that of
// many posts of one name at the same time exactly one is answered here and
// leaves verifications. The others get ErrPosted when that one is there to read:
// nobody works a post in between, and none is left half worked. The key comes
// back with what it has used.
//
// c may have no questions: what is malformed in a post is answered, too.
func (s *Store) PostDeskCheck(
	ctx context.Context, p DeskPost, c model.DeskCheck, answer func([]model.FormAnswer, time.Time) ([]byte, error),
) (k model.DeskKey, err error) {
	now := s.now()
	if _, err := p.Key.Take(p.Checks, now); err != nil { // as it was read: asked again below
		return p.Key, err
	}
	posted := false
	keep := func(tx *gorm.DB, row deskPostRow, found int) error {
		err := tx.Create(&row).Error
		if posted = errors.Is(err, gorm.ErrDuplicatedKey); err != nil {
			return err
		}
		k, err = s.takeQuota(tx, p, found, now)
		return err
	}
	seal := func(answers []model.FormAnswer) (deskPostRow, error) {
		row := deskPostRow{UID: newUID(), KeyID: p.Key.ID, Name: p.Name, Created: toMillis(now), ExpiresAt: toMillis(p.Expires)}
		said, err := answer(answers, now)
		if err != nil {
			return row, err
		}
		plain, err := json.Marshal(deskPosted{Digest: p.Digest, Answer: said})
		if err != nil {
			return row, fmt.Errorf("store: desk post: %w", err)
		}
		row.Answer, err = s.keys.seal(deskPostsTable, "answer", row.UID, plain)
		return row, err
	}
	if len(c.Questions) == 0 {
		row, err := seal(nil)
		if err == nil {
			err = s.tx(ctx, "desk post", func(tx *gorm.DB) error { return keep(tx, row, 0) })
		}
		return k, postedOr(posted, err)
	}
	_, err = s.checkForms(ctx, p.Key.Desk, c, now, func(answers []model.FormAnswer) (func(tx *gorm.DB) error, error) {
		row, err := seal(answers)
		return func(tx *gorm.DB) error { return keep(tx, row, countFound(answers)) }, err
	})
	return k, postedOr(posted, err)
}

func postedOr(posted bool, err error) error {
	if posted {
		return fmt.Errorf("store: desk post: %w", ErrPosted)
	}
	return err
}

func countFound(answers []model.FormAnswer) (n int) {
	for _, a := range answers {
		if a.Found {
			n++
		}
	}
	return n
}

// takeQuota adds a post to its key, unless the key was revoked or its quota used
// up by others since it was read. The row is locked: posts of one key follow one
// another here.
func (s *Store) takeQuota(tx *gorm.DB, p DeskPost, found int, now time.Time) (model.DeskKey, error) {
	var row deskKeyRow
	if err := forUpdate(tx).Omit("secret").Where("id = ?", p.Key.ID).Take(&row).Error; err != nil {
		return p.Key, fmt.Errorf("key: %w", err)
	}
	if row.RevokedAt != 0 {
		return p.Key, model.Errorf(model.CodeUnauthenticated, "密钥已停用。")
	}
	k, err := row.key(p.Key.Desk).Take(p.Checks, now)
	if err != nil {
		return p.Key, err
	}
	k.Found += found
	used := deskKeyRow{
		UsedAt: toMillis(k.UsedAt), Posts: int64(k.Posts), Asked: int64(k.Asked), Found: int64(k.Found),
		Minute: toMillis(k.Used.Minute), InMinute: k.Used.InMinute, Day: string(k.Used.Day), InDay: k.Used.InDay,
	}
	return k, tx.Model(&deskKeyRow{}).Where("id = ?", k.ID).
		Select("used_at", "posts", "asked", "found", "minute", "in_minute", "day", "in_day").Updates(&used).Error
}

// PurgeDeskPosts deletes the posts that were over at now and tells how many.
// Index desk_posts_expiry: only those.
func (s *Store) PurgeDeskPosts(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, deskPostsTable, "uid", now)
}
