package admin

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

const (
	// maxTries are the wrong passwords for one name that lead to a pause, and
	// maxAddressTries those from one address: an office shares an address, and
	// one who cannot log in must not lock out the others.
	maxTries        = 5
	maxAddressTries = 20
	pause           = 15 * time.Minute
	maxName         = 64 // bytes; model.CheckOperator allows no more
)

// wrongLogin is the one answer for a wrong name and a wrong password.
const wrongLogin = "账号或密码不正确。连续输错 5 次将暂停登录 15 分钟。"

func (h *Handler) loginPage(c *gin.Context) error {
	s, err := h.o.Web.LoadSession(c, web.KindOperator)
	if err != nil {
		return err
	}
	if s != nil {
		return web.SeeOther(c, nextOf(c.Query("next")))
	}
	return h.showLogin(c, http.StatusOK, "", c.Query("next"), "")
}

// showLogin draws the login page. The name stays, the password does not.
func (h *Handler) showLogin(c *gin.Context, status int, name, next, fault string) error {
	p := web.Page{
		Title: "管理人员登录", Area: web.AreaAdmin, Next: "/admin/login",
		Data: map[string]any{
			"Name":     web.Field{Name: "name", Label: "账号", Value: name, Required: true, Autocomplete: "username", MaxLength: maxName},
			"Password": web.Field{Name: "password", Label: "密码", Type: "password", Required: true, Autocomplete: "current-password", MaxLength: maxPassword},
			"Next":     nextOf(next),
		},
	}
	if fault != "" {
		p.Banner = []web.Banner{{Kind: web.BannerError, Text: fault}}
	}
	return h.o.Web.Page(c, status, "admin/login", p)
}

// nextOf is where a login leads: a page below /admin.
func nextOf(next string) string {
	next = web.SafeNext(next)
	if next != "/admin" && !strings.HasPrefix(next, "/admin/") && !strings.HasPrefix(next, "/admin?") || strings.HasPrefix(next, "/admin/login") {
		return "/admin"
	}
	return next
}

// login checks a name and password. A try is counted before the password is
// looked at, so that many at the same time do not get more than five.
func (h *Handler) login(c *gin.Context) error {
	if err := web.Form(c); err != nil {
		return err
	}
	ctx, now := c.Request.Context(), h.o.Web.Now()
	name, password, next := strings.TrimSpace(c.PostForm("name")), c.PostForm("password"), c.PostForm("next")
	if name == "" || password == "" {
		return h.showLogin(c, http.StatusUnprocessableEntity, name, next, "请填写账号和密码。")
	}
	address := "admin.address:" + h.o.Store.Tag("admin.address", web.Address(c))
	tries, err := h.o.Store.Tries(ctx, address, now)
	if err != nil {
		return fmt.Errorf("admin: login: %w", err)
	}
	if tries.Count >= maxAddressTries {
		return h.paused(c, name, next, tries, now)
	}
	locked, tries, err := h.countTry(ctx, name, now)
	if err != nil {
		return fmt.Errorf("admin: login: %w", err)
	}
	if locked {
		return h.paused(c, name, next, tries, now)
	}
	op, ok, err := h.authenticate(ctx, name, password)
	if err != nil {
		return err
	}
	if !ok {
		if _, err := h.o.Store.AddTry(ctx, address, pause, now); err != nil {
			return fmt.Errorf("admin: login: %w", err)
		}
		return h.showLogin(c, http.StatusUnprocessableEntity, name, next, wrongLogin)
	}
	if err := h.o.Store.ClearTries(ctx, h.nameKey(name)); err != nil {
		return fmt.Errorf("admin: login: %w", err)
	}
	return h.begin(c, op, "operator.login", nextOf(next))
}

// nameKey names a login's tries in the store, whether or not it exists.
func (h *Handler) nameKey(name string) string {
	return "admin.name:" + h.o.Store.Tag("admin.name", strings.ToLower(name))
}

// countTry counts a try for a name; locked says that it must not be made.
func (h *Handler) countTry(ctx context.Context, name string, now time.Time) (locked bool, t store.Tries, err error) {
	t, err = h.o.Store.Tries(ctx, h.nameKey(name), now)
	if err != nil || t.Count >= maxTries {
		return true, t, err
	}
	t, err = h.o.Store.AddTry(ctx, h.nameKey(name), pause, now)
	return t.Count > maxTries, t, err
}

// paused says until when nobody can log in with this name or from here.
func (h *Handler) paused(c *gin.Context, name, next string, t store.Tries, now time.Time) error {
	until := t.Last.Add(pause)
	c.Header("Retry-After", strconv.Itoa(int(until.Sub(now).Seconds())+1))
	return h.showLogin(c, http.StatusTooManyRequests, name, next,
		"输错次数过多，登录已暂停到 "+until.In(model.Shanghai).Format("15:04")+" 以后。如忘记密码，请联系系统管理员。")
}

