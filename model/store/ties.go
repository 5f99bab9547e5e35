package store

import (
	"context"

	"quxiang/model"
)

// Ties are what the home page asks about somebody beside the record.
type Ties struct {
	Records   int  // linked to the account
	Following bool // the openid is known to follow the account
}

// Ties counts the records linked to an account and tells whether an openid
// follows. The home page is read more than all others: this is one query, by
// graduates_account and the followers' primary key, and decrypts nothing.
func (s *Store) Ties(ctx context.Context, id model.AccountID, openid string) (Ties, error) {
	var t Ties
	// Find, not Scan, which writes the statement out for a log each time.
	err := s.read(ctx).Raw("SELECT (SELECT COUNT(*) FROM graduates WHERE account_id = ?) AS records, "+
		"COALESCE((SELECT subscribed FROM followers WHERE openid = ?), 0) AS following", int64(id), openid).Find(&t).Error
	return t, wrap("ties", err)
}
