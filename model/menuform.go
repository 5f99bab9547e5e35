package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxMenuBytes bounds the stored form of a set. Twenty menus of eighteen
// buttons with the longest links would be larger, but no account needs them.
const maxMenuBytes = 256 << 10

// Encode is the stable form in which sets are kept: JSON in the order of the
// fields, without escapes.
func (m MenuSet) Encode() ([]byte, error) {
	if m.Default == nil {
		m.Default = []MenuItem{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("encode menu: %w", err)
	}
	if b.Len() > maxMenuBytes {
		return nil, Invalid("menu", "菜单的内容过多，请减少个性化菜单或缩短链接。")
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// ParseMenus reads what Encode wrote. An unknown field, a field given twice and
// broken characters are refused. The rules of CheckMenus are not asked: a draft
// may break them.
func ParseMenus(data []byte) (MenuSet, error) {
	var m MenuSet
	if !utf8.Valid(data) {
		return m, Invalid("menu", "菜单的内容含有不完整的字符，多半是一个表情被截成了两半。")
	}
	if len(data) > maxMenuBytes {
		return m, Invalid("menu", "菜单的内容过多。")
	}
	if err := oneOfEach(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return m, Invalid("menu", "菜单的内容无法识别：%s", err.Error()).Because(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		said := "格式不正确"
		if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
			said = "没有 " + name + " 这一项"
		}
		return MenuSet{}, Invalid("menu", "菜单的内容无法识别：%s。", said).Because(err)
	}
	if len(m.Default) == 0 {
		m.Default = nil
	}
	return m, nil
}

// oneOfEach refuses a JSON document in which an object has a field twice, or
// after which something follows.
func oneOfEach(d *json.Decoder) error {
	if err := oneValue(d); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("末尾有多余的内容。")
	}
	return nil
}

func oneValue(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return errors.New("格式不正确。")
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return errors.New("格式不正确。")
			}
			s := fmt.Sprint(name)
			if s != strings.ToLower(s) { // encoding/json would take it for the other
				return fmt.Errorf("没有“%s”这一项。", s)
			}
			if seen[s] {
				return fmt.Errorf("“%s”写了两次。", s)
			}
			seen[s] = true
		}
		if err := oneValue(d); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errors.New("格式不正确。")
	}
	return nil
}