// authenticate finds the operator and works through a hash whether or not
// there is one. Disabled operators are refused like wrong passwords.
func (h *Handler) authenticate(ctx context.Context, name, password string) (op model.Operator, ok bool, err error) {
	hash := h.decoy
	if len(name) <= maxName {
		var found string
		op, found, err = h.o.Store.OperatorByName(ctx, name)
		switch {
		case err == nil:
			hash = found
		case model.CodeOf(err) != model.CodeNotFound:
			return op, false, fmt.Errorf("admin: operator by name: %w", err)
		}
	}
	known := op.ID != 0
	if len(password) > 4*maxPassword {
		password = ""
	}
	same, err := h.verify(ctx, hash, password)
	if err != nil {
		return op, false, err
	}
	return op, same && known && !op.Disabled, nil
}

// verify is VerifyPassword for few at a time: each takes much memory.
func (h *Handler) verify(ctx context.Context, hash, password string) (bool, error) {
	select {
	case h.hashing <- struct{}{}:
		defer func() { <-h.hashing }()
	case <-ctx.Done():
		return false, fmt.Errorf("admin: verify password: %w", ctx.Err())
	}
	return VerifyPassword(hash, password)
}

// begin starts a new session and leads on: first to a password of one's own.
func (h *Handler) begin(c *gin.Context, op model.Operator, action, next string) error {
	if err := h.o.Web.StartSession(c, store.Session{Kind: web.KindOperator, OperatorID: op.ID}); err != nil {
		return err
	}
	if err := h.o.Store.AddAudit(c.Request.Context(), audit(op, action, h.o.Web.Now())); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	if op.MustChange {
		next = "/admin/password"
	}
	return web.SeeOther(c, next)
}

// audit is an entry about an operator's own act.
func audit(op model.Operator, action string, now time.Time) model.Audit {
	return model.Audit{At: now, Actor: model.ByOperator(op), Action: action, SchoolCode: op.SchoolCode, College: op.College}
}

func (h *Handler) logout(c *gin.Context) error {
	if err := h.o.Web.EndSession(c, web.KindOperator); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/login")
}

func (h *Handler) passwordPage(v visit) error { return h.showPassword(v, nil) }

func (h *Handler) showPassword(v visit, fault *model.Error) error {
	fields := map[string]*web.Field{
		"Old":    {Name: "old", Label: "现在的密码", Autocomplete: "current-password"},
		"New":    {Name: "new", Label: "新密码", Autocomplete: "new-password", Hint: fmt.Sprintf("至少 %d 个字符，不能包含账号名。", minPassword)},
		"Repeat": {Name: "repeat", Label: "再输一次新密码", Autocomplete: "new-password"},
	}
	data := map[string]any{"Name": v.op.Name}
	for key, f := range fields {
		f.Type, f.Required, f.MaxLength = "password", true, maxPassword
		if fault != nil && fault.Field == f.Name {
			f.Error = fault.Message
		}
		data[key] = *f
	}
	p := web.Page{Title: "修改密码", Data: data}
	switch {
	case fault != nil && fault.Field == "":
		p.Banner = []web.Banner{{Kind: web.BannerError, Text: fault.Message}}
	case v.op.MustChange && fault == nil:
		p.Banner = []web.Banner{{Kind: web.BannerInfo, Text: "您的密码是一次性的。请先设置自己的密码。"}}
	}
	return h.show(v, status(fault), "password", p)
}

// changePassword sets a new password: all sessions of the operator end, and
// this browser gets a new one.
func (h *Handler) changePassword(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	ctx, now := v.Request.Context(), h.o.Web.Now()
	old, fresh := v.PostForm("old"), v.PostForm("new")
	if e, ok := asError(CheckPassword(v.op.Name, fresh)); ok {
		return h.showPassword(v, e)
	}
	switch {
	case fresh != v.PostForm("repeat"):
		return h.showPassword(v, model.Invalid("repeat", "两次输入的新密码不一致。"))
	case fresh == old:
		return h.showPassword(v, model.Invalid("new", "新密码不能与现在的密码相同。"))
	}
	locked, _, err := h.countTry(ctx, v.op.Name, now)
	if err != nil {
		return fmt.Errorf("admin: change password: %w", err)
	}
	if locked {
		return h.showPassword(v, model.Errorf(model.CodeTooMany, "密码输错次数过多，请 15 分钟后再试。"))
	}
	_, ok, err := h.authenticate(ctx, v.op.Name, old)
	if err != nil {
		return err
	}
	if !ok {
		return h.showPassword(v, model.Invalid("old", "现在的密码不正确。"))
	}
	if err := h.o.Store.ClearTries(ctx, h.nameKey(v.op.Name)); err != nil {
		return fmt.Errorf("admin: change password: %w", err)
	}
	if err := h.o.Store.SetPassword(ctx, v.op.ID, h.o.Hash.hash(fresh), false); err != nil {
		return fmt.Errorf("admin: change password: %w", err)
	}
	v.op.MustChange = false
	return h.begin(v.Context, v.op, "operator.password", "/admin?done=password")
}
