package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFileBytes bounds a configuration file: far above any real one.
const maxFileBytes = 1 << 20

// readSmall reads a whole file of at most maxFileBytes, or says in Chinese why
// it could not.
func readSmall(name string) (data []byte, trouble string) {
	f, err := os.Open(name) // #nosec G304 -- the operator names this file
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "文件不存在，请核对路径。"
	}
	if err != nil {
		return nil, "打不开文件，请检查权限。"
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	data, err = io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, "读取中断，请检查它是否为普通文件。"
	}
	if len(data) > maxFileBytes {
		return nil, "文件超过 1 MiB，请核对是否选错。"
	}
	return data, ""
}

// fileReader walks one YAML document and sets what it names in a Config. It
// does not decode into the struct, since a decoder stops at the first unknown
// key and quotes the text around it.
type fileReader struct {
	name     string
	config   *Config
	settings map[string]Setting
	sections map[string]bool
	problems []Problem
}

// applyFile sets what the YAML text names and returns what is wrong with it.
func applyFile(c *Config, name string, data []byte) []Problem {
	r := &fileReader{name: name, config: c, settings: make(map[string]Setting), sections: make(map[string]bool)}
	for _, s := range Settings() {
		r.settings[s.Key] = s
		for i, ch := range s.Key {
			if ch == '.' {
				r.sections[s.Key[:i]] = true
			}
		}
	}
	doc, err := parser.ParseBytes(bytes.TrimPrefix(data, []byte("\ufeff")), 0)
	if err != nil {
		return []Problem{{Where: name + placeOf(err), Text: "不是有效的 YAML：请检查缩进、引号和重复的键。"}}
	}
	switch len(doc.Docs) {
	case 0:
	case 1:
		r.section("", doc.Docs[0].Body)
	default:
		return []Problem{{Where: name, Text: "只能有一个 YAML 文档，请去掉 --- 分隔的其余部分。"}}
	}
	return r.problems
}

// section reads the keys of one section, "" being the whole file.
func (r *fileReader) section(key string, node ast.Node) {
	var entries []*ast.MappingValueNode
	switch n := node.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return // nothing below the key: everything in it stays as it was
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		r.report(Problem{Key: key, Text: "这里应为一组「键: 值」。"}, node)
		return
	}
	for _, entry := range entries {
		child := entry.Key.GetToken().Value
		if key != "" {
			child = key + "." + child
		}
		s, known := r.settings[child]
		switch {
		case known:
			r.value(s, entry.Value)
		case r.sections[child]:
			r.section(child, entry.Value)
		default:
			r.report(Problem{Key: child, Text: "没有这个设置，请核对名称（见 docs/config.md）或删去。"}, entry.Key)
		}
	}
}

// value sets one setting. Null keeps what the setting had; an empty text or
// list empties it.
func (r *fileReader) value(s Setting, node ast.Node) {
	ok := false
	switch n := node.(type) {
	case *ast.NullNode:
		return
	case *ast.SequenceNode:
		target := s.field(r.config)
		if target.Kind() != reflect.Slice {
			break
		}
		// A fresh value: decoding into the default would write over the
		// array behind it.
		fresh := reflect.New(target.Type())
		if ok = yaml.NodeToValue(n, fresh.Interface(), yaml.Strict()) == nil; ok {
			target.Set(fresh.Elem())
		}
	case *ast.LiteralNode:
		ok = r.scalar(s, n.Value.Value)
	case *ast.StringNode:
		ok = r.scalar(s, n.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		// As written, not as understood: a token of digits may start with 0.
		ok = r.scalar(s, n.GetToken().Value)
	}
	if !ok {
		r.report(s.unreadable(""), node)
	}
}

// scalar sets a setting that is no list.
func (r *fileReader) scalar(s Setting, text string) bool {
	target := s.field(r.config)
	if target.Kind() == reflect.Slice {
		return false
	}
	if text == "" && target.Kind() == reflect.String {
		target.SetString("")
		return true
	}
	return text != "" && s.set(r.config, text)
}

func (r *fileReader) report(p Problem, node ast.Node) {
	p.Where = r.name
	if t := node.GetToken(); t != nil && t.Position != nil {
		p.Where = fmt.Sprintf("%s 第 %d 行", r.name, t.Position.Line)
	}
	r.problems = append(r.problems, p)
}

// placeOf returns the line of a syntax error in words, or "". The parser's own
// text is not used: it quotes the lines around, and with them secrets.
func placeOf(err error) string {
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		if t := syntax.GetToken(); t != nil && t.Position != nil {
			return fmt.Sprintf(" 第 %d 行", t.Position.Line)
		}
	}
	return ""
}
