package model

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMaskNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"203.0.113.77":       "203.0.113.0/24",
		"::ffff:203.0.113.7": "203.0.113.0/24",
		"2001:da8:1:2::3":    "2001:da8:1::/48",
		"fe80::1%eth0":       "fe80::/48",
		"":                   "",
		"203.0.113":          "",
		"example.org":        "",
	} {
		if got := MaskNetwork(ip); got != want {
			t.Errorf("%q: %q instead of %q", ip, got, want)
		}
	}
}

func TestAddressTable(t *testing.T) {
	table, err := ParseAddressTable(strings.NewReader("\ufeffnetwork,place\r\n" +
		"# the city's own\r\n\r\n" +
		"10.0.0.0/8,内网\r\n" +
		" 10.1.0.0/16 , 北京市海淀区 \r\n" +
		"10.1.2.3,\"海淀区人才中心，一层\"\r\n" +
		"0.0.0.0/0,中国\r\n" +
		"2001:da8::/32,教育网\r\n" +
		"2001:da8:1::/48,示范大学"))
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]string{
		"10.1.2.3": "海淀区人才中心，一层", "10.1.2.4": "北京市海淀区", "::ffff:10.1.2.4": "北京市海淀区", "10.2.0.1": "内网", "8.8.8.8": "中国",
		"2001:da8:1:ffff::1": "示范大学", "2001:da8:2::1": "教育网", "2001:db8::1": "", "": "", "x": "",
	} {
		if got := table.Place(ip); got != want {
			t.Errorf("%q: %q instead of %q", ip, got, want)
		}
	}
	if got := (AddressTable{}).Place("10.1.2.3"); got != "" {
		t.Errorf("a table without rows says %q", got)
	}
}

func TestBadAddressTables(t *testing.T) {
	for name, tc := range map[string]struct{ text, says string }{
		"no place":       {"10.0.0.0/8,内网\n10.1.0.0/16,\n", "第 2 行：网段 10.1.0.0/16 没有写地点"},
		"one column":     {"10.0.0.0/8\n", "第 1 行：应写成“网段,地点”"},
		"three columns":  {"10.0.0.0/8,a,b\n", "第 1 行：应写成“网段,地点”"},
		"too long a bit": {"# x\n10.0.0.0/33,a\n", "第 2 行：“10.0.0.0/33”不是网段"},
		"a host":         {"10.1.2.3/16,a\n", "第 1 行：网段 10.1.2.3/16 的地址与长度不符，应为 10.1.0.0/16"},
		"mapped":         {"::ffff:10.0.0.0/104,a\n", "第 1 行：“::ffff:10.0.0.0/104”不是网段"},
		"twice":          {"10.0.0.0/8,a\n\n10.0.0.0/8,b\n", "第 3 行：网段 10.0.0.0/8 与第 1 行重复"},
		"in GBK":         {"10.0.0.0/8,\xc4\xda\xcd\xf8\n", "第 1 行：不是 UTF-8 文字"},
		"too long":       {"10.0.0.0/8," + strings.Repeat("长", 41) + "\n", "第 1 行：地点应为不超过 40 个字"},
		"two lines":      {"10.0.0.0/8,\"a\nb\"\n", "第 1 行：地点应为不超过 40 个字的一行文字"},
		"a quote":        {"10.0.0.0/8,a\n10.1.0.0/16,\"b\n", "第 2 行：引号不成对"},
		"two faults":     {"x,a\ny,b\n", "第 1 行：“x”不是网段，应写成 10.1.0.0/16 或 2001:da8::/32；第 2 行：“y”不是网段"},
		"many faults":    {strings.Repeat("x,a\n", 12), "第 10 行：“x”不是网段，应写成 10.1.0.0/16 或 2001:da8::/32；其余略。"},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := ParseAddressTable(strings.NewReader(tc.text))
			if CodeOf(err) != CodeInvalid || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v does not say %s", err, tc.says)
			}
			if len(table.places) > 0 {
				t.Error("a bad table is used")
			}
		})
	}
}

// The place is that of the longest prefix, as a plain search over all rows finds
// it.
func TestLongestPrefixWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		rows := map[netip.Prefix]string{}
		for i := range rapid.IntRange(0, 30).Draw(t, "rows") {
			a := netip.AddrFrom4([4]byte{10, byte(rapid.IntRange(0, 3).Draw(t, "b")), byte(rapid.IntRange(0, 3).Draw(t, "c")), 0})
			p, _ := a.Prefix(rapid.IntRange(0, 32).Draw(t, "bits"))
			if _, there := rows[p]; !there {
				rows[p] = fmt.Sprint("地点", i)
				fmt.Fprintf(&text, "%s,%s\n", p, rows[p])
			}
		}
		table, err := ParseAddressTable(strings.NewReader(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		ip := netip.AddrFrom4([4]byte{10, byte(rapid.IntRange(0, 4).Draw(t, "b")), byte(rapid.IntRange(0, 4).Draw(t, "c")), byte(rapid.IntRange(0, 1).Draw(t, "d"))})
		want, best := "", -1
		for p, place := range rows {
			if p.Contains(ip) && p.Bits() > best {
				want, best = place, p.Bits()
			}
		}
		if got := table.Place(ip.String()); got != want {
			t.Fatalf("%s: %q instead of %q", ip, got, want)
		}
	})
}

func FuzzParseAddressTable(f *testing.F) {
	f.Add("network,place\n10.0.0.0/8,内网\n")
	f.Add("\ufeff2001:da8::/32,\"教育,网\"\n#\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := ParseAddressTable(strings.NewReader(text))
		if err != nil {
			if CodeOf(err) != CodeInvalid {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for p, place := range table.places {
			if got := table.Place(p.Addr().String()); got == "" || place == "" {
				t.Fatalf("%s is in the table and has no place", p)
			}
		}
	})
}
