package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/cas"
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// The kinds of flows through CHSI, and of the notes that this area leaves among
// them because they end by themselves.
const (
	flowCHSI    = "chsi"
	flowConsent = "chsi_consent" // the person consented on the way
	flowProve   = "prove"        // a session may prove itself: CHSI gave a user name only
	flowRenew   = "renew"        // this browser logged out: CHSI shall ask for the password
)

// noteLife is how long such a note holds: as long as a graduate's session.
const noteLife = 2 * time.Hour

// maxUser bounds a CHSI user name, in bytes.
const maxUser = 256

// beginCHSI is GET /chsi/login?next=: to CHSI. Nobody has consented to anything
// by coming here.
func (h *Handler) beginCHSI(c *gin.Context) error {
	s, err := h.o.Web.LoadSession(c, web.KindGraduate)
	if err != nil {
		return err
	}
	if s == nil {
		s = &store.Session{}
	}
	return h.toCHSI(c, *s, flowCHSI, c.Query("next"), c.Query("renew") == "1")
}

// toCHSI sends the browser to CHSI's login page. The openid that the session
// proved goes along, to be bound afterwards. In a browser in which somebody
// logged out CHSI is told to ask for the password even if it has a session, so
// that the next person at a shared computer is not taken for the last one.
func (h *Handler) toCHSI(c *gin.Context, s store.Session, kind, next string, renew bool) error {
	f := store.Flow{Kind: kind, Next: nextOf(next), OpenID: s.OpenID}
	text, err := h.begin(c, h.chsi, f, c.Query("again") == "1")
	if err != nil {
		return err
	}
	if s.AccountID == 0 && !renew {
		if renew, err = h.noted(c, flowRenew, h.o.Web.BrowserSecret(c)); err != nil {
			return err
		}
	}
	c.Redirect(http.StatusSeeOther, h.o.CAS.LoginURL(h.service(text), renew))
	return nil
}

// service is the address that CHSI sends the browser back to. The ticket is
// bound to the very same string.
func (h *Handler) service(state string) string { return h.o.Links.CHSICallback() + "?state=" + state }

// finishCHSI asks CHSI whose ticket it is and begins a session for that
// account: linked to its records and bound to the WeChat that came along, as
// far as the person has consented.
func (h *Handler) finishCHSI(c *gin.Context, f store.Flow, state, ticket string) (ending, error) {
	ctx := c.Request.Context()
	user, err := h.o.CAS.Validate(ctx, h.service(state), ticket)
	if err == nil && len(user.Name) > maxUser {
		err = cas.ErrUnavailable
	}
	if err != nil {
		h.o.Web.Logger(c).Warn("validate CHSI ticket", "err", err)
		if errors.Is(err, cas.ErrInvalidTicket) || errors.Is(err, cas.ErrInvalidService) {
			return ending{stop: ticketRefusedPage(f.Next)}, nil
		}
		return ending{stop: chsiDownPage(f.Next)}, nil
	}
	now := h.o.Web.Now()
	a, err := h.o.Store.EnsureAccount(ctx, user.Name, now)
	if err != nil {
		return ending{}, fmt.Errorf("ensure account: %w", err)
	}
	if a, err = h.consent(ctx, a, f.Kind == flowConsent); err != nil {
		return ending{}, err
	}
	s := store.Session{AccountID: a.ID, OpenID: f.OpenID, CHSITicketHash: web.Hash(ticket)}
	if a.ConsentAt.IsZero() {
		return h.arrive(c, s, f.Next)
	}
	return h.welcome(c, a, s, h.personOf(user), f.Next)
}

// welcome links a consenting account to the records that CHSI says are its
// holder's, refreshes phone and e-mail, and binds the WeChat.
func (h *Handler) welcome(c *gin.Context, a model.Account, s store.Session, p person, next string) (ending, error) {
	ctx := c.Request.Context()
	taken, err := h.linkMatches(ctx, a, p)
	if err != nil {
		return ending{}, err
	}
	linked, err := h.o.Store.GraduatesOf(ctx, a.ID)
	if err != nil {
		return ending{}, fmt.Errorf("records of the account: %w", err)
	}
	if err := h.refresh(ctx, linked, p); err != nil {
		return ending{}, err
	}
	switch len(linked) {
	case 0:
	case 1:
		s.GraduateID = linked[0].ID
		fallthrough
	default:
		if err := h.bindOpenID(ctx, a.ID, s.OpenID); err != nil {
			return ending{}, err
		}
	}
	end, err := h.arrive(c, s, next)
	if err != nil || len(linked) > 0 {
		return end, err
	}
	switch {
	case taken != "":
		end.path = pathCannot + "?why=" + whyTaken + "&school=" + taken
	case p.named():
		end.path = pathCannot + "?why=" + whyRoster
	default:
		err = h.note(c, flowProve, web.SessionOf(c).TokenHash)
	}
	return end, err
}

