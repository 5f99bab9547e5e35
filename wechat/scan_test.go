package wechat

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

type leafValue struct{ parent, name, value string }

func scanAll(doc string) ([]leafValue, error) {
	var got []leafValue
	err := scanXML(doc, func(parent, name, value string) error {
		got = append(got, leafValue{parent, name, value})
		return nil
	})
	return got, err
}

// scanSlowly is scanXML by encoding/xml, for documents that scanXML accepted.
func scanSlowly(doc string) ([]leafValue, error) {
	type open struct {
		name, text string
		children   bool
	}
	var stack []open
	var got []leafValue
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if len(stack) > 0 {
				stack[len(stack)-1].children = true
			}
			stack = append(stack, open{name: tok.Name.Local})
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(tok)
			}
		case xml.EndElement:
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(stack) == 0 || top.children {
				continue
			}
			parent := stack[len(stack)-1].name
			if len(stack) == 1 {
				parent = ""
			}
			got = append(got, leafValue{parent, top.name, top.text})
		default:
			return nil, errors.New("a token that scanXML should refuse")
		}
	}
}

func TestScanXML(t *testing.T) {
	tests := []struct {
		doc  string
		want []leafValue
	}{
		{"<xml></xml>", nil},
		{" \n<xml>\n</xml>\n", nil},
		{"<xml><A>1</A ><B/><C />\n</xml>", []leafValue{{"", "A", "1"}, {"", "B", ""}, {"", "C", ""}}},
		{"<xml><A><![CDATA[<&]]]]><![CDATA[>]]>x&lt;&#20013;&#x4e2D;&quot;&apos;&gt;&amp;</A></xml>", []leafValue{{"", "A", "<&]]>x<中中\"'>&"}}},
		{"<xml><A>a\r\nb\rc<![CDATA[\r\n]]></A></xml>", []leafValue{{"", "A", "a\nb\nc\n"}}},
		{"<xml><P> <A> 1 </A> <xml><B>2</B></xml> </P></xml>", []leafValue{{"P", "A", " 1 "}, {"xml", "B", "2"}}},
	}
	for _, tt := range tests {
		got, err := scanAll(tt.doc)
		if err != nil {
			t.Errorf("%q: %v", tt.doc, err)
			continue
		}
		if len(got) != len(tt.want) {
			t.Errorf("%q: got %v, want %v", tt.doc, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%q: got %v, want %v", tt.doc, got[i], tt.want[i])
			}
		}
	}
}

func TestScanXMLRefuses(t *testing.T) {
	for _, doc := range []string{
		"", "xml", "<xml>", "<xml/>", "</xml>", "<xml></xm>", "<xml></xml", "<xml></xml>x", "<xml></xml><xml></xml>",
		"<Xml></Xml>", "<XML></XML>", "x<xml></xml>", "<xml>text</xml>", "<xml><![CDATA[text]]></xml>",
		"<?xml version=\"1.0\"?><xml></xml>", "<!DOCTYPE xml><xml></xml>", "<xml><!-- c --></xml>", "<xml><?pi?></xml>",
		"<xml><A b=\"c\"></A></xml>", "<xml><a:b></a:b></xml>", "<xml><1></1></xml>", "<xml>< A></A></xml>", "<xml><A></B></xml>",
		"<xml><A>]]></A></xml>", "<xml><A><![CDATA[x</A></xml>", "<xml><A>x<B></B></A></xml>", "<xml><A><B></B>x</A></xml>",
		"<xml><A><B></B><![CDATA[ ]]></A></xml>",
		"<xml><A>&nbsp;</A></xml>", "<xml><A>&lt</A></xml>", "<xml><A>&#0;</A></xml>", "<xml><A>&#xD800;</A></xml>", "<xml><A>&#-1;</A></xml>",
		"<xml><A>&#x110000;</A></xml>", "<xml><A>&#+9;</A></xml>", "<xml><A>&#;</A></xml>", "<xml><A>&;</A></xml>", "<xml><A>&#xfffe;</A></xml>",
		"<xml><A>\x00</A></xml>", "<xml><A>\xff</A></xml>", "<xml><A>\uffff</A></xml>", "\ufeff<xml></xml>",
		"<xml>" + strings.Repeat("<A>", 9) + strings.Repeat("</A>", 9) + "</xml>",
		"<xml><A>" + strings.Repeat("<![CDATA[x]]>", 100) + "</A></xml>",
	} {
		if got, err := scanAll(doc); err == nil {
			t.Errorf("%q accepted as %v", doc, got)
		}
	}
	stop := errors.New("stop")
	if err := scanXML("<xml><A/></xml>", func(string, string, string) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of leaf came back as %v", err)
	}
}

// FuzzScanXML holds that what scanXML accepts means the same to encoding/xml.
func FuzzScanXML(f *testing.F) {
	f.Add(clickDoc)
	f.Add("<xml><A><![CDATA[<&]]]]><![CDATA[>]]>x&lt;&#20013;</A><P> <B/> </P></xml>")
	f.Add("<xml><A>a\r\nb\rc&#13;</A></xml>")
	f.Fuzz(func(t *testing.T, doc string) {
		got, err := scanAll(doc)
		if err != nil {
			return
		}
		want, err := scanSlowly(doc)
		if err != nil {
			t.Fatalf("%q accepted, but encoding/xml says %v", doc, err)
		}
		if len(got) != len(want) {
			t.Fatalf("%q: got %q, want %q", doc, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%q: got %q, want %q", doc, got[i], want[i])
			}
		}
	})
}
