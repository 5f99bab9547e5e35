package proof

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
)

// Bounds of PDFs.
const (
	maxPages    = 50
	maxInflated = 200 << 20 // bytes of all streams, and of all steps of each
	maxRead     = 64 << 20  // bytes of streams read, where they lie over each other
)

// pdfHead is how far before its header a PDF may have blanks, and pdfTail how
// far from its end the end must be marked.
const (
	pdfHead = 16
	pdfTail = 1024
)

// isPDF reports whether a file begins as a PDF: one that begins as something
// else besides is taken for that.
func isPDF(b []byte) bool {
	head := bytes.TrimPrefix(b[:min(len(b), pdfHead)], []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\x00"), []byte("%PDF-"))
}

// judgePDF reads through everything that a program which opens the file could
// read: its objects in the open and those in compressed streams. Readers of PDF
// forgive much and jump about by offsets, so that nothing is skipped for where
// it stands: names that make a file act are looked for in every byte.
func judgePDF(b []byte) error {
	end := bytes.LastIndex(b, []byte("%%EOF"))
	if end < 0 || end < len(b)-pdfTail {
		return refuse("PDF 不完整，请重新导出后上传。")
	}
	if len(bytes.Trim(b[end+len("%%EOF"):], " \t\r\n\x00")) > 0 {
		return refuse("PDF 末尾带有其他内容，不能接收。请重新导出后上传。")
	}
	open := names{strict: true}
	_, _ = open.Write(b) // takes everything
	pages, acts := open.pages, open.acts
	left := budget{out: maxInflated, in: maxRead}
	for s := range streams(b) {
		if left.in -= int64(len(s.data)); left.in < 0 {
			return refuse("PDF 的结构异常，不能接收。请重新导出，或截图后上传。")
		}
		inside := names{strict: s.objects()}
		if err := s.inflate(&left, &inside); err != nil {
			return err
		}
		pages += inside.pages
		acts = cmp.Or(acts, inside.acts)
	}
	switch {
	case acts == "Encrypt":
		return refuse("PDF 设有密码或权限限制，无法核对。请去除后重新导出，或打印为 PDF、截图后上传。")
	case acts != "":
		return refuse("PDF 中含有脚本、附件或可执行的内容，不能接收。请打印为 PDF 或截图后上传。")
	case pages == 0:
		return refuse("PDF 中没有找到页面，可能已损坏。请重新导出，或截图后上传。")
	case pages > maxPages:
		return refuse("PDF 超过 %d 页，请只上传需要的页。", maxPages)
	}
	return nil
}

// budget is what may still be read of the streams of one file.
type budget struct{ in, out int64 }

var errBudget = errors.New("proof: a stream inflates too far")

// counted takes what is read off the budget.
type counted struct {
	r    io.Reader
	left *budget
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left.out -= int64(n); c.left.out < 0 {
		return n, errBudget
	}
	return n, err
}

// names looks for names (like /Launch) in whatever is written to it.
type names struct {
	// strict: these are objects, where each such name counts. Elsewhere, as in
	// the text of a page, only a pair that makes up an action does.
	strict bool
	acts   string // the first name that makes the file act
	pages  int

	name   []byte
	inName bool
	last   string // the name before, when nothing but blanks lay between
}

// forbidden are the names that make a reader act: run, open, send or unpack
// something; and Encrypt, since what is encrypted cannot be judged. XFA is a
// form with scripts of its own.
var forbidden = []string{
	"JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "ImportData", "SubmitForm", "GoToE", "Encrypt",
}

// longestName bounds what is kept of a name; those that count are shorter.
const longestName = 64

// byteKind is what a byte is for names (PDF 1.7, 7.2.2).
var byteKind = func() (k [256]byte) {
	for _, c := range "\x00\t\n\f\r " {
		k[c] = blank
	}
	for _, c := range "()<>[]{}%" {
		k[c] = delimiter
	}
	k['/'] = slash
	return k
}()

const (
	regular = iota
	blank
	delimiter
	slash
)

// Write looks through p; it never fails.
func (n *names) Write(p []byte) (int, error) {
	for i := 0; i < len(p); i++ {
		if !n.inName && n.last == "" { // nothing is begun: on to the next name
			next := bytes.IndexByte(p[i:], '/')
			if next < 0 {
				break
			}
			i += next
		}
		c := p[i]
		switch byteKind[c] {
		case slash:
			n.finish()
			n.inName = true
		case blank:
			n.finish()
		case delimiter:
			n.finish()
			n.last = ""
		default:
			if !n.inName {
				n.last = ""
			} else if len(n.name) < longestName {
				n.name = append(n.name, c)
			}
		}
	}
	return len(p), nil
}

// finish judges the name that has ended, if one has.
func (n *names) finish() {
	if !n.inName {
		return
	}
	name := unescape(n.name)
	bad := slices.Contains(forbidden, name)
	if bad && n.acts == "" && (n.strict || n.last == "S" || n.last == "Type") {
		n.acts = name
	}
	if n.last == "Type" && name == "Page" {
		n.pages++
	}
	n.last, n.name, n.inName = name, n.name[:0], false
}

// unescape reads the #xx of a name (PDF 1.7, 7.3.5).
func unescape(name []byte) string {
	if bytes.IndexByte(name, '#') < 0 {
		return string(name)
	}
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		if name[i] == '#' && i+2 < len(name) {
			if hi, lo := unhex(name[i+1]), unhex(name[i+2]); hi < 16 && lo < 16 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, name[i])
	}
	return string(out)
}

// unhex is the value of a hex digit, 16 or more for anything else.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	default:
		return 16
	}
}
