package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// buildProgram builds the program as `make build` does.
func buildProgram(ctx context.Context, b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "quxiang")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, ".")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// benchProcess is a child that runs until the bench ends.
type benchProcess struct {
	pid   int
	lines *bufio.Scanner
}

// startProcess starts a server and ends it with the bench. The pipe to its
// standard input stays open as long as the bench lives.
func startProcess(ctx context.Context, b *testing.B, binary string, environ []string, args ...string) *benchProcess {
	b.Helper()
	c := exec.CommandContext(ctx, binary, args...)
	c.Env = append(os.Environ(), environ...)
	stdin, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	logs, err := os.CreateTemp(b.TempDir(), "log")
	if err != nil {
		b.Fatal(err)
	}
	c.Stderr = logs
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 10 * time.Second
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = stdin.Close()
		_ = c.Wait() // ended by a signal
		if b.Failed() {
			if text, err := os.ReadFile(logs.Name()); err == nil {
				b.Logf("log of %s:\n%s", filepath.Base(binary), text[max(0, len(text)-2000):])
			}
		}
		_ = logs.Close()
	})
	return &benchProcess{pid: c.Process.Pid, lines: bufio.NewScanner(stdout)}
}

// say reads the child's output up to the line that begins with the last of the
// given words, and returns what follows each word. The rest goes nowhere.
func (p *benchProcess) say(words ...string) (map[string]string, error) {
	last := words[len(words)-1]
	said := map[string]string{}
	for p.lines.Scan() {
		word, rest, _ := strings.Cut(p.lines.Text(), " ")
		said[word] = strings.TrimSpace(rest)
		if word != last {
			continue
		}
		go func() {
			for p.lines.Scan() { // nobody reads the rest, but the child must be able to write it
			}
		}()
		return said, nil
	}
	return nil, errors.Join(fmt.Errorf("the child never said %q", last), p.lines.Err())
}

// cpu is the time that the process has used so far, in user and kernel, by the
// clock that the kernel keeps for it (clock_getcpuclockid(3)): /proc counts in
// hundredths of a second.
func (p *benchProcess) cpu() (time.Duration, error) {
	const scheduler = 2 // CPUCLOCK_SCHED
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^p.pid<<3|scheduler), &t); err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", p.pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// processMemory reads a size from a process's status, in bytes: VmRSS now, VmHWM the
// most so far.
func processMemory(pid int, field string) (int64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if rest, ok := strings.CutPrefix(s.Text(), field+":"); ok {
			kilo, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			return kilo << 10, err
		}
	}
	return 0, errors.Join(io.ErrUnexpectedEOF, s.Err())
}

// spentBy is what a program used that has ended.
type spentBy struct {
	cpu  time.Duration
	peak int64 // bytes, resident
	out  string
}

// runProcess runs a program to its end. The peak is read from /proc while it
// runs: the one in its resource usage also counts the process that forked it.
func runProcess(ctx context.Context, binary string, environ []string, args ...string) (spentBy, error) {
	var out, logs strings.Builder
	c := exec.CommandContext(ctx, binary, args...)
	c.Env = append(os.Environ(), environ...)
	c.Stdout, c.Stderr = &out, &logs
	if err := c.Start(); err != nil {
		return spentBy{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	s := spentBy{}
	for {
		select {
		case <-look.C:
			if peak, err := processMemory(c.Process.Pid, "VmHWM"); err == nil { // an ended process has none
				s.peak = max(s.peak, peak)
			}
		case err := <-ended:
			if err != nil {
				return s, fmt.Errorf("%s: %w\n%s%s", filepath.Base(binary), err, out.String(), logs.String())
			}
			s.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
			s.out = out.String()
			return s, nil
		}
	}
}
