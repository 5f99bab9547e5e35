package job

import (
	"context"
	"errors"
	"strconv"
	"time"
)

const (
	paceKey = "job/send_pace"
	// maxAhead bounds how far in the future the shared pace may stand: more
	// than that comes from a clock that was wrong, and must not stop sending.
	maxAhead = 30 * time.Second
)

var errPace = errors.New("job: the shared send rate is contended")

// pace spreads the sends of all replicas evenly over time: they share the
// instant from which on nobody has reserved to send. It follows the machines'
// clocks, whose differences only shift who sends first.
type pace struct {
	values  sharedValues
	each    time.Duration // between two sends
	machine func() time.Time
	now     func() time.Time // business time, in which shared values expire
}

// ahead is how far others have reserved.
func (p pace) ahead(ctx context.Context) (time.Duration, error) {
	value, _, err := p.values.Get(ctx, paceKey)
	if err != nil {
		return 0, err
	}
	at := p.machine()
	return p.free(value, at).Sub(at), nil
}

// free reads the shared instant, at the earliest at.
func (p pace) free(value string, at time.Time) time.Time {
	ms, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return at
	}
	d := time.UnixMilli(ms).Sub(at)
	return at.Add(min(max(d, 0), maxAhead))
}

// reserve takes the next n slots, p.each apart, and returns the first.
func (p pace) reserve(ctx context.Context, n int) (first time.Time, err error) {
	err = p.move(ctx, func(free time.Time) time.Time {
		first = free
		return free.Add(time.Duration(n) * p.each)
	})
	return first, err
}

// hold lets nobody send for d from now. Senders that are refused at the same
// time do not add to each other's pauses.
func (p pace) hold(ctx context.Context, d time.Duration) error {
	return p.move(ctx, func(free time.Time) time.Time {
		if until := p.machine().Add(d); until.After(free) {
			return until
		}
		return free
	})
}

// move replaces the shared instant by what f makes of it. f may be called more
// than once.
func (p pace) move(ctx context.Context, f func(free time.Time) time.Time) error {
	ok, err := change(ctx, p.values, paceKey, p.now().Add(24*time.Hour), func(old string) string {
		return strconv.FormatInt(f(p.free(old, p.machine())).UnixMilli(), 10)
	})
	if err == nil && !ok {
		err = errPace
	}
	return err
}
