package verify

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
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

// triesKey names an address in the store without saying it. An IPv6 network
// of 64 bits belongs to one customer and counts as one address.
func (h *Handler) triesKey(c *gin.Context) string {
	ip := c.ClientIP()
	if a, err := netip.ParseAddr(ip); err == nil && a.Unmap().Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			ip = p.String()
		}
	}
	return "verify:" + h.o.Tag("verify.address", ip)
}

// pace answers 429 when the address must still wait; slowed is then true. A
// try that comes too early is not counted: the page says how long to wait, and
// who waits gets his try. State is in the store, nothing sleeps.
func (h *Handler) pace(c *gin.Context, kind model.FormKind) (slowed bool, err error) {
	now := h.o.Web.Now()
	t, err := h.o.Store.Tries(c.Request.Context(), h.triesKey(c), now)
	if err != nil {
		return false, fmt.Errorf("verify: tries: %w", err)
	}
	d := wait(t, now)
	if d == 0 {
		return false, nil
	}
	seconds := int((d + time.Second - 1) / time.Second)
	c.Header("Retry-After", strconv.Itoa(seconds))
	return true, h.o.Web.Page(c, http.StatusTooManyRequests, "verify/slow", web.Page{
		Title: "请稍候再试", Next: backTo(kind),
		Data: map[string]any{"Seconds": seconds, "Back": backTo(kind)},
	})
}

// failed counts a failed try.
func (h *Handler) failed(ctx context.Context, c *gin.Context) error {
	if _, err := h.o.Store.AddTry(ctx, h.triesKey(c), window, h.o.Web.Now()); err != nil {
		return fmt.Errorf("verify: count a try: %w", err)
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
