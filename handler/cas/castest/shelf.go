package castest

import "time"

// maxShelf bounds a shelf, for a clock that stands still.
const maxShelf = 1 << 16

// shelf keeps values for a fixed time by the injected clock. Its owner's lock
// guards it.
type shelf[T any] struct {
	life  time.Duration
	kept  map[string]kept[T]
	order []string // keys by age; a key that was taken stays until its time
}

type kept[T any] struct {
	value T
	until time.Time
}

func newShelf[T any](life time.Duration) shelf[T] {
	return shelf[T]{life: life, kept: make(map[string]kept[T])}
}

// put keeps the value under a key that was never used before, and drops what
// is due.
func (s *shelf[T]) put(key string, value T, now time.Time) {
	for len(s.order) > 0 {
		oldest, there := s.kept[s.order[0]]
		if there && now.Before(oldest.until) && len(s.order) < maxShelf {
			break
		}
		delete(s.kept, s.order[0])
		s.order = s.order[1:]
	}
	s.kept[key] = kept[T]{value: value, until: now.Add(s.life)}
	s.order = append(s.order, key)
}

// get returns a value that is still kept.
func (s *shelf[T]) get(key string, now time.Time) (T, bool) {
	k, ok := s.kept[key]
	if !ok || !now.Before(k.until) {
		var none T
		return none, false
	}
	return k.value, true
}

// take is get, once: the value is gone afterwards.
func (s *shelf[T]) take(key string, now time.Time) (T, bool) {
	v, ok := s.get(key, now)
	delete(s.kept, key)
	return v, ok
}

// replace changes a kept value without prolonging it.
func (s *shelf[T]) replace(key string, value T) {
	if k, ok := s.kept[key]; ok {
		k.value = value
		s.kept[key] = k
	}
}
