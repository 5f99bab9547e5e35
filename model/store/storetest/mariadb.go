package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
)

// ErrNoMariaDB says that no MariaDB server is installed here.
var ErrNoMariaDB = errors.New("no mariadbd is installed (Debian: mariadb-server)")

// startLimit is how long a server may take from nothing to its first answer.
const startLimit = 60 * time.Second

// StartMariaDB starts a throwaway MariaDB server whose data live in dir, an
// empty folder that the caller removes after stop. It listens on a free port of
// the loopback only, keeps nothing safe (no flushing, no double writes), and
// ends with this process at the latest. The server never runs as root: when we
// are root it runs as Debian's user mysql, which then owns dir; the folders
// above dir must let that user through.
//
// dsn is the server's address in the form of store.Options.DSN without a
// database name: add one after the closing slash. The error is ErrNoMariaDB
// when there is no server to start.
func StartMariaDB(dir string) (dsn string, stop func(), err error) {
	daemon, err := findProgram("mariadbd")
	if err != nil {
		return "", nil, err
	}
	install, err := findProgram("mariadb-install-db")
	if err != nil {
		return "", nil, err
	}
	attr, err := unprivileged(dir)
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()

	data := filepath.Join(dir, "data")
	// #nosec G204 -- the programs are found by fixed names
	setup := exec.CommandContext(ctx, install, "--no-defaults", "--datadir="+data, "--tmpdir="+dir,
		"--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-flush-method=nosync",
		"--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=0")
	setup.SysProcAttr, setup.Dir = attr, dir
	if out, err := setup.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("storetest: install a database: %w\n%s", err, out)
	}

	port, err := freePort(ctx)
	if err != nil {
		return "", nil, err
	}
	// A starting server empties its tmpdir of what looks like leftovers: each has
	// its own.
	// #nosec G204 -- as above; stop ends it, not a context
	server := exec.CommandContext(context.Background(), daemon, "--no-defaults", "--datadir="+data, "--tmpdir="+dir,
		"--socket="+filepath.Join(dir, "s"), "--pid-file="+filepath.Join(dir, "pid"),
		"--log-error="+filepath.Join(dir, "error.log"),
		"--bind-address=127.0.0.1", "--port="+strconv.Itoa(port), "--skip-name-resolve",
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
		"--innodb-buffer-pool-size=64M", "--innodb-sort-buffer-size=16M", "--innodb-log-file-size=16M",
		"--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--skip-innodb-doublewrite",
		"--innodb-fast-shutdown=2", "--sync-frm=0", "--skip-log-bin", "--performance-schema=off",
		"--max-connections=300", "--table-open-cache=2000", "--innodb-stats-persistent=0")
	server.SysProcAttr, server.Dir = attr, dir
	gone, err := startWithUs(server)
	if err != nil {
		return "", nil, fmt.Errorf("storetest: start mariadbd: %w", err)
	}
	stop = func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		select {
		case <-gone:
		case <-time.After(20 * time.Second):
			_ = server.Process.Kill()
			<-gone
		}
	}
	dsn = fmt.Sprintf("mysql:root:@tcp(127.0.0.1:%d)/", port)
	if err := awaitAnswer(ctx, dsn, gone); err != nil {
		stop()
		out, _ := os.ReadFile(filepath.Join(dir, "error.log")) // #nosec G304 -- our own folder
		return "", nil, fmt.Errorf("storetest: mariadbd: %w\n%s", err, out)
	}
	return dsn, stop, nil
}

// findProgram looks where Debian puts servers too: sbin is not in everybody's
// PATH.
func findProgram(name string) (string, error) {
	for _, p := range []string{name, "/usr/sbin/" + name, "/usr/bin/" + name} {
		if found, err := exec.LookPath(p); err == nil {
			return found, nil
		}
	}
	return "", ErrNoMariaDB
}

// unprivileged gives dir to the user that the server runs as and returns how to
// become that user. Pdeathsig ends the server with us even when we are killed.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("mysql")
	if err != nil {
		return nil, fmt.Errorf("storetest: the server must not run as root: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("storetest: uid of mysql: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("storetest: gid of mysql: %w", err)
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		return nil, fmt.Errorf("storetest: %w", err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}

// startWithUs starts cmd from a thread that lives until cmd ends: the kernel
// sends the death signal when the thread that started a child goes, not when
// the process does. The channel closes when cmd has ended.
func startWithUs(cmd *exec.Cmd) (<-chan struct{}, error) {
	started, gone := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(gone)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	return gone, <-started
}

func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("storetest: free port: %w", err)
	}
	if err := l.Close(); err != nil {
		return 0, fmt.Errorf("storetest: free port: %w", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, fmt.Errorf("storetest: free port: %w", err)
	}
	return strconv.Atoi(port)
}

// awaitAnswer returns when the server answers, has ended, or ctx has.
func awaitAnswer(ctx context.Context, dsn string, gone <-chan struct{}) error {
	db, err := openServer(dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only asked
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-gone:
			return errors.New("the server ended at once")
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// openServer opens a connection pool to a server without choosing a database.
func openServer(dsn string) (*sql.DB, error) {
	c, err := mysql.ParseDSN(driverDSN(dsn))
	if err != nil {
		return nil, fmt.Errorf("storetest: address of the test server: %w", err)
	}
	c.DBName = ""
	c.Logger = log.New(io.Discard, "", 0) // refusals while it starts are expected
	conn, err := mysql.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("storetest: %w", err)
	}
	return sql.OpenDB(conn), nil
}
