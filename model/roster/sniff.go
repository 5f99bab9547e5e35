package roster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"quxiang/model"
)

// format is what a file is, judged by its content and not by its name.
type format int

const (
	formatText format = iota
	formatXLSX
)

// sniff decides what the file is and refuses what is no spreadsheet.
func sniff(path string, maxBytes int64) (_ format, err error) {
	f, err := os.Open(path) //nolint:gosec // the caller chooses the file
	if err != nil {
		return 0, fmt.Errorf("roster: open: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("roster: stat: %w", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return 0, notSpreadsheet()
	case info.Size() == 0:
		return 0, model.Invalid("file", "这个文件是空的，请重新导出后再上传。")
	case info.Size() > maxBytes:
		return 0, model.Errorf(model.CodeTooLarge, "文件超过 %d MB，请拆成几个文件分别上传。", maxBytes>>20)
	}
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, fmt.Errorf("roster: read: %w", err)
	}
	return judge(head[:n])
}

// judge names the format of a file that begins with head.
func judge(head []byte) (format, error) {
	trimmed := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(head, []byte("PK")):
		return formatXLSX, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		// Both the old binary format and an encrypted XLSX are OLE files.
		return 0, model.Invalid("file", "这个文件设有密码，或是旧版 .xls 格式。请取消密码，另存为 .xlsx 后再上传。")
	case bytes.HasPrefix(trimmed, []byte("<")):
		return 0, model.Invalid("file", "这个文件其实是网页或 XML，不是表格。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。")
	case bytes.HasPrefix(head, []byte("%PDF")), bytes.IndexByte(head, 0) >= 0 && utf16Mark(head) == 0:
		return 0, notSpreadsheet()
	}
	return formatText, nil
}

func notSpreadsheet() error {
	return model.Invalid("file", "这个文件不是 XLSX 或 CSV 表格，请用 Excel 或 WPS 另存为 .xlsx 后再上传。")
}
