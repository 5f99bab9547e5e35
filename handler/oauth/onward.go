package oauth

import (
	"context"
	"fmt"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// onward names the page that a session has to see next: what is missing of the
// login, or next (a path that nextOf returned) when nothing is.
func (h *Handler) onward(ctx context.Context, s store.Session, next string) (string, error) {
	if s.AccountID == 0 {
		return with(pathBind, next), nil
	}
	a, err := h.o.Store.Account(ctx, s.AccountID)
	if err != nil {
		return "", fmt.Errorf("oauth: account of the session: %w", err)
	}
	if a.ConsentAt.IsZero() {
		return with(pathBind, next), nil
	}
	if s.GraduateID == 0 {
		linked, err := h.o.Store.GraduatesOf(ctx, a.ID)
		if err != nil {
			return "", fmt.Errorf("oauth: records of the account: %w", err)
		}
		if len(linked) == 0 {
			return with(pathProve, next), nil
		}
	}
	switch {
	case s.OpenID != "" && s.OpenID != a.OpenID:
		return with(pathMove, next), nil
	case s.GraduateID == 0:
		return with(pathChoose, next), nil
	}
	return next, nil
}

// visitor is the session that the guard found. These pages are never served
// without one.
func visitor(c *gin.Context) (store.Session, error) {
	s := web.SessionOf(c)
	if s == nil || s.Kind != web.KindGraduate {
		return store.Session{}, model.Errorf(model.CodeUnauthenticated, "登录已过期，请重新登录。")
	}
	return *s, nil
}

// goOn leads a session to what onward names.
func (h *Handler) goOn(c *gin.Context, s store.Session, next string) error {
	path, err := h.onward(c.Request.Context(), s, next)
	if err != nil {
		return err
	}
	return web.SeeOther(c, path)
}

// page renders a page of this area with the nearest contact that can be known.
func (h *Handler) page(c *gin.Context, status int, name, title string, of []model.Graduate, data any, banners ...web.Banner) error {
	return h.o.Web.Page(c, status, "h5/"+name, web.Page{
		Title: title, Contact: h.contact(c, of), Banner: banners, Data: data,
	})
}

// contact is whom to ask: the nearest to a linked record, or, where there is
// only one school, its office. nil when it depends on a school not known.
func (h *Handler) contact(c *gin.Context, of []model.Graduate) *model.Contact {
	if len(of) > 0 {
		return h.o.Web.ContactFor(c, of[0])
	}
	schools, err := h.o.Store.Schools(c.Request.Context())
	if err != nil {
		h.o.Web.Logger(c).Warn("schools", "err", err) // a footer must not cost the page
		return nil
	}
	if len(schools) != 1 {
		return nil
	}
	return h.o.Web.ContactFor(c, model.Graduate{SchoolCode: schools[0].Code})
}
