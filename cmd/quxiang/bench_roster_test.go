package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store"
)

const (
	rosterLimit   = 2.5
	previewLimit  = 4
	rosterRounds  = 3
	memoryLimit   = 200 * mega
	previewMemory = 250 * mega
	memoryRows    = 100_000
	flatRows      = 10_000
	// flatFactor is how much more memory an export of ten times the rows may
	// take: what is kept is bounded (a batch of records, 16 MB of a sheet), and
	// the collector leaves as much again lying about.
	flatFactor = 1.5
)

// benchRoster compares an import into an empty database with a walk over the
// rows of the same file. BENCH_ROWS changes how many rows are compared.
func benchRoster(ctx context.Context, b *testing.B, t *benchTable, binary string) {
	b.Helper()
	rows := 20_000
	if text := os.Getenv("BENCH_ROWS"); text != "" {
		var err error
		if rows, err = strconv.Atoi(text); err != nil {
			b.Fatalf("BENCH_ROWS: %v", err)
		}
	}
	keys, err := newKeys()
	if err != nil {
		b.Fatal(err)
	}
	im := benchImport{binary: binary, environ: []string{
		"QUXIANG_KEYSET=" + keys.Keyset.Reveal(), "QUXIANG_INDEX_KEYSET=" + keys.IndexKeyset.Reveal(),
	}}
	file := sampleRoster(b, rows)
	ours := func() (time.Duration, error) {
		s, err := im.run(ctx, b.TempDir(), file, rows)
		return s.cpu / time.Duration(rows), err
	}
	bare := func() (time.Duration, error) {
		s, err := runProcess(ctx, os.Args[0], bareEnviron(bareSheet, file, b.TempDir()), bareArgs...)
		if err == nil && !strings.Contains(s.out, fmt.Sprintf("\nrows %d\n", rows+2)) {
			err = fmt.Errorf("the bare program did not walk %d rows: %s", rows, s.out)
		}
		return s.cpu / time.Duration(rows), err
	}
	mine, theirs := compare(b, rosterRounds, ours, bare)
	t.ratio(fmt.Sprintf("roster import (%d rows), CPU a row", rows), mine, theirs, rosterLimit)

	previewed := func() (time.Duration, error) {
		s, err := im.previewed(ctx, b.TempDir(), file, rows)
		return s.cpu / time.Duration(rows), err
	}
	inserts := func() (time.Duration, error) {
		s, err := runProcess(ctx, os.Args[0], bareEnviron(bareInsert, file, b.TempDir()), bareArgs...)
		if err == nil && !strings.Contains(s.out, fmt.Sprintf("\nrows %d\n", rows+2)) {
			err = fmt.Errorf("the bare program did not insert %d rows: %s", rows, s.out)
		}
		return s.cpu / time.Duration(rows), err
	}
	mine, theirs = compare(b, rosterRounds, previewed, inserts)
	t.ratio(fmt.Sprintf("roster previewed and applied (%d rows), CPU a row", rows), mine, theirs, previewLimit)

	s, err := im.run(ctx, b.TempDir(), sampleRoster(b, memoryRows), memoryRows)
	if err != nil {
		b.Fatal(err)
	}
	t.size(fmt.Sprintf("roster import (%d rows), peak memory", memoryRows), s.peak, memoryLimit, mega, "MB")
	im.exports(ctx, b, t)
}

