package storetest

import (
	"database/sql"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	sqlitedriver "github.com/ncruces/go-sqlite3/driver"

	"quxiang/model"
	"quxiang/model/store"
)

// What Fill makes: the schools 99100 and 99101 with five colleges of ten classes
// and five majors each, whatever the number of graduates, so that two databases
// differ in nothing but size.
const (
	FilledSchool  = "99101"
	FilledCollege = "学院3"
	FilledClass   = "班7"
	FilledCohort  = "2027"
)

// FilledExam is the 考生号 of the i-th graduate, from 1.
func FilledExam(i int) string { return strconv.Itoa(27_000_000_000_000 + i) }

// Fill opens the store of a migrated, empty database and puts n invented
// graduates with all rollups into it, in a few statements: a million takes about
// a minute. Seven in a hundred are called 王. All report the same destination,
// and of their history there is no more: for tests and benches of lists and
// counts only.
func Fill(t testing.TB, dsn string, n int, opts ...Option) *store.Store {
	t.Helper()
	s := open(t, dsn, opts)
	f := filler{t: t, n: n}
	var err error
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		f.db, err = sqlitedriver.Open("file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=journal_mode(WAL)")
	} else {
		f.mysql = true
		var c *mysql.Config
		if c, err = mysql.ParseDSN(driverDSN(dsn)); err == nil {
			c.Params = map[string]string{"sql_mode": "'STRICT_ALL_TABLES'", "tmp_table_size": "512000000", "max_heap_table_size": "512000000"}
			f.db, err = sql.Open("mysql", c.FormatDSN())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	f.fill(s)
	if err := f.db.Close(); err != nil {
		t.Fatal(err)
	}
	return s
}

type filler struct {
	t     testing.TB
	db    *sql.DB
	n     int
	mysql bool
}

func (f filler) exec(text string, args ...any) {
	f.t.Helper()
	if !f.mysql {
		text = strings.ReplaceAll(text, " DIV ", " / ")
		text = strings.ReplaceAll(text, "AS CHAR)", "AS TEXT)")
	}
	if _, err := f.db.ExecContext(f.t.Context(), text, args...); err != nil {
		f.t.Fatalf("%v: %.300s", err, text)
	}
}

func (f filler) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// The steps and categories that take turns, as CASE branches.
func turns(value string, words ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CASE %s %% %d", value, len(words))
	for i, w := range words {
		fmt.Fprintf(&b, " WHEN %d THEN '%s'", i, w)
	}
	return b.String() + " END"
}

func (f filler) fill(s *store.Store) {
	f.t.Helper()
	source := "seq_1_to_" + strconv.Itoa(f.n)
	if !f.mysql {
		source = "(WITH RECURSIVE s(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < " + strconv.Itoa(f.n) + ") SELECT seq FROM s)"
	}
	restore := f.dropIndexes()
	for _, year := range []int{2026, 2027} {
		f.must(s.SaveCohort(f.t.Context(), model.NewCohort(year)))
	}
	for i := range 2 {
		f.must(s.SaveSchool(f.t.Context(), model.School{Code: strconv.Itoa(99100 + i), Name: "学校" + strconv.Itoa(i), Origin: model.OriginHere}))
	}
	// One record of which all others get the encrypted destination.
	sample, err := s.CreateRecords(f.t.Context(), []model.Record{{
		Graduate:  model.Graduate{CohortCode: FilledCohort, SchoolCode: FilledSchool, Basics: model.Basics{ExamNumber: FilledExam(0), Name: "样例"}},
		Revisions: []model.Revision{{Number: 1, Destination: model.Destination{Category: "10", Unit: "单位0", UnitPlace: "某省"}}},
	}}, model.BySystem("test"))
	f.must(err)
	f.exec("DELETE FROM graduates")
	for _, table := range []string{"step_counts", "destination_counts", "destination_days", "unit_uses", "area_counts"} {
		f.exec("DELETE FROM " + table)
	}
	step := turns("seq DIV 17", "link", "check", "report", "college_review", "school_review", "revise", "confirm", "update", "authorize", "done")
	category := turns("seq DIV 19", "10", "11", "12", "27", "46", "50", "51", "70", "71", "72", "75", "76", "80", "85")
	columns := [][2]string{
		{"id", "seq"},
		{"uid", "CAST(seq AS CHAR)"},
		{"cohort_code", "CASE WHEN seq DIV 29 % 4 = 0 THEN '2026' ELSE '2027' END"},
		{"school_code", "CAST(99100 + seq % 2 AS CHAR)"},
		{"college", "CONCAT('学院', seq DIV 2 % 5)"},
		{"class", "CONCAT('班', seq DIV 10 % 10)"},
		{"major", "CONCAT('专业', seq DIV 10 % 5)"},
		{"exam_number", "CAST(27000000000000 + seq AS CHAR)"},
		{"name", "CONCAT(CASE WHEN seq DIV 13 % 100 < 7 THEN '王' ELSE SUBSTR('李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭', seq DIV 13 % 30 + 1, 1) END, " +
			"SUBSTR('子雨梓浩欣佳思文俊一宇诗嘉晨奕泽若明晓天', seq * 7 DIV 11 % 20 + 1, 1), SUBSTR('涵轩怡宸妍豪萱博琪然彤辰悦睿瑶航洋阳雅菲', seq * 3 DIV 23 % 20 + 1, 1))"},
		{"student_number", "CAST(seq AS CHAR)"},
		{"account_id", "CASE WHEN seq DIV 17 % 10 = 0 THEN 0 ELSE seq END"},
		{"step", step},
		{"step_since", "1790000000000 + seq * 7919 % 8640000000"},
		{"category", "CASE WHEN seq DIV 17 % 10 < 3 THEN '' ELSE " + category + " END"},
		{"settled", "CASE WHEN seq DIV 17 % 10 IN (6, 8, 9) THEN " + category + " ELSE '' END"},
		{"unit", "CASE WHEN seq DIV 17 % 10 < 3 THEN '' ELSE CONCAT('单位', seq DIV 31 % 50) END"},
		{"revisions", "CASE WHEN seq DIV 17 % 10 < 3 THEN 0 ELSE 1 END"},
		{"created_at", "1790000000000"},
		{"version", "1"},
	}
	for _, c := range strings.Fields("sex ethnicity politics level training commissioner origin_code origin_name entered graduates_in degree major_code " +
		"major_direction years archive_in household_in hardship teacher reopened_until step_reason step_returned") {
		columns = append(columns, [2]string{c, "''"})
	}
	for _, c := range strings.Fields("linked_at checked_at reviews confirmations authorizations") {
		columns = append(columns, [2]string{c, "0"})
	}
	var names, values []string
	for _, c := range columns {
		names, values = append(names, c[0]), append(values, c[1])
	}
	f.exec("INSERT INTO graduates (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM " + source + " AS numbers")
	f.exec("INSERT INTO revisions (graduate_id, number, uid, content, origin, reported_at, by_kind, by_id, by_name) "+
		"SELECT g.id, 1, r.uid, r.content, r.origin, 0, r.by_kind, 0, '' FROM graduates g CROSS JOIN revisions r WHERE r.graduate_id = ? AND g.id <> r.graduate_id AND g.step IN ('college_review', 'school_review')", int64(sample[0]))
	f.exec("INSERT INTO accounts (id, uid, chsi_user_index, openid, created_at, bound_at, consent_at, version) SELECT id, CAST(id AS CHAR), CAST(id AS CHAR), " +
		"CASE WHEN id % 3 = 0 THEN NULL ELSE CONCAT('o', id) END, 0, 0, 0, 1 FROM graduates WHERE id <= 20000 AND account_id <> 0")
	f.exec("INSERT INTO followers (openid, subscribed, last_event_at, scene) SELECT openid, id % 2, 0, '' FROM accounts WHERE openid IS NOT NULL")
	f.rollups()
	restore()
	if f.mysql {
		f.exec("ANALYZE TABLE graduates, area_counts, destination_counts, destination_days, step_counts, accounts, followers")
	}
}

// rollups counts what was put in.
func (f filler) rollups() {
	f.t.Helper()
	f.exec("INSERT INTO step_counts (cohort_code, school_code, college, class, step, graduates) SELECT cohort_code, school_code, college, class, step, COUNT(*) FROM graduates GROUP BY cohort_code, school_code, college, class, step")
	f.exec("INSERT INTO destination_counts (cohort_code, school_code, college, major, class, settled, graduates) SELECT cohort_code, school_code, college, major, class, settled, COUNT(*) FROM graduates GROUP BY cohort_code, school_code, college, major, class, settled")
	f.exec("INSERT INTO destination_days (cohort_code, school_code, college, settled, day, graduates) SELECT cohort_code, school_code, college, settled, '2026-09-21', SUM(graduates) FROM destination_counts GROUP BY cohort_code, school_code, college, settled")
	f.exec("INSERT INTO unit_uses (school_code, cohort_code, unit_code, unit, graduates) SELECT school_code, cohort_code, '', unit, COUNT(*) FROM graduates WHERE unit <> '' GROUP BY school_code, cohort_code, unit")
	for _, it := range []struct{ level, subject, college, value, day, from string }{
		{"school", "step", "''", "step", "''", "step_counts"},
		{"college", "step", "college", "step", "''", "step_counts"},
		{"school", "settled", "''", "settled", "''", "destination_counts"},
		{"college", "settled", "college", "settled", "''", "destination_counts"},
		{"school", "day", "''", "settled", "day", "destination_days"},
	} {
		keys := []string{"cohort_code", "school_code", it.value}
		for _, k := range []string{it.college, it.day} {
			if k != "''" {
				keys = append(keys, k)
			}
		}
		f.exec("INSERT INTO area_counts (cohort_code, level, subject, school_code, college, value, day, graduates) SELECT cohort_code, '" + it.level + "', '" + it.subject + "', school_code, " +
			it.college + ", " + it.value + ", " + it.day + ", SUM(graduates) FROM " + it.from + " GROUP BY " + strings.Join(keys, ", "))
	}
}

// dropIndexes drops the graduates' indexes, which are built much faster after
// the rows, and returns what builds them again.
func (f filler) dropIndexes() (restore func()) {
	f.t.Helper()
	if !f.mysql || f.n < 100_000 {
		return func() {}
	}
	rows, err := f.db.QueryContext(f.t.Context(), `SELECT index_name, MAX(non_unique), GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics
		WHERE table_schema = DATABASE() AND table_name = 'graduates' AND index_name <> 'PRIMARY' GROUP BY index_name`)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var drop, add []string
	for rows.Next() {
		var name, columns string
		var many bool
		if err := rows.Scan(&name, &many, &columns); err != nil {
			f.t.Fatal(err)
		}
		kind := "ADD UNIQUE KEY "
		if many {
			kind = "ADD KEY "
		}
		drop, add = append(drop, "DROP KEY "+name), append(add, kind+name+" ("+columns+")")
	}
	if err := rows.Err(); err != nil {
		f.t.Fatal(err)
	}
	f.exec("ALTER TABLE graduates " + strings.Join(drop, ", "))
	return func() { f.exec("ALTER TABLE graduates " + strings.Join(add, ", ")) }
}
