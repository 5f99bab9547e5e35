package job

import (
	"context"
	"time"
)

// sharedValues are the values that the replicas share.
type sharedValues interface {
	// Get returns "" when there is none.
	Get(ctx context.Context, key string) (value string, expires time.Time, err error)
	// Swap stores value if the present one is old.
	Swap(ctx context.Context, key, old, value string, expires time.Time) (bool, error)
}

// swapTries bounds how often a lost race for a shared value is run again.
const swapTries = 20

// change replaces the value of key by what f makes of it; f returns its
// argument to leave it. ok is false when the race was lost every time.
func change(ctx context.Context, v sharedValues, key string, expires time.Time, f func(old string) string) (ok bool, err error) {
	for range swapTries {
		old, _, err := v.Get(ctx, key)
		if err != nil {
			return false, err
		}
		value := f(old)
		if value == old {
			return true, nil
		}
		if ok, err := v.Swap(ctx, key, old, value, expires); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
