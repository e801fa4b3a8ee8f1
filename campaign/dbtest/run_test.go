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
