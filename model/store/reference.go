package store

import (
	"context"
	"sync"
	"time"
)

// referenceLife is how long a copy of schools and cohorts is used: another
// replica's change is seen after it at the latest.
const referenceLife = 30 * time.Second

// reference is a small table that every request reads, kept in memory.
type reference[T any] struct {
	now  func() time.Time
	load func(context.Context) ([]T, map[string]T, error)

	mu     sync.Mutex // held while loading: one query for all that wait
	list   []T
	byCode map[string]T
	loaded time.Time
}

func newReference[T any](now func() time.Time, load func(context.Context) ([]T, map[string]T, error)) *reference[T] {
	return &reference[T]{now: now, load: load}
}

// all returns the rows in their order. The caller must not change them.
func (r *reference[T]) all(ctx context.Context) ([]T, map[string]T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	age := r.now().Sub(r.loaded) // negative when the sandbox's clock was set back
	if r.byCode != nil && age >= 0 && age < referenceLife {
		return r.list, r.byCode, nil
	}
	list, byCode, err := r.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	r.list, r.byCode, r.loaded = list, byCode, r.now()
	return list, byCode, nil
}

// get returns one row; a code that the copy does not have is asked for again,
// since another replica may just have added it.
func (r *reference[T]) get(ctx context.Context, code string) (T, bool, error) {
	for range 2 {
		_, byCode, err := r.all(ctx)
		if err != nil {
			var zero T
			return zero, false, err
		}
		if row, ok := byCode[code]; ok {
			return row, true, nil
		}
		r.forget()
	}
	var zero T
	return zero, false, nil
}

// forget drops the copy.
func (r *reference[T]) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byCode = nil
}
