package job

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// refusedInPreview stands in a plan for a row that the rules refused: no version
// of a record equals it.
const refusedInPreview = -1

// plan says, for each row of a sheet that could be read, which version of its
// record the preview saw: what the operator agreed to. It is a file of varints,
// so that it costs two bytes a row and no memory. A nil plan agrees to
// everything.
type plan struct {
	to   *bufio.Writer
	from *bufio.Reader
}

func writePlan(w io.Writer) *plan { return &plan{to: bufio.NewWriter(w)} }

func readPlan(r io.Reader) *plan { return &plan{from: bufio.NewReader(r)} }

// add notes the version of the next row.
func (p *plan) add(version int64) error {
	if p == nil || p.to == nil {
		return nil
	}
	var b [binary.MaxVarintLen64]byte
	if _, err := p.to.Write(b[:binary.PutVarint(b[:], version)]); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// next is the version of the next row. It is 0 for all while a plan is written.
func (p *plan) next(writing bool) (int64, error) {
	if p == nil || writing {
		return 0, nil
	}
	version, err := binary.ReadVarint(p.from)
	if errors.Is(err, io.EOF) {
		return refusedInPreview, nil // a row that the preview has not seen
	}
	if err != nil {
		return 0, fmt.Errorf("read the plan: %w", err)
	}
	return version, nil
}

// end writes what is still held.
func (p *plan) end() error {
	if p == nil || p.to == nil {
		return nil
	}
	return p.to.Flush()
}
