package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

//go:embed migrations
var migrations embed.FS

// versionTable is goose's own.
const versionTable = "goose_db_version"

// Migrate brings the database at dsn to the schema of this program and tells
// from which version to which. It creates a SQLite file that is missing. A
// database that is newer than the program is refused.
func Migrate(ctx context.Context, dsn string, l *slog.Logger) (from, to int64, err error) {
	d, err := parseDSN(dsn)
	if err != nil {
		return 0, 0, fmt.Errorf("store: migrate: %w", err)
	}
	if err := d.create(); err != nil {
		return 0, 0, err
	}
	pool, err := d.open(true)
	if err != nil {
		return 0, 0, wrap("migrate", err)
	}
	defer func() { _ = pool.Close() }() // nothing is left to write
	sources, err := fs.Sub(migrations, "migrations/"+d.name)
	if err != nil {
		return 0, 0, fmt.Errorf("store: migrate: %w", err)
	}
	dialect := goose.DialectSQLite3
	if d.name == mysqlName {
		dialect = goose.DialectMySQL
	}
	p, err := goose.NewProvider(dialect, pool, sources, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, 0, wrap("migrate", err)
	}
	from, target, err := p.GetVersions(ctx)
	if err != nil {
		return 0, 0, wrap("migrate", err)
	}
	if from > target {
		return from, from, fmt.Errorf("store: migrate: the database is at version %d, this program knows %d: use a newer program", from, target)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return from, from, wrap("migrate", err)
	}
	for _, m := range done {
		l.InfoContext(ctx, "migrated", "version", m.Source.Version, "took", m.Duration)
	}
	return from, target, nil
}

// checkVersion compares the schema with the program's and never changes it.
func checkVersion(ctx context.Context, db *gorm.DB) error {
	want, err := latestVersion(db.Name())
	if err != nil {
		return err
	}
	have := int64(0)
	db = db.WithContext(ctx)
	if db.Migrator().HasTable(versionTable) {
		if err := db.Raw("SELECT COALESCE(MAX(version_id), 0) FROM " + versionTable).Scan(&have).Error; err != nil {
			return wrap("schema version", err)
		}
	}
	if have > want {
		return fmt.Errorf("store: the database's schema is version %d, this program knows %d: use a newer program", have, want)
	}
	if have != want {
		return fmt.Errorf("store: the database's schema is version %d, this program needs %d: run `quxiang migrate`", have, want)
	}
	return nil
}

// latestVersion is the highest number among a dialect's migrations.
func latestVersion(dialect string) (int64, error) {
	files, err := migrations.ReadDir("migrations/" + dialect)
	if err != nil {
		return 0, fmt.Errorf("store: migrations: %w", err)
	}
	latest := int64(0)
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("store: migration %s: %w", f.Name(), err)
		}
		latest = max(latest, n)
	}
	return latest, nil
}
