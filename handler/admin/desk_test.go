package admin_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
)

// content of an archive form in force, which nobody else is told.
var deskContent = []string{"甲一的单位", "海淀区人力资源公共服务中心"}

// form adds a graduate with a form of a kind that holds until the end of July.
func (s *site) form(school, name string, kind model.FormKind, number model.VerificationNumber) model.GraduateID {
	s.t.Helper()
	id := s.report(s.graduate(school, collegeA, classA, func(b *model.Basics) { b.Name = name }).Graduate.ID, unitA).Graduate.ID
	s.decide(id, model.LevelCollege, model.DecisionApprove)
	s.decide(id, model.LevelSchool, model.DecisionApprove)
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerRight}, s.now)
	})
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Authorize(r, model.AuthorizationRequest{Kind: kind, ValidUntil: "2027-07-31", Consent: true, Number: number}, s.now)
	})
	return id
}

// department is a desk account of its own that checks kinds.
func (s *site) department(account string, edit func(*model.Desk)) *browser {
	s.t.Helper()
	d := model.Desk{Department: "人才中心" + account, Purpose: "接收毕业生档案", Kinds: model.FormKinds()}
	if edit != nil {
		edit(&d)
	}
	_, err := s.store.CreateDesk(s.t.Context(), model.Operator{Name: account}, s.hash, d, model.BySystem("test"))
	must(s.t, err)
	b := s.browser()
	if w := b.login(account, password); w.Code != 303 {
		s.t.Fatalf("%s cannot log in: %d", account, w.Code)
	}
	return b
}

func ask(kind model.FormKind, name, number string) url.Values {
	return url.Values{"kind": {string(kind)}, "name": {name}, "number": {number}}
}

func TestDeskChecksOne(t *testing.T) {
	s := newSite(t)
	id := s.form(here, nameA, model.FormArchive, "2799001AAAAAAAA")
	v := s.department("d1", nil)
	page{to: "/admin/desk"}.check(t, v.get("/admin"))
	page{has: []string{"人才中心d1", "档案登记信息表、户口登记信息表", "0 行（每日上限 2000 行）"}, not: deskContent}.check(t, v.get("/admin/desk"))
	w := v.post("/admin/desk/check", ask(model.FormArchive, "欧阳 甲一", "27 99001 aaaa aaaa"))
	page{has: append([]string{"是否真实？ 真实", "是否仍有效？ 有效", "由谁出具？ 示范登记系统", nameA, "真实有效，有效期至2027年7月31日", "请求编号"}, deskContent...)}.check(t, w)
	seen, err := s.store.Verifications(t.Context(), id, 0, 10)
	must(t, err)
	if len(seen) != 1 || seen[0].Way != model.WayDesk || seen[0].Department != "人才中心d1" || seen[0].Network != "192.0.2.0/24" || seen[0].Own {
		t.Errorf("%+v", seen)
	}
	// What does not match is one answer, and leaves nothing with the holder.
	for _, q := range []url.Values{
		ask(model.FormArchive, nameB, "2799001AAAAAAAA"), ask(model.FormHousehold, nameA, "2799001AAAAAAAA"),
		ask(model.FormArchive, nameA, "2799001CCCCCCCC"), ask(model.FormArchive, nameA, "abc"), ask(model.FormArchive, "<b>", strings.Repeat("9", 500)),
	} {
		page{has: []string{"无匹配不代表材料虚假"}, not: append([]string{nameA, nameB, "2799001AAAAAAAA"}, deskContent...)}.check(t, v.post("/admin/desk/check", q))
	}
	if seen, err = s.store.Verifications(t.Context(), id, 0, 10); err != nil || len(seen) != 1 {
		t.Errorf("%d verifications, %v", len(seen), err)
	}
	for _, tc := range []struct {
		q   url.Values
		has string
	}{
		{ask(model.FormArchive, " ", "2799001AAAAAAAA"), "请填写毕业生姓名。"},
		{ask(model.FormArchive, nameA, " "), "请填写核验编号。"},
		{ask("", nameA, "2799001AAAAAAAA"), "请选择登记信息表"},
	} {
		page{status: 422, has: []string{tc.has}, not: deskContent}.check(t, v.post("/admin/desk/check", tc.q))
	}
	// A form that ended is told with when and what to do, and no content.
	s.now = begin.Add(time.Hour)
	s.rule(id, func(r model.Record) (model.Change, error) { return model.Revoke(r, "2799001AAAAAAAA", s.now) })
	page{has: []string{"已撤销", "自2027年6月10日 10:30起不再有效", "怎么办"}, not: deskContent}.check(t, v.post("/admin/desk/check", ask(model.FormArchive, nameA, "2799001AAAAAAAA")))
}

