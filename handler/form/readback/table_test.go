package readback

import "testing"

// set puts texts where Lay would.
func set(y float64, at map[float64]string) []glyph {
	var out []glyph
	for x, s := range at {
		for _, c := range s {
			out = append(out, glyph{c, x, y, x + 3.7})
			x += 3.7
		}
	}
	return out
}

// sheet is the smallest page that is a form.
func sheet() []glyph {
	var g []glyph
	add := func(y float64, at map[float64]string) { g = append(g, set(y, at)...) }
	add(20, map[float64]string{60: "标题"})
	add(27, map[float64]string{90: "档案登记信息表"})
	add(38, map[float64]string{18: "核验编号", 40: "2710001EQ86V47B"})
	add(46, map[float64]string{18: "有效期至", 40: "2027年12月31日"})
	add(53, map[float64]string{18: "出具日期", 40: "2027年7月1日"})
	add(60, map[float64]string{18: "出具单位", 40: "示范大学"})
	add(78, map[float64]string{168: "扫码核验"})
	add(87, map[float64]string{20: "基本信息"})
	add(95.4, map[float64]string{20: "姓名", 52: "陈诚", 107: "性别", 139: "男"})
	add(103.8, map[float64]string{20: "毕业院校", 52: "北京"})
	add(109, map[float64]string{52: "大学"})
	add(120, map[float64]string{18: "注意事项"})
	return g
}

func TestUnderstand(t *testing.T) {
	f, issued, ok := understand(sheet())
	if !ok || issued != "2027-07-01" || len(f.Blocks) != 1 || len(f.Blocks[0].Rows) != 3 || f.Blocks[0].Rows[2].Value != "北京大学" {
		t.Fatalf("%+v %s %v", f, issued, ok)
	}
	for name, extra := range map[string][]glyph{
		"between columns":    set(95.4, map[float64]string{80: "甲"}),
		"above":              set(5, map[float64]string{18: "甲", 100: "乙"}),
		"beside the head":    set(38, map[float64]string{160: "甲"}),
		"a second date":      set(66, map[float64]string{18: "出具日期", 40: "2027年7月2日"}),
		"a row without name": set(117, map[float64]string{52: "甲"}),
		"below, not a note":  set(125, map[float64]string{18: "甲"}),
		"left of the table":  set(103.8, map[float64]string{2: "甲"}),
	} {
		if f, _, ok := understand(append(sheet(), extra...)); ok {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for i := range sheet() {
		g := sheet()
		g[i].c = '甲'
		if changed, day, ok := understand(g); ok && day == issued && string(changed.Canonical()) == string(f.Canonical()) && changed.Title == f.Title && changed.Issuer == f.Issuer {
			t.Errorf("character %d changed: not seen", i)
		}
	}
}

func TestJoined(t *testing.T) {
	got := joined([]glyph{{c: 'a'}, {c: 0xd86d}, {c: 0xdf5a}, {c: 0xdf5a}})
	if len(got) != 3 || got[1].c != '𫝚' {
		t.Errorf("%x", got)
	}
}

func FuzzUnderstand(f *testing.F) {
	f.Add([]byte{0, 0, 0}, []byte("甲"))
	f.Add([]byte{20, 87, 3, 52, 95, 9}, []byte("注意事项1."))
	f.Fuzz(func(_ *testing.T, places, text []byte) {
		g := sheet()
		chars := []rune(string(text))
		for i := 0; i+2 < len(places) && i/3 < len(chars); i += 3 {
			x := float64(places[i])
			g = append(g, glyph{chars[i/3], x, float64(places[i+1]), x + float64(places[i+2])/10})
		}
		understand(g)
	})
}
