package store_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// table is what both dialects must agree on.
type table struct {
	Columns []string // name, and NULL where that is allowed
	Indexes []string // unique or not, columns
}

func schemaOf(t *testing.T, s *store.Store) map[string]table {
	t.Helper()
	columns := `SELECT m.name AS tab, p.name AS col, p."notnull" = 0 AND p.pk = 0 AS nullable
		FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'`
	indexes := `SELECT m.name AS tab, i.name AS idx, i."unique" AS uniq, c.name AS col
		FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
		WHERE m.type = 'table' ORDER BY m.name, i.name, c.seqno`
	if s.Dialect() == "mysql" {
		columns = `SELECT table_name AS tab, column_name AS col, is_nullable = 'YES' AS nullable
			FROM information_schema.columns WHERE table_schema = DATABASE()`
		indexes = `SELECT table_name AS tab, index_name AS idx, non_unique = 0 AS uniq, column_name AS col
			FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`
	}
	var cols []struct {
		Tab, Col string
		Nullable bool
	}
	if err := s.DB().Raw(columns).Scan(&cols).Error; err != nil {
		t.Fatal(err)
	}
	out := map[string]table{}
	for _, c := range cols {
		if c.Tab == "goose_db_version" || strings.HasPrefix(c.Tab, "sqlite_") {
			continue
		}
		e := out[c.Tab]
		if c.Nullable {
			c.Col += " NULL"
		}
		e.Columns = append(e.Columns, c.Col)
		out[c.Tab] = e
	}
	var idx []struct {
		Tab, Idx, Col string
		Uniq          bool
	}
	if err := s.DB().Raw(indexes).Scan(&idx).Error; err != nil {
		t.Fatal(err)
	}
	keys := map[[2]string]string{}
	for _, i := range idx {
		name := i.Idx
		if name == "PRIMARY" || strings.HasPrefix(name, "sqlite_autoindex_") {
			name = "primary"
		}
		if keys[[2]string{i.Tab, name}] == "" {
			keys[[2]string{i.Tab, name}] = fmt.Sprintf("%s unique=%v", name, i.Uniq)
		}
		keys[[2]string{i.Tab, name}] += " " + i.Col
	}
	for k, v := range keys {
		e, ok := out[k[0]]
		if !ok || v == "primary unique=true id" || v == "primary unique=true msgid" { // SQLite's rowid has no index of its own
			continue
		}
		e.Indexes = append(e.Indexes, v)
		out[k[0]] = e
	}
	for name, e := range out {
		slices.Sort(e.Columns)
		slices.Sort(e.Indexes)
		out[name] = e
	}
	return out
}

// TestDialectsAgree holds both dialects' migrations and the row structs against
// each other.
func TestDialectsAgree(t *testing.T) {
	lite := storetest.Open(t)
	sqlite := schemaOf(t, lite)
	for name, columns := range lite.Columns(t) {
		var have []string
		for _, c := range sqlite[name].Columns {
			have = append(have, strings.TrimSuffix(c, " NULL"))
		}
		slices.Sort(have)
		if diff := cmp.Diff(columns, have); diff != "" {
			t.Errorf("struct and table %s: %s", name, diff)
		}
	}
	if diff := cmp.Diff(sqlite, schemaOf(t, storetest.OpenMariaDB(t))); diff != "" {
		t.Errorf("SQLite and MariaDB: %s", diff)
	}
}

// TestMigrationFiles: each number is there for both dialects, once, under one
// name, and can be taken back.
func TestMigrationFiles(t *testing.T) {
	root := os.DirFS("migrations")
	names := map[string][]string{}
	for _, dialect := range []string{"sqlite", "mysql"} {
		files, err := fs.Glob(root, dialect+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		numbers := map[string]bool{}
		for _, f := range files {
			name := strings.TrimPrefix(f, dialect+"/")
			names[dialect] = append(names[dialect], name)
			if numbers[name[:4]] {
				t.Errorf("%s: number used twice", f)
			}
			numbers[name[:4]] = true
			sql, err := fs.ReadFile(root, f)
			if err != nil {
				t.Fatal(err)
			}
			up, down, ok := strings.Cut(string(sql), "-- +goose Down")
			if !ok || !strings.Contains(up, "-- +goose Up") || strings.TrimSpace(down) == "" {
				t.Errorf("%s: cannot be taken back", f)
			}
			if dialect == "mysql" && strings.Count(up, ";") != 1 {
				t.Errorf("%s: MySQL commits each statement: one a migration", f)
			}
		}
	}
	if diff := cmp.Diff(names["sqlite"], names["mysql"]); diff != "" {
		t.Error(diff)
	}
}
