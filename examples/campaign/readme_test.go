package main

// The code about campaigns in the README is copied from here.

import (
	"context"
	"database/sql"
	"iter"
	"log"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func runCampaign(ctx context.Context, db *sql.DB, client *late.Client, plan campaign.Plan, recipients iter.Seq2[campaign.Recipient, error]) error {
	store, err := campaign.Open(ctx, db, campaign.SQLite) // or campaign.Postgres
	if err != nil {
		return err
	}
	c, err := store.Create(ctx, "reminders-2026-11-25", plan)
	if err != nil {
		return err
	}
	if _, err := c.Add(ctx, recipients); err != nil {
		return err
	}
	if err := c.Start(ctx); err != nil {
		return err
	}
	_, err = c.Run(ctx, campaign.LateMessages(client))
	return err // ErrUnresolved if a person has to decide
}

func resolveItems(ctx context.Context, c *campaign.Campaign, wasSent func(campaign.Item) bool) {
	for item, err := range c.Items(ctx, campaign.Unknown) {
		if err == nil && wasSent(item) {
			err = c.Resolve(ctx, item.Key, campaign.Sent) // with campaign.Pending, the next Run sends it
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

func TestCodeOfTheREADME(t *testing.T) {
	t.Parallel()
	server := startServer(nil)
	t.Cleanup(server.Close)
	db, store, err := open(t.Context(), filepath.Join(t.TempDir(), "campaign.db"))
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	server.Inject(latetest.CutAfter().On(late.OpSendWhatsAppBulk)) // processed, but the response is lost
	plan := campaign.Plan{Template: late.TemplateRef{Name: "reminder", Language: "en_US"}}
	recipients := late.FromSlice([]campaign.Recipient{{Phone: "+16315550101", Variables: map[string]string{"1": "Ada"}}})

	for range 2 { // also after a crash
		require.ErrorIs(t, runCampaign(t.Context(), db, server.Client(), plan, recipients), campaign.ErrUnresolved)
	}

	c, err := store.Campaign(t.Context(), "reminders-2026-11-25")
	require.NoError(t, err)
	resolveItems(t.Context(), c, func(campaign.Item) bool { return len(server.Messages()) > 0 })
	require.NoError(t, runCampaign(t.Context(), db, server.Client(), plan, recipients))
	require.Len(t, server.Messages(), 1)
}
