package h5

import (
	"fmt"
	"net/http"

	"quxiang/handler/web"
	"quxiang/model"
)

// timelinePage is what template h5/timeline draws: 办理记录.
type timelinePage struct {
	Now     nextCard
	Entries []timelineLine
}

type timelineLine struct {
	At   string
	Who  string
	What string
	Said string
	Link *web.Link // the revision that it is about
}

// notesShown bounds what departments told the school about one graduate.
const notesShown = 50

// timelinePage tells who has the record, since when, what was said and what
// comes next.
func (h *Handler) timelinePage(v *visit) error {
	notes, err := h.o.Store.DeskNotesAbout(v.ctx(), v.record.Graduate.ID, notesShown)
	if err != nil {
		return fmt.Errorf("h5: notes: %w", err)
	}
	p := timelinePage{Now: v.card(model.Next(v.record, v.cohort, v.now))}
	for _, e := range model.WithNotes(model.Timeline(v.record, v.cohort, v.now), notes) {
		l := timelineLine{At: model.Minute(e.At), Who: e.Who, What: e.What, Said: e.Said}
		if e.Action == "destination.report" || e.Action == "destination.receive" {
			l.Link = &web.Link{Href: fmt.Sprintf("/h5/destination/history#revision-%d", e.Revision), Text: "查看内容"}
		}
		p.Entries = append(p.Entries, l)
	}
	return v.show(http.StatusOK, "timeline", "办理记录", p)
}

// historyPage is what template h5/history draws: every revision that was ever
// registered, with its reviews.
type historyPage struct {
	Revisions []revisionView
	None      web.Empty
}

type revisionView struct {
	Number  int
	State   string
	Tag     string
	Cells   web.Cells
	Reviews []timelineLine
	Newest  bool
}

// history shows the revisions, the newest first, each with what differs from the
// one before.
func (h *Handler) history(v *visit) error {
	p := historyPage{None: web.Empty{Text: "还没有登记过毕业去向。", Link: &web.Link{Href: "/h5/home", Text: "返回首页"}}}
	for i := len(v.record.Revisions) - 1; i >= 0; i-- {
		p.Revisions = append(p.Revisions, v.revisionView(v.record.Revisions[i]))
	}
	return v.show(http.StatusOK, "history", "历次登记", p)
}

func (v *visit) revisionView(r model.Revision) revisionView {
	out := revisionView{Number: r.Number, Newest: r.Number == len(v.record.Revisions)}
	out.State, out.Tag = v.revisionState(r)
	out.Cells = cells("", r.Destination, v.codes)
	if before := v.record.Revision(r.Number - 1); before != nil {
		out.Cells = changedCells("", r.Destination, before.Destination, v.codes)
	}
	// The timeline knows in whose name each part was done.
	for _, e := range model.Timeline(v.record, v.cohort, v.now) {
		if e.Revision == r.Number {
			out.Reviews = append(out.Reviews, timelineLine{At: model.Minute(e.At), Who: e.Who, What: e.What, Said: e.Said})
		}
	}
	return out
}

// revisionState says what became of a revision.
func (v *visit) revisionState(r model.Revision) (word, tag string) {
	confirmed := v.record.Confirmed()
	switch {
	case !v.record.VoidedAt(r.Number).IsZero():
		return "已作废", "tag_error"
	case r.State() == model.ReviewReturned:
		return "已退回", "tag_warn"
	case confirmed != nil && confirmed.Revision == r.Number:
		return "已确认，有效", "tag_ok"
	case r.Number < len(v.record.Revisions):
		return "已被新的登记取代", ""
	case r.State() == model.ReviewApproved:
		return "已通过审核", "tag_ok"
	default:
		return "审核中", ""
	}
}
