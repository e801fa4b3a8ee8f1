// Campaign messages each person in a CSV file once, with worker processes that can be killed at any
// time.
//
//	go run .
//
// sends to 20,000 people through four worker processes, which share a SQLite file, and an in-process
// server. It needs no account and messages nobody.
//
//	go run . -chaos
//
// kills workers at random, as kill -9 or a power failure does, and starts others. The end is the
// same: everybody is accounted for, and nobody got two messages. With -database postgres://… the
// ledger is in Postgres. A list of your own (-list) has the columns phone, name and consent, which
// is yes or withdrawn.
//
// The code of a program that sends real messages is in worker.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
)

const workers = 4

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "campaign:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("campaign", flag.ContinueOnError)
	list := flags.String("list", "", "the CSV `file` (default: a generated one)")
	people := flags.Int("people", 20000, "the number of rows of the generated list")
	database := flags.String("database", "", "a SQLite file or a postgres:// `URL` (default: a temporary SQLite file)")
	rate := flags.Float64("rate", 2500, "the messages per second of all workers together")
	chaos := flags.Bool("chaos", false, "kill and restart workers at random")
	seed := flags.Uint64("seed", 1, "the seed of -chaos")
	worker := flags.String("worker", "", "be a worker process of the campaign of this `name`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *worker != "" {
		return work(ctx, *database, *worker, *rate)
	}

	dir, err := os.MkdirTemp("", "campaign")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *database == "" {
		*database = filepath.Join(dir, "campaign.db")
	}
	if *list == "" {
		*list = filepath.Join(dir, "people.csv")
		if err := generate(*list, *people); err != nil {
			return err
		}
	}
	rows, err := readList(*list)
	if err != nil {
		return err
	}

	db, store, err := open(ctx, *database)
	if err != nil {
		return err
	}
	defer db.Close()
	server := startServer(rows)
	defer server.Close()
	name := "reminders " + time.Now().Format(time.RFC3339Nano)
	c, err := store.Create(ctx, name, campaign.Plan{
		Account: server.AccountID(), Template: late.TemplateRef{Name: "reminder", Language: "en_US"},
	})
	if err != nil {
		return err
	}
	added, err := c.Add(ctx, late.Map(late.FromSlice(rows), row.recipient))
	if err != nil {
		return err
	}
	if err := c.Start(ctx); err != nil {
		return err
	}
	waitDelivered, err := follow(ctx, server, store)
	if err != nil {
		return err
	}
	screen := newScreen(out)
	screen.say("%d rows, %d recipients in %s", len(rows), added, *database)

	fleet := &fleet{
		args:  []string{"-worker", name, "-database", *database, "-rate", fmt.Sprint(*rate)},
		env:   []string{"LATE_API_KEY=" + server.APIKey(), "LATE_BASE_URL=" + server.URL},
		chaos: *chaos, seed: *seed, screen: screen,
	}
	began := time.Now()
	if err := fleet.run(ctx, workers); err != nil {
		return err
	}
	counts, err := c.Counts(ctx)
	if err != nil {
		return err
	}
	screen.say("the workers ended after %s and %d kills, %d items are unknown", time.Since(began).Round(time.Second), fleet.kills.Load(), counts.Unknown)
	screen.say("waiting for the webhook calls about deliveries")
	if err := waitDelivered(); err != nil {
		return err
	}
	if counts.Unknown > 0 {
		sent, pending, err := resolve(ctx, c, server)
		if err != nil {
			return err
		}
		screen.say("of these, the server sent %d; %d are sent now", sent, pending)
		fleet.chaos = false
		if err := fleet.run(ctx, 1); err != nil {
			return err
		}
	}
	if err := account(ctx, screen, c, rows, server); err != nil {
		return err
	}
	return c.Strip(ctx) // phone numbers and names are personal data; the counts remain
}
