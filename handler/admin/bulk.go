package admin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// picked is a graduate chosen for a bulk approval, with the revision that was
// shown.
type picked struct {
	id       model.GraduateID
	revision int
}

// approval is the verdict that choosing asks for.
func (p picked) approval(l model.Level) model.Verdict {
	return model.Verdict{Revision: p.revision, Level: l, Decision: model.DecisionApprove}
}

// picksOf reads chosen rows, each once. More than bulkSize, or what is no row,
// is CodeInvalid.
func picksOf(values []string) ([]picked, error) {
	var out []picked
	for _, value := range values {
		id, revision, _ := strings.Cut(value, ".")
		n, err1 := strconv.ParseInt(id, 10, 64)
		r, err2 := strconv.Atoi(revision)
		if err1 != nil || err2 != nil || n <= 0 || r <= 0 {
			return nil, model.Invalid("pick", "勾选的内容无法识别，请从待审核列表重新勾选。")
		}
		if p := (picked{model.GraduateID(n), r}); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if len(out) > bulkSize {
		return nil, model.Invalid("pick", "一次最多通过 %d 人，您勾选了 %d 人，请分几次进行。", bulkSize, len(out))
	}
	return out, nil
}

// bulkForm reads what both steps of a bulk approval post.
func (h *Handler) bulkForm(v visit, field string) (queue, []picked, error) {
	kind, filter, _ := strings.Cut(v.PostForm("queue"), "?")
	q, err := readQueue(kind, filter)
	if err != nil {
		return q, nil, err
	}
	if kind != queueReviews {
		return q, nil, model.Invalid("queue", "变更申请需要逐一处理。")
	}
	if err := q.checkLevel(v.op); err != nil {
		return q, nil, err
	}
	picks, err := picksOf(v.PostFormArray(field))
	return q, picks, err
}

// chosen lists what is about to be approved, what stands out first and not
// ticked.
func (h *Handler) chosen(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	field := "pick"
	if v.PostForm("which") == "page" {
		field = "row"
	}
	q, picks, err := h.bulkForm(v, field)
	if err != nil {
		return err
	}
	if len(picks) == 0 {
		return web.SeeOther(v.Context, q.path()+"&done=unpicked")
	}
	ctx := v.Request.Context()
	found, err := h.waiting(ctx, v.scope(), q, picks)
	if err != nil {
		return err
	}
	flagged := 0
	slices.SortStableFunc(found, func(a, b waiter) int { return len(b.outs) - len(a.outs) })
	for _, w := range found {
		if len(w.outs) > 0 {
			flagged++
		}
	}
	rows, err := h.queueRows(ctx, q, found)
	if err != nil {
		return err
	}
	return h.show(v, http.StatusOK, "chosen", web.Page{
		Title: "确认" + q.level.Chinese() + "审核通过", Scripts: []string{keysScript}, Next: q.path(),
		Data: map[string]any{"Rows": rows, "Flagged": flagged, "Gone": len(picks) - len(found), "Queue": q.String(), "Back": q.path()},
	})
}

// waiting are those of the chosen who still wait with the revision that was
// shown.
func (h *Handler) waiting(ctx context.Context, s model.Scope, q queue, picks []picked) ([]waiter, error) {
	ids := make([]model.GraduateID, len(picks))
	for i, p := range picks {
		ids[i] = p.id
	}
	rows, _, err := h.o.Store.Queue(ctx, s, store.QueueFilter{Step: q.step(), IDs: ids}, store.Cursor{}, len(ids))
	if err != nil {
		return nil, fmt.Errorf("admin: chosen: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(r store.QueueRow) bool { return !slices.Contains(picks, picked{r.ID, r.Revision}) })
	outs, err := h.standOuts(ctx, rows)
	if err != nil {
		return nil, err
	}
	found := make([]waiter, len(rows))
	for i, r := range rows {
		found[i] = waiter{r, outs[i]}
	}
	return found, nil
}

// left is a chosen graduate who was not approved, and why.
type left struct{ Href, Name, Where, Why string }

// approve approves the chosen, each by the rule and in a transaction of its own,
// on the revision that was shown, and tells apart who was not.
func (h *Handler) approve(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	q, picks, err := h.bulkForm(v, "pick")
	if err != nil {
		return err
	}
	if len(picks) == 0 {
		return web.SeeOther(v.Context, q.path()+"&done=unpicked")
	}
	var done, again, unknown int
	var lefts []left
	for _, p := range picks {
		r, err := h.approveOne(v, q.level, p)
		switch code := model.CodeOf(err); {
		case err == nil:
			done++
		case code == model.CodeChanged && r.Given(v.op, p.approval(q.level)):
			again++ // the form was sent twice
		case code == model.CodeChanged:
			g := r.Graduate
			lefts = append(lefts, left{
				Href: q.page(g.ID), Name: g.Basics.Name, Where: join(g.Basics.College, g.Basics.Class),
				Why: meanwhile(r, p.approval(q.level)),
			})
		case code == model.CodeNotFound:
			unknown++
		default:
			return err
		}
	}
	counts := web.Cells{Items: []web.Cell{{Label: "通过", Value: fmt.Sprintf("%d 人", done)}}}
	for _, c := range []struct {
		label string
		n     int
	}{{"此前已由您通过", again}, {"已有变化，未通过", len(lefts)}, {"没有找到", unknown}} {
		if c.n > 0 {
			counts.Items = append(counts.Items, web.Cell{Label: c.label, Value: fmt.Sprintf("%d 人", c.n)})
		}
	}
	return h.show(v, http.StatusOK, "approved", web.Page{
		Title: q.level.Chinese() + "审核结果", Scripts: []string{keysScript}, Next: q.path(),
		Data: map[string]any{"Counts": counts, "Left": lefts, "Back": q.path()},
	})
}

// approveOne approves one graduate. The record is the one that the rule saw;
// somebody out of scope is not found, and audited.
func (h *Handler) approveOne(v visit, level model.Level, p picked) (model.Record, error) {
	ctx := v.Request.Context()
	var seen model.Record
	_, err := h.o.Store.Change(ctx, p.id, func(r model.Record) (model.Change, error) {
		seen = r
		if !v.scope().Covers(r.Graduate) {
			return model.Change{}, model.Errorf(model.CodeNotFound, "没有找到这位毕业生，或不在您的管理范围内。")
		}
		cohort, err := h.o.Store.Cohort(ctx, r.Graduate.CohortCode) // from memory
		if err != nil {
			return model.Change{}, err
		}
		return model.Decide(r, cohort, v.op, p.approval(level), h.o.Web.Now())
	})
	if model.CodeOf(err) == model.CodeNotFound && seen.Graduate.ID != 0 {
		g := seen.Graduate
		if err := h.denied(v, g.ID, g.SchoolCode, g.Basics.College); err != nil {
			return seen, err
		}
	}
	return seen, err
}
