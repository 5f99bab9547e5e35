package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Main runs the package's tests and then ends the MariaDB server, if one was
// started. It returns the status to exit with.
func Main(m *testing.M) int {
	theServer.owned = true
	defer theServer.stop()
	return m.Run()
}

// server is the one MariaDB of a test process, started when first asked for.
type server struct {
	once  sync.Once
	owned bool // Main will stop it
	dsn   string
	dir   string
	lock  *os.File // held while we live
	halt  func()
	err   error
}

var theServer server

func (s *server) address() (string, error) {
	s.once.Do(func() {
		if s.dsn = os.Getenv(ServerVariable); s.dsn != "" {
			s.dsn = "mysql:" + driverDSN(s.dsn)
			return
		}
		if !s.owned {
			s.err = errors.New("storetest: TestMain does not call storetest.Main, which would stop the server")
			return
		}
		removeLeftovers()
		if s.dir, s.err = os.MkdirTemp(memoryDir(), folderPrefix); s.err != nil {
			return
		}
		if s.lock, s.err = lock(filepath.Join(s.dir, lockName), os.O_CREATE); s.err != nil {
			return
		}
		s.dsn, s.halt, s.err = StartMariaDB(s.dir)
	})
	if s.err != nil {
		return "", fmt.Errorf("storetest: MariaDB: %w", s.err)
	}
	return s.dsn, nil
}

// memoryDir is a folder in memory with a gigabyte to spare, or "" for the usual
// place: a new server writes some 60 MB and syncs its system tables whatever it
// is told, which takes seconds on a busy disk.
func memoryDir() string {
	const folder = "/dev/shm"
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < 1<<30 { // #nosec G115 -- a block size is positive
		return ""
	}
	return folder
}

func (s *server) stop() {
	if s.halt != nil {
		s.halt()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
	if s.lock != nil {
		_ = s.lock.Close()
	}
}

// Names of a server's folder, and of the file in it that its test process
// holds locked: the lock ends with the process, however that ends.
const (
	folderPrefix = "quxiang-mariadb-"
	lockName     = "owner"
)

// lock opens a file and locks it, or fails at once when it is locked.
func lock(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|flag, 0o600) // #nosec G304 -- below our own folders
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// removeLeftovers removes the folders of test processes that were killed, or
// died of a panic, before they could.
func removeLeftovers() {
	folder := memoryDir()
	if folder == "" {
		folder = os.TempDir()
	}
	files, err := filepath.Glob(filepath.Join(folder, folderPrefix+"*", lockName))
	if err != nil {
		return
	}
	for _, path := range files {
		if f, err := lock(path, 0); err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
			_ = f.Close()
		}
	}
}

// driverDSN is dsn as the driver wants it, without our prefix.
func driverDSN(dsn string) string { return strings.TrimPrefix(dsn, "mysql:") }
