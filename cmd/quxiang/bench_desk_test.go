package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"quxiang/handler/admin"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store"
)

const (
	// sheetLimit is how long a department waits for the answers to a whole sheet.
	sheetLimit  = 5 * time.Second
	sheetRounds = 5
)

// wall adds a time that somebody waits.
func (t *benchTable) wall(what string, took, limit time.Duration) {
	t.rows = append(t.rows, []string{what, fmt.Sprintf("%.2f s", took.Seconds()), "", "", fmt.Sprintf("%.0f s", limit.Seconds()) + overMark(took > limit)})
}

// benchDesk measures how long a department waits for a sheet of as many rows as
// it may ask at once, each with a form in force: from the post to the last byte
// of the answered workbook.
func benchDesk(ctx context.Context, b *testing.B, t *benchTable) {
	b.Helper()
	var logs bytes.Buffer
	s, err := startSandbox(ctx, sandboxOptions{
		addr: "127.0.0.1:0", wechatAddr: "127.0.0.1:0", chsiAddr: "127.0.0.1:0", dir: b.TempDir(), now: june,
	}, io.Discard, &logs)
	if err != nil {
		b.Fatalf("%v\n%s", err, logs.String())
	}
	defer func() {
		if err := s.stop(context.WithoutCancel(ctx)); err != nil {
			b.Error(err)
		}
	}()
	sheet, err := questionSheet(ctx, s, model.MaxQuestions)
	if err != nil {
		b.Fatal(err)
	}
	client, err := deskClient(ctx, s)
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for range sheetRounds {
		begun := time.Now()
		answered, err := client.ask(ctx, s.app.cfg.PublicURL, sheet)
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begun))
		if err := allGenuine(answered); err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(took)
	t.wall(fmt.Sprintf("department's sheet of %d rows, answered", model.MaxQuestions), took[sheetRounds/2], sheetLimit)
}

// questionSheet adds n graduates with a form each and writes the sheet that asks
// for them.
func questionSheet(ctx context.Context, s *sandbox, n int) ([]byte, error) {
	table, err := tables(codes.Default)
	if err != nil {
		return nil, err
	}
	f := &filler{store: s.app.store, now: s.clock.Now(), by: model.Operator{Name: "bench", Role: model.RoleAdmin}, codes: table}
	out := excelize.NewFile()
	defer func() { _ = out.Close() }()
	rows := [][]any{{"登记信息表", "姓名", "核验编号", "备注"}}
	var people []demo.Person
	var imported []store.ImportRow
	crowd := 0
	for p := range demo.Graduates(demoCrowd+n, 1, demo.Options{Year: demoYear(f.now), Destinations: 1, ReportedAt: f.now}) {
		if crowd++; crowd <= demoCrowd { // they are there already
			continue
		}
		people, imported = append(people, p), append(imported, importRow(p, f.now))
	}
	if err := f.importRows(ctx, imported); err != nil {
		return nil, err
	}
	for i, p := range people {
		found, err := s.app.store.FindByExamNumber(ctx, p.Basics.ExamNumber)
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("row %d is not found: %w", i, err)
		}
		who := demo.DemoPerson{Username: fmt.Sprintf("bench%d", i), State: demo.StateAuthorised}
		if err := f.advance(ctx, found[0], who); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		r, err := s.app.store.Record(ctx, found[0].ID)
		if err != nil {
			return nil, err
		}
		a := r.Authorizations[0]
		rows = append(rows, []any{a.Kind.Chinese(), r.Graduate.Basics.Name, string(a.Number), "第 " + fmt.Sprint(i+1) + " 行"})
	}
	for i, row := range rows {
		if err := out.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			return nil, err
		}
	}
	file, err := out.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// deskBrowser is a department that is logged in.
type deskBrowser struct{ *http.Client }

func deskClient(ctx context.Context, s *sandbox) (*deskBrowser, error) {
	hash, err := admin.HashPassword(deskPassphrase)
	if err != nil {
		return nil, err
	}
	d := model.Desk{Department: "测试接收部门", Purpose: "测试", Kinds: model.FormKinds(), RowsPerDay: 2 * sheetRounds * model.MaxQuestions}
	if _, err := s.app.store.CreateDesk(ctx, model.Operator{Name: "bench"}, hash, d, model.BySystem("bench")); err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &deskBrowser{&http.Client{Jar: jar}}
	form := url.Values{"name": {"bench"}, "password": {deskPassphrase}}.Encode()
	_, err = c.send(ctx, s.app.cfg.PublicURL+"/admin/login", "application/x-www-form-urlencoded", strings.NewReader(form))
	return c, err
}

func (c *deskBrowser) send(ctx context.Context, address, kind string, body io.Reader) (answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if answer, err = io.ReadAll(resp.Body); err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %s", address, resp.StatusCode, answer)
	}
	return answer, err
}

// ask posts a sheet and returns the answered one.
func (c *deskBrowser) ask(ctx context.Context, app string, sheet []byte) ([]byte, error) {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "核验表.xlsx")
	if err != nil {
		return nil, err
	}
	if _, err := part.Write(sheet); err != nil {
		return nil, err
	}
	if err := m.Close(); err != nil {
		return nil, err
	}
	return c.send(ctx, app+"/admin/desk/sheet", m.FormDataContentType(), &body)
}

// allGenuine reports an error unless every row was found and is in force.
func allGenuine(answered []byte) error {
	f, err := excelize.OpenReader(bytes.NewReader(answered))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		return err
	}
	if len(rows) != model.MaxQuestions+1 {
		return fmt.Errorf("%d rows are answered", len(rows)-1)
	}
	for i, r := range rows[1:] {
		if len(r) < 6 || r[4] != "真实" || r[5] != "有效" {
			return fmt.Errorf("row %d: %q", i+1, r)
		}
	}
	return nil
}
