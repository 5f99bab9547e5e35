package admin

import (
	"context"
	"fmt"
	"net/url"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// watched is what is known about one destination under review.
type watched struct {
	outs   []model.StandOut
	atUnit int // graduates of the school and cohort at its unit
}

// standOutLine is a stand-out in words, with the list behind it.
type standOutLine struct {
	Name, Text string
	Link       *web.Link // nil where it is about this destination alone
}

// standOuts looks at the destinations of a page together: one query for all
// units, and one for the shares where a category is among them whose share is
// watched.
func (h *Handler) standOuts(ctx context.Context, rows []store.QueueRow) ([]watched, error) {
	listed := make([]store.GraduateRow, len(rows))
	tables := map[string]model.Codes{}
	var shared []store.GraduateRow
	for i, r := range rows {
		listed[i] = r.GraduateRow
		if tables[r.CohortCode] == nil {
			t, err := h.codes(ctx, r.CohortCode)
			if err != nil {
				return nil, err
			}
			tables[r.CohortCode] = t
		}
		if c, _ := tables[r.CohortCode].Category(r.Destination.Category); c.WatchShare {
			shared = append(shared, r.GraduateRow)
		}
	}
	uses, err := h.o.Store.UnitUses(ctx, listed)
	if err != nil {
		return nil, fmt.Errorf("admin: unit uses: %w", err)
	}
	shares, err := h.o.Store.SharesOf(ctx, shared)
	if err != nil {
		return nil, fmt.Errorf("admin: shares: %w", err)
	}
	out := make([]watched, len(rows))
	for i, r := range rows {
		f := factsOf(r, uses, shares)
		out[i] = watched{outs: model.StandOuts(r.Destination, f, h.o.StandOut, tables[r.CohortCode]), atUnit: f.AtUnit(r.Destination)}
	}
	return out, nil
}

// factsOf picks the numbers of a row's school and cohort.
func factsOf(r store.QueueRow, uses []model.UnitUse, shares store.Shares) model.StandOutFacts {
	f := model.StandOutFacts{ByGraduate: r.ByGraduate, Proofs: r.Proofs}
	for _, u := range uses {
		if u.SchoolCode == r.SchoolCode && u.CohortCode == r.CohortCode {
			f.Uses = append(f.Uses, u)
		}
	}
	p := store.Place{CohortCode: r.CohortCode, SchoolCode: r.SchoolCode}
	f.School = shares.Of(p, r.Category)
	p.College = r.College
	f.College = shares.Of(p, r.Category)
	if r.Class != "" {
		p.Class = r.Class
		f.Class = shares.Of(p, r.Category)
	}
	return f
}

// standOutLines puts stand-outs into words, each with the list behind it.
func standOutLines(r store.QueueRow, outs []model.StandOut) []standOutLine {
	lines := make([]standOutLine, 0, len(outs))
	for _, o := range outs {
		lines = append(lines, standOutLine{Name: o.Kind.Chinese(), Text: o.Text, Link: standOutLink(r, o.Kind)})
	}
	return lines
}

func standOutLink(r store.QueueRow, k model.StandOutKind) *web.Link {
	at := url.Values{"school": {r.SchoolCode}, "cohort": {r.CohortCode}}
	text := "看名单"
	switch k {
	case model.StandOutCodeNames, model.StandOutCodeWrong:
		at.Set("code", r.UnitCode)
	case model.StandOutNameCodes:
		at.Set("unit", r.Unit)
	case model.StandOutCrowd, model.StandOutCodeMissing:
		if r.UnitCode != "" {
			at.Set("code", r.UnitCode)
		} else if r.Unit != "" {
			at.Set("unit", r.Unit)
		} else {
			return nil
		}
	case model.StandOutShare:
		at.Set("settled", r.Category)
		at.Set("college", r.College)
		if r.Class != "" {
			at.Set("class", r.Class)
		}
	default:
		return nil
	}
	return &web.Link{Href: "/admin/graduates?" + at.Encode(), Text: text}
}
