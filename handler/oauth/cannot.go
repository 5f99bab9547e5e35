package oauth

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
)

// Why somebody was led to /cannot-login.
const (
	whyRoster = "roster" // nobody in the rosters is this person
	whyTaken  = "taken"  // the record is another CHSI account's
)

// maxSchools bounds the schools that a search shows.
const maxSchools = 20

// cannotPage is what template h5/cannot_login draws: why a login can fail, and
// whom to ask (guide §1, note).
type cannotPage struct {
	Why      string
	Open     []cohortLine // cohorts that can still register
	Search   web.Field
	Schools  []web.Link // several schools match the search
	School   *model.School
	Contacts []model.Contact // of School
	Enter    string          // logs in
	Renew    string          // logs in with another CHSI account
}

type cohortLine struct{ Code, Deadline string }

// cannot is GET /cannot-login, open to everybody.
func (h *Handler) cannot(c *gin.Context) error {
	ctx, now := c.Request.Context(), h.o.Web.Now()
	p := cannotPage{Enter: with(web.LoginPath(c.Request), ""), Renew: with(pathCHSI, "") + "&renew=1"}
	if why := c.Query("why"); why == whyRoster || why == whyTaken {
		p.Why = why
	}
	cohorts, err := h.o.Store.Cohorts(ctx)
	if err != nil {
		return fmt.Errorf("oauth: cohorts: %w", err)
	}
	for _, one := range cohorts {
		if one.Open(model.Graduate{}, now) {
			p.Open = append(p.Open, cohortLine{Code: one.Code, Deadline: one.Deadline.Chinese()})
		}
	}
	status, err := h.findSchool(c, &p)
	if err != nil {
		return err
	}
	return h.page(c, status, "cannot_login", "无法登录怎么办", nil, p)
}

// findSchool fills in whom to ask. Where several schools are served, theirs is
// asked for by name or code.
func (h *Handler) findSchool(c *gin.Context, p *cannotPage) (status int, err error) {
	schools, err := h.o.Store.Schools(c.Request.Context())
	if err != nil {
		return 0, fmt.Errorf("oauth: schools: %w", err)
	}
	asked := strings.TrimSpace(c.Query("school"))
	p.Search = web.Field{Name: "school", Label: "学校名称或院校代码", Value: asked, MaxLength: 40, Required: true, Autocomplete: "organization"}
	if len(schools) > 1 {
		schools = matching(schools, asked)
		if asked != "" && len(schools) == 0 {
			p.Search.Error = "没有找到这所学校，请核对名称，或输入五位院校代码。"
			return http.StatusNotFound, nil
		}
	}
	if len(schools) != 1 {
		for _, s := range schools[:min(len(schools), maxSchools)] {
			p.Schools = append(p.Schools, web.Link{Href: pathCannot + "?school=" + s.Code, Text: s.Name})
		}
		return http.StatusOK, nil
	}
	p.School = &schools[0]
	contacts, err := h.o.Store.Contacts(c.Request.Context(), p.School.Code)
	if err != nil {
		return 0, fmt.Errorf("oauth: contacts: %w", err)
	}
	session, err := h.o.Web.LoadSession(c, web.KindGraduate)
	if err != nil {
		return 0, err
	}
	// Counsellors are named to people who have logged in somewhere, the office
	// to everybody.
	p.Contacts = slices.DeleteFunc(contacts, func(one model.Contact) bool {
		return one.Class != "" || (one.College != "" && session == nil)
	})
	return http.StatusOK, nil
}

// matching finds schools by code, or by a part of the name.
func matching(schools []model.School, asked string) []model.School {
	folded := model.FoldName(asked)
	if folded == "" {
		return nil
	}
	var found []model.School
	for _, s := range schools {
		if s.Code == folded {
			return []model.School{s}
		}
		if strings.Contains(model.FoldName(s.Name), folded) {
			found = append(found, s)
		}
	}
	return found
}
