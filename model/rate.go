package model

import (
	"fmt"
	"slices"
)

// Rate is a part of the 毕业去向落实率: the share of all graduates whose
// destination is in certain groups of categories. Which rates there are, and
// which make up the total, is data of the cohort's code tables (model/codes).
type Rate struct {
	Key     string // stable, for addresses, e.g. "study"
	Name    string // e.g. 升学率
	Groups  []string
	InTotal bool // whether the 落实率 counts it
}

// Keys of the figures that are no Rate.
const (
	RateTotal   = "total"   // 毕业去向落实率
	RateNone    = "none"    // no destination that is approved and in force
	RateUnknown = "unknown" // settled as a category that the code table lacks
)

// Figure is one number and what it is a share of.
type Figure struct {
	Key       string
	Name      string
	Graduates int
	Of        int
}

// Percent is the share with two digits, rounded half up: 66.67%. It is – where
// there is nobody to be a share of. Rounded parts may differ from a rounded
// total in the last digit, so that a page shows the counts beside them.
func (f Figure) Percent() string {
	if f.Of <= 0 {
		return "–"
	}
	hundredths := (int64(f.Graduates)*20000 + int64(f.Of)) / (2 * int64(f.Of))
	return fmt.Sprintf("%d.%02d%%", hundredths/100, hundredths%100)
}

// Numbers are the 落实率 of some graduates with its parts and everybody else:
// Parts, Rest, None and Unknown together are all graduates.
type Numbers struct {
	Graduates int
	Total     Figure   // 毕业去向落实率
	Parts     []Figure // the rates that make up the total
	Rest      []Figure // the other rates
	None      Figure   // without an approved destination: not reported, in review, or returned
	Unknown   Figure   // of a category that the table lacks; mostly zero
}

// Figures are all of them, in the order in which pages show them.
func (n Numbers) Figures() []Figure {
	all := slices.Concat([]Figure{n.Total}, n.Parts, n.Rest, []Figure{n.None})
	if n.Unknown.Graduates > 0 {
		all = append(all, n.Unknown)
	}
	return all
}

// CountRates computes the rates from how many graduates are settled as each
// category, "" for those without. The denominator of every rate is all
// graduates, those without a destination included (see model/codes).
func CountRates(rates []Rate, codes Codes, settled map[string]int) Numbers {
	var n Numbers
	groups := map[string]int{}
	unknown := 0
	for category, graduates := range settled {
		n.Graduates += graduates
		if category == "" {
			continue
		}
		if c, ok := codes.Category(category); ok {
			groups[c.Group] += graduates
		} else {
			unknown += graduates
		}
	}
	figure := func(key, name string, graduates int) Figure {
		return Figure{Key: key, Name: name, Graduates: graduates, Of: n.Graduates}
	}
	total := 0
	for _, r := range rates {
		graduates := 0
		for _, g := range r.Groups {
			graduates += groups[g]
		}
		if r.InTotal {
			total += graduates
			n.Parts = append(n.Parts, figure(r.Key, r.Name, graduates))
		} else {
			n.Rest = append(n.Rest, figure(r.Key, r.Name, graduates))
		}
	}
	n.Total = figure(RateTotal, "毕业去向落实率", total)
	n.None = figure(RateNone, "未上报或未审核通过", settled[""])
	n.Unknown = figure(RateUnknown, "代码表中没有的去向", unknown)
	return n
}
