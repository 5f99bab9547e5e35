package form

import (
	"context"
	"fmt"
	"runtime"
)

// drawing bounds how many sheets are drawn at once: more than there are
// processors would be no faster and take memory only.
var drawing = make(chan struct{}, runtime.GOMAXPROCS(0))

// wait takes a place among those who draw; done gives it back.
func wait(ctx context.Context) (done func(), err error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("form: %w", context.Cause(ctx))
	}
	select {
	case drawing <- struct{}{}:
		return func() { <-drawing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("form: wait to draw: %w", context.Cause(ctx))
	}
}
