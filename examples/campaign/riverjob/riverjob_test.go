//go:build unix

package riverjob_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/examples/campaign/riverjob"
	"github.com/wabakit/wabakit-go/internal/postgres"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestMain(m *testing.M) {
	if os.Getenv("RIVER_WORKER") != "" {
		work()
		return
	}
	goleak.VerifyTestMain(m)
}

const (
	people = 2000
	slots  = 3
)

// work is a worker process: a River client that executes jobs until its standard input is closed.
func work() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	db := stdlib.OpenDBFromPool(pool)
	store, err := campaign.Open(ctx, db, campaign.Postgres)
	if err != nil {
		log.Fatal(err)
	}
	client, err := late.NewClient(os.Getenv("LATE_API_KEY"), late.WithBaseURL(os.Getenv("LATE_BASE_URL")))
	if err != nil {
		log.Fatal(err)
	}
	sender := campaign.LateMessages(client)
	sender.Max = 20 // many calls
	workers := river.NewWorkers()
	river.AddWorker(workers, &riverjob.Worker{
		Store: store, Sender: sender,
		Options: []campaign.RunOption{campaign.WithLease(2 * time.Second), campaign.WithLimiter(store.NewLimiter("late", people/10))},
	})
	jobs, err := newClient(pool, &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}}, LeaderElectionDisabled: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := jobs.Start(ctx); err != nil {
		log.Fatal(err)
	}
	io.Copy(io.Discard, os.Stdin)
}

// newClient returns a River client that rescues the jobs of dead clients after 2 seconds. River's
// default is an hour.
func newClient(pool *pgxpool.Pool, config *river.Config) (*river.Client[pgx.Tx], error) {
	config.JobTimeout, config.RescueStuckJobsAfter = time.Second, 2*time.Second
	config.RetryPolicy, config.Logger = atOnce{}, slog.New(slog.DiscardHandler)
	return river.NewClient(riverpgxv5.New(pool), config)
}

// atOnce retries jobs without a delay.
type atOnce struct{}

func (atOnce) NextRetry(*rivertype.JobRow) time.Time { return time.Now() }

func TestCampaignSurvivesKilledRiverWorkers(t *testing.T) {
	ctx := t.Context()
	url := postgres.ForTest(t)
	pool, err := pgxpool.New(ctx, url)
	require.NoError(t, err)
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	require.NoError(t, err)
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	require.NoError(t, err)
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	store, err := campaign.Open(ctx, db, campaign.Postgres)
	require.NoError(t, err)

	server := latetest.NewServer()
	defer server.Close()
	server.Inject(latetest.Latency(200 * time.Millisecond).On(late.OpSendWhatsAppBulk))
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility, Components: []late.TemplateComponent{late.Body("Welcome!")},
	})
	c, err := store.Create(ctx, "welcome", campaign.Plan{Account: server.AccountID(), Template: late.TemplateRef{Name: "welcome", Language: "en_US"}})
	require.NoError(t, err)
	var recipients []campaign.Recipient
	for i := range people {
		recipients = append(recipients, campaign.Recipient{Phone: fmt.Sprintf("+1631555%04d", i)})
	}
	_, err = c.Add(ctx, late.FromSlice(recipients))
	require.NoError(t, err)
	require.NoError(t, c.Start(ctx))

	inserter, err := newClient(pool, &river.Config{})
	require.NoError(t, err)
	insert := func() (inserted int) {
		for slot := range slots {
			result, err := inserter.Insert(ctx, riverjob.RunCampaign{Name: "welcome", Slot: slot}, nil)
			require.NoError(t, err)
			if !result.UniqueSkippedAsDuplicate {
				inserted++
			}
		}
		return inserted
	}
	require.Equal(t, slots, insert())
	require.Zero(t, insert())

	start := func() *exec.Cmd {
		worker := exec.Command(os.Args[0])
		worker.Env = append(os.Environ(), "RIVER_WORKER=1", "DATABASE_URL="+url, "LATE_API_KEY="+server.APIKey(), "LATE_BASE_URL="+server.URL)
		worker.Stderr = os.Stderr
		_, err := worker.StdinPipe() // closed if this process ends
		require.NoError(t, err)
		require.NoError(t, worker.Start())
		return worker
	}
	kill := func(worker *exec.Cmd) {
		require.NoError(t, worker.Process.Kill())
		worker.Wait()
	}
	var workers []*exec.Cmd
	for range slots {
		workers = append(workers, start())
	}
	defer func() {
		for _, worker := range workers {
			kill(worker)
		}
	}()

	// until kills and replaces workers until all jobs have ended. River's leader rescues jobs when it
	// is elected and every 30 seconds; to save time, another one is elected every second.
	random := rand.New(rand.NewPCG(1, 1))
	ended := 0
	until := func(kills int) []*rivertype.JobRow {
		for {
			leader, err := newClient(pool, &river.Config{
				Workers: leaderWorkers(), Queues: map[string]river.QueueConfig{"unused": {MaxWorkers: 1}},
			})
			require.NoError(t, err)
			require.NoError(t, leader.Start(ctx))
			time.Sleep(time.Duration(500+random.IntN(1000)) * time.Millisecond)
			if kills > 0 {
				kills--
				i := random.IntN(slots)
				kill(workers[i])
				workers[i] = start()
			}
			require.NoError(t, leader.Stop(ctx))
			list, err := inserter.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateCompleted, rivertype.JobStateCancelled, rivertype.JobStateDiscarded))
			require.NoError(t, err)
			if len(list.Jobs) == ended+slots {
				ended += slots
				return list.Jobs[len(list.Jobs)-slots:]
			}
		}
	}
	rescued := 0
	for _, job := range until(6) {
		for _, e := range job.Errors {
			if e.Error == "Stuck job rescued by JobRescuer" {
				rescued++
			}
		}
	}
	require.NotZero(t, rescued)

	// What a person does: asks the server about the items that were in flight at a kill, and inserts
	// the jobs again.
	received := make(map[string]int)
	for _, m := range server.Messages() {
		received[m.Phone]++
	}
	unknown := 0
	for item, err := range c.Items(ctx, campaign.Unknown) {
		require.NoError(t, err)
		state := campaign.Pending
		if received[item.Phone] > 0 {
			state = campaign.Sent
		}
		require.NoError(t, c.Resolve(ctx, item.Key, state))
		unknown++
	}
	require.Equal(t, slots, insert())
	for _, job := range until(0) {
		require.Equal(t, rivertype.JobStateCompleted, job.State, "%+v", job.Errors)
	}
	t.Log(rescued, "executions rescued,", unknown, "items resolved")

	counts, err := c.Counts(ctx)
	require.NoError(t, err)
	require.Equal(t, campaign.Counts{Sent: people}, counts)
	clear(received)
	for _, m := range server.Messages() {
		received[m.Phone]++
		require.Equal(t, 1, received[m.Phone], m.Phone)
	}
	require.Len(t, received, people)
}

// leaderWorkers returns the kinds of jobs that a leader may rescue.
func leaderWorkers() *river.Workers {
	workers := river.NewWorkers()
	river.AddWorker(workers, &riverjob.Worker{})
	return workers
}
