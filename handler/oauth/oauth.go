package oauth

import (
	"context"
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/cas"
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/wechat"
)

// Store is what logins need of the database.
type Store interface {
	PutFlow(ctx context.Context, f store.Flow) error
	ClaimFlow(ctx context.Context, stateHash string, now time.Time) (f store.Flow, first bool, err error)
	FinishFlow(ctx context.Context, stateHash string, f store.Flow) error

	SessionByHash(ctx context.Context, hash string, now time.Time) (store.Session, error)
	SetSessionGraduate(ctx context.Context, hash string, id model.GraduateID) error
	EndSessionsByTicket(ctx context.Context, ticketHash string) error

	EnsureAccount(ctx context.Context, chsiUser string, now time.Time) (model.Account, error)
	Account(ctx context.Context, id model.AccountID) (model.Account, error)
	AccountByOpenID(ctx context.Context, openid string) (*model.Account, error)
	ChangeAccount(ctx context.Context, id model.AccountID, openid string, f func(a model.Account, holder *model.Account) (model.AccountChange, error)) (model.Account, error)

	FindByIDNumber(ctx context.Context, idNumber string) ([]model.Graduate, error)
	FindByExamNumber(ctx context.Context, exam string) ([]model.Graduate, error)
	GraduatesOf(ctx context.Context, id model.AccountID) ([]model.Graduate, error)
	Change(ctx context.Context, id model.GraduateID, f func(model.Record) (model.Change, error)) (model.Record, error)

	Cohort(ctx context.Context, code string) (model.Cohort, error)
	Cohorts(ctx context.Context) ([]model.Cohort, error)
	School(ctx context.Context, code string) (model.School, error)
	Schools(ctx context.Context) ([]model.School, error)
	Contacts(ctx context.Context, school string) ([]model.Contact, error)

	Tries(ctx context.Context, key string, now time.Time) (store.Tries, error)
	AddTry(ctx context.Context, key string, window time.Duration, now time.Time) (store.Tries, error)
	ClearTries(ctx context.Context, key string) error
	Tag(purpose, value string) string
}

// WeChat is the web OAuth of the official account.
type WeChat interface {
	AuthorizeURL(redirect, scope, state string) string
	ExchangeCode(ctx context.Context, code string) (wechat.OAuthUser, error)
}

// CAS is the login server of CHSI.
type CAS interface {
	LoginURL(service string, renew bool) string
	Validate(ctx context.Context, service, ticket string) (cas.User, error)
}

// Attributes maps our fields to the names of CHSI's CAS attributes; "" means
// that CHSI does not give the field.
type Attributes struct{ ExamNumber, Name, IDNumber, Phone, Email string }

// Options of the logins.
type Options struct {
	Web        *web.Web
	Store      Store
	WeChat     WeChat
	CAS        CAS
	Links      links.Links
	Attributes Attributes
	Codes      func(version string) (*codes.Table, error) // called with Cohort.CodeTable
}

// Handler serves the logins and the pages between them.
type Handler struct {
	o      Options
	wechat login
	chsi   login
}

// New checks the options and returns a Handler.
func New(o Options) (*Handler, error) {
	if o.Web == nil || o.Store == nil || o.WeChat == nil || o.CAS == nil || o.Codes == nil || o.Links == (links.Links{}) {
		return nil, errors.New("oauth: Web, Store, WeChat, CAS, Links and Codes are required")
	}
	h := &Handler{o: o}
	h.wechat = login{
		name: "wechat", path: pathWeChat, parameter: "code", limit: 512, finish: h.finishWeChat,
		lost: "这个微信登录链接已失效，请重新进入；也可以关闭本页，从公众号菜单“去向登记”进入。",
	}
	h.chsi = login{
		name: "chsi", path: pathCHSI, parameter: "ticket", limit: 256, finish: h.finishCHSI,
		lost: "这次学信网登录没有完成，或登录链接已失效，请重新登录。",
	}
	return h, nil
}

// Paths of this area that its pages lead to.
const (
	pathWeChat  = "/wechat/oauth"
	pathCHSI    = "/chsi/login"
	pathBind    = "/h5/bind"
	pathProve   = "/h5/prove"
	pathMove    = "/h5/move"
	pathChoose  = "/h5/choose"
	pathBinding = "/h5/binding"
	pathCannot  = "/cannot-login"
	pathHome    = "/h5/home" // of area h5: where a login leads unless it says otherwise
)

// Mount adds the addresses. Those below /wechat and /chsi and /cannot-login are
// public; those below /h5 need a session, finished or not.
func (h *Handler) Mount(r gin.IRouter) {
	get := func(path string, f web.Handler) { r.GET(path, h.o.Web.Do(f)) }
	post := func(path string, f web.Handler) { r.POST(path, h.o.Web.Do(f)) }
	get(pathWeChat, h.beginWeChat)
	get(pathWeChat+"/callback", h.back(h.wechat))
	get(pathCHSI, h.beginCHSI)
	get("/chsi/callback", h.back(h.chsi))
	post("/chsi/callback", h.singleLogout)
	get(pathBind, h.showBind)
	post(pathBind, h.bind)
	get(pathProve, h.showProve)
	post(pathProve, h.prove)
	get(pathMove, h.showMove)
	post(pathMove, h.move)
	get(pathChoose, h.showChoose)
	post(pathChoose, h.choose)
	get(pathBinding, h.showBinding)
	post("/h5/unbind", h.unbind)
	// Its address opened as a page: after a login that came in between, or by
	// going back.
	get("/h5/unbind", func(c *gin.Context) error { return web.SeeOther(c, pathBinding) })
	post("/h5/logout", h.logout)
	get(pathCannot, h.cannot)
}
