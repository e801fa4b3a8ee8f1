package dbtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
)

// sweep calls test with 1, 2 and so on until it reports that the end is reached. Up to parallel calls
// run at the same time, since they mostly wait.
func sweep(t *testing.T, parallel int, test func(t *testing.T, n int) (ended bool)) {
	t.Helper()
	var next atomic.Int64
	var ended atomic.Bool
	var all sync.WaitGroup
	for range parallel {
		all.Go(func() {
			for !ended.Load() && !t.Failed() {
				n := int(next.Add(1))
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					if test(t, n) {
						ended.Store(true)
					}
				})
			}
		})
	}
	all.Wait()
}

// A worker is killed at every point of every statement: first at the first statement, then at the
// second, until it ends before that.
func TestCampaignSurvivesKillAtEveryStatement(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		worlds := newSupply(t, d)
		sweep(t, 24, func(t *testing.T, step int) (ended bool) {
			n, p := 1+(step-1)/int(points), point((step-1)%int(points))
			w := worlds.world(t, fmt.Sprintf("statement%d%s", n, p), 12, 10)
			j := w.job()
			j.Signal, j.Statement, j.Point = syscall.SIGKILL, n, p
			worker := start(t, j)
			if worker.wait(t) {
				w.killed(t, worker)
				w.finish(t)
				return false
			}
			w.check(t)
			return p == before // a statement without rows has no point within
		})
	})
}

// A worker is killed during a call, before the server has processed it or after.
func TestCampaignSurvivesKillDuringCall(t *testing.T) {
	t.Parallel()
	for name, kill := range map[string]struct{ processed, dropped bool }{
		"request lost":        {false, true},
		"request on its way":  {false, false},
		"before the response": {true, true},
		"response on its way": {true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, d database) {
				worlds := newSupply(t, d)
				sweep(t, 8, func(t *testing.T, n int) (ended bool) {
					w := worlds.world(t, fmt.Sprintf("call%d", n), 12, 10)
					var worker atomic.Pointer[process]
					started := make(chan struct{})
					w.intercept(func(_ string, call int, processed bool) bool {
						<-started
						if call == n && processed == kill.processed {
							worker.Load().kill()
							return !kill.dropped
						}
						return true
					})
					worker.Store(start(t, w.job()))
					close(started)
					if worker.Load().wait(t) {
						w.killed(t, worker.Load())
						w.finish(t)
						return false
					}
					w.check(t)
					return true
				})
			})
		})
	}
}

// A process is killed at every point of every statement while it creates the tables and the campaign,
// adds recipients and starts the campaign.
func TestAddSurvivesKillAtEveryStatement(t *testing.T) {
	t.Parallel()
	var wanted []string
	for _, r := range recipients(listSize) {
		wanted = append(wanted, r.Key)
	}
	eachDatabase(t, func(t *testing.T, d database) {
		sweep(t, 24, func(t *testing.T, step int) (ended bool) {
			n, p := 1+(step-1)/int(points), point((step-1)%int(points))
			d := d.fresh(t)
			j := job{Dialect: d.dialect, Driver: d.driver, DSN: d.dsn, Campaign: "list", Add: true}
			j.Signal, j.Statement, j.Point = syscall.SIGKILL, n, p
			killed := start(t, j).wait(t)

			j.Statement = 0
			require.False(t, start(t, j).wait(t))
			c, err := d.store(t).Campaign(t.Context(), "list")
			require.NoError(t, err)
			status, err := c.Status(t.Context())
			require.NoError(t, err)
			assert.Equal(t, campaign.Started, status)
			counts, err := c.Counts(t.Context())
			require.NoError(t, err)
			assert.Equal(t, campaign.Counts{Pending: listSize}, counts)
			var keys []string
			for item, err := range c.Items(t.Context()) {
				require.NoError(t, err)
				keys = append(keys, item.Key)
			}
			assert.Equal(t, wanted, keys)
			return p == before && !killed
		})
	})
}
