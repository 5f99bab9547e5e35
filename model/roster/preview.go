package roster

import (
	"errors"

	"quxiang/model"
)

// Preview writes what an import would change to an XLSX: a line for each field
// of each changed row, old beside new. Nothing is written when no row changes
// anything.
type Preview struct {
	path  string
	sheet *textSheet
}

// NewPreview makes a preview. The file at path is made by Close.
func NewPreview(path string) *Preview { return &Preview{path: path} }

// Change adds a row with what it changes.
func (p *Preview) Change(row Row, changes []model.FieldChange) error {
	if p.sheet == nil {
		var err error
		if p.sheet, err = newTextSheet("将变更的内容", 0, 20, 16, 20, 40, 40); err != nil {
			return err
		}
		if err := p.sheet.add([]string{"原行号", "考生号", "姓名", "项目", "原内容", "新内容"}); err != nil {
			return err
		}
	}
	for _, c := range changes {
		if err := p.sheet.add([]string{itoa(row.Line), row.Basics.ExamNumber, row.Basics.Name, c.Label, c.Old, c.New}); err != nil {
			return err
		}
	}
	return nil
}

// Empty reports whether no row changes anything, so that there is no file.
func (p *Preview) Empty() bool { return p.sheet == nil }

// Close writes the file.
func (p *Preview) Close() error {
	if p.sheet == nil {
		return nil
	}
	return errors.Join(p.sheet.save(p.path), p.sheet.close())
}
