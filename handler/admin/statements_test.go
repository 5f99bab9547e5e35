package admin_test

import (
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"

	"quxiang/model"
	"quxiang/model/store/storetest"
)

// most is how many statements a page may take, besides the two that find out who
// is asking, session and operator, and the entry that somebody saw phones.
const most = 4

// TestPagesAskFewQuestions counts what reaches the database for a page, by the
// server's own counters.
func TestPagesAskFewQuestions(t *testing.T) {
	if os.Getenv(storetest.ServerVariable) != "" {
		t.Skip("others may use the server meanwhile")
	}
	dsn := storetest.MariaDB(t)
	server, err := sql.Open("mysql", strings.TrimPrefix(dsn, "mysql:"))
	must(t, err)
	defer func() { _ = server.Close() }()
	asked := func() int {
		t.Helper()
		var n int
		must(t, server.QueryRowContext(t.Context(), `SELECT SUM(variable_value) FROM information_schema.global_status
			WHERE variable_name IN ('COM_SELECT', 'COM_INSERT', 'COM_UPDATE', 'COM_DELETE', 'COM_REPLACE')`).Scan(&n))
		return n
	}
	s := siteOn(t, storetest.Fill(t, dsn, 3000, storetest.WithNow(func() time.Time { return begin })))
	for _, op := range []model.Operator{
		{Role: model.RoleAdmin},
		{Role: model.RoleSchool, SchoolCode: storetest.FilledSchool},
		{Role: model.RoleCollege, SchoolCode: storetest.FilledSchool, College: storetest.FilledCollege},
		{Role: model.RoleCounsellor, SchoolCode: storetest.FilledSchool, College: storetest.FilledCollege, Classes: []string{storetest.FilledClass, "班8"}},
	} {
		b := s.operator(op)
		level := "college"
		if op.Role == model.RoleSchool {
			level = "school"
		}
		school := "&school=" + storetest.FilledSchool
		college := school + "&college=" + url.QueryEscape(storetest.FilledCollege)
		if op.Role != model.RoleAdmin {
			school = ""
		}
		for _, page := range []struct{ path, search string }{
			{"/admin/reviews?level=" + level, ""},
			{"/admin/reviews?level=" + level + "&category=10", ""},
			{"/admin/statistics", ""},
			{"/admin/statistics?by=category", ""},
			{"/admin/statistics?by=day" + school, ""},
			{"/admin/statistics?by=class" + college, ""},
			{"/admin/statistics?by=major" + college, ""},
			{"/admin/unreached?cohort=2027", ""},
			{"/admin/unreached?cohort=2027" + college, ""},
			{"/admin/graduates", ""},
			{"/admin/graduates?cohort=2027&settled=total", ""},
			{"/admin/graduates", storetest.FilledExam(1001)},
			{"/admin/graduates", "王"},
		} {
			get := func() int {
				before := asked()
				w := b.get(page.path)
				if page.search != "" {
					before = asked()
					w = b.post(page.path, url.Values{"q": {page.search}})
				}
				n := asked() - before - 1 // the count itself
				if w.Code != 200 {
					t.Errorf("%s %s: %d", op.Role, page.path, w.Code)
				}
				return n
			}
			get() // schools and cohorts are read once and kept
			aside := 2
			if strings.HasPrefix(page.path, "/admin/unreached") {
				aside++
			}
			if n := get() - aside; n > most || n < 1 {
				t.Errorf("%s %s %s: %d statements", op.Role, page.path, page.search, n)
			}
		}
	}
}
