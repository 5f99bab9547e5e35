// Command gendoc writes docs/config.md from the comments in config.go, so that
// the manual cannot say other than the code. It runs from the folder of package
// config, as go generate does.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"

	"quxiang/config"
)

func main() {
	out := flag.String("out", "../docs/config.md", "file to write")
	flag.Parse()
	if err := run("config.go", *out); err != nil {
		fmt.Fprintln(os.Stderr, "gendoc:", err)
		os.Exit(1)
	}
}

func run(source, out string) error {
	page, err := generate(source)
	if err != nil {
		return err
	}
	return os.WriteFile(out, page, 0o644) // #nosec G306 -- documentation is for everybody
}

const head = `# Configuration

<!-- Generated from the comments in config/config.go by go generate ./config; do not edit. -->

A setting comes from its default, then the YAML file given by ` + "`--config`" + `, then
the environment; the later one wins. In the file a key is written below its
section; an empty text or list empties a setting. In the environment an empty
value leaves a setting as it was, and lists are separated by commas unless
said otherwise. Unknown keys and names are refused, and everything wrong is
reported at once. Secrets are never printed.
`

// generate returns the page for the settings declared in the Go file source. A
// setting or a section without a comment is an error.
func generate(source string) ([]byte, error) {
	comments, err := commentsOf(source)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	page.WriteString(head)
	section := ""
	for _, s := range config.Settings() {
		if parent := parentOf(s.Key); parent != section {
			section = parent
			about := comments[parentOf(s.Path)]
			if about == "" {
				return nil, fmt.Errorf("no comment on the section %s", section)
			}
			fmt.Fprintf(&page, "\n## `%s`\n\n%s\n", section, about)
		}
		about := comments[s.Path]
		if about == "" {
			return nil, fmt.Errorf("no comment on %s", s.Path)
		}
		fmt.Fprintf(&page, "\n### `%s`\n\n%s\n\n", s.Key, about)
		fmt.Fprintf(&page, "- environment: `%s`\n- value: %s\n", s.Env, valueOf(s))
		if s.Default == "" {
			page.WriteString("- default: none\n")
		} else {
			fmt.Fprintf(&page, "- default: `%s`\n", s.Default)
		}
	}
	return page.Bytes(), nil
}

func valueOf(s config.Setting) string {
	if s.Separator != "" && s.Separator != "," {
		return fmt.Sprintf("%s (in the environment separated by `%s`)", s.Kind, s.Separator)
	}
	return string(s.Kind)
}

func parentOf(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i]
	}
	return ""
}

// commentsOf returns the comments by Go path below Config: WeChat is the
// comment of the section's type, WeChat.AppID that of its field. Names of
// fields and types at the start of a comment stay: they read well enough and
// are what the code says.
func commentsOf(source string) (map[string]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	types := make(map[string]*ast.StructType)
	about := make(map[string]string)
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range gen.Specs {
			ts, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if st, ok := ts.Type.(*ast.StructType); ok {
				types[ts.Name.Name] = st
				about[ts.Name.Name] = flat(gen.Doc)
			}
		}
	}
	comments := make(map[string]string)
	var walk func(typeName, path string)
	walk = func(typeName, path string) {
		for _, field := range types[typeName].Fields.List {
			for _, name := range field.Names {
				at := strings.TrimPrefix(path+"."+name.Name, ".")
				if ident, ok := field.Type.(*ast.Ident); ok && types[ident.Name] != nil {
					comments[at] = about[ident.Name]
					walk(ident.Name, at)
					continue
				}
				comments[at] = flat(field.Doc)
			}
		}
	}
	if types["Config"] == nil {
		return nil, fmt.Errorf("no struct Config in %s", source)
	}
	walk("Config", "")
	return comments, nil
}

// flat joins a comment's lines, keeping its paragraphs.
func flat(doc *ast.CommentGroup) string {
	var paragraphs []string
	for p := range strings.SplitSeq(doc.Text(), "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
