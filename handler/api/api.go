package api

import (
	"context"
	"errors"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
)

// Store is where keys are found, and signatures and requests counted.
type Store interface {
	signatures
	UpstreamSecret(ctx context.Context, id string) (k model.UpstreamKey, secret string, ok bool, err error)
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
// because no session opens it: its gate does.
func (h *Handler) Mount(r gin.IRouter) {
	upstream := gate[model.UpstreamKey]{web: h.o.Web, store: h.o.Store, family: "upstream", rate: h.o.Rate, secret: h.o.Store.UpstreamSecret}
	r.POST("/api/v1/upstream/destinations", upstream.signed(h.receive))
	r.GET("/api/v1/upstream/destinations/:key", upstream.signed(h.answered))
}
