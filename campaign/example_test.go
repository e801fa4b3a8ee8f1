package campaign_test

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"log"
	"net/http"
	"os"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

var (
	ctx    = context.Background()
	client *late.Client
	store  *campaign.Store
)

func Example() {
	db, err := sql.Open("sqlite", "campaign.db") // import _ "modernc.org/sqlite", or another driver
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	store, err := campaign.Open(ctx, db, campaign.SQLite)
	if err != nil {
		log.Fatal(err)
	}
	c, err := store.Create(ctx, "reminders-2026-11-25", campaign.Plan{
		Template: late.TemplateRef{Name: "reminder", Language: "en_US"},
	})
	if err != nil {
		log.Fatal(err)
	}

	// After a crash, the program starts again from the beginning. Once the campaign is started, it is
	// complete.
	if status, err := c.Status(ctx); err != nil {
		log.Fatal(err)
	} else if status == campaign.Draft {
		if _, err := c.Add(ctx, recipients("recipients.csv")); err != nil {
			log.Fatal(err)
		}
		if err := c.Start(ctx); err != nil {
			log.Fatal(err)
		}
	}

	report, err := c.Run(ctx, campaign.LateMessages(client), campaign.WithProgress(func(p campaign.Progress) {
		fmt.Printf("%d of %d sent, %s left\n", p.Sent, p.Total(), p.Left)
	}))
	fmt.Printf("%+v\n", report.Counts)
	if err != nil {
		log.Fatal(err)
	}
}

// recipients reads a file with lines such as "+16315551234,Ada".
func recipients(name string) iter.Seq2[campaign.Recipient, error] {
	return func(yield func(campaign.Recipient, error) bool) {
		file, err := os.Open(name)
		if err != nil {
			yield(campaign.Recipient{}, err)
			return
		}
		defer file.Close()
		rows := csv.NewReader(file)
		rows.FieldsPerRecord = 2
		for {
			row, err := rows.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(campaign.Recipient{}, err)
				return
			}
			if !yield(campaign.Recipient{Phone: row[0], Variables: map[string]string{"1": row[1]}}, nil) {
				return
			}
		}
	}
}

// A person decides about the items whose outcome is unknown.
func ExampleCampaign_Resolve() {
	c, err := store.Campaign(ctx, "reminders-2026-11-25")
	if err != nil {
		log.Fatal(err)
	}
	for item, err := range c.Items(ctx, campaign.Unknown) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s\nWas it sent [y/n]? ", item.Phone, item.Reason)
		var reply string
		fmt.Scanln(&reply)
		state := campaign.Pending // the next run sends it
		if reply == "y" {
			state = campaign.Sent
		}
		if err := c.Resolve(ctx, item.Key, state); err != nil {
			log.Fatal(err)
		}
	}
}

// The webhook records the statuses of the messages. Several processes can receive its deliveries.
func ExampleStore_RecordLate() {
	http.Handle("/webhook", late.NewWebhook(late.WebhookHandlers{
		MessageDelivered: store.RecordLate,
		MessageRead:      store.RecordLate,
		MessageFailed:    store.RecordLate,
	}, late.WithWebhookSecret(os.Getenv("WEBHOOK_SECRET")), late.WithWebhookStore(store.Deduplication("deliveries"))))
}

func ExampleStore_RecordOnPremise() {
	http.Handle("/webhook", onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageDelivered: store.RecordOnPremise,
		MessageRead:      store.RecordOnPremise,
		MessageFailed:    store.RecordOnPremise,
	}, onpremise.WithQuerySecret("key", os.Getenv("WEBHOOK_SECRET")), onpremise.WithWebhookStore(store.Deduplication("deliveries"))))
}

// All processes together send at most 80 messages per second.
func ExampleStore_NewLimiter() {
	c, err := store.Campaign(ctx, "reminders-2026-11-25")
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.Run(ctx, campaign.LateMessages(client), campaign.WithLimiter(store.NewLimiter("+16505551111", 80)))
	if err != nil {
		log.Fatal(err)
	}
}

var (
	sendSMS          func(ctx context.Context, phone, text string) (id string, err error)
	errInvalidNumber error
	errTooFast       error
)

// A custom sender can send in any way. It returns a result for each item.
func ExampleSender() {
	sender := campaign.Sender{Send: func(ctx context.Context, plan campaign.Plan, items []campaign.Item) ([]campaign.Result, error) {
		item := items[0] // Max is 1 by default
		id, err := sendSMS(ctx, item.Phone, "Hello "+item.Variables["1"])
		switch {
		case errors.Is(err, errInvalidNumber):
			err = fmt.Errorf("%w: %w", campaign.ErrRefused, err)
		case errors.Is(err, errTooFast):
			err = fmt.Errorf("%w: %w", campaign.ErrNotProcessed, err) // it is sent again later
		}
		return []campaign.Result{{Key: item.Key, MessageID: id, Err: err}}, nil
	}}
	c, err := store.Campaign(ctx, "reminders-2026-11-25")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := c.Run(ctx, sender); err != nil {
		log.Fatal(err)
	}
}
