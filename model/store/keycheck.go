package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// keyProbe is a shared value that only the database's own keys can read.
const keyProbe = "store/keys"

// ErrKeys says that the keys are not those with which the database was written.
var ErrKeys = errors.New("the keys are not those of this database: give the keys that it was set up with")

// checkKeys reads the probe, or leaves one in a new database. Wrong keys would
// otherwise find nobody and write what the right ones cannot read.
func (s *Store) checkKeys(ctx context.Context) error {
	value, _, err := s.Get(ctx, keyProbe)
	switch {
	case err != nil && ctx.Err() == nil && !transient(err):
		return fmt.Errorf("store: open: %w", errors.Join(ErrKeys, err))
	case err != nil:
		return err
	case value == keyProbe:
		return nil
	}
	if _, err := s.Swap(ctx, keyProbe, "", keyProbe, time.Time{}); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	return nil
}
