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
	rosterLimit  = 2.5
	rosterRounds = 3
	memoryLimit  = 200 * mega
	memoryRows   = 100_000
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

	s, err := im.run(ctx, b.TempDir(), sampleRoster(b, memoryRows), memoryRows)
	if err != nil {
		b.Fatal(err)
	}
	t.size(fmt.Sprintf("roster import (%d rows), peak memory", memoryRows), s.peak, memoryLimit, mega, "MB")
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
	environ := append([]string{"QUXIANG_DATABASE=" + dsn, "TMPDIR=" + dir}, im.environ...)
	s, err := runProcess(ctx, im.binary, environ, "import", "roster", file, "--report", filepath.Join(dir, "refused.xlsx"))
	if err == nil && !strings.Contains(s.out, fmt.Sprintf("imported=%d unchanged=0 refused=0", rows)) {
		err = fmt.Errorf("not all of %d rows were imported: %s", rows, s.out)
	}
	return s, err
}
