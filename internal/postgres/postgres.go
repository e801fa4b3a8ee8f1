//go:build unix

// Package postgres starts a PostgreSQL server for tests and benchmarks, if one is installed.
package postgres

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// ErrNotInstalled reports that no PostgreSQL server is installed. If WABAKIT_POSTGRES is "required",
// as in CI, the error is another one, so that no test is skipped.
var ErrNotInstalled = errors.New("postgres: not installed")

// ForTest starts a server for a test, stops it when the test ends, and returns the URL of its
// database. It skips the test after [ErrNotInstalled].
func ForTest(t testing.TB) (url string) {
	t.Helper()
	url, stop, err := Start("fsync=off")
	switch {
	case errors.Is(err, ErrNotInstalled):
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return url
}

// Start starts a server with an empty database on a free port of the loopback interface. Settings
// are those of its configuration file, such as "fsync=off". It returns the URL of the database and a
// function that stops the server and deletes its files.
func Start(settings ...string) (url string, stop func(), err error) {
	initdb, err := find("initdb")
	if err != nil {
		return "", nil, err
	}
	server, err := find("postgres")
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "wabakit-postgres-")
	if err != nil {
		return "", nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	as, err := account(dir)
	if err != nil {
		return "", nil, err
	}
	create := exec.Command(initdb, "-D", filepath.Join(dir, "data"), "-U", "wabakit", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	create.SysProcAttr, create.Dir = as, dir
	if out, err := create.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	run := exec.Command(server, "-D", filepath.Join(dir, "data"), "-h", "127.0.0.1", "-p", port, "-k", dir, "-c", "max_connections=200")
	for _, setting := range settings {
		run.Args = append(run.Args, "-c", setting)
	}
	run.SysProcAttr, run.Dir = as, dir
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", nil, err
	}
	defer log.Close()
	run.Stdout, run.Stderr = log, log
	if err := run.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = run.Process.Signal(syscall.SIGQUIT) // immediately, without waiting for connections
		_ = run.Wait()                          // it ends by the signal
		os.RemoveAll(dir)
	}
	if err := ready(port); err != nil {
		text, _ := os.ReadFile(log.Name())
		stop()
		return "", nil, fmt.Errorf("postgres: %w: %s", err, text)
	}
	return "postgres://wabakit@127.0.0.1:" + port + "/postgres?sslmode=disable", stop, nil
}

// find returns the path of a program of the newest server that is installed.
func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	paths, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	switch {
	case len(paths) > 0:
		return slices.Max(paths), nil
	case os.Getenv("WABAKIT_POSTGRES") == "required":
		return "", errors.New("postgres: not installed, although WABAKIT_POSTGRES requires it")
	}
	return "", ErrNotInstalled
}

// account returns the account that runs the server, which refuses to run as root, and gives it dir.
func account(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, os.Chown(dir, uid, gid)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// ready waits until the server accepts connections.
func ready(port string) error {
	isReady, err := find("pg_isready")
	if err != nil {
		return err
	}
	for range 60 {
		probe := exec.Command(isReady, "-h", "127.0.0.1", "-p", port, "-t", "1")
		if err = probe.Run(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
