package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Keysets in form only: Tink checks the keys when the store loads them.
const (
	someKeyset  = "eyJwcmltYXJ5S2V5SWQiOjEsImtleSI6W3t9XX0="
	otherKeyset = "eyJwcmltYXJ5S2V5SWQiOjIsImtleSI6W3t9XX0="
)

func TestKeyFileRoundTrip(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keys.yml")
	keys := Keys{Keyset: someKeyset, IndexKeyset: otherKeyset}
	if err := WriteKeyFile(name, keys); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
	c, err := Load("", []string{"QUXIANG_KEY_FILE=" + name}, NeedKeys)
	if err != nil {
		t.Fatal(err)
	}
	if c.Keys != (Keys{Keyset: someKeyset, IndexKeyset: otherKeyset, KeyFile: name}) {
		t.Error("the keys read are not the keys written")
	}
	if err := WriteKeyFile(name, keys); !errors.Is(err, fs.ErrExist) {
		t.Errorf("writing over a key file = %v, want fs.ErrExist", err)
	}
}

func TestKeyFileRefused(t *testing.T) {
	good := "keyset: " + someKeyset + "\nindex_keyset: " + otherKeyset + "\n"
	tests := []struct {
		name, content string
		mode          fs.FileMode
		environ       []string
		want          string
	}{
		{name: "others may read", content: good, mode: 0o644, want: "chmod 600"},
		{name: "group may write", content: good, mode: 0o660, want: "chmod 600"},
		{name: "a key missing", content: "keyset: hunter2\n", mode: 0o600, want: "chmod 600"},
		{name: "an unknown key", content: good + "hunter2: hunter2\n", mode: 0o600, want: "chmod 600"},
		{name: "not YAML", content: "hunter2: [hunter2", mode: 0o600, want: "chmod 600"},
		{name: "not keysets", content: "keyset: hunter2\nindex_keyset: hunter2\n", mode: 0o600, want: "Tink"},
		{name: "both ways", content: good, mode: 0o600, environ: []string{"QUXIANG_KEYSET=" + otherKeyset}, want: "已经直接给出密钥"},
		{name: "missing", want: "密钥文件不存在"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "keys.yml")
			if tt.content != "" {
				if err := os.WriteFile(name, []byte(tt.content), tt.mode); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(name, tt.mode); err != nil { // whatever the umask
					t.Fatal(err)
				}
			}
			_, err := Load("", append(tt.environ, "QUXIANG_KEY_FILE="+name), NeedKeys)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("Load = %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "必须设置密钥") {
				t.Errorf("a bad key file is also called a missing key: %v", err)
			}
		})
	}
}

func TestValidateNeeds(t *testing.T) {
	ready := func(change func(*Config)) Config {
		c := Default()
		c.Database = "sqlite:q.db"
		c.Keys = Keys{Keyset: someKeyset, IndexKeyset: otherKeyset}
		c.PublicURL = "https://dj.example.edu.cn"
		c.WeChat.AppID, c.WeChat.Secret, c.WeChat.Token = "wx0123456789abcdef", "s", "tok"
		c.WeChat.AESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
		change(&c)
		return c
	}
	tests := []struct {
		name   string
		change func(*Config)
		need   Need
		key    string // named by the error; "" when there is none
	}{
		{name: "all there", change: func(*Config) {}, need: NeedWeChat},
		{name: "database", change: func(c *Config) { c.Database = "" }, need: NeedDatabase, key: "QUXIANG_DATABASE"},
		{name: "keyset", change: func(c *Config) { c.Keys.Keyset = "" }, need: NeedKeys, key: "QUXIANG_KEYSET"},
		{name: "index keyset", change: func(c *Config) { c.Keys.IndexKeyset = "" }, need: NeedKeys, key: "QUXIANG_INDEX_KEYSET"},
		{name: "site", change: func(c *Config) { c.PublicURL = "" }, need: NeedSite, key: "QUXIANG_PUBLIC_URL"},
		{name: "app id", change: func(c *Config) { c.WeChat.AppID = "" }, need: NeedWeChat, key: "QUXIANG_WECHAT_APP_ID"},
		{name: "secret", change: func(c *Config) { c.WeChat.Secret = "" }, need: NeedWeChat, key: "QUXIANG_WECHAT_SECRET"},
		{name: "token", change: func(c *Config) { c.WeChat.Token = "" }, need: NeedWeChat, key: "QUXIANG_WECHAT_TOKEN"},
		{name: "key in secure mode", change: func(c *Config) { c.WeChat.AESKey = "" }, need: NeedWeChat, key: "QUXIANG_WECHAT_AES_KEY"},
		{name: "no key in plain mode", change: func(c *Config) { c.WeChat.AESKey, c.WeChat.Mode = "", ModePlain }, need: NeedWeChat},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := ready(tt.change)
			if err := c.Validate(); err != nil {
				t.Errorf("without a need: %v", err)
			}
			err := c.Validate(tt.need)
			if tt.key == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var report *Error
			if !errors.As(err, &report) || len(report.Problems) != 1 || report.Problems[0].Env != tt.key {
				t.Errorf("Validate = %v, want one problem with %s", err, tt.key)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	for text, want := range map[string]bool{
		"https://dj.example.edu.cn": true, "https://dj.example.edu.cn:8443": true,
		"http://127.0.0.1:8080": true, "http://localhost": true, "http://[::1]:80": true, "http://127.9.9.9": true,
		"http://dj.example.edu.cn": false, "http://localhost.example.com": false, "http://10.0.0.1": false,
		"https://dj.example.edu.cn/": false, "https://a:b@dj.example.edu.cn": false, "https://dj.example.edu.cn?x": false,
		"https://dj.example.edu.cn#x": false, "//dj.example.edu.cn": false, "https:dj": false, "https://": false,
		"https://dj.example.edu.cn:99999": false, "ftp://dj.example.edu.cn": false, "": false, "https://*": false,
		"HTTPS://dj.example.edu.cn": false, "javascript:alert(1)": false, "https://a;script-src b": false,
	} {
		if got := isOrigin(text); got != want {
			t.Errorf("isOrigin(%q) = %v", text, got)
		}
	}
}
