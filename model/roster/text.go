package roster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"quxiang/model"
)

// maxRecord bounds one row of a CSV file, in bytes: a quote that nobody closes
// would swallow the rest of the file.
const maxRecord = 1 << 20

// errLongRecord says that a row of a CSV file is longer than maxRecord.
var errLongRecord = errors.New("row is too long")

// text is the source of rows of a CSV file.
type text struct {
	file  *os.File
	size  int64
	meter *meter
	csv   *csv.Reader
	line  int        // of the row that was read last
	inner int        // line breaks within cells so far: spreadsheets number rows, not lines
	top   [][]string // rows up to and with the header
	ahead [][]string // rows read while the header was looked for
	lines []int      // and their lines
}

// meter counts the bytes that pass and stops when too many pass between two
// calls of mark.
type meter struct {
	in          io.Reader
	total, last int64
}

// Read reads on, or fails with errLongRecord.
func (m *meter) Read(p []byte) (int, error) {
	if m.total-m.last > maxRecord {
		return 0, errLongRecord
	}
	n, err := m.in.Read(p)
	m.total += int64(n)
	return n, err
}

func (m *meter) mark() { m.last = m.total }

// openText opens a CSV file in whichever encoding, parted by commas, semicolons
// or tabs.
func openText(path string, v *vocabulary) (_ source, h header, err error) {
	f, err := os.Open(path) //nolint:gosec // the caller chooses the file
	if err != nil {
		return nil, header{}, fmt.Errorf("roster: open: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, header{}, fmt.Errorf("roster: stat: %w", err)
	}
	t := &text{file: f, size: info.Size(), meter: &meter{in: f}}
	if t.csv, err = newCSV(f, t.meter); err != nil {
		return nil, header{}, err
	}
	for len(t.ahead) < headerDepth+1 {
		cells, line, err := t.record()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, header{}, err
		}
		t.ahead, t.lines = append(t.ahead, cells), append(t.lines, line)
	}
	h, ok, err := v.findHeader(t.ahead)
	if err != nil {
		return nil, header{}, err
	}
	if !ok {
		return nil, header{}, v.noHeader()
	}
	if err := v.missing(h); err != nil {
		return nil, header{}, err
	}
	t.top, t.ahead, t.lines = t.ahead[:h.lines], t.ahead[h.lines:], t.lines[h.lines:]
	return t, h, nil
}

func (t *text) next() ([]string, int, error) {
	if len(t.ahead) > 0 {
		cells, line := t.ahead[0], t.lines[0]
		t.ahead, t.lines = t.ahead[1:], t.lines[1:]
		return cells, line, nil
	}
	return t.record()
}

// record reads the next row from the file.
func (t *text) record() ([]string, int, error) {
	t.meter.mark()
	cells, err := t.csv.Read()
	var broken *csv.ParseError
	switch {
	case err == nil && len(cells) > maxColumns:
		return nil, 0, tooWide()
	case err == nil:
		t.line, _ = t.csv.FieldPos(0)
		t.line -= t.inner
		for _, c := range cells {
			t.inner += strings.Count(c, "\n")
		}
		return cells, t.line, nil
	case errors.Is(err, io.EOF):
		return nil, 0, io.EOF
	case errors.Is(err, errLongRecord):
		return nil, 0, model.Invalid("file", "第 %d 行之后有一行超过 %d KB，可能是引号没有成对。请检查后再上传。", t.line, maxRecord>>10)
	case errors.As(err, &broken):
		return nil, 0, model.Invalid("file", "第 %d 行的引号没有成对，后面的行无法读取。请检查后再上传，或另存为 .xlsx。", broken.StartLine)
	default:
		return nil, 0, fmt.Errorf("roster: read: %w", err)
	}
}

func (t *text) done() float64 { return float64(t.meter.total) / float64(t.size) }

func (t *text) close() error { return t.file.Close() }

// newCSV makes the reader of a file that is positioned at its start. m must
// read from f.
func newCSV(f io.ReadSeeker, m *meter) (*csv.Reader, error) {
	decode, err := encoding(f)
	if err != nil {
		return nil, err
	}
	sample := make([]byte, 64<<10)
	n, err := io.ReadFull(decode(f), sample)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("roster: read: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("roster: rewind: %w", err)
	}
	c := csv.NewReader(decode(m))
	c.Comma = separator(string(sample[:n]))
	c.FieldsPerRecord = -1
	return c, nil
}

// separator is the character that parts most cells in the sample's first
// lines.
func separator(sample string) rune {
	lines := strings.SplitN(sample, "\n", headerDepth+1)
	if len(lines) > headerDepth {
		lines = lines[:headerDepth]
	}
	head, best, most := strings.Join(lines, "\n"), ',', 0
	for _, c := range ",\t;" {
		if n := strings.Count(head, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}
