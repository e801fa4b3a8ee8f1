package dbtest

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
)

// What a run reads must not grow with the square of the number of items. It did when the planner, whose
// statistics are from the start, passed all sent items to find the next pending ones, and when an old
// snapshot of another transaction kept all versions of the items that had been pending.
func TestRunDoesNotReadSentItemsAgain(t *testing.T) {
	t.Parallel()
	const n = 10_000
	d := database{campaign.Postgres, "pgx", newDatabase(t)}
	db := d.open(t)
	s, err := campaign.Open(t.Context(), db, d.dialect)
	require.NoError(t, err)
	c := started(t, s, campaign.Plan{}, n)
	other := d.open(t)
	snapshot, err := other.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	require.NoError(t, err)
	var items int
	require.NoError(t, snapshot.QueryRowContext(t.Context(), "SELECT count(*) FROM wabakit_items").Scan(&items))
	sender := accepts
	sender.Max = 50
	_, err = c.Run(t.Context(), sender)
	require.NoError(t, err)
	require.NoError(t, snapshot.Rollback())
	require.NoError(t, other.Close())
	require.NoError(t, db.Close()) // the server counts what a connection has read when it ends

	db = d.open(t)
	require.Eventually(t, func() bool {
		var connections int
		err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()").Scan(&connections)
		return err == nil && connections == 1
	}, 10*time.Second, 10*time.Millisecond)
	var read int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'wabakit_items'").Scan(&read))
	require.Positive(t, read)
	require.Less(t, read, 60*n)
}
