package model

import (
	"fmt"
	"slices"
)

// StandOutKind names what a reviewer should look at before he approves. None
// of them forbids anything.
type StandOutKind string

// The kinds of stand-outs.
const (
	StandOutCodeWrong   StandOutKind = "code_wrong"   // check digit of the 统一社会信用代码
	StandOutCodeMissing StandOutKind = "code_missing" // none, where the category wants one
	StandOutNoProof     StandOutKind = "no_proof"     // handed in here without a file, where the category wants one
	StandOutCodeNames   StandOutKind = "code_names"   // one code, several names
	StandOutNameCodes   StandOutKind = "name_codes"   // one name, several codes
	StandOutCrowd       StandOutKind = "crowd"        // many graduates at one small unit
	StandOutShare       StandOutKind = "share"        // a class or college with many of a watched category
	StandOutOdd         StandOutKind = "odd"          // category and transfers do not fit
)

// Chinese names the kind in a word or two.
func (k StandOutKind) Chinese() string {
	return map[StandOutKind]string{
		StandOutCodeWrong: "代码校验不符", StandOutCodeMissing: "缺信用代码", StandOutNoProof: "缺证明材料", StandOutCodeNames: "同码不同名", StandOutNameCodes: "同名不同码",
		StandOutCrowd: "小单位多人", StandOutShare: "占比偏高", StandOutOdd: "去向与转递不符",
	}[k]
}

// StandOut is one thing about a destination that stands out.
type StandOut struct {
	Kind StandOutKind
	Text string // a sentence, with the numbers in it
}

// StandOutLimits are from when on numbers stand out.
type StandOutLimits struct {
	SmallUnit    int // graduates at one small unit, in a school and cohort
	ShareMinimum int // a class or college with fewer approved destinations has no share
	SharePoints  int // percentage points above the school's share
}

// UnitUse is how many graduates of a school and cohort have a unit under one
// name and code as their latest destination.
type UnitUse struct {
	SchoolCode, CohortCode string
	UnitCode, Unit         string
	Graduates              int
}

// Share is how many of the approved destinations of a place are of a category.
type Share struct{ Of, Among int }

// percent is the share in whole percent; 0 among nobody.
func (s Share) percent() int {
	if s.Among == 0 {
		return 0
	}
	return s.Of * 100 / s.Among
}

// StandOutFacts are the numbers around a destination, in its graduate's school
// and cohort. Missing ones make nothing stand out.
type StandOutFacts struct {
	ByGraduate             bool      // handed in on our pages
	Proofs                 int       // files that prove it
	Uses                   []UnitUse // of the same code or the same name
	School, College, Class Share     // of the destination's category
}

// StandOuts says what stands out about a destination, the gravest first.
func StandOuts(d Destination, f StandOutFacts, l StandOutLimits, codes Codes) []StandOut {
	cat, _ := codes.Category(d.Category)
	var out []StandOut
	add := func(k StandOutKind, format string, args ...any) {
		out = append(out, StandOut{Kind: k, Text: fmt.Sprintf(format, args...)})
	}
	names, _ := f.sameCode(d)
	used, _ := f.sameName(d)
	switch {
	case d.UnitCode != "" && !ValidUnitCode(d.UnitCode):
		add(StandOutCodeWrong, "统一社会信用代码“%s”的长度或末位校验码不符。", d.UnitCode)
	case d.UnitCode == "" && wantsCode(cat, d):
		add(StandOutCodeMissing, "“%s”通常应填写统一社会信用代码，本条没有填写。", cat.Name)
	}
	if f.ByGraduate && f.Proofs == 0 && cat.Proof != "" {
		add(StandOutNoProof, "没有上传证明材料。“%s”通常应有%s。", cat.Name, cat.Proof)
	}
	if names > 1 {
		add(StandOutCodeNames, "同一个统一社会信用代码在本校本届对应 %d 个不同的单位名称。", names)
	}
	if used > 1 {
		add(StandOutNameCodes, "同一个单位名称在本校本届对应 %d 个不同的统一社会信用代码。", used)
	}
	if n := f.AtUnit(d); wantsCode(cat, Destination{}) && smallUnit(d.UnitKind, codes) && l.SmallUnit > 0 && n >= l.SmallUnit {
		kind, ok := codes.Name(TableUnitKind, d.UnitKind)
		if !ok {
			kind = "未填写"
		}
		add(StandOutCrowd, "本校本届有 %d 人去往这个单位，单位性质为“%s”。", n, kind)
	}
	if cat.WatchShare {
		for _, p := range []struct {
			name  string
			share Share
		}{{"本班", f.Class}, {"本学院", f.College}} {
			if p.share.outOfLine(f.School, l) {
				add(StandOutShare, "%s已通过审核的 %d 人中，“%s”有 %d 人（%d%%），全校为 %d%%。",
					p.name, p.share.Among, cat.Name, p.share.Of, p.share.percent(), f.School.percent())
			}
		}
	}
	for _, odd := range d.Oddities(codes) {
		add(StandOutOdd, "%s", odd)
	}
	return out
}

// wantsCode reports whether a destination of the category should have a
// 统一社会信用代码.
func wantsCode(c Category, d Destination) bool {
	a, asked := c.Ask("unit_code")
	return asked && a.Required(d)
}

// AtUnit is how many graduates of the school and cohort go to the destination's
// unit, as its code or its name has it.
func (f StandOutFacts) AtUnit(d Destination) int {
	_, byCode := f.sameCode(d)
	_, byName := f.sameName(d)
	return max(byCode, byName)
}

// sameCode counts the names that the destination's code bears, and its
// graduates. Names that only differ in how they are typed are one.
func (f StandOutFacts) sameCode(d Destination) (names, graduates int) {
	if d.UnitCode == "" {
		return 0, 0
	}
	var seen []string
	for _, u := range f.Uses {
		if u.UnitCode != d.UnitCode {
			continue
		}
		graduates += u.Graduates
		if name := FoldName(u.Unit); !slices.Contains(seen, name) {
			seen = append(seen, name)
		}
	}
	return len(seen), graduates
}

// sameName counts the codes under which the destination's unit was reported,
// and its graduates.
func (f StandOutFacts) sameName(d Destination) (used, graduates int) {
	if d.Unit == "" {
		return 0, 0
	}
	var seen []string
	for _, u := range f.Uses {
		if u.Unit != d.Unit {
			continue
		}
		graduates += u.Graduates
		if u.UnitCode != "" && !slices.Contains(seen, u.UnitCode) {
			seen = append(seen, u.UnitCode)
		}
	}
	return len(seen), graduates
}

// outOfLine reports whether a share is well above the school's. At least five
// graduates make it up: in a small class one or two would do otherwise.
func (s Share) outOfLine(school Share, l StandOutLimits) bool {
	const few = 5
	if l.ShareMinimum <= 0 || s.Among < l.ShareMinimum || s.Of < few || school.Among == 0 {
		return false
	}
	return s.Of*100*school.Among >= (school.Of*100+l.SharePoints*school.Among)*s.Among
}

// smallUnit reports whether a unit of this kind is a small one as far as is
// known: 33 个体工商户, 39 其他企业 (单位性质, facts §2), or none that the table has.
func smallUnit(kind string, codes Codes) bool {
	if _, known := codes.Name(TableUnitKind, kind); !known {
		return true
	}
	return kind == "33" || kind == "39"
}
