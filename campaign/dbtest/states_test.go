package dbtest

import (
	"context"
	"database/sql"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
)

// table returns the rows of the table of the package comment whose header begins with the given
// column, without the header.
func table(t *testing.T, column string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("../doc.go")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "\n//\t"+column+"  ")
	require.True(t, found, "doc.go has no table with the column %q", column)
	_, rest, _ = strings.Cut(rest, "\n")
	for line := range strings.Lines(rest) {
		row, ok := strings.CutPrefix(line, "//\t")
		if !ok {
			break
		}
		rows = append(rows, regexp.MustCompile(`\s{2,}`).Split(strings.TrimSpace(row), -1))
	}
	require.NotEmpty(t, rows)
	return rows
}

// A transition is a change of the state of an item. It is from "-" if the item is new.
type transition struct{ from, to campaign.State }

// transitions returns the documented transitions, and when they happen.
func transitions(t *testing.T) map[transition]string {
	t.Helper()
	documented := map[transition]string{}
	for _, row := range table(t, "from") {
		require.Len(t, row, 3)
		documented[transition{campaign.State(row[0]), campaign.State(row[1])}] = row[2]
	}
	return documented
}

// audited returns the store of an empty database, which records every transition. When the test
// ends, it fails if a transition is not in the table of the package comment.
func (d database) audited(t *testing.T) (*campaign.Store, *sql.DB) {
	t.Helper()
	db := d.open(t)
	store, err := campaign.Open(t.Context(), db, d.dialect)
	require.NoError(t, err)
	create := `
		CREATE TABLE test_transitions (was TEXT NOT NULL, now TEXT NOT NULL);
		CREATE TRIGGER test_added AFTER INSERT ON wabakit_items
		BEGIN INSERT INTO test_transitions VALUES ('-', NEW.state); END;
		CREATE TRIGGER test_changed AFTER UPDATE OF state ON wabakit_items WHEN OLD.state <> NEW.state
		BEGIN INSERT INTO test_transitions VALUES (OLD.state, NEW.state); END`
	if d.dialect == campaign.Postgres {
		create = `
		CREATE TABLE test_transitions (was TEXT NOT NULL, now TEXT NOT NULL);
		CREATE FUNCTION test_record() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF TG_OP = 'INSERT' THEN
				INSERT INTO test_transitions VALUES ('-', NEW.state);
			ELSIF OLD.state <> NEW.state THEN
				INSERT INTO test_transitions VALUES (OLD.state, NEW.state);
			END IF;
			RETURN NULL;
		END $$;
		CREATE TRIGGER test_transitions AFTER INSERT OR UPDATE ON wabakit_items FOR EACH ROW EXECUTE FUNCTION test_record()`
	}
	_, err = db.ExecContext(t.Context(), create)
	require.NoError(t, err)
	t.Cleanup(func() {
		documented := transitions(t)
		for seen := range observed(t, db) {
			assert.Contains(t, documented, seen, "a transition that is not documented")
		}
	})
	return store, db
}

// observed returns the transitions that have happened in the database.
func observed(t *testing.T, db *sql.DB) map[transition]bool {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), "SELECT DISTINCT was, now FROM test_transitions")
	require.NoError(t, err)
	defer rows.Close()
	seen := map[transition]bool{}
	for rows.Next() {
		var one transition
		require.NoError(t, rows.Scan(&one.from, &one.to))
		seen[one] = true
	}
	require.NoError(t, rows.Err())
	return seen
}
