package job

import (
	"context"
	"fmt"
	"time"
)

// verifiedPage is how many verifications one transaction takes.
const verifiedPage = 500

// verifiedStore is where verifications wait to be told.
type verifiedStore interface {
	TellVerified(ctx context.Context, limit int, now time.Time) (seen, told int, err error)
}

// Verified puts into the outbox that forms were verified.
type Verified struct {
	Store verifiedStore
	Now   func() time.Time
}

// Step tells of all verifications that nobody was told of, and returns how many
// messages are new. It looks at those alone, however many there ever were.
func (v *Verified) Step(ctx context.Context) (told int, err error) {
	for {
		seen, n, err := v.Store.TellVerified(ctx, verifiedPage, v.Now())
		told += n
		if err != nil {
			return told, fmt.Errorf("job: verified: %w", err)
		}
		if seen < verifiedPage {
			return told, nil
		}
	}
}

// Run is Step as a job.
func (v *Verified) Run(ctx context.Context) (outcome string, err error) { return said(v.Step(ctx)) }
