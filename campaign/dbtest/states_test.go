package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
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

// Each row of the table of transitions has a case, and each transition happens.
func TestTransitions(t *testing.T) {
	t.Parallel()
	accepted := func(items []campaign.Item) (results []campaign.Result, err error) {
		for _, item := range items {
			results = append(results, campaign.Result{Key: item.Key, MessageID: "id"})
		}
		return results, nil
	}
	fails := func(err error) func([]campaign.Item) ([]campaign.Result, error) {
		return func([]campaign.Item) ([]campaign.Result, error) { return nil, err }
	}
	type call func([]campaign.Item) ([]campaign.Result, error)
	cases := map[transition]struct {
		call     call
		late     bool           // the lease expires during the call
		resolve  campaign.State // after the run, if not empty
		suppress bool
	}{
		{"-", campaign.Pending}:                 {call: accepted},
		{campaign.Pending, campaign.Suppressed}: {suppress: true, call: accepted},
		{campaign.Pending, campaign.Sending}:    {call: accepted},
		{campaign.Sending, campaign.Sent}:       {call: accepted},
		{campaign.Sending, campaign.Refused}:    {call: fails(campaign.ErrRefused)},
		{campaign.Sending, campaign.Pending}:    {call: fails(campaign.ErrStop)},
		{campaign.Sending, campaign.Unknown}:    {call: fails(errors.New("connection lost"))},
		{campaign.Unknown, campaign.Sent}:       {call: accepted, late: true},
		{campaign.Unknown, campaign.Refused}:    {call: fails(campaign.ErrRefused), late: true},
		{campaign.Unknown, campaign.Pending}:    {call: fails(campaign.ErrStop), late: true},
		{campaign.Refused, campaign.Sent}:       {call: fails(campaign.ErrRefused), resolve: campaign.Sent},
		{campaign.Refused, campaign.Pending}:    {call: fails(campaign.ErrRefused), resolve: campaign.Pending},
	}
	documented := transitions(t)
	for row := range documented {
		require.Contains(t, cases, row, "a row of the table has no case")
	}
	for row, test := range cases {
		require.Contains(t, documented, row, "a case has no row in the table")
		t.Run(fmt.Sprintf("%s to %s", row.from, row.to), func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, d database) {
				store, db := d.audited(t)
				c := started(t, store, plan, 1)
				sender := campaign.Sender{Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
					if test.late {
						_, err := db.ExecContext(t.Context(), "UPDATE wabakit_items SET until = 1")
						require.NoError(t, err)
						_, err = c.Counts(t.Context())
						require.NoError(t, err)
					}
					return test.call(items)
				}}
				c.Run(t.Context(), sender, campaign.WithSuppress(func(context.Context, campaign.Item) (string, error) {
					if test.suppress {
						return "consent withdrawn", nil
					}
					return "", nil
				}))
				if test.resolve != "" {
					for item, err := range c.Items(t.Context()) {
						require.NoError(t, err)
						require.NoError(t, c.Resolve(t.Context(), item.Key, test.resolve))
					}
				}
				require.Contains(t, observed(t, db), row)
			})
		})
	}
}

// Each row of the table of crashes has a case.
func TestCrashTable(t *testing.T) {
	t.Parallel()
	type crash struct {
		text  string // of the statement at which the worker is killed
		point point
		call  bool // the worker is killed during the call instead
		want  campaign.State
	}
	const reserveText, settleText = "SET claim = ", "v.new_state"
	cases := map[string]crash{
		"before it reserves them":                         {text: reserveText, point: before, want: campaign.Pending},
		"after it reserves them, before the mark commits": {text: markText, point: before, want: campaign.Pending},
		"after the mark commits, before the call":         {text: markText, point: after, want: campaign.Unknown},
		"during the call":                                 {call: true, want: campaign.Unknown},
		"after the call, before the result commits":       {text: settleText, point: before, want: campaign.Unknown},
		"after the result commits":                        {text: settleText, point: after, want: campaign.Sent},
	}
	rows := table(t, "when the worker dies")
	require.Len(t, rows, len(cases), "the table and the cases differ")
	for _, row := range rows {
		require.Len(t, row, 2)
		test, ok := cases[row[0]]
		require.True(t, ok, "the row %q has no case", row[0])
		if row[1] == "the state of the result" {
			require.Equal(t, campaign.Sent, test.want)
		} else {
			require.Equal(t, campaign.State(row[1]), test.want)
		}
		t.Run(row[0], func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, d database) {
				w := newSupply(t, d).world(t, "crash", 2, -1)
				j := w.job()
				j.Signal, j.Text, j.Point = syscall.SIGKILL, test.text, test.point
				var worker atomic.Pointer[process]
				startedUp := make(chan struct{})
				w.intercept(func(_ string, _ int, processed bool) bool {
					<-startedUp
					if test.call && processed {
						worker.Load().kill()
					}
					return true
				})
				worker.Store(start(t, j))
				close(startedUp)
				require.True(t, worker.Load().wait(t), "the worker was not killed")
				w.killed(t, worker.Load())
				for _, item := range w.check(t) {
					assert.Equal(t, test.want, item.State)
				}
				w.finish(t)
			})
		})
	}
}
