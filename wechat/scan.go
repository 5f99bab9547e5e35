package wechat

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// errXML refuses a document; pushes are not logged, so no position is given.
var errXML = errors.New("wechat: not XML as WeChat pushes it")

// maxDepth is two more than the deepest event, the pictures of pic_weixin.
const maxDepth = 8

// maxParts bounds the pieces of text and CDATA that make up one value, since
// joining them costs the square of their number.
const maxParts = 64

// scanXML reads doc in the dialect in which WeChat pushes: one element xml,
// elements without attributes, text, CDATA and character references. It calls
// leaf for every element without elements in it, with the name of its parent,
// which is "" directly below the root.
//
// Everything else (DOCTYPE, entities of its own, comments, instructions,
// attributes, name spaces, text between elements, characters that XML forbids)
// is refused. encoding/xml would read this too, at five times the cost, which is
// the largest part of answering a click; a fuzz test holds the two together.
func scanXML(doc string, leaf func(parent, name, value string) error) error {
	if !validText(doc) {
		return errXML
	}
	s := scanner{rest: doc, leaf: leaf}
	s.space()
	name, closed, ok := s.open()
	if !ok || name != "xml" || closed {
		return errXML
	}
	if err := s.inside("", name, 1); err != nil {
		return err
	}
	s.space()
	if s.rest != "" {
		return errXML
	}
	return nil
}

type scanner struct {
	rest string
	leaf func(parent, name, value string) error
}

func (s *scanner) space() {
	s.rest = strings.TrimLeft(s.rest, " \t\r\n")
}

// open reads <name> or <name/>; closed tells the latter.
func (s *scanner) open() (name string, closed, ok bool) {
	if !strings.HasPrefix(s.rest, "<") {
		return "", false, false
	}
	s.rest = s.rest[1:]
	n := nameLen(s.rest)
	if n == 0 {
		return "", false, false
	}
	name, s.rest = s.rest[:n], s.rest[n:]
	s.space()
	if strings.HasPrefix(s.rest, "/>") {
		s.rest = s.rest[2:]
		return name, true, true
	}
	if !strings.HasPrefix(s.rest, ">") {
		return "", false, false
	}
	s.rest = s.rest[1:]
	return name, false, true
}

// inside reads from after the start tag of name to after its end tag. The root
// is the one with depth 1; its children have the parent "".
func (s *scanner) inside(parent, name string, depth int) error {
	if depth > maxDepth {
		return errXML
	}
	value, parts, children := "", 0, false
	for {
		i := strings.IndexByte(s.rest, '<')
		if i < 0 || parts > maxParts {
			return errXML
		}
		text, ok := plainText(s.rest[:i])
		s.rest = s.rest[i:]
		switch {
		case !ok:
			return errXML
		case text == "":
		case !children:
			value, parts = value+text, parts+1
		case !blank(text):
			return errXML
		}
		switch {
		case strings.HasPrefix(s.rest, "</"):
			if !s.end(name) || depth == 1 && !blank(value) {
				return errXML
			}
			if children || depth == 1 {
				return nil
			}
			return s.leaf(parent, name, value)
		case strings.HasPrefix(s.rest, "<![CDATA["):
			s.rest = s.rest[len("<![CDATA["):]
			i := strings.Index(s.rest, "]]>")
			if i < 0 || children {
				return errXML
			}
			value, parts = value+newlines(s.rest[:i]), parts+1
			s.rest = s.rest[i+len("]]>"):]
		default:
			if !blank(value) {
				return errXML
			}
			children, value = true, ""
			if err := s.child(name, depth); err != nil {
				return err
			}
		}
	}
}

// child reads an element inside name.
func (s *scanner) child(name string, depth int) error {
	child, closed, ok := s.open()
	if !ok {
		return errXML
	}
	if depth == 1 {
		name = ""
	}
	if closed {
		return s.leaf(name, child, "")
	}
	return s.inside(name, child, depth+1)
}

func blank(s string) bool { return strings.Trim(s, " \t\r\n") == "" }

// end reads </name>.
func (s *scanner) end(name string) bool {
	rest, ok := strings.CutPrefix(s.rest[2:], name)
	if !ok {
		return false
	}
	s.rest = rest
	s.space()
	s.rest, ok = strings.CutPrefix(s.rest, ">")
	return ok
}

// nameLen returns the length of the element name at the start of s, 0 for none.
func nameLen(s string) int {
	for i := range len(s) {
		b := s[i]
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_':
		case i > 0 && (b >= '0' && b <= '9' || b == '-' || b == '.'):
		default:
			return i
		}
	}
	return len(s)
}

// validText reports whether s is UTF-8 of characters that XML 1.0 allows.
func validText(s string) bool {
	ascii := true
	for i := range len(s) {
		b := s[i]
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' {
			return false
		}
		if b >= utf8.RuneSelf {
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.Contains(s, "\ufffe") && !strings.Contains(s, "\uffff")
}

// newlines ends lines with \n, as XML 1.0 §2.11 demands.
func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// plainText resolves the references in s.
func plainText(s string) (string, bool) {
	if strings.Contains(s, "]]>") {
		return "", false
	}
	s = newlines(s)
	if strings.IndexByte(s, '&') < 0 {
		return s, true
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		ref, rest, ended := strings.Cut(after, ";")
		if !ended {
			return "", false
		}
		r, ok := reference(ref)
		if !ok {
			return "", false
		}
		b.WriteRune(r)
		s = rest
	}
}

// reference returns the character that &ref; stands for.
func reference(ref string) (rune, bool) {
	switch ref {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, numeric := strings.CutPrefix(ref, "#")
	if !numeric {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	// ParseUint takes neither signs nor, with a base given, underscores.
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil || !utf8.ValidRune(rune(n)) || !validText(string(rune(n))) {
		return 0, false
	}
	return rune(n), true
}
