package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/internal/postgres"
)

// server is the URL of the PostgreSQL server of the tests. It is empty if none is installed.
var server string

func TestMain(m *testing.M) {
	if text := os.Getenv(jobVariable); text != "" {
		os.Exit(work(text)) // this process is a worker of a test
	}
	os.Exit(func() int {
		var stop func()
		var err error
		server, stop, err = postgres.Start("fsync=off")
		switch {
		case errors.Is(err, postgres.ErrNotInstalled):
			fmt.Println("PostgreSQL is not installed: its tests are skipped")
		case err != nil:
			fmt.Println(err)
			return 1
		default:
			defer stop()
		}
		code := m.Run()
		if err := goleak.Find(); err != nil && code == 0 {
			fmt.Println(err)
			return 1
		}
		return code
	}())
}

// A database is an empty database of its own.
type database struct {
	dialect campaign.Dialect
	driver  string // of database/sql
	dsn     string
}

// eachDatabase runs test in parallel on every kind of database.
func eachDatabase(t *testing.T, test func(t *testing.T, d database)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, database{campaign.SQLite, "sqlite", filepath.Join(t.TempDir(), "campaign.db")})
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		test(t, database{campaign.Postgres, "pgx", newDatabase(t)})
	})
}

var databases atomic.Int64

// newDatabase creates a database on the PostgreSQL server and returns its URL.
func newDatabase(t *testing.T) string {
	t.Helper()
	if server == "" {
		t.Skip(postgres.ErrNotInstalled)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	admin, err := sql.Open("pgx", server)
	require.NoError(t, err)
	defer admin.Close()
	_, err = admin.Exec("CREATE DATABASE " + name)
	require.NoError(t, err)
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

// fresh returns another empty database of the same kind. It is deleted when the test ends.
func (d database) fresh(t *testing.T) database {
	t.Helper()
	if d.dialect == campaign.SQLite {
		d.dsn = filepath.Join(memoryDir(t), "campaign.db")
		return d
	}
	d.dsn = newDatabase(t)
	t.Cleanup(func() {
		u, err := url.Parse(d.dsn)
		require.NoError(t, err)
		admin, err := sql.Open("pgx", server)
		require.NoError(t, err)
		defer admin.Close()
		_, err = admin.Exec("DROP DATABASE " + strings.TrimPrefix(u.Path, "/") + " WITH (FORCE)")
		require.NoError(t, err)
	})
	return d
}

// open returns a pool of connections to the database.
func (d database) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open(d.driver, d.dsn)
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// store returns the store of the database.
func (d database) store(t *testing.T) *campaign.Store {
	t.Helper()
	s, err := campaign.Open(t.Context(), d.open(t), d.dialect)
	require.NoError(t, err)
	return s
}
