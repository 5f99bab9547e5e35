package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
	"quxiang/model/codes"
)

// unitRow is one entry of the register of units. It says nothing about anybody.
type unitRow struct {
	Code     string `gorm:"primaryKey"`
	Name     string
	Folded   string // the name as it is searched, see model.FoldName
	Core     string // the same without the regions in front
	Kind     string
	Industry string
	Place    string
}

func (unitRow) TableName() string { return "units" }

func (r unitRow) unit() model.Unit {
	return model.Unit{Code: r.Code, Name: r.Name, Kind: r.Kind, Industry: r.Industry, Place: r.Place}
}

// SaveUnits puts units into the register: new ones, and those that say something
// else than before, by their code. It returns how many these were; doing it again
// changes nothing. The units have passed model.CheckUnit and are of different
// codes.
func (s *Store) SaveUnits(ctx context.Context, units []model.Unit) (changed int, _ error) {
	regions, err := codes.LoadRegions()
	if err != nil {
		return 0, fmt.Errorf("store: save units: %w", err)
	}
	rows := make([]unitRow, len(units))
	for i, u := range units {
		rows[i] = unitRow{
			Code: u.Code, Name: u.Name, Folded: searchKey(model.FoldName(u.Name)), Core: searchKey(regions.Core(u.Name)),
			Kind: u.Kind, Industry: u.Industry, Place: u.Place,
		}
	}
	err = s.tx(ctx, "save units", func(tx *gorm.DB) error {
		changed = 0
		for part := range slices.Chunk(rows, insertBatch) {
			fresh, err := newUnits(tx, part)
			if err != nil {
				return err
			}
			if len(fresh) == 0 {
				continue
			}
			if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&fresh).Error; err != nil {
				return err
			}
			changed += len(fresh)
		}
		return nil
	})
	return changed, err
}

// longestKey is how many characters of a name are searched: folding can make a
// name many times as long, since one character may stand for a whole phrase.
const longestKey = 160

func searchKey(folded string) string {
	if r := []rune(folded); len(r) > longestKey {
		return string(r[:longestKey])
	}
	return folded
}

// newUnits are those of rows that the register does not have as they are. By the
// primary key.
func newUnits(tx *gorm.DB, rows []unitRow) ([]unitRow, error) {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Code
	}
	var known []unitRow
	if err := tx.Where("code IN ?", keys).Find(&known).Error; err != nil {
		return nil, err
	}
	have := make(map[string]unitRow, len(known))
	for _, r := range known {
		have[r.Code] = r
	}
	var fresh []unitRow
	for _, r := range rows {
		if have[r.Code] != r {
			fresh = append(fresh, r)
		}
	}
	return fresh, nil
}

const (
	// unitsFound is how many units a search gives.
	unitsFound = 10
	// leastQuery is how many characters of a name a search needs.
	leastQuery = 2
)

// FindUnits looks units up by a whole 统一社会信用代码, or by the beginning of a
// name, with or without the regions in front: at most ten, those of the register
// first, then those that somebody in this database goes to and whose code is
// valid. Who that is and how many there are is not told. At most four queries,
// none by more than the beginning of an index; a query of fewer than two
// characters finds nothing.
func (s *Store) FindUnits(ctx context.Context, query string) ([]model.Unit, error) {
	query = strings.ToValidUTF8(query, "")
	if code := model.NormalUnitCode(query); model.ValidUnitCode(code) {
		return s.unitByCode(ctx, code)
	}
	if utf8.RuneCountInString(model.FoldName(query)) < leastQuery {
		return nil, nil
	}
	regions, err := codes.LoadRegions()
	if err != nil {
		return nil, fmt.Errorf("store: find units: %w", err)
	}
	var found []model.Unit
	for _, q := range unitSearches(query, regions) {
		var rows []unitRow
		if err := s.read(ctx).Raw(q.sql, q.args...).Scan(&rows).Error; err != nil {
			return nil, wrap("find units", err)
		}
		for _, r := range rows {
			known := slices.ContainsFunc(found, func(u model.Unit) bool { return u.Code == r.Code })
			if !known && len(found) < unitsFound && model.ValidUnitCode(r.Code) {
				found = append(found, r.unit())
			}
		}
	}
	return s.described(ctx, found)
}

// unitSearch is one statement of a search by name.
type unitSearch struct {
	sql  string
	args []any
}

// unitSearches are those by name, in the order in which what they find is shown:
//   - the whole name in the register: ten lines of units_folded;
//   - the name without regions: ten lines of units_core;
//   - what graduates' units are called: the lines of unit_uses_unit that begin so
//     up to the twentieth unit, one for each school and cohort that sends anybody
//     there. Codes that are not valid are left out afterwards.
func unitSearches(query string, regions *codes.Regions) []unitSearch {
	const columns = "SELECT code, name, kind, industry, place FROM units WHERE "
	limit := fmt.Sprint(" LIMIT ", unitsFound)
	folded, core, plain := model.FoldName(query), regions.CoreOfQuery(query), strings.TrimSpace(query)
	return []unitSearch{
		{columns + "folded >= ? AND folded < ? ORDER BY folded, code" + limit, []any{folded, beyond(folded)}},
		{columns + "core >= ? AND core < ? ORDER BY core, code" + limit, []any{core, beyond(core)}},
		{
			"SELECT DISTINCT unit AS name, unit_code AS code FROM unit_uses WHERE unit >= ? AND unit < ? AND unit_code <> '' AND graduates > 0 ORDER BY unit, unit_code" +
				fmt.Sprint(" LIMIT ", 2*unitsFound), []any{plain, beyond(plain)},
		},
	}
}

// beyond is where texts that begin with prefix end, by code points.
func beyond(prefix string) string { return prefix + string(utf8.MaxRune) }

// described fills in what the register knows of units that were found by a
// graduate's destination. By the primary key.
func (s *Store) described(ctx context.Context, found []model.Unit) ([]model.Unit, error) {
	var bare []string
	for _, u := range found {
		if u.Kind == "" && u.Industry == "" && u.Place == "" {
			bare = append(bare, u.Code)
		}
	}
	if len(bare) == 0 {
		return found, nil
	}
	var rows []unitRow
	if err := s.read(ctx).Where("code IN ?", bare).Find(&rows).Error; err != nil {
		return nil, wrap("find units", err)
	}
	for i, u := range found {
		for _, r := range rows {
			if r.Code == u.Code {
				found[i] = r.unit()
			}
		}
	}
	return found, nil
}

// unitByCode finds a unit by its code: in the register by the primary key, else
// by unit_uses_code, under the name that most graduates gave it.
func (s *Store) unitByCode(ctx context.Context, code string) ([]model.Unit, error) {
	var rows []unitRow
	if err := s.read(ctx).Where("code = ?", code).Find(&rows).Error; err != nil {
		return nil, wrap("find units", err)
	}
	if len(rows) == 0 {
		err := s.read(ctx).Raw("SELECT unit_code AS code, unit AS name FROM unit_uses WHERE unit_code = ? AND graduates > 0 "+
			"GROUP BY unit_code, unit ORDER BY SUM(graduates) DESC, unit LIMIT 1", code).Scan(&rows).Error
		if err != nil {
			return nil, wrap("find units", err)
		}
	}
	found := make([]model.Unit, len(rows))
	for i, r := range rows {
		found[i] = r.unit()
	}
	return found, nil
}