// arrive begins the session and names where it goes.
func (h *Handler) arrive(c *gin.Context, s store.Session, next string) (ending, error) {
	if err := h.start(c, s); err != nil {
		return ending{}, err
	}
	path, err := h.onward(c.Request.Context(), *web.SessionOf(c), nextOf(next))
	return ending{path: path}, err
}

// consent records that the holder agreed to the binding page, once.
func (h *Handler) consent(ctx context.Context, a model.Account, given bool) (model.Account, error) {
	if !given || !a.ConsentAt.IsZero() {
		return a, nil
	}
	now := h.o.Web.Now()
	a, err := h.o.Store.ChangeAccount(ctx, a.ID, "", func(a model.Account, _ *model.Account) (model.AccountChange, error) {
		return model.Consent(a, now), nil
	})
	if err != nil {
		return a, fmt.Errorf("record consent: %w", err)
	}
	return a, nil
}

// bindOpenID binds the WeChat of this login, if there is one. Where the person
// has to be asked first nothing is bound, and onward leads to the question.
func (h *Handler) bindOpenID(ctx context.Context, id model.AccountID, openid string) error {
	if openid == "" {
		return nil
	}
	now := h.o.Web.Now()
	_, err := h.o.Store.ChangeAccount(ctx, id, openid, func(a model.Account, holder *model.Account) (model.AccountChange, error) {
		return model.Bind(a, holder, openid, false, now)
	})
	if err != nil && !errors.Is(err, model.ErrMoveNeedsAnswer) && !errors.Is(err, model.ErrOpenIDTaken) {
		return fmt.Errorf("bind openid: %w", err)
	}
	return nil
}

// singleLogout is POST /chsi/callback: CHSI says that a person has logged out
// there, and every session that began with that ticket ends (CAS 3.0 §2.3.3).
// Only the server, the browser and we have known the ticket.
func (h *Handler) singleLogout(c *gin.Context) error {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return model.Errorf(model.CodeTooLarge, "请求内容过大。").Because(err)
		}
		return model.Errorf(model.CodeInvalid, "请求内容不完整。").Because(err)
	}
	ticket, err := cas.ParseLogoutRequest(body)
	if err != nil {
		return model.Errorf(model.CodeInvalid, "不是有效的退出通知。").Because(err)
	}
	if err := h.o.Store.EndSessionsByTicket(c.Request.Context(), web.Hash(ticket)); err != nil && model.CodeOf(err) != model.CodeNotFound {
		return fmt.Errorf("oauth: single logout: %w", err)
	}
	c.String(http.StatusOK, "ok\n")
	return nil
}

// note leaves a note that ends by itself; a second one changes nothing.
func (h *Handler) note(c *gin.Context, kind, of string) error {
	now := h.o.Web.Now()
	err := h.o.Store.PutFlow(c.Request.Context(), store.Flow{
		StateHash: noteHash(kind, of, now), Kind: kind, CreatedAt: now, ExpiresAt: now.Add(noteLife),
	})
	if err != nil && model.CodeOf(err) != model.CodeConflict {
		return fmt.Errorf("oauth: note %s: %w", kind, err)
	}
	return nil
}

// noted reports whether a note was left.
func (h *Handler) noted(c *gin.Context, kind, of string) (bool, error) {
	now := h.o.Web.Now()
	// A note that was left in the period before may still hold.
	for _, at := range []time.Time{now, now.Add(-noteLife)} {
		_, _, err := h.o.Store.ClaimFlow(c.Request.Context(), noteHash(kind, of, at), now)
		switch {
		case err == nil:
			return true, nil
		case model.CodeOf(err) != model.CodeExpired:
			return false, fmt.Errorf("oauth: look for note %s: %w", kind, err)
		}
	}
	return false, nil
}

// noteHash names a note by its period, so that one can be left anew after the
// old one ended but before it was purged.
func noteHash(kind, of string, at time.Time) string {
	return web.Hash(kind + ":" + of + ":" + strconv.FormatInt(at.Unix()/int64(noteLife/time.Second), 10))
}
