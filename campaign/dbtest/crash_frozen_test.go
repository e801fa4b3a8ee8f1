package dbtest

import (
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
)

// shortLease is long enough for a worker that runs, and short enough to wait for.
const shortLease = time.Second

// awaitUnknown waits until the lease of a worker that is frozen or dead has expired, and returns its
// items.
func (w *world) awaitUnknown(t *testing.T, want int) (keys []string) {
	t.Helper()
	require.Eventually(t, func() bool {
		keys = nil
		for item, err := range w.campaign.Items(t.Context(), campaign.Unknown) {
			require.NoError(t, err)
			keys = append(keys, item.Key)
		}
		return len(keys) == want
	}, 30*time.Second, 50*time.Millisecond)
	return keys
}

// A worker is frozen after it has marked items, before it makes the call. Its lease expires, a person
// has the items sent again, and the worker continues: it must not make the call.
func TestFrozenWorkerDoesNotSendAfterItsLease(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		w := newSupply(t, d).world(t, "frozen", 2, -1)
		j := w.job()
		j.Lease = shortLease
		j.Signal, j.Text, j.Point = syscall.SIGSTOP, markText, after
		worker := start(t, j)
		for _, key := range w.awaitUnknown(t, 2) {
			require.NoError(t, w.campaign.Resolve(t.Context(), key, campaign.Pending))
		}
		require.NoError(t, w.run(t.Context(), t, w.db))
		require.NoError(t, worker.cmd.Process.Signal(syscall.SIGCONT))
		require.False(t, worker.wait(t))
		for _, item := range w.check(t) {
			assert.Equal(t, campaign.Sent, item.State)
		}
	})
}

// A worker is frozen during a call. Its lease expires, a person has the items sent again, and the
// worker continues: its result changes nothing any more.
func TestLateResultDoesNotUndoResolve(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		w := newSupply(t, d).world(t, "late", 3, -1)
		var once sync.Once
		called, respond := make(chan struct{}), make(chan struct{})
		w.intercept(func(agent string, _ int, processed bool) bool {
			if processed && strings.HasPrefix(agent, workerAgent) {
				once.Do(func() { close(called) })
				<-respond
			}
			return true
		})
		j := w.job()
		j.Lease = shortLease
		worker := start(t, j)
		<-called
		require.NoError(t, worker.cmd.Process.Signal(syscall.SIGSTOP))
		keys := w.awaitUnknown(t, 3)
		require.NoError(t, w.campaign.Resolve(t.Context(), keys[0], campaign.Pending))
		require.NoError(t, w.campaign.Resolve(t.Context(), keys[1], campaign.Sent))
		require.ErrorIs(t, w.run(t.Context(), t, w.db), campaign.ErrUnresolved)
		require.NoError(t, w.campaign.Cancel(t.Context())) // else the worker would send the third again
		require.NoError(t, w.campaign.Resolve(t.Context(), keys[2], campaign.Pending))
		resolved := w.items(t)
		close(respond)
		require.NoError(t, worker.cmd.Process.Signal(syscall.SIGCONT))
		require.False(t, worker.wait(t))

		assert.Equal(t, resolved, w.items(t))
		assert.Equal(t, "wamid.00000003", resolved[keys[0]].MessageID, "of the second message, which the person wanted")
	})
}

// The lease of a killed worker expires by itself. Meanwhile another worker waits for it.
func TestLeaseOfKilledWorkerExpires(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		w := newSupply(t, d).world(t, "expires", 12, -1)
		j := w.job()
		j.Lease = shortLease
		j.Signal, j.Text, j.Point = syscall.SIGKILL, markText, after
		worker := start(t, j)
		require.True(t, worker.wait(t))
		_, w.inFlight = worker.claims(t)

		err := w.run(t.Context(), t, w.db, campaign.WithLease(shortLease))
		require.ErrorIs(t, err, campaign.ErrUnresolved)
		items := w.check(t)
		for i, r := range recipients(12) {
			assert.Equal(t, i < 5, items[r.Key].State == campaign.Unknown, r.Key)
		}
	})
}
