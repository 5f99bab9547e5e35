package web

import (
	"html/template"
	"strings"

	"quxiang/model/form"
)

// facts draws a block as a table of labels and values, which reads in order in
// a text browser. It is a function and no template: a result of verifying shows
// thirty values, and html/template spends on each what this spends on all.
func facts(b form.Block) template.HTML {
	var s strings.Builder
	s.Grow(64 + 96*len(b.Rows))
	s.WriteString("<table class=\"facts\">\n")
	if b.Title != "" {
		s.WriteString("<caption>")
		s.WriteString(template.HTMLEscapeString(b.Title))
		s.WriteString("</caption>\n")
	}
	for _, r := range b.Rows {
		s.WriteString(`<tr><th scope="row">`)
		s.WriteString(template.HTMLEscapeString(r.Label))
		s.WriteString("</th><td>")
		if r.Value == "" {
			r.Value = orDash("")
		}
		s.WriteString(template.HTMLEscapeString(r.Value))
		s.WriteString("</td></tr>\n")
	}
	s.WriteString("</table>\n")
	return template.HTML(s.String()) // #nosec G203 -- all that is not ours was escaped
}
