package roster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decoder turns a file's bytes into UTF-8.
type decoder func(io.Reader) io.Reader

// encoding finds out how the file is encoded and rewinds it: by its byte order
// mark, else UTF-8 where most lines of the first piece that is not plain ASCII
// are valid UTF-8, else GB18030, which contains GBK and GB2312. Chinese text in
// GBK is never valid UTF-8 over more than a few characters, and a single broken
// character in a UTF-8 file is a fault of its row only.
func encoding(f io.ReadSeeker) (decoder, error) {
	const piece = 64 << 10
	buf, decode := make([]byte, piece), decoder(func(r io.Reader) io.Reader { return unicode.UTF8BOM.NewDecoder().Reader(r) })
	for start := true; ; start = false {
		n, err := io.ReadFull(f, buf)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("roster: read: %w", err)
		}
		if start && utf16Mark(buf[:n]) != 0 {
			decode = func(r io.Reader) io.Reader {
				return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(r)
			}
			break
		}
		if !ascii(buf[:n]) {
			if !mostlyUTF8(buf[:n]) {
				decode = func(r io.Reader) io.Reader { return simplifiedchinese.GB18030.NewDecoder().Reader(r) }
			}
			break
		}
		if n < piece {
			break
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("roster: rewind: %w", err)
	}
	return decode, nil
}

// utf16Mark is the byte order mark of UTF-16 with which b begins, 0 when none.
func utf16Mark(b []byte) uint16 {
	if len(b) < 2 {
		return 0
	}
	if m := uint16(b[0])<<8 | uint16(b[1]); m == 0xfffe || m == 0xfeff {
		return m
	}
	return 0
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// mostlyUTF8 reports whether at least half of the lines that are not plain ASCII
// are valid UTF-8. The last line may be cut and decides only when alone.
func mostlyUTF8(b []byte) bool {
	valid, broken := 0, 0
	for line := range bytes.Lines(b) {
		switch {
		case ascii(line):
		case utf8.Valid(line):
			valid++
		case line[len(line)-1] == '\n':
			broken++
		case valid+broken == 0:
			return validBegin(line)
		}
	}
	return valid >= broken
}

// validBegin reports whether b is valid UTF-8, but for a character that its end
// has cut.
func validBegin(b []byte) bool {
	for cut := range min(len(b), utf8.UTFMax) {
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}
