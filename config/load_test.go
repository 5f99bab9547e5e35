package config

import (
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the reports in testdata/bad anew; read the difference before keeping it")

// same compares configurations: a netip.Prefix has unexported fields.
var same = cmp.Options{cmpopts.EquateComparable(netip.Prefix{})}

func TestLoadGood(t *testing.T) {
	full := Config{
		Listen:         "[::1]:9000",
		PublicURL:      "https://dj.example.edu.cn",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")},
		MetricsListen:  "127.0.0.1:9100",
		DataDir:        "/var/lib/quxiang",
		LogLevel:       slog.LevelWarn,
		LogFormat:      LogText,
		FrameAncestors: []string{"http://127.0.0.1:8081"},
		ShutdownGrace:  30 * time.Second,
		Database:       "mysql:quxiang:p@ss:word/1@tcp(db.example.edu.cn:3306)/quxiang?tls=true",
		Keys: Keys{
			Keyset:      "eyJwcmltYXJ5S2V5SWQiOjEsImtleSI6W3t9XX0=",
			IndexKeyset: "eyJwcmltYXJ5S2V5SWQiOjIsImtleSI6W3t9XX0=",
		},
		WeChat: WeChat{
			AppID: "wx0123456789abcdef", Secret: "0123456789abcdef0123456789abcdef",
			Token: "00123", PreviousToken: "oldtoken",
			AESKey:         "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
			PreviousAESKey: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg",
			Mode:           ModeSecure, VerifyFiles: []string{"AbC123"}, Username: "gh_0123456789ab",
			APIURL: "https://api2.weixin.qq.com", OpenURL: "https://open.weixin.qq.com",
			Timeout: 4 * time.Second,
		},
		CHSI: CHSI{
			CASURL: "https://account.chsi.com.cn/passport", ValidatePath: "/serviceValidate",
			Attributes: Attributes{ExamNumber: "ksh", Name: "xm", IDNumber: "sfzh", Phone: "sjh", Email: "dzyx"},
			AccountURL: "https://account.chsi.com.cn/account",
		},
		Reminder: Reminder{
			LadderDays: []int{14, 1, 0}, LadderHour: 9*60 + 30, SendRate: 100, SendConcurrency: 16,
			Lease: 10 * time.Second, DispatchEvery: 500 * time.Millisecond,
		},
		Form: Form{
			Issuer: "示例大学就业指导中心", ServiceAddress: "dj.example.edu.cn", Sample: true,
			Notes: []string{"本表由示例大学出具。", "有疑问, 请联系毕业生。"},
		},
		Verify:    Verify{AddressTable: "/etc/quxiang/addresses.csv"},
		Review:    Review{SmallUnit: 8, ShareMinimum: 30, SharePoints: 15},
		Desk:      Desk{RowsPerDay: 800, MissesPerDay: 50},
		Upstream:  Upstream{Folder: "/srv/quxiang/upstream", Rate: 30},
		Retention: Retention{MessageDays: 90, UploadDays: 7, UnfollowedDays: 30},
	}
	defaults := func(change func(*Config)) Config {
		c := Default()
		c.PublicURL = "http://127.0.0.1:8080"
		if change != nil {
			change(&c)
		}
		return c
	}
	tests := []struct {
		name    string
		file    string
		environ []string
		needs   []Need
		want    Config
	}{
		{name: "defaults", want: defaults(nil)},
		{name: "empty file", file: "empty.yml", want: defaults(nil)},
		{name: "full file", file: "full.yml", needs: []Need{NeedDatabase, NeedKeys, NeedWeChat, NeedSite}, want: full},
		{
			name: "environment over file", file: "full.yml",
			environ: []string{
				"PATH=/bin", "QUXIANG_LISTEN=127.0.0.1:1", "QUXIANG_REMINDER_QUIET_HOURS=23:00-07:00",
				"QUXIANG_REMINDER_LADDER_DAYS=3, 0", "QUXIANG_TRUSTED_PROXIES=192.0.2.0/24 , 10.1.0.0/16",
				"QUXIANG_FORM_NOTES=甲, 乙|丙", "QUXIANG_WECHAT_MODE=plain",
			},
			want: func() Config {
				c := full
				c.Listen = "127.0.0.1:1"
				c.Reminder.QuietHours = QuietHours{From: 23 * 60, Until: 7 * 60}
				c.Reminder.LadderDays = []int{3, 0}
				c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("10.1.0.0/16")}
				c.Form.Notes = []string{"甲, 乙", "丙"}
				c.WeChat.Mode = ModePlain
				return c
			}(),
		},
		{
			name:    "empty values and the tests' own names set nothing",
			environ: []string{"QUXIANG_LISTEN=", "QUXIANG_WECHAT_TIMEOUT= ", "QUXIANG_TEST_REQUIRE=1"},
			want:    defaults(nil),
		},
		{
			name:    "a listener that others reach has no address of its own",
			environ: []string{"QUXIANG_LISTEN=0.0.0.0:8080"},
			want:    defaults(func(c *Config) { c.Listen, c.PublicURL = "0.0.0.0:8080", "" }),
		},
		{
			name:    "nor has a port that is not known yet",
			environ: []string{"QUXIANG_LISTEN=127.0.0.1:0"},
			want:    defaults(func(c *Config) { c.Listen, c.PublicURL = "127.0.0.1:0", "" }),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := ""
			if tt.file != "" {
				file = filepath.Join("testdata", "good", tt.file)
			}
			got, err := Load(file, tt.environ, tt.needs...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, same, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Load (-want +got):\n%s", diff)
			}
		})
	}
}