func TestDeskMay(t *testing.T) {
	s := newSite(t)
	s.form(here, nameA, model.FormArchive, "2799001AAAAAAAA")
	right := ask(model.FormArchive, nameA, "2799001AAAAAAAA")
	households := s.department("d2", func(d *model.Desk) { d.Kinds = []model.FormKind{model.FormHousehold} })
	page{status: 403, has: []string{"没有核验档案登记信息表的权限"}, not: deskContent}.check(t, households.post("/admin/desk/check", right))
	expires := s.department("d3", func(d *model.Desk) { d.ValidUntil = "2027-06-10" })
	page{has: deskContent}.check(t, expires.post("/admin/desk/check", right))
	few := s.department("d4", func(d *model.Desk) { d.RowsPerDay = 2 })
	for range 2 {
		page{has: deskContent}.check(t, few.post("/admin/desk/check", right))
	}
	page{status: 429, has: []string{"今天还可以核验 0 行"}, not: deskContent}.check(t, few.post("/admin/desk/check", right))
	s.now = begin.Add(24 * time.Hour) // sessions ended meanwhile
	few, expires = s.login("d4"), s.login("d3")
	page{has: deskContent}.check(t, few.post("/admin/desk/check", right))
	page{status: 403, has: []string{"已于2027年6月10日", "到期"}, not: deskContent}.check(t, expires.post("/admin/desk/check", right))
	page{has: []string{"核验记录"}}.check(t, expires.get("/admin/desk/checks"))
	// An account that was never vetted is no department.
	_, err := s.store.CreateOperator(t.Context(), model.Operator{Name: "old", Role: model.RoleDesk}, s.hash, model.BySystem("test"))
	must(t, err)
	old := s.browser()
	old.login("old", password)
	for _, p := range []string{"/admin/desk", "/admin/desk/checks", "/admin/desk/template"} {
		page{status: 403, has: []string{"还没有核准为接收部门"}}.check(t, old.get(p))
	}
	page{status: 403, not: deskContent}.check(t, old.post("/admin/desk/check", right))
}

// sheet posts a sheet as a browser does.
func (b *browser) sheet(t *testing.T, name string, content []byte) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	w, err := m.CreateFormFile("file", name)
	must(t, err)
	_, err = w.Write(content)
	must(t, err)
	must(t, m.Close())
	r := httptest.NewRequest("POST", origin+"/admin/desk/sheet", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r)
}

func TestDeskSheet(t *testing.T) {
	s := newSite(t)
	archive := s.form(here, nameA, model.FormArchive, "2799001AAAAAAAA")
	ended := s.form(here, nameB, model.FormArchive, "2799001BBBBBBBB")
	s.rule(ended, func(r model.Record) (model.Change, error) { return model.Revoke(r, "2799001BBBBBBBB", s.now) })
	v := s.department("d1", nil)
	text := "序号,登记信息表,姓名,核验编号\n" +
		"1,档案," + nameA + ",2799001AAAAAAAA\n" +
		"2,档案," + nameB + ",2799001BBBBBBBB\n" +
		"3,户口," + nameA + ",2799001AAAAAAAA\n" +
		"4,档案," + nameA + ",27990011\n" +
		"5,,," + "\n" +
		"6,两者," + nameA + ",2799001AAAAAAAA\n"
	w := v.sheet(t, "来函.csv", []byte(text))
	if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Disposition"), url.PathEscape("来函-核验结果.csv")) || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	must(t, err)
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for _, tc := range []struct {
		row             int
		result, valid   string
		explains, place string
	}{
		{1, "真实", "有效", "在有效期内", "海淀区人力资源公共服务中心"},
		{2, "真实", "已撤销", "重新授权", ""},
		{3, "未匹配", "", "无匹配不代表材料虚假", ""},
		{4, "未匹配", "", "应为 15 位", ""},
		{5, "未核验", "", "没有填写", ""},
		{6, "未核验", "", "应为“档案”或“户口”", ""},
	} {
		r := rows[tc.row]
		if r[at["序号"]] != fmt.Sprint(tc.row) || r[at["核验结果"]] != tc.result || r[at["是否有效"]] != tc.valid || !strings.Contains(r[at["说明"]], tc.explains) ||
			r[at["档案转递单位"]] != tc.place || r[at["请求编号"]] == "" || r[at["核验时间"]] != "2027年6月10日 09:30" {
			t.Errorf("row %d: %q", tc.row, r)
		}
	}
	if r := rows[1]; r[at["单位名称"]] != unitA || r[at["有效期至"]] != "2027-07-31" || r[at["户口迁移地"]] != "" {
		t.Errorf("%q", r)
	}
	seen, err := s.store.Verifications(t.Context(), archive, 0, 10)
	must(t, err)
	if len(seen) != 1 || seen[0].Way != model.WaySheet || seen[0].Batch == "" {
		t.Errorf("%+v", seen)
	}
	if left := s.uploads(t); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	// Its history keeps counts and ends of numbers.
	history := v.get("/admin/desk/checks")
	page{has: []string{"表格", "档案和户口", "4 2 1 2"}, not: []string{nameA, "2799001AAAAAAAA"}}.check(t, history)
	one := regexp.MustCompile(`/admin/desk/checks/[A-Z0-9]+`).FindString(history.Body.String())
	page{has: []string{"4 行", "2 行，其中有效 1 行", "后四位 AAAA", "后四位 BBBB"}, not: []string{nameA, "2799001AAAAAAAA"}}.check(t, v.get(one))
	// The page says today's count; another account sees none of it.
	page{has: []string{"4 行（每日上限 2000 行）"}}.check(t, v.get("/admin/desk"))
	other := s.department("d2", nil)
	page{status: 404}.check(t, other.get(one))
	page{has: []string{"还没有核验过"}}.check(t, other.get("/admin/desk/checks"))
}

