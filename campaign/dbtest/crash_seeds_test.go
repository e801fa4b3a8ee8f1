package dbtest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wabakit/wabakit-go/campaign"
)

var (
	seeds = flag.Int("seeds", defaultSeeds(), "number of seeded runs on each database")
	seed  = flag.Int("seed", 0, "the only seeded run; 0 means all")
)

func defaultSeeds() int {
	if os.Getenv("WABAKIT_LONG") != "" {
		return 200
	}
	return 8
}

const (
	seedWorkers = 4
	seedKills   = 2 // at most, of each worker
)

// Four processes run a campaign. The seed decides when each is killed, and how often; it is started
// again until the campaign has finished.
//
//	go test -run TestCampaignSurvivesRandomKills/SQLite -seed 17
func TestCampaignSurvivesRandomKills(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		worlds := newSupply(t, d)
		if *seed > 0 {
			runSeed(t, worlds, *seed)
			return
		}
		var next, kills atomic.Int64
		var all sync.WaitGroup
		for range 8 { // runs at a time, since they mostly wait
			all.Go(func() {
				for n := int(next.Add(1)); n <= *seeds; n = int(next.Add(1)) {
					t.Run(fmt.Sprintf("seed %d", n), func(t *testing.T) { kills.Add(runSeed(t, worlds, n)) })
				}
			})
		}
		all.Wait()
		t.Logf("%d kills in %d runs", kills.Load(), *seeds)
	})
}

// A life is the life of one process: it is killed at a statement, or at a call, or not at all.
type life struct {
	statement   int
	point       point
	atCall      int  // counted for each process
	onProcessed bool // kill it after the call is processed, else before
	dropped     bool // a call before which the process is killed is not processed
}

func newLife(r *rand.Rand, last bool) life {
	var l life
	switch {
	case last:
	case r.IntN(4) == 0:
		l.atCall, l.onProcessed, l.dropped = 1+r.IntN(3), r.IntN(2) == 0, r.IntN(2) == 0
	default:
		l.statement, l.point = 1+r.IntN(30), point(r.IntN(int(points)))
	}
	return l
}

func runSeed(t *testing.T, worlds *supply, n int) (kills int64) {
	r := rand.New(rand.NewPCG(uint64(n), 13))
	throttled := -1
	if r.IntN(4) == 0 {
		throttled = r.IntN(40)
	}
	w := worlds.world(t, fmt.Sprintf("seed%d", n), 40, throttled)
	j := w.job()
	j.Max, j.Concurrency, j.Lease, j.Signal = 2+r.IntN(5), 2+r.IntN(2), 20*time.Second, syscall.SIGKILL

	var mu sync.Mutex
	type running struct {
		*process
		life
		calls int
	}
	byPID := map[int]*running{}
	w.intercept(func(agent string, _ int, processed bool) bool {
		text, _, _ := strings.Cut(strings.TrimPrefix(agent, workerAgent), " ")
		pid, _ := strconv.Atoi(text)
		mu.Lock()
		p := byPID[pid]
		if !processed {
			p.calls++
		}
		dies := p.atCall > 0 && p.calls == p.atCall && p.onProcessed == processed
		mu.Unlock()
		if dies {
			p.kill()
			return !p.dropped
		}
		return true
	})
	var total atomic.Int64
	var workers sync.WaitGroup
	for range seedWorkers {
		lives := make([]life, 1+r.IntN(seedKills+1))
		for i := range lives {
			lives[i] = newLife(r, i == len(lives)-1)
		}
		workers.Go(func() {
			for _, l := range lives {
				j := j
				j.Statement, j.Point = l.statement, l.point
				mu.Lock() // until it is known, its calls wait
				p := &running{process: start(t, j), life: l}
				byPID[p.cmd.Process.Pid] = p
				mu.Unlock()
				if !p.wait(t) {
					return
				}
				total.Add(1)
				w.killed(t, p.process)
			}
		})
	}
	workers.Wait()
	w.front.Close() // waits for calls of killed workers
	items := w.check(t)
	for _, item := range items {
		assert.NotEqual(t, campaign.Pending, item.State, "%s was forgotten", item.Phone)
	}
	if t.Failed() {
		t.Logf("repeat it alone: go test -run %s -seed %d", strings.Join(strings.Split(t.Name(), "/")[:2], "/"), n)
	}
	return total.Load()
}
