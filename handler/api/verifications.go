package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
	"quxiang/model/store"
)

// deskStore is where departments' keys are found, and their checks answered.
type deskStore interface {
	signatures
	register
	DeskSecret(ctx context.Context, id string) (k model.DeskKey, secret string, ok bool, err error)
	DeskUse(ctx context.Context, id model.OperatorID, now time.Time) (model.DeskUse, error)
	DeskPosted(ctx context.Context, key, name string) (p store.DeskPosted, found bool, err error)
	PostDeskCheck(ctx context.Context, p store.DeskPost, c model.DeskCheck, answer func([]model.FormAnswer, time.Time) ([]byte, error)) (model.DeskKey, error)
	FormRing(ctx context.Context) (form.Ring, error)
}

// DeskOptions are those of a Desk.
type DeskOptions struct {
	Web   *web.Web
	Store deskStore
	Codes func(version string) (*codes.Table, error)
	Form  form.Options
	// Place names the network of an address for the holder, "" where it cannot.
	Place  func(ip string) string
	Limits model.DeskLimits // of a department's day
	// Rate is how many requests a key may make in a minute, whatever they ask.
	Rate int
}

// Desk serves the programs of archive and household departments.
type Desk struct{ o DeskOptions }

// NewDesk checks the options and returns a Desk.
func NewDesk(o DeskOptions) (*Desk, error) {
	if o.Web == nil || o.Store == nil || o.Codes == nil || o.Place == nil || o.Rate <= 0 || o.Limits == (model.DeskLimits{}) {
		return nil, errors.New("api: Web, Store, Codes, Place, Limits and Rate are required")
	}
	return &Desk{o: o}, nil
}

// Mount adds the routes. Each of them is on the router's list of public paths,
// because no session opens it: its gate does.
func (h *Desk) Mount(r gin.IRouter) {
	g := gate[model.DeskKey]{web: h.o.Web, store: h.o.Store, family: "desk", rate: h.o.Rate, secret: h.o.Store.DeskSecret}
	r.POST("/api/v1/verifications", g.signed(h.post))
	r.GET("/api/v1/verifications/:key", g.signed(h.posted))
}

// deskRequest is one that a department's program has signed.
type deskRequest = request[model.DeskKey]

// remembered is how long a post's idempotency key and answer are kept.
const remembered = 7 * 24 * time.Hour

// post answers a post of checks.
func (h *Desk) post(r deskRequest) error {
	ctx := r.Request.Context()
	if err := r.checkPost(); err != nil {
		return err
	}
	checks, err := readChecks(r.body)
	if err != nil {
		return err
	}
	if again, err := h.again(r, r.idempotency, r.digest()); again || err != nil {
		return err
	}
	ring, err := h.o.Store.FormRing(ctx)
	if err != nil {
		return fmt.Errorf("api: form keys: %w", err)
	}
	now, ip := h.o.Web.Now(), r.ClientIP()
	c := model.DeskCheck{
		Way: model.WayAPI, Batch: store.NewBatch(), Key: r.id, Limits: h.o.Limits,
		Network: model.MaskNetwork(ip), Place: h.o.Place(ip), RequestID: web.RequestID(r.Context),
	}
	all := make([]asked, len(checks))
	for i, one := range checks {
		if all[i] = one.ask(r.key, ring, model.DateOf(now)); all[i].verdict == nil {
			c.Questions = append(c.Questions, all[i].question)
		}
	}
	p := store.DeskPost{Key: r.key, Name: r.idempotency, Digest: r.digest(), Checks: len(checks), Expires: now.Add(remembered)}
	var said verificationsBody
	k, err := h.o.Store.PostDeskCheck(ctx, p, c, func(answers []model.FormAnswer, at time.Time) ([]byte, error) {
		verdicts, err := h.verdicts(ctx, checks, all, answers)
		if err != nil {
			return nil, err
		}
		kept := keptAnswer{CheckedAt: stamp(at), RequestID: c.RequestID, Results: verdicts}
		said = kept.body()
		return kept.stored()
	})
	if errors.Is(err, store.ErrPosted) || model.CodeOf(err) == model.CodeTooMany {
		// The same post came at the same time and was answered first; it has perhaps
		// used the quota that this one asked for.
		if again, err := h.again(r, r.idempotency, r.digest()); again || err != nil {
			return err
		}
	}
	if err != nil {
		return h.refuse(r, k, err)
	}
	return h.write(r, k, said)
}

// posted tells once more what a post was answered.
func (h *Desk) posted(r deskRequest) error {
	if err := checkIdempotency(r.Param("key")); err != nil {
		return err
	}
	again, err := h.again(r, r.Param("key"), "")
	if err == nil && !again {
		err = model.Errorf(model.CodeNotFound, "没有这个幂等键的请求，或已超过保留期限（7 天）。")
	}
	return err
}

// again answers a post that was answered before; done is false when there was
// none of that name. A digest says that the same body must have come.
func (h *Desk) again(r deskRequest, name, digest string) (done bool, err error) {
	p, found, err := h.o.Store.DeskPosted(r.Request.Context(), r.id, name)
	if err != nil || !found {
		return false, err
	}
	if digest != "" && p.Digest != digest {
		e := model.Errorf(model.CodeConflict, "这个幂等键已用于内容不同的请求。新的内容请使用新的键。")
		e.Field = HeaderIdempotency
		return false, e
	}
	var kept keptAnswer
	if err := json.Unmarshal(p.Answer, &kept); err != nil {
		return false, fmt.Errorf("api: stored answer: %w", err)
	}
	contents, err := h.contents(r.Request.Context(), r.key, kept.Results, h.o.Web.Now())
	if err != nil {
		return false, err
	}
	for i := range kept.Results {
		kept.Results[i].Content = contents[i]
	}
	return true, h.write(r, r.key, kept.body())
}

// refuse says when to ask again, where that helps.
func (h *Desk) refuse(r deskRequest, k model.DeskKey, err error) error {
	if model.CodeOf(err) != model.CodeTooMany {
		return err
	}
	now := h.o.Web.Now()
	until := model.DateOf(now).End() // what a department's account may ask is counted by the day
	if pause, ok := errors.AsType[*model.Pause](err); ok {
		until = pause.Until
	}
	r.Header("Retry-After", strconv.Itoa(wholeSeconds(until.Sub(now))))
	if herr := h.headers(r, k); herr != nil {
		return herr
	}
	return err
}

func (h *Desk) write(r deskRequest, k model.DeskKey, out verificationsBody) error {
	if err := h.headers(r, k); err != nil {
		return err
	}
	r.JSON(http.StatusOK, out)
	return nil
}

// headers tell what the key has left, as draft-ietf-httpapi-ratelimit-headers
// writes it: a unit is one check.
func (h *Desk) headers(r deskRequest, k model.DeskKey) error {
	now := h.o.Web.Now()
	used, err := h.o.Store.DeskUse(r.Request.Context(), k.Desk.OperatorID, now)
	if err != nil {
		return fmt.Errorf("api: quota: %w", err)
	}
	minute, day := k.Quotas(used, h.o.Limits, now)
	r.Header("RateLimit-Policy", fmt.Sprintf(`"minute";q=%d;w=60, "day";q=%d;w=86400`, minute.Limit, day.Limit))
	r.Header("RateLimit", fmt.Sprintf(`"minute";r=%d;t=%d, "day";r=%d;t=%d`,
		minute.Left, wholeSeconds(minute.Reset.Sub(now)), day.Left, wholeSeconds(day.Reset.Sub(now))))
	return nil
}
