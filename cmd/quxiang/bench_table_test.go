package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

const (
	// benchBound ends the children of a bench that hangs.
	benchBound = 15 * time.Minute
	mega       = 1 << 20
)

// benchTable collects the lines that `make bench` prints. A number over its
// limit is marked and fails nothing: a limit holds on a quiet machine, and
// only a person can tell a slow program from a busy neighbour.
type benchTable struct{ rows [][]string }

// ratio adds a comparison of CPU time for each unit of work.
func (t *benchTable) ratio(what string, ours, bare time.Duration, limit float64) {
	r := float64(ours) / float64(bare)
	t.rows = append(t.rows, []string{what, perUnit(ours), perUnit(bare), fmt.Sprintf("%.2f", r), fmt.Sprintf("%.1f", limit) + overMark(r > limit)})
}

// size adds a number of bytes, which is shown in the given unit.
func (t *benchTable) size(what string, bytes, limit, unit int64, name string) {
	t.rows = append(t.rows, []string{
		what, fmt.Sprintf("%.1f %s", float64(bytes)/float64(unit), name), "", "", fmt.Sprintf("%d %s", limit/unit, name) + overMark(bytes > limit),
	})
}

func perUnit(d time.Duration) string {
	return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
}

func overMark(is bool) string {
	if is {
		return "  OVER"
	}
	return ""
}

// print writes the table. It begins on a new line because the benchmark's name
// stands on the present one.
func (t *benchTable) print(b *testing.B) {
	b.Helper()
	text := "\nwhat\t ours\t bare\t ratio\t limit\n"
	for _, r := range t.rows {
		text += strings.Join(r, "\t ") + "\n"
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', tabwriter.Debug)
	_, err := io.WriteString(w, text)
	if err := errors.Join(err, w.Flush()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkTable compares the program with bare programs that do the least that
// the task allows, and prints one table. Servers are processes of their own on
// loopback; what counts is the CPU time that they use, in rounds that take
// turns, as medians. One pass measures everything: b.N has no meaning here.
//
// The same binary, started with benchChild in its environment, is the bare
// program.
func BenchmarkTable(b *testing.B) {
	if child := os.Getenv(benchChild); child != "" {
		if err := bareProgram(child); err != nil {
			b.Fatal(err)
		}
		return
	}
	if testing.Short() {
		b.Skip("the table takes minutes")
	}
	ctx, cancel := context.WithTimeout(b.Context(), benchBound)
	defer cancel()
	binary := buildProgram(ctx, b)
	var t benchTable
	benchSandbox(ctx, b, &t, binary)
	benchPush(ctx, b, &t, binary)
	benchRoster(ctx, b, &t, binary)
	benchNumbers(b, &t)
	benchDesk(ctx, b, &t)
	t.print(b)
}
