package roster

import (
	"errors"
	"io"
	"time"

	"quxiang/model"
)

// Codes are the code tables that rows are checked with; see model/codes.
type Codes interface {
	model.Codes
	// Code finds a code by a name as people type it.
	Code(table model.CodeTable, name string) (string, bool)
	// Names reports whether a name is that of this code.
	Names(table model.CodeTable, code, name string) bool
	// List returns a table's entries, for messages that say what is allowed.
	List(table model.CodeTable) []model.CodeName
	// Categories returns all destination categories.
	Categories() []model.Category
	// CategoryNamed finds a category, and a finer code, by a name.
	CategoryNamed(name string) (category, sub string, ok bool)
	// ExamNumberLengths are the lengths that a 考生号 may have.
	ExamNumberLengths() []int
}

// Options of Open. The zero value of each but Codes has a meaning.
type Options struct {
	Kind        model.SheetKind // "" is a roster
	Codes       Codes
	School      string // five digits: rows of another school are refused, and the file needs no 院校代码
	MaxBytes    int64  // of the file; 0 is 512 MiB
	MaxUnzipped int64  // of all that an XLSX holds; 0 is 4 GiB
	TempDir     string // where large sheets are unpacked while they are read; "" is the system's
}

// Row is one row of a roster.
type Row struct {
	Line        int    // as the spreadsheet program numbers it, from 1
	CohortCode  string // the year of 毕业时间
	SchoolCode  string
	SchoolName  string // as the row calls it; the code decides
	Basics      model.Basics
	Destination *model.Destination // nil when the row registers none
	ReportedAt  time.Time          // 上报时间; zero when not given
	Verdict     *model.Verdict     // of a sheet of reviews; nil when the row gives none
	Faults      []Fault            // why the row must be refused; empty when it is good
	Cells       []string           // as read, for the sheet of refused rows
}

// source gives the rows of a file of some format, blank ones too.
type source interface {
	// next returns the cells of the next row and its line; io.EOF at the end.
	next() (cells []string, line int, err error)
	// done is the share of the file, 0–1, that has been read.
	done() float64
	close() error
}

// Reader reads one roster. It is for one goroutine.
type Reader struct {
	src     source
	header  header
	checker *checker
	first   *rawRow // read by Open to see that there is one
	total   int
}

type rawRow struct {
	cells []string
	line  int
}

// Open opens a roster and finds its header. Everything that is wrong with the
// file as a whole is a *model.Error with a message for people: no spreadsheet,
// encrypted, too large, a zip bomb, no sheet with the known columns, a missing
// column (Field names the first), no rows. The caller closes the Reader.
func Open(path string, o Options) (*Reader, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = 512 << 20
	}
	if o.MaxUnzipped == 0 {
		o.MaxUnzipped = 4 << 30
	}
	if o.Kind == "" {
		o.Kind = model.SheetRoster
	}
	src, h, total, err := openSource(path, o, newVocabulary(what(o.Kind), columnsOf(o.Kind), requiredOf(o.Kind, o.School)))
	if err != nil {
		return nil, err
	}
	r := &Reader{src: src, header: h, total: total, checker: newChecker(h, o)}
	if r.first, err = read(src); err != nil {
		err = errors.Join(err, src.close())
		if errors.Is(err, io.EOF) {
			return nil, model.Invalid("file", "表格只有表头，没有毕业生。请确认上传的是填写后的表格。")
		}
		return nil, err
	}
	return r, nil
}

// Fault lays what the rules refused in a row at the column that they blame.
func (r *Reader) Fault(row Row, e *model.Error) Fault {
	at, ok := blamed()[e.Field]
	if !ok {
		return Fault{Line: row.Line, Message: e.Message}
	}
	label := r.checker.labels[at]
	if label == "" { // no column of this kind of sheet
		return Fault{Line: row.Line, Message: e.Message}
	}
	return Fault{Line: row.Line, Column: label, Message: e.Message}
}

// openSource opens a file of whichever format below the header of v. total is
// about how many rows it has, 0 when that is not known.
func openSource(path string, o Options, v *vocabulary) (src source, h header, total int, err error) {
	format, err := sniff(path, o.MaxBytes)
	if err != nil {
		return nil, header{}, 0, err
	}
	if format == formatXLSX {
		return openXLSX(path, o, v)
	}
	src, h, err = openText(path, v)
	return src, h, 0, err
}

// Next returns the next row, with its Faults when it must be refused, and io.EOF
// at the end. A *model.Error says that the rest of the file cannot be read.
func (r *Reader) Next() (Row, error) {
	raw := r.first
	if r.first = nil; raw == nil {
		var err error
		if raw, err = read(r.src); err != nil {
			return Row{}, err
		}
	}
	return r.checker.check(raw.cells, raw.line), nil
}

// read returns the next row that is not blank.
func read(src source) (*rawRow, error) {
	for {
		cells, line, err := src.next()
		if err != nil {
			return nil, err
		}
		for _, c := range cells {
			if clean(c) != "" {
				return &rawRow{cells, line}, nil
			}
		}
	}
}

// Header returns the names of the columns, for the sheet of refused rows.
func (r *Reader) Header() []string { return r.header.names }

// Total is about how many rows the file has, 0 when that is not known.
func (r *Reader) Total() int { return max(0, r.total-r.header.lines) }

// Progress is the share of the file, 0–1, that has been read.
func (r *Reader) Progress() float64 { return min(1, max(0, r.src.done())) }

// Close closes the file and removes what was unpacked.
func (r *Reader) Close() error { return r.src.close() }
