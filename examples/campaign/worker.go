package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
)

// open opens the database: a SQLite file, or Postgres.
func open(ctx context.Context, database string) (*sql.DB, *campaign.Store, error) {
	driver, dialect := "sqlite", campaign.SQLite
	if strings.HasPrefix(database, "postgres://") {
		driver, dialect = "pgx", campaign.Postgres
	}
	db, err := sql.Open(driver, database)
	if err != nil {
		return nil, nil, err
	}
	if dialect == campaign.SQLite {
		db.SetMaxOpenConns(1) // SQLite has one writer: wait for it here
	}
	store, err := campaign.Open(ctx, db, dialect)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, store, nil
}

// work is a worker process. It runs the campaign until every recipient is settled. It can be killed
// at any time, and any number of these processes can run on any number of machines.
func work(ctx context.Context, database, name string, rate float64) error {
	db, store, err := open(ctx, database)
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := store.Campaign(ctx, name)
	if err != nil {
		return err
	}
	client, err := late.NewClient(os.Getenv("LATE_API_KEY"), late.WithBaseURL(os.Getenv("LATE_BASE_URL")), late.WithAccount(c.Plan().Account))
	if err != nil {
		return err
	}
	// A program that runs for hours reads this list again from time to time, or asks its own database.
	optedOut := make(map[string]bool)
	for contact, err := range client.Contacts.All(ctx, late.ListContactsOptions{OptedIn: new(false)}) {
		if err != nil {
			return err
		}
		optedOut[contact.Phone] = true
	}
	_, err = c.Run(ctx, campaign.LateMessages(client),
		campaign.WithLimiter(store.NewLimiter("late", rate)), // all workers together
		campaign.WithLease(2*time.Second),                    // short, because dead workers are common here
		campaign.WithSuppress(func(_ context.Context, item campaign.Item) (reason string, err error) {
			if optedOut[item.Phone] {
				return "has opted out", nil
			}
			return "", nil
		}),
		campaign.WithProgress(func(p campaign.Progress) {
			line := fmt.Sprintf("%d of %d: %d sent, %d refused, %d suppressed, %d unknown",
				p.Total()-p.Pending-p.Sending, p.Total(), p.Sent, p.Refused, p.Suppressed, p.Unknown)
			if p.Left > 0 {
				line += fmt.Sprintf("; %.0f per second, %s left", p.Rate, p.Left.Round(time.Second))
			}
			fmt.Println(line)
		}))
	if errors.Is(err, campaign.ErrUnresolved) {
		return nil // a person resolves them when the workers have ended
	}
	return err
}
