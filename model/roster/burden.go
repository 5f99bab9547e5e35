package roster

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
)

// maxMerged bounds the merged cells of a workbook that is written into. The
// library compares each with each, and looks through all of them for every cell.
const maxMerged = 2000

// bearable refuses a workbook that is small and takes minutes to write into:
// with too many merged cells, or more widths of columns than there are columns,
// each of which the library looks for among all others.
func bearable(path string) (err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return damaged().Because(fmt.Errorf("roster: open zip: %w", err))
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	merged := 0
	for _, f := range z.File {
		if !isSheet(strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))) {
			continue
		}
		columns := 0
		err := eachTag(f, func(name string, attributes []byte) error {
			switch name {
			case "mergeCell":
				merged++
			case "col":
				from, err1 := attribute(attributes, "min")
				to, err2 := attribute(attributes, "max")
				if err := errors.Join(err1, err2); err != nil {
					return err
				}
				columns += max(to-from, 0) + 1
			}
			if merged > maxMerged || columns > excelize.MaxColumns {
				return model.Errorf(model.CodeTooLarge, "表格中合并的单元格或列宽设置太多。请只保留数据，另存后再上传。")
			}
			return nil
		})
		if model.CodeOf(err) == model.CodeTooLarge {
			return err
		}
		if err != nil {
			return damaged().Because(fmt.Errorf("roster: read %s: %w", f.Name, err))
		}
	}
	return nil
}

// eachTag tells of every tag that begins or is empty: its name without a prefix,
// and the beginning of its attributes.
func eachTag(f *zip.File, tell func(name string, attributes []byte) error) (err error) {
	rc, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rc.Close()) }()
	in := bufio.NewReaderSize(rc, 64<<10)
	for {
		_, err := in.ReadSlice('<')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		tag, err := in.Peek(256)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if end := bytes.IndexByte(tag, '>'); end >= 0 {
			tag = tag[:end]
		}
		name, attributes := tag, []byte(nil)
		if i := bytes.IndexAny(tag, " \t\r\n/"); i >= 0 {
			name, attributes = tag[:i], tag[i:]
		}
		if i := bytes.IndexByte(name, ':'); i >= 0 {
			name = name[i+1:]
		}
		if err := tell(string(name), attributes); err != nil {
			return err
		}
	}
}

// attribute is a number among attributes; an error when it is none, or further
// behind than any program writes it.
func attribute(attributes []byte, name string) (int, error) {
	for a := range bytes.FieldsSeq(attributes) {
		if v, found := bytes.CutPrefix(a, []byte(name+"=")); found {
			return strconv.Atoi(strings.Trim(string(v), `"'/`))
		}
	}
	return 0, fmt.Errorf("no %s", name)
}
