package verify

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

const (
	freeTries = 10               // failed tries that cost an address nothing
	maxWait   = 60 * time.Second // the longest wait between two tries
	window    = time.Hour        // failed tries are forgotten after this
)

// wait is how long an address still has to wait at now: nothing for the first
// ten failed tries, then one second more for each, up to a minute.
func wait(t store.Tries, now time.Time) time.Duration {
	if t.Count < freeTries {
		return 0
	}
	due := t.Last.Add(min(time.Duration(t.Count-freeTries+1)*time.Second, maxWait))
	return max(due.Sub(now), 0)
}

// triesKey names an address in the store without saying it.
func (h *Handler) triesKey(c *gin.Context) string {
	return "verify:" + h.o.Tag("verify.address", web.Address(c))
}

// try is one that was counted before anything is compared.
type try struct {
	key    string
	at     time.Time
	before store.Tries
}

// pace counts a try, or answers 429 when the address must still wait; slowed is
// then true. It counts before anything is compared, so that many tries at once
// get no further than one by one; found gives back a right one. A try that
// comes too early is not counted: the page says how long to wait, and who waits
// gets his try. State is in the store, nothing sleeps.
func (h *Handler) pace(c *gin.Context, kind model.FormKind) (t try, slowed bool, err error) {
	t = try{key: h.triesKey(c), at: h.o.Web.Now()}
	var taken bool
	t.before, taken, err = h.o.Store.TakeTry(c.Request.Context(), t.key, window, t.at, func(before store.Tries) bool {
		return wait(before, t.at) > 0
	})
	if err != nil {
		return t, false, fmt.Errorf("verify: count a try: %w", err)
	}
	if taken {
		return t, false, nil
	}
	seconds := int((wait(t.before, t.at) + time.Second - 1) / time.Second)
	c.Header("Retry-After", strconv.Itoa(seconds))
	return t, true, h.o.Web.Page(c, http.StatusTooManyRequests, "verify/slow", web.Page{
		Title: "请稍候再试", Next: backTo(kind),
		Data: map[string]any{"Seconds": seconds, "Back": backTo(kind)},
	})
}

// giveBack takes a right try out of the count.
func (h *Handler) giveBack(ctx context.Context, t try) error {
	if err := h.o.Store.GiveBackTry(ctx, t.key, window, t.at, t.before); err != nil {
		return fmt.Errorf("verify: give back a try: %w", err)
	}
	return nil
}

// backTo is the page from which to try again; the front page where the kind is
// not known, after a scan.
func backTo(kind model.FormKind) string {
	if !kind.Valid() {
		return "/"
	}
	return "/verify/" + string(kind)
}
