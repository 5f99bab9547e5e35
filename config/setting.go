package config

import (
	"encoding"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Setting is one value that can be set, as the manual and the loader see it.
type Setting struct {
	Key       string // in the file, with its sections: wechat.app_id
	Env       string // in the environment: QUXIANG_WECHAT_APP_ID
	Kind      Kind
	Default   string // as it would be written in the environment; "" when there is none
	Separator string // between the values of a list in the environment; "" when it is no list
	Path      string // Go path of the field below Config: WeChat.AppID

	index []int
}

// Kind is what sort of value a setting takes.
type Kind string

// The kinds of settings.
const (
	KindText     Kind = "text"
	KindSecret   Kind = "secret text"
	KindNumber   Kind = "whole number"
	KindSwitch   Kind = "true or false"
	KindDuration Kind = "duration such as 500ms, 20s, 5m"
	KindClock    Kind = "time of day HH:MM"
	KindQuiet    Kind = "HH:MM-HH:MM or off"
	KindLevel    Kind = "debug, info, warn or error"
	KindTexts    Kind = "list of texts"
	KindNumbers  Kind = "list of whole numbers"
	KindNetworks Kind = "list of networks in CIDR form"
)

var kinds = map[reflect.Type]Kind{
	reflect.TypeFor[string]():         KindText,
	reflect.TypeFor[Secret]():         KindSecret,
	reflect.TypeFor[DatabaseURL]():    KindSecret,
	reflect.TypeFor[int]():            KindNumber,
	reflect.TypeFor[bool]():           KindSwitch,
	reflect.TypeFor[time.Duration]():  KindDuration,
	reflect.TypeFor[Clock]():          KindClock,
	reflect.TypeFor[QuietHours]():     KindQuiet,
	reflect.TypeFor[slog.Level]():     KindLevel,
	reflect.TypeFor[[]string]():       KindTexts,
	reflect.TypeFor[[]int]():          KindNumbers,
	reflect.TypeFor[[]netip.Prefix](): KindNetworks,
}

// Settings returns every setting in the order of the fields of Config.
func Settings() []Setting {
	return settingsOf(reflect.ValueOf(Default()), Setting{})
}

func settingsOf(section reflect.Value, parent Setting) []Setting {
	var all []Setting
	for i, field := range reflect.VisibleFields(section.Type()) {
		s := Setting{
			Key:   strings.TrimPrefix(parent.Key+"."+field.Tag.Get("yaml"), "."),
			Env:   field.Tag.Get("env"),
			Path:  strings.TrimPrefix(parent.Path+"."+field.Name, "."),
			Kind:  kinds[field.Type],
			index: append(append([]int(nil), parent.index...), i),
		}
		value := section.Field(i)
		if s.Env == "" {
			all = append(all, settingsOf(value, s)...)
			continue
		}
		if field.Type.Kind() == reflect.Slice {
			s.Separator = ","
			if sep := field.Tag.Get("envSeparator"); sep != "" {
				s.Separator = sep
			}
		}
		s.Default = textOf(value, s.Separator)
		all = append(all, s)
	}
	return all
}

func textOf(v reflect.Value, separator string) string {
	if separator != "" {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = textOf(v.Index(i), "")
		}
		return strings.Join(parts, separator)
	}
	switch x := v.Interface().(type) {
	case Secret:
		return "" // no secret has a default
	case slog.Level:
		return strings.ToLower(x.String())
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		if err != nil {
			return ""
		}
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}

// field returns the setting's place in c.
func (s Setting) field(c *Config) reflect.Value {
	return reflect.ValueOf(c).Elem().FieldByIndex(s.index)
}

// set reads text into the setting's field of c and reports whether it could
// be read. The reason is dropped: it would quote the text, which may be a
// secret in the wrong place.
func (s Setting) set(c *Config, text string) bool {
	text = strings.TrimSpace(text)
	if s.Separator != "" {
		parts := strings.Split(text, s.Separator)
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		text = strings.Join(parts, s.Separator)
	}
	err := env.ParseWithOptions(c, env.Options{Environment: map[string]string{s.Env: text}})
	return err == nil
}
