package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
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
	proveTries = 5
	provePause = 15 * time.Minute
	tailLength = 6 // characters of the ID number that are asked for
)

// provePage is what template h5/prove draws: 考生号, 姓名 and the last six of the
// ID number, asked once from somebody of whom CHSI gave only a user name.
type provePage struct {
	Next             string
	Exam, Name, Tail web.Field
	PausedUntil      time.Time // zero: may try

	proofExam, proofName, proofTail string // as they compare
}

func newProvePage(next, exam, name, tail string) provePage {
	p := provePage{
		Next: nextOf(next),
		Exam: web.Field{Name: "exam_number", Label: "考生号", Value: exam, InputMode: "numeric", MaxLength: 40, Required: true, Autocomplete: "off"},
		Name: web.Field{Name: "name", Label: "姓名", Value: name, MaxLength: 60, Required: true, Autocomplete: "name"},
		// Not given back when refused, as a password is not.
		Tail: web.Field{Name: "id_tail", Label: "身份证号后六位", MaxLength: tailLength, Required: true, Autocomplete: "off", Hint: "末位为字母 X 的，请输入 X。"},
	}
	p.proofExam, p.proofName, p.proofTail = model.FoldName(exam), model.FoldName(name), model.FoldName(tail)
	return p
}

// check marks fields that cannot be right whatever the roster says.
func (p *provePage) check() bool {
	if p.proofExam == "" {
		p.Exam.Error = "请填写考生号。"
	}
	if p.proofName == "" {
		p.Name.Error = "请填写姓名。"
	}
	alnum := func(c rune) bool { return (c < '0' || c > '9') && (c < 'A' || c > 'Z') }
	if len(p.proofTail) != tailLength || strings.ContainsFunc(p.proofTail, alnum) {
		p.Tail.Error = "请填写身份证号的后六位。"
	}
	return p.Exam.Error == "" && p.Name.Error == "" && p.Tail.Error == ""
}

// fits compares a record with what was typed, in time that does not depend on
// where they differ.
func (p *provePage) fits(b model.Basics) bool {
	id := model.FoldName(b.IDNumber)
	if len(id) < tailLength {
		return false
	}
	name, tail := sum(model.FoldName(b.Name)), sum(id[len(id)-tailLength:])
	wantName, wantTail := sum(p.proofName), sum(p.proofTail)
	return subtle.ConstantTimeCompare(name, wantName)&subtle.ConstantTimeCompare(tail, wantTail) == 1
}

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// proving loads the session and its account for this page. ok is false when the
// answer was given already: there is nothing to prove, or CHSI has to be asked
// first who it is.
func (h *Handler) proving(c *gin.Context, next string) (s store.Session, a model.Account, ok bool, err error) {
	if s, err = visitor(c); err != nil {
		return s, a, false, err
	}
	path, err := h.onward(c.Request.Context(), s, nextOf(next))
	if err != nil {
		return s, a, false, err
	}
	if !strings.HasPrefix(path, pathProve+"?") {
		return s, a, false, web.SeeOther(c, path)
	}
	may, err := h.noted(c, flowProve, s.TokenHash)
	if err != nil {
		return s, a, false, err
	}
	if !may {
		// The roster may have come meanwhile, and CHSI may say more.
		return s, a, false, web.SeeOther(c, with(pathCHSI, next))
	}
	a, err = h.o.Store.Account(c.Request.Context(), s.AccountID)
	return s, a, err == nil, err
}

// tryKeys are the keys under which wrong tries count: the account of the
// session, which a new login does not change, and the address.
func (h *Handler) tryKeys(c *gin.Context, a model.Account) (account, address string) {
	return "prove:account:" + strconv.FormatInt(int64(a.ID), 10), "prove:address:" + h.o.Store.Tag("prove.address", web.Address(c))
}

// pausedUntil is until when nobody may try; zero when one may.
func (h *Handler) pausedUntil(c *gin.Context, keys ...string) (until time.Time, err error) {
	now := h.o.Web.Now()
	for _, key := range keys {
		t, err := h.o.Store.Tries(c.Request.Context(), key, now)
		if err != nil {
			return until, fmt.Errorf("oauth: tries: %w", err)
		}
		if end := t.Last.Add(provePause); t.Count >= proveTries && end.After(now) && end.After(until) {
			until = end
		}
	}
	return until, nil
}

// showProve is GET /h5/prove.
func (h *Handler) showProve(c *gin.Context) error {
	_, a, ok, err := h.proving(c, c.Query("next"))
	if err != nil || !ok {
		return err
	}
	account, address := h.tryKeys(c, a)
	p := newProvePage(c.Query("next"), "", "", "")
	if p.PausedUntil, err = h.pausedUntil(c, account, address); err != nil {
		return err
	}
	return h.renderProve(c, http.StatusOK, p)
}

