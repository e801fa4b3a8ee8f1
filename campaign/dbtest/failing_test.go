package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
)

var errDatabase = errors.New("the database failed")

// sender returns a sender that asserts that each item is on record before it is sent.
func (w *world) sender(t *testing.T) campaign.Sender {
	inner := campaign.LateMessages(w.server.Client(late.WithMaxRetries(0)))
	return campaign.Sender{Max: 5, Send: func(ctx context.Context, plan campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
		recorded := w.sendingIDs(t)
		ids := w.ids(t)
		for _, item := range items {
			assert.True(t, recorded[ids[item.Key]], "%s is sent, but the mark is not on record", item.Phone)
		}
		results, err := inner.Send(ctx, plan, items)
		if ctx.Err() != nil {
			for _, item := range items {
				w.inFlight[ids[item.Key]] = true // the run ended during the call
			}
		}
		return results, err
	}}
}

// sendingIDs returns the IDs of the marked items.
func (w *world) sendingIDs(t *testing.T) map[int64]bool {
	rows, err := w.db.Query("SELECT i.id FROM wabakit_items AS i JOIN wabakit_campaigns AS c ON c.id = campaign_id WHERE state = 'sending' AND name = '" + w.campaign.Name() + "'")
	require.NoError(t, err)
	defer rows.Close()
	ids := map[int64]bool{}
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		ids[id] = true
	}
	require.NoError(t, rows.Err())
	return ids
}

// run runs the campaign in this process, through db.
func (w *world) run(ctx context.Context, t *testing.T, db *sql.DB, opts ...campaign.RunOption) error {
	t.Helper()
	store, err := campaign.Open(ctx, db, w.dialect)
	if err != nil {
		return err
	}
	c, err := store.Campaign(ctx, w.campaign.Name())
	if err != nil {
		return err
	}
	_, err = c.Run(ctx, w.sender(t), append([]campaign.RunOption{
		campaign.WithConcurrency(1), campaign.WithSuppress(withdrawn), campaign.WithLease(time.Minute),
	}, opts...)...)
	return err
}

// recover asserts what holds after a run whose database failed, and that a later run finishes.
// Items are left marked only if the database did not recover in time.
func (w *world) recover(t *testing.T, recovered bool) {
	t.Helper()
	if left := w.sendingIDs(t); len(left) > 0 {
		assert.False(t, recovered, "items are left marked")
		maps.Copy(w.inFlight, left)
	}
	_, err := w.db.Exec("UPDATE wabakit_items SET until = 0 WHERE campaign_id = (SELECT id FROM wabakit_campaigns WHERE name = '" + w.campaign.Name() + "')")
	require.NoError(t, err)
	w.check(t)
	if err := w.run(t.Context(), t, w.db); !errors.Is(err, campaign.ErrUnresolved) {
		require.NoError(t, err)
	}
	for _, item := range w.check(t) {
		assert.NotEqual(t, campaign.Pending, item.State, "%s was forgotten", item.Phone)
	}
}

// Each statement of a run fails in turn, in every way.
func TestCampaignSurvivesFailingStatement(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]struct {
		err   error
		delay time.Duration
	}{
		"error":           {err: errDatabase},
		"connection lost": {err: driver.ErrBadConn},
		"delay":           {delay: 50 * time.Millisecond},
	} {
		for p := range points {
			if failure.err == nil && p != after {
				continue // a delay is the same at each point
			}
			t.Run(fmt.Sprint(name, " ", p), func(t *testing.T) {
				t.Parallel()
				eachDatabase(t, func(t *testing.T, d database) {
					worlds := newSupply(t, d)
					sweep(t, 8, func(t *testing.T, n int) (ended bool) {
						w := worlds.world(t, fmt.Sprintf("failing%d", n), 12, -1)
						ended = true
						w.run(t.Context(), t, w.openHooked(t, func(s statement, at point) error {
							ended = ended && s.n < n
							if s.n == n && at == p {
								time.Sleep(failure.delay)
								return failure.err
							}
							return nil
						}))
						w.recover(t, true)
						return ended
					})
				})
			})
		}
	}
}

