package oauth

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// choosePage is what template h5/choose draws: the records of somebody who is
// in several cohorts.
type choosePage struct {
	Next    string
	Records web.Choices
}

// choosing loads the session's records. ok is false when the answer was given
// already: something else is missing of the login, or there is one record only.
func (h *Handler) choosing(c *gin.Context, next string) (s store.Session, linked []model.Graduate, ok bool, err error) {
	if s, err = visitor(c); err != nil {
		return s, nil, false, err
	}
	next = nextOf(next)
	path, err := h.onward(c.Request.Context(), s, next)
	if err != nil {
		return s, nil, false, err
	}
	if path != next && !strings.HasPrefix(path, pathChoose+"?") {
		return s, nil, false, web.SeeOther(c, path)
	}
	if linked, err = h.o.Store.GraduatesOf(c.Request.Context(), s.AccountID); err != nil {
		return s, nil, false, fmt.Errorf("oauth: records of the account: %w", err)
	}
	switch len(linked) {
	case 0: // the record was unlinked since; the home page says so
		return s, nil, false, web.SeeOther(c, pathHome)
	case 1:
		return s, linked, false, h.chosen(c, s, linked[0].ID, next)
	}
	return s, linked, true, nil
}

// chosen makes the session about one record.
func (h *Handler) chosen(c *gin.Context, s store.Session, id model.GraduateID, next string) error {
	if s.GraduateID != id {
		if err := h.o.Store.SetSessionGraduate(c.Request.Context(), s.TokenHash, id); err != nil {
			return fmt.Errorf("oauth: choose record: %w", err)
		}
	}
	if strings.HasPrefix(next, pathChoose) {
		next = pathHome
	}
	return web.SeeOther(c, nextOf(next))
}

// showChoose is GET /h5/choose.
func (h *Handler) showChoose(c *gin.Context) error {
	s, linked, ok, err := h.choosing(c, c.Query("next"))
	if err != nil || !ok {
		return err
	}
	return h.renderChoose(c, http.StatusOK, s, linked, c.Query("next"))
}

func (h *Handler) renderChoose(c *gin.Context, status int, s store.Session, linked []model.Graduate, next string, banners ...web.Banner) error {
	p := choosePage{Next: nextOf(next), Records: web.Choices{Name: "id", Label: "您有多条毕业记录，请选择要办理的一条", Required: true}}
	slices.SortFunc(linked, func(a, b model.Graduate) int { return strings.Compare(b.CohortCode, a.CohortCode) }) // newest first
	for _, g := range linked {
		item, err := h.choice(c, g)
		if err != nil {
			return err
		}
		item.Chosen = g.ID == s.GraduateID
		p.Records.Items = append(p.Records.Items, item)
	}
	if len(banners) > 0 {
		p.Records.Error = banners[0].Text
	}
	return h.page(c, status, "choose", "选择毕业记录", linked, p, banners...)
}

// choice describes one record: cohort, level, school and major.
func (h *Handler) choice(c *gin.Context, g model.Graduate) (web.Choice, error) {
	ctx := c.Request.Context()
	cohort, err := h.o.Store.Cohort(ctx, g.CohortCode)
	if err != nil {
		return web.Choice{}, fmt.Errorf("oauth: cohort of a record: %w", err)
	}
	school, err := h.o.Store.School(ctx, g.SchoolCode)
	if err != nil {
		return web.Choice{}, fmt.Errorf("oauth: school of a record: %w", err)
	}
	table, err := h.o.Codes(cohort.CodeTable)
	if err != nil {
		return web.Choice{}, fmt.Errorf("oauth: code tables: %w", err)
	}
	level, ok := table.Name(model.TableLevel, g.Basics.Level)
	if !ok {
		level = g.Basics.Level
	}
	return web.Choice{
		Value: strconv.FormatInt(int64(g.ID), 10), Text: g.CohortCode + "届 " + level,
		Note: strings.Join(slices.DeleteFunc([]string{school.Name, g.Basics.College, g.Basics.Major}, func(s string) bool { return s == "" }), " · "),
	}, nil
}

// choose is POST /h5/choose.
func (h *Handler) choose(c *gin.Context) error {
	if err := web.Form(c); err != nil {
		return err
	}
	next := c.Request.PostForm.Get("next")
	s, linked, ok, err := h.choosing(c, next)
	if err != nil || !ok {
		return err
	}
	id := c.Request.PostForm.Get("id")
	for _, g := range linked {
		if strconv.FormatInt(int64(g.ID), 10) == id {
			return h.chosen(c, s, g.ID, nextOf(next))
		}
	}
	return h.renderChoose(c, http.StatusUnprocessableEntity, s, linked, next,
		web.Banner{Kind: web.BannerError, Text: "请选择一条毕业记录。"})
}
