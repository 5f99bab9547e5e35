package admin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// historyLine is one line of a record's timeline with the audit trail.
type historyLine struct {
	At, By, What, Said string

	at time.Time
}

// timeline is what has happened to a record, the newest first, with the
// operators' names: the history that the record itself tells, and the entries
// of the audit trail that tell of something else. The first page (before 0) has
// the whole history and the newest entries, further pages older entries. next is
// 0 after the last. seen is the record as the operator may see it.
func (h *Handler) timeline(ctx context.Context, op model.Operator, whole, seen model.Record, cohort model.Cohort, before int64) (lines []historyLine, next int64, err error) {
	f := store.AuditFilter{Graduate: whole.Graduate.ID, Disputes: op.SeesDisputes(whole)}
	audits, next, err := h.o.Store.Audits(ctx, op.Scope(), f, before, listed)
	if err != nil {
		return nil, 0, fmt.Errorf("admin: audits: %w", err)
	}
	type key struct {
		at     int64
		action string
	}
	told := map[key]bool{}
	for _, e := range model.Timeline(seen, cohort, h.o.Web.Now()) {
		told[key{e.At.UnixMilli(), e.Action}] = true
		if before == 0 {
			lines = append(lines, historyLine{at: e.At, At: model.Minute(e.At), By: party(e), What: e.What, Said: e.Said})
		}
	}
	for _, a := range audits {
		if !told[key{a.At.UnixMilli(), a.Action}] {
			lines = append(lines, historyLine{at: a.At, At: model.Minute(a.At), By: actor(a.Actor), What: auditWords(a, whole.Graduate)})
		}
	}
	// Both are in order; what happened at one instant stays as it is.
	slices.SortStableFunc(lines, func(a, b historyLine) int { return b.at.Compare(a.at) })
	return lines, next, nil
}

// party names who did something: the level, and the person where it was an
// operator.
func party(e model.TimelineEntry) string {
	switch e.By.Kind {
	case model.ActorGraduate, model.ActorAccount:
		return actor(e.By)
	case model.ActorOperator:
		return e.Who + " · " + actor(e.By)
	default:
		return e.Who
	}
}

// auditWords says an audit entry in words, with the day or item that it names.
func auditWords(a model.Audit, g model.Graduate) string {
	words := actionWords(a.Action)
	if until := a.Detail["until"]; until != "" && a.Action == "graduate.reopen" {
		return words + "至" + model.Date(until).Chinese()
	}
	if note := model.NoteItem(a.Detail["note"]); note.Chinese() != "" {
		return words + "“" + note.Chinese() + "”（" + a.Detail["department"] + "）"
	}
	if item := a.Detail["item"]; item != "" {
		return words + "“" + g.ItemLabel(item) + "”"
	}
	return words
}

// olderTimeline shows a page of the audit trail that the graduate's page does
// not hold.
func (h *Handler) olderTimeline(v visit) error {
	r, err := h.record(v)
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt(v.Query("before"), 10, 64)
	if err != nil || before <= 0 {
		return web.SeeOther(v.Context, graduatePath(r.Graduate.ID))
	}
	ctx := v.Request.Context()
	cohort, err := h.o.Store.Cohort(ctx, r.Graduate.CohortCode)
	if err != nil {
		return fmt.Errorf("admin: cohort: %w", err)
	}
	lines, next, err := h.timeline(ctx, v.op, r, r.SeenBy(v.op), cohort, before)
	if err != nil {
		return err
	}
	pager := web.Pager{Prev: graduatePath(r.Graduate.ID), Next: olderPath(r.Graduate.ID, next)}
	return h.show(v, http.StatusOK, "timeline", web.Page{
		Title: "较早的办理记录：" + r.Graduate.Basics.Name,
		Data:  map[string]any{"Lines": lines, "Pager": pager, "Empty": web.Empty{Text: "没有更早的记录。"}},
	})
}

// olderPath is the page of older entries; "" when there are none.
func olderPath(id model.GraduateID, next int64) string {
	if next == 0 {
		return ""
	}
	return graduatePath(id) + "/timeline?before=" + strconv.FormatInt(next, 10)
}
