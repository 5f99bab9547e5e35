package codes

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"quxiang/model"
)

// builtFiles is what `make assets` built; a fresh clone holds only .gitkeep, so
// that everything compiles before.
//
//go:embed all:built
var builtFiles embed.FS

// Region is an administrative division of China or a country or region abroad.
type Region struct {
	Code   string // six digits of GB/T 2260, or two letters of ISO 3166-1
	Name   string // its own name only: 海淀区
	Letter string // initial of a country's name in pinyin
}

// Regions are the places that a form offers. It never changes after it was
// loaded and may be used by many goroutines.
type Regions struct {
	byCode    map[string]Region
	provinces []Region
	below     map[string][]Region // by the code of province or city
	abroad    []Region
	names     map[string]bool // by which names of units begin
}

// LoadRegions returns the table of regions, which is read once.
func LoadRegions() (*Regions, error) { return builtRegions() }

var builtRegions = sync.OnceValues(func() (*Regions, error) { return loadRegions(builtFiles) })

func loadRegions(files fs.FS) (*Regions, error) {
	text, err := fs.ReadFile(files, "built/regions.csv")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the table of regions is not built: run `make assets`, then build again")
	}
	if err != nil {
		return nil, fmt.Errorf("codes: regions: %w", err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(lines) < 2 || len(lines[0]) != 3 {
		return nil, errors.New("codes: built/regions.csv is damaged: run `make assets`, then build again")
	}
	r := &Regions{byCode: map[string]Region{}, below: map[string][]Region{}, names: map[string]bool{}}
	for _, l := range lines[1:] {
		r.byCode[l[0]] = Region{Code: l[0], Name: l[1], Letter: l[2]}
	}
	for _, l := range lines[1:] {
		r.place(r.byCode[l[0]])
	}
	return r, nil
}

// place puts a region below the one in which it is found. What GB/T 2260 puts
// between a province and its counties where there is no city is left out.
func (r *Regions) place(region Region) {
	code := region.Code
	if len(code) != 6 {
		r.abroad = append(r.abroad, region)
		return
	}
	r.name(region)
	switch {
	case strings.HasSuffix(code, "0000"):
		r.provinces = append(r.provinces, region)
		if code > "70" { // 71, 81, 82: 出境, too
			r.abroad = append(r.abroad, region)
		}
	case !strings.HasSuffix(code, "00"):
		above := code[:4] + "00"
		if !r.isCity(r.byCode[above]) {
			above = code[:2] + "0000"
		}
		r.below[above] = append(r.below[above], region)
	case r.isCity(region):
		r.below[code[:2]+"0000"] = append(r.below[code[:2]+"0000"], region)
	}
}

// isCity reports whether a region at a city's place in the code is one by which
// people call a place: 110100 is 北京市 again, 500200 is 县, 419000 is
// 省直辖县级行政区划.
func (r *Regions) isCity(region Region) bool {
	return region.Name != r.byCode[region.Code[:2]+"0000"].Name && region.Name != "县" && !strings.HasSuffix(region.Name, "行政区划")
}

// Provinces are the divisions of the first level, in the order of their codes.
func (r *Regions) Provinces() []Region { return slices.Clone(r.provinces) }

// Below are the divisions of a province or city, empty for what has none.
func (r *Regions) Below(code string) []Region { return slices.Clone(r.below[code]) }

// Abroad are the countries and regions 国（境）外, in the order of their names in
// pinyin, with 港澳台 in front, which have no letter.
func (r *Regions) Abroad() []Region { return slices.Clone(r.abroad) }

// Region finds a region by its code.
func (r *Regions) Region(code string) (Region, bool) {
	region, ok := r.byCode[code]
	return region, ok
}

// Above is the region in which a division lies; ok is false for provinces and
// countries.
func (r *Regions) Above(code string) (_ Region, ok bool) {
	if len(code) != 6 || strings.HasSuffix(code, "0000") {
		return Region{}, false
	}
	if city := r.byCode[code[:4]+"00"]; city.Code != "" && city.Code != code && r.isCity(city) {
		return city, true
	}
	province, ok := r.byCode[code[:2]+"0000"]
	return province, ok
}

// Full is the whole name of a place, as people write it: 江苏省南京市玄武区.
func (r *Regions) Full(code string) string {
	name := r.byCode[code].Name
	for above, ok := r.Above(code); ok; above, ok = r.Above(above.Code) {
		name = above.Name + name
	}
	return name
}

// name notes the ways in which a division begins the name of a unit: 江苏省 and
// 江苏, 南京市 and 南京, but counties in full only.
func (r *Regions) name(region Region) {
	r.names[region.Name] = true
	if !strings.HasSuffix(region.Code, "00") {
		return
	}
	for _, end := range []string{"省", "市", "特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "地区"} {
		if short, ok := strings.CutSuffix(region.Name, end); ok && utf8.RuneCountInString(short) >= 2 {
			r.names[short] = true
			return
		}
	}
}

// How many characters a name keeps: 北京大学 is not 大学. Who types 北京示范 means
// a unit called 示范….
const (
	leastOfName  = 4
	leastOfQuery = 2
)

// Core is the name of a unit as people search it, folded (see model.FoldName)
// and without the regions in front: 南京市玄武区示范科技有限公司 is
// 示范科技有限公司.
func (r *Regions) Core(name string) string { return r.core(name, leastOfName) }

// CoreOfQuery is the beginning of such a name, as somebody types it.
func (r *Regions) CoreOfQuery(query string) string { return r.core(query, leastOfQuery) }

func (r *Regions) core(name string, least int) string {
	core := []rune(model.FoldName(name))
	for {
		n := min(len(core)-least, 12)
		for n > 0 && !r.names[string(core[:n])] {
			n--
		}
		if n <= 0 {
			return string(core)
		}
		core = core[n:]
	}
}
