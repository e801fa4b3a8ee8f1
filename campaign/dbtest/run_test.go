package dbtest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestCampaignSendsToEverybodyOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, store := t.Context(), d.store(t)
		server := latetest.NewServer(latetest.InProcess())
		t.Cleanup(server.Close)
		server.AddTemplate(late.CreateTemplateRequest{
			Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
			Components: []late.TemplateComponent{late.Body("Welcome!")},
		})
		var recipients []campaign.Recipient
		for i := range 1050 {
			recipients = append(recipients, campaign.Recipient{Phone: fmt.Sprintf("+1631555%04d", i)})
		}

		c, err := store.Create(ctx, "welcome", campaign.Plan{Template: late.TemplateRef{Name: "welcome", Language: "en_US"}})
		require.NoError(t, err)
		added, err := c.Add(ctx, late.FromSlice(recipients))
		require.NoError(t, err)
		require.Equal(t, len(recipients), added)
		require.NoError(t, c.Start(ctx))
		report, err := c.Run(ctx, campaign.LateMessages(server.Client()))

		require.NoError(t, err)
		require.Equal(t, campaign.Counts{Sent: len(recipients)}, report.Counts)
		require.Len(t, server.Messages(), len(recipients))
	})
}

func TestAddAfterTheStartAcceptsKnownRecipientsOnly(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		ctx, store := t.Context(), d.store(t)
		c, err := store.Create(ctx, "welcome", campaign.Plan{})
		require.NoError(t, err)
		list := []campaign.Recipient{{Phone: "+16315550001"}, {Phone: "+16315550001", Key: "second appointment"}}
		added, err := c.Add(ctx, late.FromSlice(list))
		require.NoError(t, err)
		require.Equal(t, 2, added)
		require.NoError(t, c.Start(ctx))

		added, err = c.Add(ctx, late.FromSlice(list)) // as a program does that starts again
		require.NoError(t, err)
		require.Zero(t, added)
		_, err = c.Add(ctx, late.FromSlice(append(list, campaign.Recipient{Phone: "+16315550002"})))
		require.ErrorIs(t, err, campaign.ErrConflict)
		require.ErrorContains(t, err, "+16315550002")
	})
}
