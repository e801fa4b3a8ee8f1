package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A point is a moment in the execution of a statement.
type point int

const (
	before point = iota // the database has not received the statement
	within              // the statement has been executed, and its rows have not been read
	after               // the statement has ended, and is committed unless a transaction is open
	points
)

func (p point) String() string { return [...]string{"before", "within", "after"}[p] }

// A statement is the n-th statement of a process, counted from 1. Opening a connection is statement 0.
type statement struct {
	n    int
	text string
	args []any
}

// A hook is called at each point of each statement. If it returns an error, the statement fails with
// it: before it is executed, or after, when only its result is lost. The connection is lost if the
// error is driver.ErrBadConn.
type hook func(statement, point) error

// hooked opens the database through a driver that calls h.
func (d database) hooked(h hook) *sql.DB {
	plain, err := sql.Open(d.driver, d.dsn)
	if err != nil {
		panic(err)
	}
	defer plain.Close()
	return sql.OpenDB(&connector{driver: plain.Driver(), dsn: d.dsn, hook: h})
}

// openHooked is hooked for a test.
func (d database) openHooked(t *testing.T, h hook) *sql.DB {
	t.Helper()
	db := d.hooked(h)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

type connector struct {
	driver driver.Driver
	dsn    string
	hook   hook
	n      atomic.Int64 // statements so far
}

func (c *connector) Driver() driver.Driver { return c.driver }

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	if err := c.hook(statement{}, before); err != nil {
		return nil, err
	}
	inner, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: inner, connector: c}, nil
}

type conn struct {
	driver.Conn
	connector *connector
	lost      atomic.Bool
}

// settings are the settings of a connection, which have no effect on the ledger. They are not
// counted: before them is after the previous statement.
func settings(text string) bool { return strings.HasPrefix(text, "PRAGMA busy_timeout") }

func (c *conn) statement(text string, args []driver.NamedValue) statement {
	s := statement{n: int(c.connector.n.Add(1)), text: text}
	for _, arg := range args {
		s.args = append(s.args, arg.Value)
	}
	return s
}

func (c *conn) at(s statement, p point) error {
	err := c.connector.hook(s, p)
	if errors.Is(err, driver.ErrBadConn) {
		c.lost.Store(true)
	}
	return err
}

func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if c.lost.Load() {
		return nil, driver.ErrBadConn
	}
	if settings(text) {
		return c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
	}
	s := c.statement(text, args)
	if err := c.at(s, before); err != nil {
		return nil, err
	}
	result, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
	if err != nil {
		return nil, err
	}
	return result, c.at(s, after)
}

func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if c.lost.Load() {
		return nil, driver.ErrBadConn
	}
	s := c.statement(text, args)
	if err := c.at(s, before); err != nil {
		return nil, err
	}
	inner, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
	if err != nil {
		return nil, err
	}
	if err := c.at(s, within); err != nil {
		inner.Close()
		return nil, err
	}
	return &rows{Rows: inner, conn: c, statement: s}, nil
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *conn) ResetSession(ctx context.Context) error {
	if c.lost.Load() {
		return driver.ErrBadConn
	}
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

// rows end at the end of the statement, which the last row comes before.
type rows struct {
	driver.Rows
	conn      *conn
	statement statement
	ended     bool
}

func (r *rows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	if !errors.Is(err, io.EOF) {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	return io.EOF
}

func (r *rows) Close() error { return r.end() }

func (r *rows) end() error {
	if r.ended {
		return nil
	}
	r.ended = true
	if err := r.Rows.Close(); err != nil {
		return err
	}
	return r.conn.at(r.statement, after)
}
