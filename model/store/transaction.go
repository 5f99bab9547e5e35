package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
)

// maxTries bounds how often a transaction that lost a race is run again.
const maxTries = 10

// tx runs f in one write transaction, again when a lock was lost, so that f
// must have no effect but through tx. On SQLite writers queue here, since
// waiting in the database polls.
func (s *Store) tx(ctx context.Context, op string, f func(tx *gorm.DB) error) error {
	return retry(ctx, op, func() error { return s.once(ctx, f) })
}

func (s *Store) once(ctx context.Context, f func(tx *gorm.DB) error) error {
	return s.write(ctx, func(db *gorm.DB) error { return db.Transaction(f, s.dialect.txOptions()) })
}

// statement runs f, which runs one statement that writes, again when a lock was
// lost. One statement is all or nothing by itself: without a transaction around
// it nothing is sent to begin and to end one, and the statement stays prepared.
func (s *Store) statement(ctx context.Context, op string, f func(db *gorm.DB) error) error {
	return retry(ctx, op, func() error { return s.write(ctx, f) })
}

// write runs f when it is its turn to write.
func (s *Store) write(ctx context.Context, f func(db *gorm.DB) error) error {
	if s.writer != nil {
		select {
		case s.writer <- struct{}{}:
			defer func() { <-s.writer }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f(s.db.WithContext(ctx))
}

// retry runs f until it neither lost a lock nor an optimistic lock, with
// jittered waits that end with ctx.
func retry(ctx context.Context, op string, f func() error) error {
	for try := 1; ; try++ {
		err := f()
		if err == nil {
			return nil
		}
		if !errors.Is(err, errLost) && !transient(err) {
			return wrap(op, err)
		}
		if try == maxTries {
			return unavailable(op, wrap(op, err))
		}
		wait := time.NewTimer(time.Duration(1+rand.IntN(4<<min(try, 5))) * time.Millisecond) // #nosec G404 -- jitter
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return wrap(op, ctx.Err())
		}
	}
}
