package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// filled returns a configuration in which every secret, and the password of
// the database, is its own word that starts with hunter2.
func filled(t *testing.T) (c Config, secrets int) {
	t.Helper()
	c = Default()
	for _, s := range Settings() {
		if s.Kind == KindSecret {
			secrets++
			s.field(&c).SetString("hunter2-" + s.Key)
		}
	}
	c.Database = "mysql:app:hunter2@tcp(db.example.edu.cn:3306)/quxiang"
	return c, secrets
}

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	c, secrets := filled(t)
	if secrets < 8 {
		t.Fatalf("only %d secrets found", secrets)
	}
	logged := func(handler func(*bytes.Buffer) slog.Handler) string {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("x", "config", c, "pointer", &c, "keys", c.Keys, "secret", c.Keys.Keyset, "database", c.Database)
		return b.String()
	}
	encode := func(marshal func(any) ([]byte, error), v any) string {
		b, err := marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	outputs := map[string]string{
		"json":      encode(json.Marshal, c),
		"yaml":      encode(yaml.Marshal, c),
		"xml":       encode(xml.Marshal, c.WeChat),
		"slog json": logged(func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }),
		"slog text": logged(func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }),
		"map":       fmt.Sprint(map[Secret]Secret{c.Keys.Keyset: c.Keys.IndexKeyset}),
		"error":     fmt.Errorf("open %v: %w", c.Database, errors.ErrUnsupported).Error(),
		"print":     fmt.Sprintln(c, &c, []any{c.Keys}),
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%10.3v"} {
		outputs["config "+verb] = fmt.Sprintf(verb, c)
		outputs["secret "+verb] = fmt.Sprintf(verb, c.Keys.Keyset)
		outputs["database "+verb] = fmt.Sprintf(verb, c.Database)
	}
	for name, out := range outputs {
		for _, form := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%X", "hunter2"), "104 117 110 116"} {
			if strings.Contains(out, form) {
				t.Errorf("%s shows a secret:\n%s", name, out)
			}
		}
	}
	if !strings.Contains(outputs["yaml"], "keyset: "+hidden) || !strings.Contains(outputs["slog json"], "mysql:app:<secret>@tcp(db.example.edu.cn:3306)/quxiang") {
		t.Error("nothing stands in the place of the secrets:", outputs["yaml"], outputs["slog json"])
	}
	if got := c.Keys.Keyset.Reveal(); got != "hunter2-keys.keyset" {
		t.Errorf("Reveal = %q", got)
	}
}

func TestDatabaseURL(t *testing.T) {
	tests := []struct {
		url, dialect, address, printed string
		bad                            bool
	}{
		{url: "sqlite:/var/lib/quxiang/q.db", dialect: SQLite, address: "/var/lib/quxiang/q.db", printed: "sqlite:/var/lib/quxiang/q.db"},
		{
			url: "mysql:u:p@ss:w/d@tcp(h:3306)/n?tls=true", dialect: MySQL,
			address: "u:p@ss:w/d@tcp(h:3306)/n?tls=true", printed: "mysql:u:<secret>@tcp(h:3306)/n",
		},
		{
			url: "mysql:u:p@unix(/run/m.sock)/n", dialect: MySQL,
			address: "u:p@unix(/run/m.sock)/n", printed: "mysql:u:<secret>@unix(/run/m.sock)/n",
		},
		{url: "", bad: true},
		{url: "sqlite:", bad: true, printed: hidden},
		{url: "sqlite: ", bad: true, printed: hidden},
		{url: "q.db", bad: true, printed: hidden},
		{url: "mysql:u:p@tcp(h:3306)", bad: true, printed: hidden},
		{url: "mysql:u:p@tcp(h:3306)/", bad: true, printed: hidden},
		{url: "mysql:tcp(h:3306)/n", bad: true, printed: hidden},
		{url: "mysql://u:p@h/n", bad: true, printed: hidden},
		{url: "postgres:u:p@h/n", bad: true, printed: hidden},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			d := DatabaseURL(tt.url)
			dialect, address, err := d.Split()
			if dialect != tt.dialect || address != tt.address || (err != nil) != tt.bad {
				t.Errorf("Split = %q, %q, %v", dialect, address, err)
			}
			if got := d.String(); got != tt.printed {
				t.Errorf("String = %q, want %q", got, tt.printed)
			}
			if got := d.Reveal(); got != tt.url {
				t.Errorf("Reveal = %q", got)
			}
		})
	}
}

// A setting that the manual or the loader cannot describe would be lost in
// silence.
func TestEverySettingHasKindAndNames(t *testing.T) {
	envs, keys := make(map[string]bool), make(map[string]bool)
	for _, s := range Settings() {
		if s.Kind == "" || kindWords[s.Kind] == "" {
			t.Errorf("%s has no kind", s.Path)
		}
		if !strings.HasPrefix(s.Env, Prefix) || envs[s.Env] || keys[s.Key] || strings.HasSuffix(s.Key, ".") {
			t.Errorf("%s: names %q and %q are missing or taken", s.Path, s.Key, s.Env)
		}
		envs[s.Env], keys[s.Key] = true, true
		if s.Kind == KindSecret && s.Default != "" {
			t.Errorf("%s is secret and has a default", s.Path)
		}
	}
	// Design §6 promises these.
	for _, name := range []string{
		"QUXIANG_LISTEN", "QUXIANG_DATABASE", "QUXIANG_REMINDER_QUIET_HOURS", "QUXIANG_METRICS_LISTEN",
		"QUXIANG_WECHAT_API_URL", "QUXIANG_WECHAT_OPEN_URL", "QUXIANG_CHSI_CAS_URL",
	} {
		if !envs[name] {
			t.Errorf("no setting is called %s", name)
		}
	}
}

// The defaults in the manual are read back as what Default gives.
func TestDefaultsAreReadable(t *testing.T) {
	want := Default()
	for _, s := range Settings() {
		if s.Default == "" {
			continue
		}
		got := Default()
		field := s.field(&got)
		field.SetZero()
		if !s.set(&got, s.Default) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q is not read as the default", s.Key, s.Default)
		}
	}
}
