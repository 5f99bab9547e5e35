package codes

import (
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"quxiang/model"
)

//go:embed data/*.csv
var files embed.FS

// load builds the tables of a version from the data files.
func load(version string) (*Table, error) {
	t := &Table{
		version: version,
		lists:   map[model.CodeTable][]model.CodeName{},
		names:   map[model.CodeTable]map[string]string{},
		codes:   map[model.CodeTable]map[string]string{},
		alike:   map[alikeKey]bool{},
		byCode:  map[string]model.Category{},
		byName:  map[string]categoryName{},
		reasons: map[ReasonUse][]string{},
	}
	for _, file := range []struct {
		name string
		add  func(row map[string]string) error
	}{
		{"tables", t.addEntry},
		{"categories", t.addCategory},
		{"subcategories", t.addSub},
		{"fields", t.addAsk},
		{"transfers", t.addTransfer},
		{"receivers", t.addReceiver},
		{"proofs", t.addProof},
	} {
		if err := each(file.name, file.add); err != nil {
			return nil, err
		}
	}
	if err := each("watched", t.addWatched); err != nil {
		return nil, err
	}
	if err := each("reasons", t.addReason); err != nil {
		return nil, err
	}
	for i, c := range t.categories {
		t.categories[i] = t.byCode[c.Code]
	}
	if err := each("rates", t.addRate); err != nil {
		return nil, err
	}
	return t, t.checkRates()
}

// each calls add for every line of a data file, by column name.
func each(file string, add func(map[string]string) error) error {
	b, err := files.ReadFile("data/" + file + ".csv")
	if err != nil {
		return fmt.Errorf("codes: %w", err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		return fmt.Errorf("codes: %s: %w", file, err)
	}
	for n, line := range lines[1:] {
		row := make(map[string]string, len(line))
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		if err := add(row); err != nil {
			return fmt.Errorf("codes: %s line %d: %w", file, n+2, err)
		}
	}
	return nil
}

func (t *Table) addEntry(row map[string]string) error {
	table, code, name := model.CodeTable(row["table"]), row["code"], row["name"]
	if t.names[table] == nil {
		t.names[table], t.codes[table] = map[string]string{}, map[string]string{}
	}
	if t.names[table][code] != "" || code == "" || name == "" {
		return fmt.Errorf("bad or repeated code %q of %s", code, table)
	}
	t.names[table][code] = name
	t.lists[table] = append(t.lists[table], model.CodeName{Code: code, Name: name})
	for _, n := range append(strings.Fields(row["aliases"]), name) {
		t.alike[alikeKey{table, code, fold(n)}] = true
		for _, key := range []string{n, fold(n)} {
			if t.codes[table][key] == "" {
				t.codes[table][key] = code
			}
		}
	}
	return nil
}

func (t *Table) addCategory(row map[string]string) error {
	c := model.Category{
		Code: row["code"], Name: row["name"], Group: row["group_"+t.version], UnitLabel: "单位名称", NeedsSub: row["needs_sub"] == "yes",
	}
	if _, again := t.byCode[c.Code]; again || c.Code == "" || c.Name == "" || c.Group == "" {
		return fmt.Errorf("bad or repeated category %q", c.Code)
	}
	t.byCode[c.Code] = c
	t.categories = append(t.categories, c)
	for _, n := range append(strings.Fields(row["aliases"]), c.Name) {
		t.nameCategory(n, categoryName{code: c.Code})
	}
	return nil
}

func (t *Table) addRate(row map[string]string) error {
	if row["version"] != t.version {
		return nil
	}
	r := model.Rate{Key: row["key"], Name: row["name"], Groups: strings.Fields(row["groups"]), InTotal: row["in_total"] == "yes"}
	if r.Key == "" || r.Name == "" || slices.ContainsFunc(t.rates, func(o model.Rate) bool { return o.Key == r.Key }) {
		return fmt.Errorf("bad or repeated rate %q", r.Key)
	}
	t.rates = append(t.rates, r)
	return nil
}

// checkRates: the rates of a version count every category once, so that no
// graduate is left out or counted twice.
func (t *Table) checkRates() error {
	for _, c := range t.categories {
		n := 0
		for _, r := range t.rates {
			if slices.Contains(r.Groups, c.Group) {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("codes: %d rates of %s count category %s", n, t.version, c.Code)
		}
	}
	return nil
}

func (t *Table) addSub(row map[string]string) error {
	c, ok := t.byCode[row["category"]]
	if !ok {
		return fmt.Errorf("no category %q", row["category"])
	}
	sub := model.CodeName{Code: row["code"], Name: row["name"]}
	c.Sub = append(c.Sub, sub)
	t.byCode[c.Code] = c
	for _, n := range append(strings.Fields(row["aliases"]), sub.Name) {
		to := categoryName{code: c.Code, sub: sub.Code}
		for _, written := range []string{n, c.Name + "（" + n + "）", c.Name + "-" + n} {
			t.nameCategory(written, to)
		}
	}
	return nil
}

// addWatched notes a category of which reviewers watch the share.
func (t *Table) addWatched(row map[string]string) error {
	c, ok := t.byCode[row["category"]]
	if !ok {
		return fmt.Errorf("no category %q", row["category"])
	}
	c.WatchShare = true
	t.byCode[c.Code] = c
	return nil
}

func (t *Table) addProof(row map[string]string) error {
	c, ok := t.byCode[row["category"]]
	if !ok || c.Proof != "" || row["proof"] == "" {
		return fmt.Errorf("bad or repeated proof of category %q", row["category"])
	}
	c.Proof = row["proof"]
	t.byCode[c.Code] = c
	return nil
}

func (t *Table) addReason(row map[string]string) error {
	use, text := ReasonUse(row["use"]), row["text"]
	if use != ReasonReturn && use != ReasonRefuse && use != ReasonKeep || text == "" || len(t.reasons[use]) == maxReasons {
		return fmt.Errorf("bad reason %q, or more than %d for one use", text, maxReasons)
	}
	t.reasons[use] = append(t.reasons[use], text)
	return nil
}

// nameCategory lets a name mean a category; the first to claim a name keeps it.
func (t *Table) nameCategory(name string, to categoryName) {
	for _, key := range []string{name, fold(name)} {
		if _, taken := t.byName[key]; !taken {
			t.byName[key] = to
		}
	}
}

// fold makes names comparable as people type them, punctuation aside: 农、林、牧、渔业
// and 农林牧渔业 are one.
func fold(s string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("、,，;；", c) {
			return -1
		}
		return c
	}, model.FoldName(s))
}