// renderProve shows the form, or until when it is closed.
func (h *Handler) renderProve(c *gin.Context, status int, p provePage, banners ...web.Banner) error {
	if !p.PausedUntil.IsZero() {
		wait := int(p.PausedUntil.Sub(h.o.Web.Now())/time.Second) + 1
		c.Header("Retry-After", strconv.Itoa(wait))
		status = http.StatusTooManyRequests
		banners = []web.Banner{{Kind: web.BannerWarn, Text: "连续五次未核对成功，请于" + model.Minute(p.PausedUntil.Add(time.Minute-1)) + "之后再试。"}}
	}
	return h.page(c, status, "prove", "核对身份", nil, p, banners...)
}

// prove is POST /h5/prove.
func (h *Handler) prove(c *gin.Context) error {
	if err := web.Form(c); err != nil {
		return err
	}
	form := c.Request.PostForm
	s, a, ok, err := h.proving(c, form.Get("next"))
	if err != nil || !ok {
		return err
	}
	p := newProvePage(form.Get("next"), form.Get("exam_number"), form.Get("name"), form.Get("id_tail"))
	account, address := h.tryKeys(c, a)
	if p.PausedUntil, err = h.pausedUntil(c, account, address); err != nil {
		return err
	}
	if !p.PausedUntil.IsZero() {
		return h.renderProve(c, http.StatusTooManyRequests, p)
	}
	if !p.check() {
		return h.renderProve(c, http.StatusUnprocessableEntity, p)
	}
	return h.tryProof(c, s, a, p)
}

// tryProof compares. A try counts before it is compared, so that many at once
// are no more than five; a right one is taken back.
func (h *Handler) tryProof(c *gin.Context, s store.Session, a model.Account, p provePage) error {
	ctx, now := c.Request.Context(), h.o.Web.Now()
	account, address := h.tryKeys(c, a)
	tries, err := h.o.Store.AddTry(ctx, account, provePause, now)
	if err != nil {
		return fmt.Errorf("oauth: count try: %w", err)
	}
	if tries.Count > proveTries {
		p.PausedUntil = tries.Last.Add(provePause)
		return h.renderProve(c, http.StatusTooManyRequests, p)
	}
	mine, err := h.proven(c, p)
	if err != nil {
		return err
	}
	if len(mine) == 0 {
		if _, err := h.o.Store.AddTry(ctx, address, provePause, now); err != nil {
			return fmt.Errorf("oauth: count try: %w", err)
		}
		if p.PausedUntil, err = h.pausedUntil(c, account, address); err != nil {
			return err
		}
		return h.renderProve(c, http.StatusUnprocessableEntity, p, web.Banner{
			Kind: web.BannerError, Text: "没有找到与这三项都一致的毕业生，请核对后重新填写。",
			Link: &web.Link{Href: pathCannot + "?why=" + whyRoster, Text: "仍不成功？"},
		})
	}
	if err := h.o.Store.ClearTries(ctx, account); err != nil {
		return fmt.Errorf("oauth: clear tries: %w", err)
	}
	return h.acceptProof(c, s, a, mine, p)
}

// proven finds the records that fit what was typed, and with them all of the
// same person: same ID number and name, in another cohort.
func (h *Handler) proven(c *gin.Context, p provePage) ([]model.Graduate, error) {
	ctx := c.Request.Context()
	found, err := h.o.Store.FindByExamNumber(ctx, p.proofExam)
	if err != nil {
		return nil, fmt.Errorf("oauth: records by exam number: %w", err)
	}
	if len(found) == 0 {
		p.fits(model.Basics{IDNumber: strings.Repeat("0", 18)}) // the same work for an unknown number
	}
	for _, g := range found {
		if !p.fits(g.Basics) {
			continue
		}
		all, err := h.o.Store.FindByIDNumber(ctx, g.Basics.IDNumber)
		if err != nil {
			return nil, fmt.Errorf("oauth: records by ID number: %w", err)
		}
		var mine []model.Graduate
		for _, one := range all {
			if p.fits(one.Basics) {
				mine = append(mine, one)
			}
		}
		return mine, nil
	}
	return nil, nil
}

// acceptProof links the records, binds the WeChat of the session and goes on
// with a new session.
func (h *Handler) acceptProof(c *gin.Context, s store.Session, a model.Account, mine []model.Graduate, p provePage) error {
	ctx := c.Request.Context()
	taken, err := h.link(ctx, a, mine, proofTyped)
	if err != nil {
		return fmt.Errorf("oauth: prove: %w", err)
	}
	linked, err := h.o.Store.GraduatesOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("oauth: records of the account: %w", err)
	}
	if len(linked) == 0 {
		if taken == "" {
			return errors.New("oauth: a proven record was not linked")
		}
		return web.SeeOther(c, pathCannot+"?why="+whyTaken+"&school="+taken)
	}
	if len(linked) == 1 {
		s.GraduateID = linked[0].ID
	}
	if err := h.bindOpenID(ctx, a.ID, s.OpenID); err != nil {
		return fmt.Errorf("oauth: prove: %w", err)
	}
	if err := h.start(c, s); err != nil {
		return err
	}
	return h.goOn(c, *web.SessionOf(c), p.Next)
}
