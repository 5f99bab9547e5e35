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

	"quxiang/model"
)

const (
	// maxRatio is how much smaller than its content a part of the file may be.
	// Sheets reach 30; a zip bomb 1,000.
	maxRatio = 200
	// smallPart is unpacked whatever its ratio.
	smallPart = 8 << 20
	// maxInMemory bounds what is held in memory: all parts but sheets and the
	// table of shared strings, such as pictures.
	maxInMemory = 64 << 20
	// maxParts bounds the number of parts.
	maxParts = 4096
)

// inspect checks an XLSX before it is unpacked, by the sizes that its directory
// states (which the unpacker holds it to), then reads each sheet once: its
// checksum, and the number of its last row. The spreadsheet library stops at
// damage without a word; lastRows says whether it came to an end.
func inspect(path string, maxUnzipped int64) (lastRows map[int]bool, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, damaged().Because(fmt.Errorf("roster: open zip: %w", err))
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	if len(z.File) > maxParts {
		return nil, bomb()
	}
	var total, inMemory uint64
	workbook := false
	var sheets []*zip.File
	for _, f := range z.File {
		total += f.UncompressedSize64
		part := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		switch {
		case f.UncompressedSize64 > smallPart && f.UncompressedSize64 > maxRatio*f.CompressedSize64:
			return nil, bomb()
		case f.UncompressedSize64 > uint64(maxUnzipped) || total > uint64(maxUnzipped): //nolint:gosec // a limit is positive
			return nil, bomb()
		case f.Flags&1 != 0:
			return nil, model.Invalid("file", "这个文件设有密码，请取消密码后再上传。")
		case strings.HasSuffix(part, "vbaproject.bin"):
			return nil, model.Invalid("file", "这个文件含有宏，已拒绝读取。请用 Excel 或 WPS 另存为不含宏的 .xlsx 后再上传。")
		case isSheet(part):
			sheets = append(sheets, f)
			if !strings.HasPrefix(part, "xl/worksheets/sheet") { // the library unpacks only these to disk
				inMemory += f.UncompressedSize64
			}
		case part == "xl/sharedstrings.xml":
		default:
			workbook = workbook || part == "xl/workbook.xml"
			inMemory += f.UncompressedSize64
		}
		if inMemory > maxInMemory {
			return nil, model.Errorf(model.CodeTooLarge, "表格中的图片等内容超过 %d MB。请只保留数据，另存后再上传。", maxInMemory>>20)
		}
	}
	if !workbook {
		return nil, notSpreadsheet()
	}
	lastRows = make(map[int]bool, len(sheets))
	for _, f := range sheets {
		last, err := lastRow(f)
		if err != nil {
			return nil, damaged().Because(fmt.Errorf("roster: read %s: %w", f.Name, err))
		}
		lastRows[last] = true
	}
	return lastRows, nil
}

func isSheet(part string) bool {
	return strings.Contains(part, "worksheets/") && !strings.Contains(part, "_rels/") && strings.HasSuffix(part, ".xml")
}

// lastRow reads a sheet to its end and returns the number of its last row. Rows
// must ascend, or the library would mix up their cells; and the sheet must be
// closed, or rows may have been cut off behind the last one.
func lastRow(f *zip.File) (_ int, err error) {
	rc, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rc.Close()) }()
	in, last, closed := bufio.NewReaderSize(rc, 64<<10), 0, false
	for {
		_, err := in.ReadSlice('<')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && !closed {
			return 0, fmt.Errorf("it ends after row %d without being closed", last)
		}
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return 0, err
		}
		tag, err := in.Peek(96)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		closed = closed || closesSheet(tag)
		n, ok := rowNumber(tag, last)
		if !ok {
			continue
		}
		if n <= last {
			return 0, fmt.Errorf("row %d after row %d", n, last)
		}
		last = n
	}
}

// closesSheet reports whether what follows a < closes the root of a sheet.
func closesSheet(tag []byte) bool {
	name, found := bytes.CutPrefix(tag, []byte("/"))
	if !found {
		return false
	}
	name, _, found = bytes.Cut(name, []byte(">"))
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return found && string(bytes.TrimSpace(name)) == "worksheet"
}

// rowNumber reads the number from what follows the < of a row's tag; a row
// without one comes next after last. ok is false for other tags.
func rowNumber(tag []byte, last int) (n int, ok bool) {
	end := bytes.IndexByte(tag, '>')
	if end < 0 {
		end = len(tag)
	}
	name, attributes, _ := bytes.Cut(bytes.TrimSuffix(tag[:end], []byte("/")), []byte(" "))
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	if string(name) != "row" {
		return 0, false
	}
	for a := range bytes.FieldsSeq(attributes) {
		if v, found := bytes.CutPrefix(a, []byte("r=")); found && len(v) > 2 {
			if n, err := strconv.Atoi(string(v[1 : len(v)-1])); err == nil {
				return n, true
			}
		}
	}
	return last + 1, true
}

func damaged() *model.Error {
	return model.Invalid("file", "这个表格文件已损坏，读不完整。请用 Excel 或 WPS 打开，另存为新的 .xlsx 后再上传。")
}

func bomb() *model.Error {
	return model.Errorf(model.CodeTooLarge, "这个文件解压后过大，可能不是正常的表格，已拒绝读取。请只保留数据，另存后再上传。")
}