// The database is down from a statement on: for a while, or for the rest of the run.
func TestCampaignSurvivesDatabaseThatIsDown(t *testing.T) {
	t.Parallel()
	for name, downtime := range map[string]time.Duration{"for a while": 300 * time.Millisecond, "for good": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, d database) {
				worlds := newSupply(t, d)
				sweep(t, 40, func(t *testing.T, n int) (ended bool) {
					w := worlds.world(t, fmt.Sprintf("down%d", n), 12, -1)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					var mu sync.Mutex
					var since time.Time
					w.run(ctx, t, w.openHooked(t, func(s statement, _ point) error {
						mu.Lock()
						defer mu.Unlock()
						if s.n == n && since.IsZero() {
							since = time.Now()
							if downtime == time.Hour {
								time.AfterFunc(300*time.Millisecond, cancel)
							}
						}
						if !since.IsZero() && time.Since(since) < downtime {
							return driver.ErrBadConn
						}
						return nil
					}), campaign.WithGrace(time.Millisecond))
					w.recover(t, downtime != time.Hour)
					return since.IsZero()
				})
			})
		})
	}
}

// A SQLite database has no room for more than a number of pages.
func TestCampaignSurvivesFullDatabase(t *testing.T) {
	t.Parallel()
	worlds := newSupply(t, database{dialect: campaign.SQLite, driver: "sqlite"})
	var failed atomic.Int64
	sweep(t, 32, func(t *testing.T, n int) (ended bool) {
		w := worlds.world(t, "full", 100, -1)
		var pages int
		require.NoError(t, w.db.QueryRow("PRAGMA page_count").Scan(&pages))
		full := w.database
		full.dsn += fmt.Sprintf("?_pragma=max_page_count(%d)", pages+n-1)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		err := w.run(ctx, t, full.open(t), campaign.WithGrace(time.Millisecond))
		if err != nil {
			failed.Add(1)
		}
		w.recover(t, false)
		return err == nil || n == 64 // far more pages than it needs
	})
	assert.Positive(t, failed.Load(), "the database was never full")
}

// A cut is what happens to the n-th packet from a client.
type cut int

const (
	lost     cut = iota // it does not arrive
	half                // half of it arrives
	answered            // it arrives, and the response is lost
)

// A proxy before Postgres cuts the connection in the middle of a statement.
func TestCampaignSurvivesCutConnection(t *testing.T) {
	t.Parallel()
	worlds := newSupply(t, database{campaign.Postgres, "pgx", newDatabase(t)})
	for name, c := range map[string]cut{"lost": lost, "half": half, "answered": answered} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sweep(t, 8, func(t *testing.T, n int) (ended bool) {
				w := worlds.world(t, fmt.Sprintf("%s%d", name, n), 12, -1)
				p := newProxy(t, w.dsn, n, c)
				proxied := w.database
				proxied.dsn = p.dsn
				w.run(t.Context(), t, proxied.open(t))
				w.recover(t, true)
				return p.packets.Load() < int64(n)
			})
		})
	}
}

type proxy struct {
	dsn     string
	packets atomic.Int64
}

func newProxy(t *testing.T, dsn string, n int, c cut) *proxy {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	target := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	u.Host = l.Addr().String()
	p := &proxy{dsn: u.String()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(client, target, int64(n), c) })
		}
	})
	// It runs after the pool of the test has closed its connections.
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	return p
}

func (p *proxy) serve(client net.Conn, target string, n int64, c cut) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	var muted atomic.Bool
	var answers sync.WaitGroup
	defer answers.Wait()
	answers.Go(func() {
		defer client.Close()
		buffer := make([]byte, 1<<16)
		for {
			size, err := server.Read(buffer)
			if err != nil || muted.Load() {
				return
			}
			client.Write(buffer[:size])
		}
	})
	defer server.Close()
	buffer := make([]byte, 1<<16)
	for {
		size, err := client.Read(buffer)
		if errors.Is(err, io.EOF) || err != nil {
			return
		}
		packet := buffer[:size]
		if p.packets.Add(1) == n {
			if c == lost {
				return
			}
			muted.Store(true)
			if c == half {
				packet = packet[:size/2]
			}
			server.Write(packet)
			if c == answered {
				answers.Wait()
			}
			return
		}
		server.Write(packet)
	}
}
