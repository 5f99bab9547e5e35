package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"quxiang/model"
)

// maxDepth bounds how deep a body nests; ours has four levels.
const maxDepth = 8

// checkJSON refuses what encoding/json would let pass in silence: bytes that are
// no UTF-8, keys that come twice, keys that differ from ours in case, and
// anything after the end.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return model.Errorf(model.CodeInvalid, "请求内容不是 UTF-8 编码的 JSON。")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := checkValue(d, 0); err != nil {
		return err
	}
	return checkEnd(d)
}

func checkEnd(d *json.Decoder) error {
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return model.Errorf(model.CodeInvalid, "JSON 之后还有多余的内容。")
	}
	return nil
}

// readFields reads the keys of a body that is one object, as checkJSON would,
// and leaves their values as they are.
func readFields(body []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(body) {
		return nil, model.Errorf(model.CodeInvalid, "请求内容不是 UTF-8 编码的 JSON。")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	t, err := d.Token()
	if err != nil {
		return nil, broken(d, err)
	}
	if t != json.Delim('{') {
		return nil, model.Errorf(model.CodeInvalid, "请求内容应为一个 JSON 对象，请看 docs/openapi.yaml。")
	}
	fields, seen := map[string]json.RawMessage{}, map[string]bool{}
	for d.More() {
		key, err := checkKey(d, seen)
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, broken(d, err)
		}
		fields[key] = value
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return nil, broken(d, err)
	}
	return fields, checkEnd(d)
}

func checkValue(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return broken(d, err)
	}
	open, nested := t.(json.Delim)
	if !nested {
		return nil
	}
	if depth == maxDepth {
		return model.Errorf(model.CodeInvalid, "JSON 嵌套过深。")
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			if _, err := checkKey(d, seen); err != nil {
				return err
			}
		}
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return broken(d, err)
	}
	return nil
}

func checkKey(d *json.Decoder, seen map[string]bool) (string, error) {
	t, err := d.Token()
	if err != nil {
		return "", broken(d, err)
	}
	key, _ := t.(string) // of an object, always one
	if key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "", unknownField("", key)
	}
	if seen[key] {
		return "", model.Invalid(key, "字段“%s”出现了两次。", model.Shorten(key, 40))
	}
	seen[key] = true
	return key, nil
}

func unknownField(at, name string) *model.Error {
	return model.Invalid(at, "没有“%s”这个字段，请看 docs/openapi.yaml。", model.Shorten(name, 40))
}

func broken(d *json.Decoder, err error) *model.Error {
	return model.Errorf(model.CodeInvalid, "请求内容不是完整的 JSON（第 %d 字节附近）。", d.InputOffset()).Because(err)
}

// decode reads checked JSON into a struct whose every key is known. at says
// where in the body it stands, "" for the whole.
func decode(data []byte, into any, at string) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return model.Invalid(place(at, kind.Field), "这里的类型不对：应为%s，请看 docs/openapi.yaml。", kindWord(kind.Type.Kind().String())).Because(err)
	}
	// encoding/json has no type for a key that is not known; its text names it.
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		name = strings.Trim(name, `"`)
		return unknownField(place(at, name), name).Because(err)
	}
	return model.Invalid(at, "这里的内容不能识别，请看 docs/openapi.yaml。").Because(fmt.Errorf("decode: %w", err))
}

func place(at, field string) string {
	switch {
	case at == "":
		return field
	case field == "":
		return at
	default:
		return at + "." + field
	}
}

func kindWord(kind string) string {
	switch kind {
	case "string":
		return "字符串"
	case "slice":
		return "数组"
	default:
		return "对象"
	}
}
