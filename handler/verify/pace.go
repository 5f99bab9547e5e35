package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
	"quxiang/model/store"
)

// guess is a try to verify with a name and a number, before it is known
// whether they match.
type guess struct {
	address, number string // keys of the counts
	at              time.Time
}

// guess names the counts of a try without saying address or number. Numbers are
// counted in 65,536 buckets, so that guessing fills no table, and an unknown or
// malformed number is counted as a known one is.
func (h *Handler) guess(c *gin.Context, number string) guess {
	if n, ok := form.ParseNumber(number); ok {
		number = string(n)
	}
	return guess{
		address: "verify:" + h.o.Tag("verify.address", web.Address(c)),
		number:  "verify.number:" + h.bucket(number),
		at:      h.o.Web.Now(),
	}
}

// bucket is one of 2^16, by a keyed hash.
func (h *Handler) bucket(number string) string {
	sum := sha256.Sum256([]byte(h.o.Tag("verify.number", number)))
	return hex.EncodeToString(sum[:2])
}

// guarded runs look for a try whose turn it is; wait is how long its address
// must wait instead, and nothing is looked up then. right is what look found. A
// wrong one is counted before it is answered; a right one writes nothing.
//
// Tries from one address, and tries at one number, pass one at a time here, so
// that many at once get no further than one by one. Tries that reached other
// replicas at the same time are judged once more where they are counted: the
// answer of one that the others overtook is withheld.
func (h *Handler) guarded(c *gin.Context, number string, look func() (bool, error)) (right bool, wait time.Duration, err error) {
	ctx, g := c.Request.Context(), h.guess(c, number)
	for _, key := range []string{g.address, g.number} { // always in this order: nobody waits in a circle
		end, err := h.turns.take(ctx, key)
		if err != nil {
			return false, 0, fmt.Errorf("verify: wait for a turn: %w", err)
		}
		defer end()
	}
	counts, err := h.o.Store.TriesOf(ctx, g.at, g.address, g.number)
	if err != nil {
		return false, 0, fmt.Errorf("verify: wrong tries: %w", err)
	}
	everywhere := 0
	if counts[g.address].Count > 0 { // else nobody else's tries matter
		if everywhere, err = h.everywhere(c, g.at); err != nil {
			return false, 0, err
		}
	}
	early := func(counts map[string]store.Tries) bool {
		wait = g.of(counts, everywhere).Wait(g.at)
		return wait > 0
	}
	if early(counts) {
		return false, wait, nil
	}
	if right, err = look(); err != nil {
		return false, 0, fmt.Errorf("verify: look up: %w", err)
	} else if right {
		return true, 0, nil
	}
	_, taken, err := h.o.Store.TakeTries(ctx, g.at, []store.Limit{
		{Key: g.address, Window: model.GuessWindow},
		{Key: g.number, Window: model.GuessWindow},
		{Key: everywhereKey(hourOf(g.at), rand.IntN(shards)), Window: 2 * time.Hour}, // #nosec G404 -- spreads a counter
	}, early)
	if err != nil {
		return false, 0, fmt.Errorf("verify: count a wrong try: %w", err)
	}
	if !taken {
		return false, wait, nil
	}
	h.seen.add()
	return false, 0, nil
}

// of is what the rule looks at.
func (g guess) of(counts map[string]store.Tries, everywhere int) model.Guesses {
	a := counts[g.address]
	return model.Guesses{Address: a.Count, Last: a.Last, Number: counts[g.number].Count, Everywhere: everywhere}
}

// shards are the rows in which an hour's wrong tries are counted, so that
// replicas do not queue for one.
const shards = 16

func hourOf(t time.Time) int64 { return t.Unix() / int64(time.Hour/time.Second) }

func everywhereKey(hour int64, shard int) string {
	return "verify.all:" + strconv.FormatInt(hour, 36) + ":" + strconv.Itoa(shard)
}

// seenLife is for how long the sum of all shards is used: other replicas' wrong
// tries are seen after it at the latest.
const seenLife = 5 * time.Second

// seen is the last known number of wrong tries at all numbers.
type seen struct {
	mu sync.Mutex
	at time.Time // zero: not read yet
	n  int
}

func (s *seen) get(now time.Time) (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	age := now.Sub(s.at) // negative when the sandbox's clock was set back
	return s.n, !s.at.IsZero() && age >= 0 && age < seenLife
}

func (s *seen) set(now time.Time, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.n = now, n
}

// add counts one of our own.
func (s *seen) add() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
}

// everywhere is how many wrong tries there were within about an hour: those of
// this hour of the clock, and of the hour before the share that the last sixty
// minutes hold.
func (h *Handler) everywhere(c *gin.Context, now time.Time) (int, error) {
	if n, fresh := h.seen.get(now); fresh {
		return n, nil
	}
	hour := hourOf(now)
	keys := make([]string, 0, 2*shards)
	for shard := range shards {
		keys = append(keys, everywhereKey(hour, shard), everywhereKey(hour-1, shard))
	}
	counts, err := h.o.Store.TriesOf(c.Request.Context(), now, keys...)
	if err != nil {
		return 0, fmt.Errorf("verify: wrong tries everywhere: %w", err)
	}
	sum := [2]int{} // this hour, the one before
	for i, key := range keys {
		sum[i%2] += counts[key].Count
	}
	past := now.Sub(time.Unix(hour*int64(time.Hour/time.Second), 0))
	n := sum[0] + int(float64(sum[1])*(1-past.Hours()))
	h.seen.set(now, n)
	return n, nil
}

// slow says how long to wait.
func (h *Handler) slow(c *gin.Context, kind model.FormKind, wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	c.Header("Retry-After", strconv.Itoa(seconds))
	return h.o.Web.Page(c, http.StatusTooManyRequests, "verify/slow", web.Page{
		Title: "请稍候再试", Next: backTo(kind), Data: map[string]any{"Wait": waitWords(seconds), "Back": backTo(kind)},
	})
}

// waitWords rounds what is long: nobody waits for five minutes by the second.
func waitWords(seconds int) string {
	if seconds <= 120 {
		return strconv.Itoa(seconds) + " 秒"
	}
	return strconv.Itoa((seconds+59)/60) + " 分钟"
}

// backTo is the page from which to try again; the front page where the kind is
// not known, after a scan.
func backTo(kind model.FormKind) string {
	if !kind.Valid() {
		return "/"
	}
	return "/verify/" + string(kind)
}
