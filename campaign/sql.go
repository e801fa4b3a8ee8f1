package campaign

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Dialect is the SQL dialect of a database.
type Dialect int

// The supported databases.
const (
	SQLite   Dialect = iota + 1 // 3.38 or later, in a file
	Postgres                    // 12 or later
)

//go:embed schema.sql triggers_sqlite.sql triggers_postgres.sql
var schemas embed.FS

const schemaVersion = 1

// schema returns the statements that create the tables and the triggers that keep the counts.
func (d Dialect) schema() (statements []string) {
	triggers := "triggers_sqlite.sql"
	if d == Postgres {
		triggers = "triggers_postgres.sql"
	}
	for _, file := range []string{"schema.sql", triggers} {
		text, err := schemas.ReadFile(file)
		if err != nil {
			panic(err)
		}
		for statement := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
			statements = append(statements, d.sql(statement))
		}
	}
	return statements
}

var (
	parameter = regexp.MustCompile(`\$(\d+)`)
	rowsOf    = regexp.MustCompile(`\{rows ([^}]*)\}`)
	sqliteSQL = strings.NewReplacer(
		"{now}", "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
		"{id}", "INTEGER PRIMARY KEY AUTOINCREMENT", "{position}", "id", "{greatest}", "max", "{share}", "", "{skip locked}", "")
	postgresSQL = strings.NewReplacer(
		"{now}", "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
		"{id}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "{position}", "(id + 0)", "{greatest}", "greatest", "{share}", "FOR SHARE", "{skip locked}", "FOR UPDATE SKIP LOCKED")
)

// sql returns a statement in the dialect. Statements are written with numbered parameters and:
//
//	{now}                  the clock of the database in milliseconds
//	{rows a text, b bigint} the rows of the JSON array in $1, as a table v
//	{id}                   the type of an ID that is never used again
//	{position}             the ID of an item, as the last column of the index wabakit_items_state: with
//	                       the ID itself, PostgreSQL would read the primary key from its beginning
//	{share}                locks the selected row against changes until the statement has ended
//	{skip locked}          locks the selected rows and ignores rows that are locked
func (d Dialect) sql(statement string) string {
	if d == Postgres {
		return postgresSQL.Replace(rowsOf.ReplaceAllString(statement, "json_to_recordset(CAST($$1 AS json)) AS v($1)"))
	}
	statement = rowsOf.ReplaceAllStringFunc(statement, func(s string) string {
		var columns []string
		for _, c := range strings.Split(rowsOf.FindStringSubmatch(s)[1], ", ") {
			name, _, _ := strings.Cut(c, " ")
			columns = append(columns, fmt.Sprintf("json_extract(value, '$.%s') AS %s", name, name))
		}
		return "(SELECT " + strings.Join(columns, ", ") + " FROM json_each($1)) AS v"
	})
	return parameter.ReplaceAllString(sqliteSQL.Replace(statement), "?$1")
}

// busyTimeout is how long a statement waits for another writer of a SQLite database.
const busyTimeout = 10 * time.Second

// on calls f with a connection of the pool.
func (s *Store) on(ctx context.Context, f func(*sql.Conn) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if s.dialect == SQLite {
		// Settings of a connection, and database/sql may have opened this one just now. Without the
		// first, writers fail while another one writes; without the second, a marked item could be
		// unmarked after a power failure.
		settings := fmt.Sprintf("PRAGMA busy_timeout = %d; PRAGMA synchronous = FULL", busyTimeout.Milliseconds())
		if _, err := conn.ExecContext(ctx, settings); err != nil {
			return err
		}
	}
	return f(conn)
}

// exec runs a statement and returns the number of rows that it changed.
func (s *Store) exec(ctx context.Context, statement string, args ...any) (n int64, err error) {
	err = s.on(ctx, func(conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, s.dialect.sql(statement), args...)
		if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
	})
	return n, err
}

// query runs a statement and calls scan for each row. If it returns nil, a statement that writes is
// committed.
func (s *Store) query(ctx context.Context, scan func(*sql.Rows) error, statement string, args ...any) error {
	return s.on(ctx, func(conn *sql.Conn) error {
		rows, err := conn.QueryContext(ctx, s.dialect.sql(statement), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return rows.Close()
	})
}

// row runs a statement that returns one row. found is false if it returns none.
func (s *Store) row(ctx context.Context, dest []any, statement string, args ...any) (found bool, err error) {
	err = s.query(ctx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	}, statement, args...)
	return found && err == nil, err
}

// migrate creates the tables unless they exist.
func (s *Store) migrate(ctx context.Context) error {
	return s.on(ctx, func(conn *sql.Conn) (err error) {
		begin := "BEGIN"
		if s.dialect == SQLite {
			var mode string
			if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
				return err
			}
			if mode == "memory" {
				return errors.New("the database is in memory, where it does not outlast the process: use a file")
			}
			begin = "BEGIN IMMEDIATE"
		}
		// The first statement may begin a transaction, and fail when its result is lost.
		defer func() {
			if err != nil {
				_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // err says why
			}
		}()
		if _, err := conn.ExecContext(ctx, begin); err != nil {
			return err
		}
		if s.dialect == Postgres {
			var commit string
			if err := conn.QueryRowContext(ctx, "SHOW synchronous_commit").Scan(&commit); err != nil {
				return err
			}
			if commit == "off" {
				return errors.New("synchronous_commit is off: after a crash, the server could forget that items were sent")
			}
			// CREATE TABLE IF NOT EXISTS fails if another process creates the table at the same time.
			if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_xact_lock(7305817412230915)"); err != nil {
				return err
			}
		}
		if _, err := conn.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS wabakit_schema (version BIGINT NOT NULL)"); err != nil {
			return err
		}
		var version sql.NullInt64
		if err := conn.QueryRowContext(ctx, "SELECT max(version) FROM wabakit_schema").Scan(&version); err != nil {
			return err
		}
		switch {
		case version.Int64 > schemaVersion:
			return fmt.Errorf("the tables have version %d, and this release supports at most %d", version.Int64, schemaVersion)
		case !version.Valid:
			for _, statement := range s.dialect.schema() {
				if _, err := conn.ExecContext(ctx, statement); err != nil {
					return err
				}
			}
			if _, err := conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO wabakit_schema (version) VALUES (%d)", schemaVersion)); err != nil {
				return err
			}
		}
		_, err = conn.ExecContext(ctx, "COMMIT")
		return err
	})
}
