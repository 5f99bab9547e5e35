package roster

import (
	"context"
	"errors"
	"fmt"
	"io"

	"quxiang/model"
	"quxiang/model/codes"
)

// unitBatch is how many units are saved together.
const unitBatch = 2000

// UnitSaver takes units into the register; see store.SaveUnits.
type UnitSaver interface {
	SaveUnits(ctx context.Context, units []model.Unit) (changed int, err error)
}

// UnitImport says where units come from and where they go.
type UnitImport struct {
	Path    string // XLSX or CSV
	Options        // Codes is needed
	Saver   UnitSaver
	// Refused is told of each row that cannot be taken, with why; the report of
	// the command, or the page of the operator.
	Refused func(columns []string, row Row) error
	// Progress is told how many rows are done after each batch; total is 0 when it
	// is not known. May be nil.
	Progress func(done, total int)
}

// unitColumns is what registers of units call their columns.
func unitColumns() []column {
	return []column{
		{unitCode, "统一社会信用代码", "dwzzjgdm", []string{"单位统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码"}},
		{unit, "单位名称", "dwmc", []string{"名称", "企业名称", "机构名称", "单位全称", "用人单位名称"}},
		{unitKindCode, "单位性质代码", "dwxzdm", nil},
		{unitKind, "单位性质", "dwxz", []string{"性质"}},
		{industryCode, "单位行业代码", "dwhydm", []string{"行业代码"}},
		{industry, "单位行业", "dwhy", []string{"行业", "所属行业"}},
		{unitPlaceCode, "单位所在地代码", "dwszddm", []string{"所在地代码", "行政区划代码"}},
		{unitPlace, "单位所在地", "dwszd", []string{"所在地", "地区", "所在地区"}},
	}
}

// ImportUnits reads a register of units by the names of its columns
// (统一社会信用代码 and 单位名称 must be there) and saves its good rows. Every row with
// a fault is refused with all its faults by row, column and sentence; of rows with
// one code the first stands. Doing it again changes nothing. What is wrong with
// the file as a whole is a *model.Error; the result counts what was done before.
func ImportUnits(ctx context.Context, o UnitImport) (result model.TaskResult, err error) {
	v := newVocabulary("单位登记表", unitColumns(), [][]field{{unitCode}, {unit}})
	if o.MaxBytes == 0 {
		o.MaxBytes = 512 << 20
	}
	if o.MaxUnzipped == 0 {
		o.MaxUnzipped = 4 << 30
	}
	src, h, total, err := openSource(o.Path, o.Options, v)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, src.close()) }()
	regions, err := codes.LoadRegions()
	if err != nil {
		return result, fmt.Errorf("roster: import units: %w", err)
	}
	c := newLabels(h, unitColumns())
	c.codes, c.people = o.Codes, newSeen()
	batch := make([]model.Unit, 0, unitBatch)
	rows := 0
	save := func() error {
		changed, err := o.Saver.SaveUnits(ctx, batch)
		if err != nil {
			return err
		}
		result.Imported += changed
		result.Unchanged += len(batch) - changed
		batch = batch[:0]
		if o.Progress != nil {
			o.Progress(rows, max(0, total-h.lines))
		}
		return nil
	}
	for {
		raw, err := read(src)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return result, errors.Join(err, save())
		}
		rows++
		l := &line{checker: c, row: Row{Line: raw.line, Cells: raw.cells}}
		if u := l.registered(regions); len(l.row.Faults) == 0 {
			batch = append(batch, u)
		} else {
			result.Refused++
			if err := o.Refused(h.names, l.row); err != nil {
				return result, err
			}
		}
		if len(batch) == unitBatch {
			if err := save(); err != nil {
				return result, err
			}
		}
	}
	if rows == 0 {
		return result, model.Invalid("file", "表格只有表头，没有单位。")
	}
	return result, save()
}

// registered reads the unit of one row.
func (l *line) registered(regions *codes.Regions) model.Unit {
	u := model.Unit{
		Code: model.NormalUnitCode(l.number(unitCode)), Name: l.text(unit),
		Kind:     l.coded(model.TableUnitKind, unitKindCode, unitKind),
		Industry: l.coded(model.TableIndustry, industryCode, industry),
		Place:    l.text(unitPlace),
	}
	if u.Place == "" {
		if u.Place = l.number(unitPlaceCode); regions.Full(u.Place) != "" {
			u.Place = regions.Full(u.Place)
		}
	}
	l.need(unitCode, u.Code)
	l.need(unit, u.Name)
	if len(l.row.Faults) > 0 {
		return u
	}
	var e *model.Error
	if err := model.CheckUnit(u, l.codes); errors.As(err, &e) {
		at, known := map[string]field{"unit": unit, "unit_code": unitCode, "unit_place": unitPlace}[e.Field]
		if !known {
			at = unitCode
		}
		l.fault(at, e.Message)
		return u
	}
	if first := l.people.first(u.Code); first != 0 {
		l.fault(unitCode, "与第 "+itoa(first)+" 行的代码相同，只保留第 "+itoa(first)+" 行。")
		return u
	}
	l.people.store(u.Code, l.row.Line)
	return u
}
