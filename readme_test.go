package wabakit_test

// The code in README.md is copied from here, where it is compiled and run.

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func handle(err error) {
	var e *late.Error
	switch {
	case errors.Is(err, late.ErrOutcomeUnknown):
		fmt.Println("check before you send it again")
	case errors.As(err, &e):
		fmt.Println(e.StatusCode, e.Message, len(e.Attempts), "attempts")
	}
}

func listContacts(ctx context.Context, client *late.Client) error {
	for contact, err := range client.Contacts.All(ctx, late.ListContactsOptions{Tag: "vip"}) {
		if err != nil {
			return err
		}
		fmt.Println(contact.Name, contact.Phone)
	}
	return nil
}

type customer struct{ phone, name string }

func sendBroadcast(ctx context.Context, client *late.Client, rows iter.Seq2[customer, error]) error {
	broadcast, err := client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
		Name: "Opening hours", Template: late.TemplateRef{Name: "opening_hours", Language: "en_US"},
	})
	if err != nil {
		return err
	}
	recipients := late.Map(rows, func(c customer) late.BroadcastRecipient {
		return late.BroadcastRecipient{Phone: c.phone, Variables: map[string]string{"1": c.name}}
	})
	report, err := client.Broadcasts.AddRecipientsMany(ctx, broadcast.ID, recipients)
	if err != nil {
		return err // some people are not in the broadcast: do not send it yet
	}
	log.Print(len(report.Problems), " people cannot be messaged")
	_, err = client.Broadcasts.SendAndWait(ctx, broadcast.ID)
	return err
}

func buyNumber(ctx context.Context, client *late.Client, profileID string) error {
	purchase, err := client.PhoneNumbers.Purchase(ctx, profileID)
	if err != nil {
		return err // ErrOutcomeUnknown: check PhoneNumbers.List before you buy again
	}
	switch p := purchase.(type) {
	case late.CheckoutRequired: // the first number: a person has to pay
		fmt.Println("pay at", p.CheckoutURL)
	case late.NumberProvisioned: // later numbers
		fmt.Println("bought", p.PhoneNumber.PhoneNumber)
	}
	return nil
}

func handleWebhook(mux *http.ServeMux, client *late.Client, secret string) {
	mux.Handle("/webhook", late.NewWebhook(late.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *late.IncomingMessage) error {
			_, err := client.Conversations.Reply(ctx, m.Conversation.ID, late.ReplyRequest{Text: "You wrote: " + m.Text})
			return err
		},
	}, late.WithWebhookSecret(secret)))
}

func Example_list() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada", Tags: []string{"vip"}},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben"},
	)
	fmt.Println(listContacts(context.Background(), server.Client()))
	// Output:
	// Ada +16315550101
	// <nil>
}

func Example_broadcast() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "opening_hours", Language: "en_US", Category: late.TemplateMarketing,
		Components: []late.TemplateComponent{late.Body("Hello {{1}}, we are open again.", "Ada")},
	})
	rows := late.FromSeq(slices.Values([]customer{{"+16315550101", "Ada"}, {"+16315550102", "Ben"}}))
	fmt.Println(sendBroadcast(context.Background(), server.Client(), rows), len(server.Messages()))
	// Output: <nil> 2
}

func Example_purchase() {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithStart(time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	first, err := client.PhoneNumbers.Purchase(ctx, "profile")
	checkout, ok := first.(late.CheckoutRequired)
	fmt.Println(ok, err)
	server.CompleteCheckout(checkout.CheckoutURL)
	fmt.Println(buyNumber(ctx, client, "profile"))
	// Output:
	// true <nil>
	// bought +12125550101
	// <nil>
}

func Example_webhook() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	mux := http.NewServeMux()
	handleWebhook(mux, server.Client(), latetest.WebhookSecret)
	server.SetWebhookHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = "/webhook" // as in the settings of the webhook
		mux.ServeHTTP(w, r)
	}))
	server.ReceiveText("+16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		log.Fatal(err)
	}
	conversations, err := server.Client().Conversations.List(context.Background(), late.ListConversationsOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(conversations.Conversations[0].LastMessage)
	// Output: You wrote: hello
}

func Example_errors() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	ctx, ada := context.Background(), late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"}
	server.Inject(latetest.CutAfter().On(late.OpCreateWhatsAppContact).Times(1))
	for range 2 {
		_, err := server.Client().Contacts.Create(ctx, ada)
		handle(err)
	}
	// Output:
	// check before you send it again
	// 409 Contact with phone +16315551234 already exists 1 attempts
}
