package h5

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
	"quxiang/model/links"
	"quxiang/model/store"
)

// Store is what the graduate's pages need of the database.
type Store interface {
	Record(ctx context.Context, id model.GraduateID) (model.Record, error)
	Change(ctx context.Context, id model.GraduateID, f func(model.Record) (model.Change, error)) (model.Record, error)
	DeskNotesAbout(ctx context.Context, id model.GraduateID, limit int) ([]model.DeskNote, error)
	Cohort(ctx context.Context, code string) (model.Cohort, error)
	Colleges(ctx context.Context, cohort, school string) ([]string, error)
	Ties(ctx context.Context, id model.AccountID, openid string) (store.Ties, error)
	FormSigningKey(ctx context.Context) (form.SigningKey, error)
	Verifications(ctx context.Context, id model.GraduateID, before int64, limit int) ([]model.Verification, error)
	LooksAt(ctx context.Context, id model.GraduateID) (map[int64]store.Looks, error)
	Messages(ctx context.Context, id model.GraduateID, limit int) ([]model.Message, error)
	FindUnits(ctx context.Context, query string) ([]model.Unit, error)

	Proofs(ctx context.Context, id model.GraduateID) ([]model.Proof, error)
	AddProof(ctx context.Context, p model.Proof, body, thumb []byte, rule store.ProofRule) (model.Proof, error)
	RemoveProof(ctx context.Context, graduate model.GraduateID, id model.ProofID, rule store.ProofRule) error
	ReadProof(ctx context.Context, graduate model.GraduateID, id model.ProofID, thumb bool) ([]byte, error)
	ProofDigest(uploaded []byte) string
	AddTry(ctx context.Context, key string, window time.Duration, now time.Time) (store.Tries, error)
}

// Options of the graduate's pages.
type Options struct {
	Web            *web.Web
	Store          Store
	Links          links.Links
	Codes          func(version string) (*codes.Table, error) // called with Cohort.CodeTable
	Form           form.Options
	Tag            func(purpose, value string) string // names what limits count
	CHSIAccountURL string                             // where phone and e-mail are mended (guide §2)
	Rand           io.Reader                          // of 核验编号; crypto/rand.Reader in production
}

// Handler serves /h5/….
type Handler struct {
	o       Options
	judging chan struct{} // held while a proof is judged
}

// New checks the options and returns the graduate's pages.
func New(o Options) (*Handler, error) {
	if o.Web == nil || o.Store == nil || o.Codes == nil || o.Tag == nil || o.Rand == nil || o.CHSIAccountURL == "" || o.Links == (links.Links{}) {
		return nil, errors.New("h5: Web, Store, Links, Codes, Tag, CHSIAccountURL and Rand are required")
	}
	return &Handler{o: o, judging: make(chan struct{}, parallelJudging)}, nil
}

// Mount adds the pages to the site.
func (h *Handler) Mount(r gin.IRouter) {
	get := func(path string, p page) { r.GET(path, h.o.Web.Do(h.visited(p))) }
	post := func(path string, p page) { r.POST(path, h.o.Web.Do(h.posted(p))) }
	get("/h5/home", h.home)
	get("/h5/basics", h.basics)
	post("/h5/basics", h.checkBasics)
	get("/h5/destination", h.destination)
	post("/h5/destination", h.report)
	get("/h5/destination/place", h.place)
	post("/h5/destination/place", h.choosePlace)
	r.POST("/h5/proofs", h.o.Web.Do(h.visited(h.addProofs)))
	get("/h5/proofs", func(v *visit) error { return web.SeeOther(v.c, "/h5/destination") })
	get("/h5/proofs/:id", h.proof)
	get("/h5/proofs/:id/thumb", h.proofThumb)
	post("/h5/proofs/:id/remove", h.removeProof)
	get("/h5/proofs/:id/remove", func(v *visit) error { return web.SeeOther(v.c, "/h5/destination") })
	get("/h5/destination/history", h.history)
	get("/h5/change", h.changeRequest)
	r.POST("/h5/change", h.o.Web.Do(h.withProofs(h.askChange)))
	get("/h5/correction", h.correction)
	r.POST("/h5/correction", h.o.Web.Do(h.withProofs(h.askCorrection)))
	get("/h5/dispute", h.dispute)
	r.POST("/h5/dispute", h.o.Web.Do(h.withProofs(h.askDispute)))
	get("/h5/requests/:number", h.request)
	get("/h5/requests/:number/withdraw", h.backToRequest)
	post("/h5/requests/:number/withdraw", h.withdraw)
	get("/h5/timeline", h.timelinePage)
	get("/h5/confirmation", h.confirmation)
	post("/h5/confirmation", h.confirm)
	get("/h5/authorization", h.authorization)
	post("/h5/authorization", h.authorize)
	get("/h5/authorization/extend", h.backToAuthorization)
	post("/h5/authorization/extend", h.extend)
	get("/h5/authorization/revoke", h.backToAuthorization)
	post("/h5/authorization/revoke", h.revoke)
	get("/h5/authorization/note", h.backToAuthorization)
	post("/h5/authorization/note", h.annotate)
	get("/h5/authorization/withdraw", h.withdrawal)
	post("/h5/authorization/withdraw", h.withdrawConsent)
	get("/h5/forms/:id", h.form)
	get("/h5/forms/:id/qr.png", h.formQR)
	get("/h5/forms/:id/form.png", h.formPicture)
	get("/h5/forms/:id/form.pdf", h.formPDF)
	get("/h5/verifications", h.verifications)
	get("/h5/messages", h.messages)
}
