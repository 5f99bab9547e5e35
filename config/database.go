package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// DatabaseURL is DIALECT:ADDRESS as in design §6: sqlite:PATH or
// mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME, where ADDRESS is what the
// dialect's driver takes. It prints without its password.
type DatabaseURL string

// The dialects of a DatabaseURL.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

var errDatabaseURL = errors.New("not sqlite:PATH or mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME")

// Reveal returns the address with its password, for opening the database.
func (d DatabaseURL) Reveal() string { return string(d) }

// Split returns the dialect, SQLite or MySQL, and the rest with the password.
// The error never holds any part of the address.
func (d DatabaseURL) Split() (dialect, address string, err error) {
	dialect, address, _ = strings.Cut(string(d), ":")
	switch dialect {
	case SQLite:
		if strings.TrimSpace(address) == "" || strings.ContainsRune(address, 0) {
			return "", "", errDatabaseURL
		}
	case MySQL:
		// The driver's own words may quote the address: they are dropped.
		dsn, err := mysql.ParseDSN(address)
		if err != nil || dsn.User == "" || dsn.DBName == "" {
			return "", "", errDatabaseURL
		}
	default:
		return "", "", errDatabaseURL
	}
	return dialect, address, nil
}

// String returns the address with <secret> for the password, or <secret> alone
// where it cannot be read: a mistyped address may hold the password anywhere.
func (d DatabaseURL) String() string {
	if d == "" {
		return ""
	}
	dialect, address, err := d.Split()
	if err != nil {
		return hidden
	}
	if dialect == SQLite {
		return string(d)
	}
	dsn, err := mysql.ParseDSN(address)
	if err != nil {
		return hidden
	}
	return fmt.Sprintf("%s:%s:%s@%s(%s)/%s", MySQL, dsn.User, hidden, dsn.Net, dsn.Addr, dsn.DBName)
}

// GoString returns what String returns, for %#v.
func (d DatabaseURL) GoString() string { return d.String() }

// Format writes what String returns whatever the verb.
func (d DatabaseURL) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// MarshalText returns what String returns, for JSON, YAML and XML.
func (d DatabaseURL) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// LogValue returns what String returns, for slog.
func (d DatabaseURL) LogValue() slog.Value { return slog.StringValue(d.String()) }
