package cas

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	maxDepth    = 16
	maxElements = 2000
)

// element is one element of a small, harmless XML document.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	text     string // its own character data, trimmed
	children []element
}

// parseDocument reads a whole document: at most maxAnswer bytes, one root, no
// DTD, nothing behind it. Its errors quote nothing of the document, which may
// hold a ticket or a person's data.
func parseDocument(body []byte) (element, error) {
	if len(body) > maxAnswer {
		return element{}, fmt.Errorf("longer than %d bytes", maxAnswer)
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	r := documentReader{dec: xml.NewDecoder(bytes.NewReader(body))}
	start, err := r.outside()
	if err != nil {
		return element{}, err
	}
	if start == nil {
		return element{}, errors.New("no XML element")
	}
	root, err := r.element(*start, 1)
	if err != nil {
		return element{}, err
	}
	second, err := r.outside()
	if err != nil {
		return element{}, err
	}
	if second != nil {
		return element{}, errors.New("more than one root element")
	}
	return root, nil
}

type documentReader struct {
	dec   *xml.Decoder
	count int
}

// outside reads up to the next element outside the root; nil is the end.
func (r *documentReader) outside() (*xml.StartElement, error) {
	for {
		token, err := r.dec.Token()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return &t, nil
		case xml.Directive:
			return nil, errDTD
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("text outside the root element")
			}
		}
	}
}

// element reads from behind a start tag to its end tag.
func (r *documentReader) element(start xml.StartElement, depth int) (element, error) {
	if r.count++; r.count > maxElements || depth > maxDepth {
		return element{}, errors.New("too many elements")
	}
	e := element{name: start.Name, attrs: start.Attr}
	var text strings.Builder
	for {
		token, err := r.dec.Token()
		if err != nil {
			return element{}, broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			child, err := r.element(t, depth+1)
			if err != nil {
				return element{}, err
			}
			e.children = append(e.children, child)
		case xml.EndElement:
			e.text = strings.TrimSpace(text.String())
			return e, nil
		case xml.CharData:
			text.Write(t)
		case xml.Directive:
			return element{}, errDTD
		}
	}
}

var errDTD = errors.New("a document type or other directive is refused")

// broken replaces the decoder's error, whose text quotes the document.
func broken(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not well-formed XML, line %d", syntax.Line)
	}
	return errors.New("not XML in UTF-8")
}

// all returns the children of that name.
func (e element) all(space, local string) []element {
	var found []element
	for _, c := range e.children {
		if c.name.Space == space && c.name.Local == local {
			found = append(found, c)
		}
	}
	return found
}

// attr returns the value of the attribute without a namespace, or "".
func (e element) attr(local string) string {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}
