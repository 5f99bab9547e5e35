package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	sqlitedriver "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// Names of the dialects: prefix of the DSN, folder of the migrations.
const (
	sqliteName = "sqlite"
	mysqlName  = "mysql"
)

// errDSN never quotes the DSN: it holds a password.
var errDSN = errors.New("the database must be given as sqlite:PATH or mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME")

// dialect is one of the two kinds of databases, and where this one is.
type dialect struct {
	name  string
	path  string // SQLite
	mysql *mysqldriver.Config
}

func parseDSN(dsn string) (dialect, error) {
	name, rest, ok := strings.Cut(dsn, ":")
	switch {
	case !ok || rest == "":
		return dialect{}, errDSN
	case name == sqliteName:
		return dialect{name: sqliteName, path: rest}, nil
	case name != mysqlName:
		return dialect{}, errDSN
	}
	cfg, err := mysqldriver.ParseDSN(rest)
	if err != nil || cfg.DBName == "" {
		return dialect{}, errDSN
	}
	cfg.ClientFoundRows = true   // RowsAffected counts matches, as on SQLite
	cfg.InterpolateParams = true // one round trip; safe with utf8mb4
	cfg.RejectReadOnly = true    // after a fail-over, leave the old primary
	cfg.Loc = time.UTC
	cfg.Collation = "utf8mb4_bin"
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'"
	return dialect{name: mysqlName, mysql: cfg}, nil
}

// open connects lazily. Only a migration may create a SQLite file.
func (d dialect) open(create bool) (*sql.DB, error) {
	if d.name == mysqlName {
		connector, err := mysqldriver.NewConnector(d.mysql)
		if err != nil {
			return nil, errDSN
		}
		return sql.OpenDB(connector), nil
	}
	mode := "rw"
	if create {
		mode = "rwc"
	}
	// synchronous(FULL): a confirmation, or the note that a message is about to
	// be sent, must survive a power failure.
	// modeof: the write-ahead log holds what the file holds and gets its mode and
	// owner, also when root runs a command beside the service.
	q := "?mode=" + mode + "&modeof=" + url.QueryEscape(d.path) + "&_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	return sqlitedriver.Open("file:" + (&url.URL{Path: d.path}).EscapedPath() + q)
}

// exists refuses a SQLite file that is not there, saying what to do.
func (d dialect) exists() error {
	if d.name != sqliteName {
		return nil
	}
	if _, err := os.Stat(d.path); err != nil {
		return fmt.Errorf("store: open: the database file cannot be found: run `quxiang migrate` first: %w", err)
	}
	return nil
}

// create makes a SQLite file that only its owner can read; SQLite itself would
// leave that to the umask.
func (d dialect) create() error {
	if d.name != sqliteName {
		return nil
	}
	f, err := os.OpenFile(d.path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- the operator's own setting
	if err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	return f.Close()
}

func (d dialect) gorm(pool *sql.DB) gorm.Dialector {
	if d.name == mysqlName {
		return mysql.New(mysql.Config{Conn: pool, DisableWithReturning: true})
	}
	return gormlite.OpenDB(pool)
}

func (d dialect) maxOpen() int {
	if d.name == mysqlName {
		return 32
	}
	return 8
}

// txOptions: READ COMMITTED takes no gap locks. SQLite knows no levels.
func (d dialect) txOptions() *sql.TxOptions {
	if d.name == mysqlName {
		return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	return &sql.TxOptions{}
}

// nowMillis is the SQL expression of the database's own clock, in
// milliseconds: leases are measured by it, because the clocks of replicas
// differ.
func (d dialect) nowMillis() string {
	if d.name == mysqlName {
		return "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"
	}
	return "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
}

// onDuplicateAdd ends an INSERT whose rows add to a column where the key is
// there already.
func (d dialect) onDuplicateAdd(table, column string, key ...string) string {
	if d.name == mysqlName {
		return " ON DUPLICATE KEY UPDATE " + column + " = " + table + "." + column + " + VALUES(" + column + ")"
	}
	return " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + column + " = " + table + "." + column + " + excluded." + column
}

// ifNotOlder is the value of a column after an INSERT that found its key: the new
// one, unless the row that is there is younger by another column.
func (d dialect) ifNotOlder(table, column, by string) string {
	incoming := func(c string) string {
		if d.name == mysqlName {
			return "VALUES(" + c + ")"
		}
		return "excluded." + c
	}
	return "CASE WHEN " + incoming(by) + " >= " + table + "." + by + " THEN " + incoming(column) + " ELSE " + table + "." + column + " END"
}

// pageAfter is the condition of a list ordered by step_since and id that goes
// on behind a row, with its arguments, in the form that each optimizer turns
// into a range of the index.
func (d dialect) pageAfter(since, id int64) (string, []any) {
	if d.name == mysqlName {
		return "(step_since > ? OR (step_since = ? AND id > ?))", []any{since, since, id}
	}
	return "(step_since, id) > (?, ?)", []any{since, id}
}

// settledAfter is pageAfter for a list ordered by settled and id.
func (d dialect) settledAfter(settled string, id int64) (string, []any) {
	if d.name == mysqlName {
		return "(settled > ? OR (settled = ? AND id > ?))", []any{settled, settled, id}
	}
	return "(settled, id) > (?, ?)", []any{settled, id}
}

// useIndex follows a table's name and binds the optimizer to one index, where
// it would take another: one that gives the order but not the selection, or, on
// SQLite without statistics, any equality before a range.
func (d dialect) useIndex(name string) string {
	if d.name == mysqlName {
		return " FORCE INDEX (" + name + ")"
	}
	return " INDEXED BY " + name
}

// usePrimary is useIndex for the primary key, which has no name in SQLite.
func (d dialect) usePrimary() string {
	if d.name == mysqlName {
		return d.useIndex("PRIMARY")
	}
	return " NOT INDEXED"
}

// joinInOrder joins two tables so that the one on the left is read first.
func (d dialect) joinInOrder() string {
	if d.name == mysqlName {
		return "STRAIGHT_JOIN"
	}
	return "CROSS JOIN"
}

// Numbers of the server's errors after which a transaction may be run again.
const (
	mysqlLockTimeout = 1205
	mysqlDeadlock    = 1213 // also: a Galera node refused the commit
)

// transient reports whether the transaction lost a lock and may be run again.
func transient(err error) bool {
	var me *mysqldriver.MySQLError
	if errors.As(err, &me) {
		return me.Number == mysqlDeadlock || me.Number == mysqlLockTimeout
	}
	return errors.Is(err, sqlite3.BUSY)
}
