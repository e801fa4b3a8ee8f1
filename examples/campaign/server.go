package main

import (
	"context"
	"net/http"
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
// record who read them too, add EventMessageRead and MessageRead. The function that it returns waits
// for the calls, but not for long: SQLite records some hundred to some thousand per second.
func follow(ctx context.Context, server *latetest.Server, store *campaign.Store) (wait func() error, err error) {
	const secret = "whsec_example"
	_, err = server.Client().Webhooks.Ensure(ctx, late.CreateWebhookRequest{
		Name: "campaign", URL: "https://shop.example.com/webhook", Secret: secret,
		Events: []late.EventKind{late.EventMessageDelivered, late.EventMessageFailed},
	})
	if err != nil {
		return nil, err
	}
	server.SetWebhookHandler(late.NewWebhook(late.WebhookHandlers{
		MessageDelivered: store.RecordLate, MessageFailed: store.RecordLate,
	}, late.WithWebhookSecret(secret)))
	return func() error {
		server.Advance(4 * time.Second) // messages are delivered 1 to 4 seconds after they are sent
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if server.WaitDelivered(limited) != nil {
			server.SetWebhookHandler(http.NotFoundHandler()) // the rest is not recorded
		}
		return ctx.Err()
	}, nil
}
