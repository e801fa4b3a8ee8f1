package main

import (
	"context"
	"errors"
	"time"

	"github.com/wabakit/wabakit-go/campaign"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// startServer starts a server that stands for Late, with an approved template and with the people
// who have opted out. It allows 600 calls per minute.
func startServer(rows []row) *latetest.Server {
	server := latetest.NewServer()
	server.Inject(latetest.Latency(50 * time.Millisecond).On(late.OpSendWhatsAppBulk))
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "reminder", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Hello {{1}}, your appointment is tomorrow.", "Ada")},
	})
	for _, r := range rows {
		if r.withdrawn {
			server.AddContacts(late.CreateContactRequest{Phone: r.phone, Name: r.name, IsOptedIn: new(false)})
		}
	}
	return server
}

// follow has the server call a webhook that records in the ledger which messages are delivered. To
// record who read them too, add EventMessageRead and MessageRead.
func follow(ctx context.Context, server *latetest.Server, store *campaign.Store) error {
	const secret = "whsec_example"
	_, err := server.Client().Webhooks.Ensure(ctx, late.CreateWebhookRequest{
		Name: "campaign", URL: "https://shop.example.com/webhook", Secret: secret,
		Events: []late.EventKind{late.EventMessageDelivered, late.EventMessageFailed},
	})
	server.SetWebhookHandler(late.NewWebhook(late.WebhookHandlers{
		MessageDelivered: store.RecordLate, MessageFailed: store.RecordLate,
	}, late.WithWebhookSecret(secret)))
	return err
}

// waitDelivered waits for the webhook calls about deliveries, but not for long: a ledger on SQLite
// records some hundred to some thousand in a second.
func waitDelivered(ctx context.Context, server *latetest.Server) error {
	server.Advance(4 * time.Second) // messages are delivered 1 to 4 seconds after they are sent
	limited, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	if err := server.WaitDelivered(limited); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return ctx.Err()
}
