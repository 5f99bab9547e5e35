package api

import (
	"context"
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// Store is what signatures and limits are checked with.
type Store interface {
	UpstreamSecret(ctx context.Context, id string) (k model.UpstreamKey, secret string, ok bool, err error)
	UseUpstreamNonce(ctx context.Context, key, nonce string, expires time.Time) (first bool, err error)
	AddTry(ctx context.Context, key string, window time.Duration, now time.Time) (store.Tries, error)
}

// Receiver takes in what a platform posts. Post answers the same for the same
// idempotency key; CodeConflict says that the first is still being worked.
type Receiver interface {
	Post(ctx context.Context, key model.UpstreamKey, idempotency, digest string, items []model.UpstreamItem) ([]model.UpstreamResult, error)
	Answered(ctx context.Context, key model.UpstreamKey, idempotency string) ([]model.UpstreamResult, error)
}

// Options of a Handler.
type Options struct {
	Web      *web.Web
	Store    Store
	Receiver Receiver
	// Rate is how many requests a key may make in a minute.
	Rate int
}

// Handler serves /api/v1.
type Handler struct{ o Options }

// New checks the options and returns a Handler.
func New(o Options) (*Handler, error) {
	if o.Web == nil || o.Store == nil || o.Receiver == nil || o.Rate <= 0 {
		return nil, errors.New("api: Web, Store, Receiver and Rate are required")
	}
	return &Handler{o: o}, nil
}

// Mount adds the routes. Each of them is on the router's list of public paths,
// because no session opens it: signed does.
func (h *Handler) Mount(r gin.IRouter) {
	r.POST("/api/v1/upstream/destinations", h.signed(h.receive))
	r.GET("/api/v1/upstream/destinations/:key", h.signed(h.answered))
}
