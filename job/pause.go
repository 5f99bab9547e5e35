package job

import (
	"context"
	"encoding/json"
	"time"
)

const pauseKey = "job/send_pause"

// pause is why nobody sends and until when, in business time. The zero pause
// is none.
type pause struct {
	Until time.Time `json:"until"`
	Why   string    `json:"why"` // Chinese, for operators
}

func readPause(value string) pause {
	var p pause
	if json.Unmarshal([]byte(value), &p) != nil {
		return pause{}
	}
	return p
}

// paused is the pause that holds at now.
func (d *Dispatcher) paused(ctx context.Context, now time.Time) (p pause, holds bool, err error) {
	value, _, err := d.store.Get(ctx, pauseKey)
	if err != nil {
		return pause{}, false, err
	}
	p = readPause(value)
	return p, now.Before(p.Until), nil
}

// halt makes all replicas pause. A longer pause that holds already stays.
func (d *Dispatcher) halt(ctx context.Context, p pause) error {
	d.log.Error("sending is paused", "until", p.Until, "why", p.Why)
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = change(ctx, d.store, pauseKey, p.Until, func(old string) string {
		if !readPause(old).Until.Before(p.Until) {
			return old
		}
		return string(text)
	})
	return err
}
