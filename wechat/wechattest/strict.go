package wechattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// decode reads the one JSON object of a call's body. A field that dst does not
// name is refused: the simulator would not know what it asks for. Names count
// letter by letter, as the platform's do.
func decode(body []byte, dst any) *apiError {
	if len(bytes.TrimSpace(body)) == 0 {
		return &apiError{code: 44002}
	}
	if err := decodeStrict(bytes.NewReader(body), dst); err != nil {
		name, unknown := unknownField(err)
		if unknown {
			return &apiError{code: 47001, detail: "unknown field " + name, loud: true}
		}
		return &apiError{code: 47001, detail: "body"}
	}
	if name := strayName(json.NewDecoder(bytes.NewReader(body)), reflect.TypeOf(dst)); name != "" {
		return &apiError{code: 47001, detail: "unknown field " + name, loud: true}
	}
	return nil
}

// decodeStrict reads exactly one JSON value and refuses unknown fields.
func decodeStrict(r io.Reader, dst any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(dst); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// unknownField names the field that decodeStrict refused. encoding/json has no
// error type for it, so its text is all there is.
func unknownField(err error) (string, bool) {
	name, found := strings.CutPrefix(err.Error(), "json: unknown field ")
	return strings.Trim(name, `"`), found
}

// strayName finds what encoding/json lets pass: a field whose name differs in
// case from the one that t has, and a field given twice. The value that d is at
// is known to fit t.
func strayName(d *json.Decoder, t reflect.Type) string {
	token, err := d.Token()
	open, isDelim := token.(json.Delim)
	if err != nil || !isDelim {
		return ""
	}
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	seen := map[string]bool{}
	for d.More() {
		next := elem(t)
		if open == '{' {
			key, _ := d.Token()
			name := fmt.Sprint(key)
			if seen[name] {
				return name + " (twice)"
			}
			seen[name] = true
			if t != nil && t.Kind() == reflect.Struct {
				field, known := fieldNamed(t, name)
				if !known {
					return name
				}
				next = field
			}
		}
		if stray := strayName(d, next); stray != "" {
			return stray
		}
	}
	_, _ = d.Token() // the closing one
	return ""
}

// elem is the type of what a list or a map holds; nil for raw JSON, whose reader
// checks it in turn.
func elem(t reflect.Type) reflect.Type {
	if t == nil || t == reflect.TypeFor[json.RawMessage]() {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return t.Elem()
	default:
		return nil
	}
}

func fieldNamed(t reflect.Type, name string) (reflect.Type, bool) {
	for field := range t.Fields() {
		tagged, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case tagged == name:
			return field.Type, true
		case field.Anonymous && tagged == "":
			if found, known := fieldNamed(field.Type, name); known {
				return found, true
			}
		}
	}
	return nil, false
}