// Each bad file has a report beside it, which is all that an operator sees.
func TestLoadBad(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := Load(file, nil)
			checkReport(t, err, strings.TrimSuffix(file, ".yml")+".txt")
		})
	}
}

func TestLoadBadEnvironment(t *testing.T) {
	_, err := Load("testdata/bad/unknown.yml", []string{
		"QUXIANG_LISTNE=hunter2",
		"QUXIANG_=hunter2",
		"QUXIANG_REMINDER_SEND_RATE=hunter2",
		"QUXIANG_REMINDER_QUIET_HOURS=always",
		"QUXIANG_REMINDER_LADDER_DAYS=30,hunter2",
		"QUXIANG_TRUSTED_PROXIES=10.0.0.1",
		"QUXIANG_DATABASE=mysql:root:hunter2@tcp(db:3306)",
		"QUXIANG_WECHAT_SECRET=hunter2 hunter2",
	}, NeedDatabase, NeedKeys, NeedWeChat, NeedSite)
	checkReport(t, err, "testdata/bad/environment.txt")
}

func checkReport(t *testing.T, err error, golden string) {
	t.Helper()
	var report *Error
	if !errors.As(err, &report) {
		t.Fatalf("Load = %v, want an *Error", err)
	}
	got := err.Error() + "\n"
	if strings.Contains(got, "hunter2") {
		t.Errorf("the report quotes a value:\n%s", got)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestLoadFileTrouble(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large.yml")
	if err := os.WriteFile(large, make([]byte, maxFileBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ file, want string }{
		"missing": {"testdata/none.yml", "文件不存在"},
		"folder":  {"testdata", "读取中断"},
		"large":   {large, "超过 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load(tt.file, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load = %v, want %q", err, tt.want)
			}
		})
	}
}

// A default is shared by every call: loading must not write into it.
func TestLoadLeavesDefaultAlone(t *testing.T) {
	before := Default()
	if _, err := Load("testdata/good/full.yml", []string{"QUXIANG_REMINDER_LADDER_DAYS=1,0"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, Default(), same); diff != "" {
		t.Error(diff)
	}
}

func FuzzApplyFile(f *testing.F) {
	for _, dir := range []string{"good", "bad"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.yml"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := Default()
		for _, p := range applyFile(&c, "f.yml", data) {
			if p.Text == "" || !strings.HasPrefix(p.Where, "f.yml") {
				t.Errorf("a problem without text or place: %+v", p)
			}
		}
		_ = c.Validate() // whatever was read, checking it must not panic
	})
}