// exports compares the memory of a small and a large export, and on the way that
// of previewing and applying the large sheet.
func (im benchImport) exports(ctx context.Context, b *testing.B, t *benchTable) {
	b.Helper()
	small, large := b.TempDir(), b.TempDir()
	if _, err := im.run(ctx, small, sampleRoster(b, flatRows), flatRows); err != nil {
		b.Fatal(err)
	}
	s, err := im.previewed(ctx, large, sampleRoster(b, memoryRows), memoryRows)
	if err != nil {
		b.Fatal(err)
	}
	t.size(fmt.Sprintf("roster previewed and applied (%d rows), peak memory", memoryRows), s.peak, previewMemory, mega, "MB")
	for _, ext := range []string{"xlsx", "csv"} {
		few, err := im.export(ctx, small, ext, flatRows)
		if err != nil {
			b.Fatal(err)
		}
		many, err := im.export(ctx, large, ext, memoryRows)
		if err != nil {
			b.Fatal(err)
		}
		t.size(fmt.Sprintf("export of %d rows as %s, peak memory (%d rows: %d MB)", memoryRows, ext, flatRows, few.peak/mega), many.peak, int64(flatFactor*float64(few.peak)), mega, "MB")
	}
}

// sampleRoster writes a national sheet of invented graduates.
func sampleRoster(b *testing.B, rows int) string {
	b.Helper()
	table, err := tables(codes.Default)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "roster.xlsx")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	people := demo.Graduates(rows, 1, demo.Options{Year: demoYear(time.Now())})
	err = demo.SampleRoster(f, demo.National, people, table)
	if err := errors.Join(err, f.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

// benchImport runs `quxiang import roster` on databases of its own.
type benchImport struct {
	binary  string
	environ []string
}

func (im benchImport) run(ctx context.Context, dir, file string, rows int) (spentBy, error) {
	dsn := "sqlite:" + filepath.Join(dir, "bench.db")
	if _, _, err := store.Migrate(ctx, dsn, slog.New(slog.DiscardHandler)); err != nil {
		return spentBy{}, err
	}
	s, err := im.roster(ctx, dir, file)
	if err == nil && !strings.Contains(s.out, fmt.Sprintf("imported=%d unchanged=0 refused=0", rows)) {
		err = fmt.Errorf("not all of %d rows were imported: %s", rows, s.out)
	}
	return s, err
}

// roster runs the command on the database in dir.
func (im benchImport) roster(ctx context.Context, dir, file string, flags ...string) (spentBy, error) {
	args := append([]string{"import", "roster", file, "--report", filepath.Join(dir, "refused.xlsx")}, flags...)
	return runProcess(ctx, im.binary, im.of(dir), args...)
}

func (im benchImport) of(dir string) []string {
	return append([]string{"QUXIANG_DATABASE=sqlite:" + filepath.Join(dir, "bench.db"), "TMPDIR=" + dir}, im.environ...)
}

// previewed runs a dry run and then the import, and adds up what both cost.
func (im benchImport) previewed(ctx context.Context, dir, file string, rows int) (spentBy, error) {
	if _, _, err := store.Migrate(ctx, "sqlite:"+filepath.Join(dir, "bench.db"), slog.New(slog.DiscardHandler)); err != nil {
		return spentBy{}, err
	}
	dry, err := im.roster(ctx, dir, file, "--dry-run", "--preview", filepath.Join(dir, "preview.xlsx"))
	if err != nil {
		return spentBy{}, err
	}
	s, err := im.roster(ctx, dir, file)
	for _, out := range []string{dry.out, s.out} {
		if err == nil && !strings.Contains(out, fmt.Sprintf("imported=%d unchanged=0 refused=0", rows)) {
			err = fmt.Errorf("not all of %d rows were previewed and imported: %s", rows, out)
		}
	}
	return spentBy{cpu: dry.cpu + s.cpu, peak: max(dry.peak, s.peak)}, err
}

// export writes the roster of the database in dir to a file.
func (im benchImport) export(ctx context.Context, dir, ext string, rows int) (spentBy, error) {
	s, err := runProcess(ctx, im.binary, im.of(dir), "export", "roster", filepath.Join(dir, "export."+ext))
	if err == nil && !strings.Contains(s.out, fmt.Sprintf("exported=%d\n", rows)) {
		err = fmt.Errorf("not all of %d rows were exported: %s", rows, s.out)
	}
	return s, err
}
