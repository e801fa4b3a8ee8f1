package dbtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
)

// The statistics of PostgreSQL are from the start of the campaign, when all items were pending. A plan
// that passes all sent items to find the next pending ones takes a time that grows with their square.
func TestRunDoesNotReadSentItemsAgain(t *testing.T) {
	t.Parallel()
	const n = 10_000
	d := database{campaign.Postgres, "pgx", newDatabase(t)}
	db := d.open(t)
	s, err := campaign.Open(t.Context(), db, d.dialect)
	require.NoError(t, err)
	sender := accepts
	sender.Max = 50
	_, err = started(t, s, campaign.Plan{}, n).Run(t.Context(), sender)
	require.NoError(t, err)
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
	require.Less(t, read, 30*n)
}