func TestDeskSheetXLSX(t *testing.T) {
	s := newSite(t)
	s.form(here, nameA, model.FormArchive, "2799001AAAAAAAA")
	v := s.department("d1", func(d *model.Desk) { d.Kinds = []model.FormKind{model.FormArchive} })
	f := excelize.NewFile()
	for at, c := range map[string]string{"A1": "毕业生姓名", "B1": "核验编号*", "C1": "我方意见", "A2": nameA, "B2": "2799001AAAAAAAA", "C2": "同意"} {
		must(t, f.SetCellStr("Sheet1", at, c))
	}
	b, err := f.WriteToBuffer()
	must(t, err)
	w := v.sheet(t, "表.xlsx", b.Bytes())
	answered, err := excelize.OpenReader(w.Body)
	must(t, err)
	defer answered.Close()
	rows, err := answered.GetRows("Sheet1")
	must(t, err)
	if w.Code != 200 || rows[1][2] != "同意" || rows[0][3] != "核验结果" || rows[1][3] != "真实" || rows[1][4] != "有效" {
		t.Errorf("%d %q", w.Code, rows)
	}
	// A form that it may not check is an answer of the row.
	w = v.sheet(t, "表.csv", []byte("登记信息表,姓名,核验编号\n户口,"+nameA+",2799001AAAAAAAA\n"))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "没有核验户口登记信息表的权限") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	template := v.get("/admin/desk/template")
	page{status: 422, has: []string{"只有表头"}}.check(t, v.sheet(t, "核验表.xlsx", template.Body.Bytes()))
}

func TestDeskSheetsRefused(t *testing.T) {
	s := newSite(t)
	id := s.form(here, nameA, model.FormArchive, "2799001AAAAAAAA")
	v := s.department("d1", nil)
	head := "登记信息表,姓名,核验编号\n"
	row := "档案," + nameA + ",2799001AAAAAAAA\n"
	for _, tc := range []struct {
		name, file, content, says string
		status                    int
	}{
		{"501 rows", "a.csv", head + strings.Repeat(row, 501), "最多 500 行", 413},
		{"columns", "a.csv", "姓名,编号\na,b\n", "没有找到核验表的表头", 422},
		{"one column lacks", "a.csv", "姓名,核验编号\na,b\n", "缺少必需的列：登记信息表", 422},
		{"empty", "a.csv", "", "文件是空的", 422},
		{"macros", "a.xlsm", "PK", "不接受含宏的工作簿", 422},
		{"old", "a.xls", "x", "只接受 XLSX 或 CSV", 422},
		{"encrypted", "a.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "设有密码", 422},
		{"broken", "a.xlsx", "PK\x03\x04 x", "损坏", 422},
		{"too large", "a.csv", head + strings.Repeat("x", 5<<20), "文件超过 4 MB", 413},
	} {
		t.Run(tc.name, func(t *testing.T) {
			page{status: tc.status, has: []string{tc.says}, not: deskContent}.check(t, v.sheet(t, tc.file, []byte(tc.content)))
		})
	}
	r := httptest.NewRequest("POST", origin+"/admin/desk/sheet", strings.NewReader("file=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	page{status: 422, has: []string{"没有收到文件"}}.check(t, v.do(r))
	few := s.department("d2", func(d *model.Desk) { d.RowsPerDay = 1 })
	page{status: 429, has: []string{"今天还可以核验 1 行，本次有 2 行"}, not: deskContent}.check(t, few.sheet(t, "a.csv", []byte(head+row+row)))
	seen, err := s.store.Verifications(t.Context(), id, 0, 10)
	must(t, err)
	if left := s.uploads(t); len(seen) != 0 || len(left) != 0 {
		t.Errorf("%d verifications, %d files", len(seen), len(left))
	}
}
