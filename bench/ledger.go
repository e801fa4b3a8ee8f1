package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/internal/postgres"
	"github.com/wabakit/wabakit-go/late"
)

var template = late.TemplateRef{Name: "welcome", Language: "en_US"}

// eachDatabase calls f with a new database of each kind, as durable as in production.
func eachDatabase(f func(name string, store *campaign.Store)) {
	dir := must(os.MkdirTemp("", "bench"))
	defer os.RemoveAll(dir)
	db := must(sql.Open("sqlite", filepath.Join(dir, "campaign.db")))
	f("SQLite", must(campaign.Open(context.Background(), db, campaign.SQLite)))
	must(0, db.Close())

	url, stop, err := postgres.Start()
	if errors.Is(err, postgres.ErrNotInstalled) {
		fmt.Println(err)
		return
	}
	must(0, err)
	defer stop()
	db = must(sql.Open("pgx", url))
	f("PostgreSQL", must(campaign.Open(context.Background(), db, campaign.Postgres)))
	must(0, db.Close())
}

func people(n int) iter.Seq2[late.BulkRecipient, error] {
	return func(yield func(late.BulkRecipient, error) bool) {
		for i := range n {
			if !yield(late.BulkRecipient{Phone: fmt.Sprintf("+1631%07d", i), Variables: map[string]string{"1": "Ada"}}, nil) {
				return
			}
		}
	}
}

func prepare(store *campaign.Store, name string, n int) *campaign.Campaign {
	ctx := context.Background()
	c := must(store.Create(ctx, name, campaign.Plan{Template: template}))
	must(c.Add(ctx, late.Map(people(n), func(r late.BulkRecipient) campaign.Recipient {
		return campaign.Recipient{Phone: r.Phone, Variables: r.Variables}
	})))
	must(0, c.Start(ctx))
	return c
}

// instant sends in memory, at once.
func instant(chunk int) campaign.Sender {
	return campaign.Sender{Max: chunk, Send: func(_ context.Context, _ campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
		results := make([]campaign.Result, len(items))
		for i, item := range items {
			results[i] = campaign.Result{Key: item.Key, MessageID: "wamid." + item.Key}
		}
		return results, nil
	}}
}

// timeOf returns how long a run takes. It panics if the run does not send everything.
func timeOf(c *campaign.Campaign, sender campaign.Sender, opts ...campaign.RunOption) time.Duration {
	begin := time.Now()
	report := must(c.Run(context.Background(), sender, opts...))
	elapsed := time.Since(begin)
	if report.Sent != report.Total() {
		panic(fmt.Sprint(report))
	}
	return elapsed
}

func ledgerSpeed() {
	row("database", "calls of 100, one worker", "calls of 100, four workers", "calls of 1, one worker", "calls of 1, four workers")
	row("---", "---:", "---:", "---:", "---:")
	eachDatabase(func(name string, store *campaign.Store) {
		cells := []any{name}
		for _, chunk := range []int{100, 1} {
			for _, workers := range []int{1, 4} {
				n := 1000 * chunk
				var perSecond []float64
				for i := range 3 {
					c := prepare(store, fmt.Sprint("speed", chunk, workers, i), n)
					perSecond = append(perSecond, float64(n)/timeOf(c, instant(chunk), campaign.WithConcurrency(workers)).Seconds())
				}
				cells = append(cells, fmt.Sprintf("%.0f items/s", median(perSecond)))
			}
		}
		row(cells...)
	})
}

// bulkSends accepts every recipient.
type bulkSends struct{}

func (bulkSends) RoundTrip(req *http.Request) (*http.Response, error) {
	var r late.SendBulkRequest
	must(0, json.NewDecoder(req.Body).Decode(&r))
	results := make([]late.BulkResult, len(r.Recipients))
	for i := range results {
		results[i] = late.BulkResult{Phone: r.Recipients[i].Phone, Success: true, MessageID: "wamid.HBgLMTYzMTU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0"}
	}
	return respond(late.SendBulkResponse{Results: results, Summary: late.BulkSummary{Sent: len(results), Total: len(results)}}).RoundTrip(req)
}

// ledgerCost compares a campaign with SendMany, which has no ledger, on a transport in memory.
func ledgerCost() {
	const n = 20_000
	client := newClient(base, &http.Client{Transport: bulkSends{}}).ForAccount("6507a1b2c3d4e5f6a7b8c9d0")
	row("20,000 recipients, 100 per call, one at a time", "time", "per call")
	row("---", "---:", "---:")
	var bare []float64
	for range 5 {
		begin := time.Now()
		must(client.Messages.SendMany(context.Background(), template, people(n), late.WithConcurrency(1)))
		bare = append(bare, float64(time.Since(begin)))
	}
	without := median(bare)
	cell := func(d float64) string { return fmt.Sprintf("%.2f ms", d/float64(time.Millisecond)/(n/100)) }
	row("`Messages.SendMany`, no ledger", "1.00", cell(without))
	eachDatabase(func(name string, store *campaign.Store) {
		var with []float64
		for i := range 5 {
			c := prepare(store, fmt.Sprint("cost", i), n)
			with = append(with, float64(timeOf(c, campaign.LateMessages(client), campaign.WithConcurrency(1))))
		}
		row("campaign, "+name, fmt.Sprintf("%.2f", median(with)/without), cell(median(with)))
	})
}

func millionRecipients() {
	const n = 1_000_000
	row("database", "add", "run, four workers", "count", "largest live heap")
	row("---", "---:", "---:", "---:", "---:")
	eachDatabase(func(name string, store *campaign.Store) {
		before, peak := heap(), 0.0
		begin := time.Now()
		c := prepare(store, "million", n)
		add := time.Since(begin)
		peak = heap() - before
		run := timeOf(c, instant(100), campaign.WithProgress(func(campaign.Progress) { peak = max(peak, heap()-before) }))
		begin = time.Now()
		must(c.Counts(context.Background()))
		count := time.Since(begin)
		row(name, fmt.Sprintf("%.1f s", add.Seconds()), fmt.Sprintf("%.1f s (%.0f items/s)", run.Seconds(), n/run.Seconds()),
			fmt.Sprintf("%.1f ms", float64(count.Microseconds())/1000), fmt.Sprintf("%.1f MiB", peak))
	})
}
