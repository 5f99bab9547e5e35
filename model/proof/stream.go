package proof

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"slices"
	"sort"

	"golang.org/x/image/tiff/lzw"
)

// stream is one stream of a PDF: its dictionary as text, and its data.
type stream struct {
	names   []string // of the dictionary, in their order
	data    []byte
	guessed bool // no filter is named, but the data look deflated
}

var (
	streamWord    = []byte("stream")
	endstreamWord = []byte("endstream")
)

// maxDictionary bounds how much before the word stream is read as its
// dictionary, in bytes.
const maxDictionary = 16 << 10

// streams yields every place where a reader could see a stream, also inside
// others.
func streams(b []byte) iter.Seq[stream] {
	var ends []int
	for i := 0; ; {
		n := bytes.Index(b[i:], endstreamWord)
		if n < 0 {
			break
		}
		ends = append(ends, i+n)
		i += n + len(endstreamWord)
	}
	return func(yield func(stream) bool) {
		for i := 0; ; {
			n := bytes.Index(b[i:], streamWord)
			if n < 0 {
				return
			}
			word := i + n
			i = word + len(streamWord)
			start, ok := dataAfter(b, i)
			if !ok || bytes.HasSuffix(b[:word], []byte("end")) {
				continue
			}
			next := sort.SearchInts(ends, start)
			if next == len(ends) {
				continue
			}
			dict := b[max(0, word-maxDictionary):word]
			dict = dict[max(0, bytes.LastIndex(dict, []byte("obj"))):]
			s := stream{names: namesIn(dict), data: b[start:ends[next]]}
			if n, ok := length(dict); ok && start+n < len(b) && n > len(s.data) &&
				bytes.HasPrefix(bytes.TrimLeft(b[start+n:min(len(b), start+n+16)], "\r\n "), endstreamWord) {
				s.data = b[start : start+n] // the data themselves say endstream
			}
			if !yield(s) {
				return
			}
		}
	}
}

// dataAfter is where the data begin after the word stream: behind the end of
// its line.
func dataAfter(b []byte, i int) (int, bool) {
	switch {
	case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
		return i + 2, true
	case i < len(b) && (b[i] == '\n' || b[i] == '\r'):
		return i + 1, true
	default:
		return 0, false
	}
}

// length is the number after /Length, unless it is a reference.
func length(dict []byte) (n int, ok bool) {
	i := bytes.LastIndex(dict, []byte("/Length"))
	if i < 0 {
		return 0, false
	}
	for _, c := range bytes.TrimLeft(dict[i+len("/Length"):], " \t\r\n") {
		if c < '0' || c > '9' || n > 1<<24 {
			break
		}
		n, ok = n*10+int(c-'0'), true
	}
	return n, ok
}

// namesIn lists the names in a dictionary.
func namesIn(dict []byte) []string {
	var all []string
	for part := range bytes.SplitSeq(dict, []byte("/")) {
		if i := bytes.IndexAny(part, "\x00\t\n\f\r ()<>[]{}%"); i >= 0 {
			part = part[:i]
		}
		all = append(all, unescape(part[:min(len(part), longestName)]))
	}
	return all[1:] // what stood before the first one
}

// objects reports whether the stream holds objects (PDF 1.7, 7.5.7): no reader
// finds them without /First.
func (s *stream) objects() bool { return slices.Contains(s.names, "First") }

// filterNames are the filters that unpack data, with their short forms. What
// others make is a picture.
var filterNames = map[string]string{
	"FlateDecode": "flate", "Fl": "flate", "LZWDecode": "lzw", "LZW": "lzw",
	"ASCII85Decode": "a85", "A85": "a85", "ASCIIHexDecode": "hex", "AHx": "hex",
}

// filters are those of the stream in the order in which they are undone, as far
// as they unpack data. Without any, data that look deflated are tried as such:
// a dictionary can be written so that we do not find its filter.
func (s *stream) filters() []string {
	var out []string
	if i := slices.Index(s.names, "Filter"); i >= 0 {
		for _, name := range s.names[i+1:] {
			f, ok := filterNames[name]
			if !ok {
				break
			}
			out = append(out, f)
		}
	}
	if len(out) == 0 && len(s.data) > 2 && s.data[0]&0x0f == 8 && (int(s.data[0])<<8|int(s.data[1]))%31 == 0 {
		s.guessed = true
		out = []string{"flate"}
	}
	return out
}

// maxFilters bounds how often a stream may be packed.
const maxFilters = 4

// inflate unpacks the stream into to, in constant memory, and takes every
// step's bytes off the budget.
func (s *stream) inflate(left *budget, to io.Writer) error {
	filters := s.filters()
	if len(filters) == 0 && s.objects() && slices.Contains(s.names, "Filter") {
		return refuse("PDF 的结构异常，不能接收。请重新导出，或截图后上传。")
	}
	if len(filters) == 0 || len(bytes.Trim(s.data, "\r\n ")) == 0 {
		return nil
	}
	if len(filters) > maxFilters {
		return refuse("PDF 的结构异常，不能接收。请重新导出，或截图后上传。")
	}
	r, err := io.Reader(bytes.NewReader(s.data)), error(nil)
	for _, f := range filters {
		if r, err = undo(f, r); err != nil {
			break
		}
		r = counted{r: r, left: left}
	}
	if err == nil {
		_, err = io.Copy(to, r)
	}
	switch {
	case errors.Is(err, errBudget):
		return refuse("PDF 解压后过大，不能接收。请重新导出，或截图后上传。").Because(err)
	case err == nil, errors.Is(err, zlib.ErrChecksum), s.guessed:
		return nil
	case slices.Contains(filters, "lzw") && !s.objects():
		return nil // old programs fill the table differently; no object is in it
	default:
		return refuse("PDF 的内容已损坏，无法核对。请重新导出，或打印为 PDF、截图后上传。").Because(err)
	}
}

// undo undoes one filter.
func undo(filter string, r io.Reader) (io.Reader, error) {
	switch filter {
	case "flate":
		return zlib.NewReader(r)
	case "lzw":
		return lzw.NewReader(r, lzw.MSB, 8), nil // PDF's differs from compress/lzw as TIFF's does
	case "a85":
		return ascii85.NewDecoder(&untilEnd{r: r, end: '~'}), nil
	default:
		return hex.NewDecoder(&untilEnd{r: r, end: '>'}), nil
	}
}

// untilEnd reads up to the mark that ends data written in ASCII, without blanks.
type untilEnd struct {
	r    io.Reader
	end  byte
	done bool
}

func (u *untilEnd) Read(p []byte) (int, error) {
	for !u.done {
		n, err := u.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c == u.end {
				u.done = true
				break
			}
			if c > ' ' {
				p[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
	return 0, io.EOF
}
