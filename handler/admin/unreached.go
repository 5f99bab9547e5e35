package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// unreachedPage is how many people one page of the unreached list names.
const unreachedPage = 500

// silentChoices are the days after which a page can call somebody silent.
var silentChoices = []int{7, model.SilentDays, 30}

// classSheet is one class of the unreached list: a sheet of its own on paper.
type classSheet struct {
	Class  string
	People []unreachedLine
}

type unreachedLine struct{ Href, Name, StudentNumber, Phone, Why, Step, Since string }

// unreached lists those whom reminders do not reach or move, class after class,
// for whoever has to call them; on paper each class is a sheet. A school or a
// college is chosen first where the scope has several. Two queries, the classes
// and the people, besides who is asking, the left column, and the audit entry
// for having seen phones.
func (h *Handler) unreached(v visit) error {
	ctx, now := v.Request.Context(), h.o.Web.Now()
	n, err := h.numbersOf(v)
	if err != nil {
		return err
	}
	days := silentDays(v.Query("days"))
	parts, err := h.o.Store.UnfinishedParts(ctx, n.scope, n.area)
	if err != nil {
		return fmt.Errorf("admin: unreached: %w", err)
	}
	own, err := h.placeOf(v)
	if err != nil {
		return err
	}
	data := map[string]any{
		"Cohorts": cohortChoices(n.cohorts, n.area.Cohort), "Days": dayChoices(days), "Hidden": hiddenPlace(n)[1:],
		"Place": own, "Empty": web.Empty{Text: "没有需要联系的毕业生。"},
	}
	page := web.Page{Title: "未触达名单", Data: data}
	if n.area.College == "" {
		if data["Parts"], err = h.unreachedParts(v, n, parts); err != nil {
			return err
		}
		return h.show(v, http.StatusOK, "unreached", page)
	}
	class := v.Query("class")
	from, goOn := v.GetQuery("from")
	after, _ := strconv.ParseInt(v.Query("after"), 10, 64)
	f := store.UnreachedFilter{
		Area: n.area, SilentBefore: model.SilentBefore(days, now), From: from, After: model.GraduateID(max(after, 0)),
		Classes: classesFrom(parts, class, from, goOn),
	}
	people, more, err := h.o.Store.Unreached(ctx, n.scope, f, unreachedPage)
	if err != nil {
		return fmt.Errorf("admin: unreached: %w", err)
	}
	if len(people) > 0 {
		a := audit(v.op, "unreached.view", now)
		a.SchoolCode, a.College = n.area.School, n.area.College
		a.Detail = map[string]string{"cohort": n.area.Cohort, "graduates": strconv.Itoa(len(people))}
		if err := h.o.Store.AddAudit(ctx, a); err != nil {
			return fmt.Errorf("admin: audit: %w", err)
		}
	}
	next := n.place().values()
	next.Set("days", strconv.Itoa(days))
	if class != "" {
		next.Set("class", class)
	}
	data["Class"] = classChoices(parts, class)
	data["Sheets"] = classSheets(people, days, now)
	data["Pager"] = unreachedPager(next, parts, f, people, more, class)
	school, err := h.schoolName(ctx, n.area.School)
	if err != nil {
		return err
	}
	data["Head"] = fmt.Sprintf("%s · %s · %s 届 · 截止日期 %s · 制表 %s", school, orBlank(n.area.College, "院系"), n.area.Cohort, n.cohort.Deadline.Chinese(), model.Minute(now))
	return h.show(v, http.StatusOK, "unreached", page)
}

func silentDays(text string) int {
	if n, err := strconv.Atoi(text); err == nil && slices.Contains(silentChoices, n) {
		return n
	}
	return model.SilentDays
}

func dayChoices(chosen int) web.Choices {
	c := web.Choices{Name: "days", Label: "无动静", Required: true}
	for _, n := range silentChoices {
		c.Items = append(c.Items, web.Choice{Value: strconv.Itoa(n), Text: fmt.Sprintf("满 %d 天", n), Chosen: n == chosen})
	}
	return c
}

func classChoices(parts []store.PartCount, chosen string) web.Choices {
	c := web.Choices{Name: "class", Label: "班级", Items: []web.Choice{{Text: "全部"}}}
	for _, p := range parts {
		value := asked(p.Name)
		c.Items = append(c.Items, web.Choice{Value: value, Text: orBlank(p.Name, "班级"), Chosen: value == chosen})
	}
	return c
}

// unreachedParts are the schools or colleges to choose from, by name.
func (h *Handler) unreachedParts(v visit, n numbers, parts []store.PartCount) ([]stepLine, error) {
	out := make([]stepLine, 0, len(parts))
	for _, p := range parts {
		f, name := n.place(), orBlank(p.Name, "院系")
		if n.area.School == "" {
			f.School = p.Name
			var err error
			if name, err = h.schoolName(v.Request.Context(), p.Name); err != nil {
				return nil, err
			}
		} else {
			f.College = asked(p.Name)
		}
		out = append(out, stepLine{Step: name, Href: address("/admin/unreached", f.values(), ""), Count: p.Graduates})
	}
	return out, nil
}

// classesFrom are the classes of one page: the chosen one, or from where the
// page before ended as many as may have a page of people among those who have
// not confirmed.
func classesFrom(parts []store.PartCount, chosen, from string, goOn bool) []string {
	var out []string
	people := 0
	for _, p := range parts {
		if chosen != "" && asked(p.Name) != chosen || goOn && p.Name < from {
			continue
		}
		if len(out) > 0 && people+p.Graduates > unreachedPage {
			break
		}
		out = append(out, p.Name)
		people += p.Graduates
	}
	return out
}

// unreachedPager leads on behind the last person, or to the next classes.
func unreachedPager(v url.Values, parts []store.PartCount, f store.UnreachedFilter, people []store.UnreachedRow, more bool, class string) web.Pager {
	p := web.Pager{}
	if len(f.Classes) == 0 {
		return p
	}
	last := f.Classes[len(f.Classes)-1]
	i := slices.IndexFunc(parts, func(c store.PartCount) bool { return c.Name == last })
	switch {
	case more:
		end := people[len(people)-1]
		v.Set("from", end.Class)
		v.Set("after", strconv.FormatInt(int64(end.ID), 10))
	case class == "" && i+1 < len(parts):
		v.Set("from", parts[i+1].Name)
		v.Set("after", "0")
	default:
		return p
	}
	p.Text = "按班级分页"
	p.Next = address("/admin/unreached", v, "")
	return p
}

func classSheets(people []store.UnreachedRow, days int, now time.Time) []classSheet {
	var sheets []classSheet
	for _, r := range people {
		name := orBlank(r.Class, "班级")
		if len(sheets) == 0 || sheets[len(sheets)-1].Class != name {
			sheets = append(sheets, classSheet{Class: name})
		}
		var why []string
		for _, u := range r.Reach.Why(days, now) {
			why = append(why, u.Chinese())
		}
		s := &sheets[len(sheets)-1]
		s.People = append(s.People, unreachedLine{
			Href: graduatePath(r.ID), Name: r.Name, StudentNumber: r.StudentNumber, Phone: r.Phone, Why: strings.Join(why, "、"),
			Step: r.Reach.Step.Chinese(), Since: model.DateOf(r.Reach.Since).Chinese(),
		})
	}
	return sheets
}
