package wabakit_test

// The code that README.md shows, which takes it from here, and what runs it.

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/time/rate"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func listContacts(ctx context.Context, client *late.Client) error {
	for contact, err := range client.Contacts.All(ctx, late.ListContactsOptions{Tag: "vip"}) {
		if err != nil {
			return err
		}
		fmt.Println(contact.Name, contact.Phone)
	}
	return nil
}

func sendBroadcast(ctx context.Context, client *late.Client, recipients iter.Seq2[late.BroadcastRecipient, error]) error {
	broadcast, err := client.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
		Name: "Opening hours", Template: late.TemplateRef{Name: "opening_hours", Language: "en_US"},
	})
	if err != nil {
		return err
	}
	report, err := client.Broadcasts.AddRecipientsMany(ctx, broadcast.ID, recipients)
	if err != nil {
		return fmt.Errorf("%d of %d added, report.Problems has the others: %w", report.Done, report.Total, err)
	}
	_, err = client.Broadcasts.Send(ctx, broadcast.ID)
	if errors.Is(err, late.ErrOutcomeUnknown) { // it may be under way: look, do not send again
		look, cancel := context.WithTimeout(ctx, 10*time.Minute) // what was never sent stays a draft
		defer cancel()
		broadcast, err = client.Broadcasts.Wait(look, broadcast.ID)
	}
	if err == nil && broadcast.Status == late.BroadcastFailed {
		err = errors.New("the broadcast failed")
	}
	return err
}

func buyNumber(ctx context.Context, client *late.Client, profileID string) error {
	purchase, err := client.PhoneNumbers.Purchase(ctx, profileID)
	if err != nil {
		return err // ErrOutcomeUnknown: look at PhoneNumbers.List before buying again
	}
	switch p := purchase.(type) {
	case late.CheckoutRequired: // the first number: a person has to pay there
		fmt.Println("pay at", p.CheckoutURL)
	case late.NumberProvisioned: // a later number: it is there
		fmt.Println("bought", p.PhoneNumber.PhoneNumber)
	}
	return nil
}

func handleWebhook(mux *http.ServeMux, client *onpremise.Client, secret string) {
	mux.Handle("/webhook", onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error {
			if m.Type != onpremise.TypeText {
				return nil
			}
			_, err := client.Messages.Send(ctx, onpremise.TextMessage(m.From, "you said: "+m.Text.Body))
			return err // the message is delivered again, unless the reply may have been sent
		},
	}, onpremise.WithQuerySecret("key", secret)))
}

func tellApart(err error) {
	var e *late.Error
	switch {
	case err == nil:
		fmt.Println("done")
	case errors.Is(err, late.ErrConflict):
		fmt.Println("somebody has this number already")
	case errors.Is(err, late.ErrOutcomeUnknown):
		fmt.Println("it may have happened: look before trying again")
	case errors.As(err, &e):
		fmt.Println(e.StatusCode, e.Message, len(e.Attempts), e.RequestID != "")
	default:
		fmt.Println(err) // as a rule not sent: a ValidationError, ErrNoAccount
	}
}

func newConfigured(key, account string, transport http.RoundTripper) (*late.Client, error) {
	// transport: otelhttp.NewTransport(http.DefaultTransport), a recorder, a proxy …
	return late.NewClient(key, late.WithAccount(account),
		late.WithHTTPClient(&http.Client{Transport: transport}),
		late.WithLogger(slog.Default()),           // every attempt; no key, nothing about people
		late.WithLimiter(rate.NewLimiter(10, 10)), // of golang.org/x/time/rate, or your own
		late.WithAttemptHook(func(_ context.Context, a late.Attempt) { // for metrics
			fmt.Println(a.Operation, a.Number, a.Status, a.Duration)
		}))
}

func TestSomebodyWhoIsKnownAlready(t *testing.T) {
	mock := httpmock.NewMockTransport()
	client, err := late.NewClient("key", late.WithAccount("account"),
		late.WithHTTPClient(&http.Client{Transport: mock}))
	require.NoError(t, err)
	mock.RegisterResponder("POST", late.DefaultBaseURL+"/v1/whatsapp/contacts",
		httpmock.NewStringResponder(409, `{"error": "contact with this phone exists"}`))

	_, err = client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})

	require.ErrorIs(t, err, late.ErrConflict)
	require.Equal(t, 1, mock.GetTotalCallCount())
}

func TestALostAnswerMessagesNobodyTwice(t *testing.T) {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.AddTemplate(late.CreateTemplateRequest{
		Name: "welcome", Language: "en_US", Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("Welcome!")},
	})
	server.Inject(latetest.CutAfter().On("sendWhatsAppBulk")) // it acts, and its answer is lost

	_, err := server.Client().Messages.SendBulk(t.Context(), late.SendBulkRequest{
		Template:   late.TemplateRef{Name: "welcome", Language: "en_US"},
		Recipients: []late.BulkRecipient{{Phone: "+16315551234"}},
	})

	require.ErrorIs(t, err, late.ErrOutcomeUnknown)
	require.Len(t, server.Messages(), 1)
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
		Components: []late.TemplateComponent{late.Body("We are open again.")},
	})
	recipients := late.FromSlice([]late.BroadcastRecipient{{Phone: "+16315550101"}, {Phone: "+16315550102"}})
	fmt.Println(sendBroadcast(context.Background(), server.Client(), recipients), len(server.Messages()))
	// Output: <nil> 2
}

func Example_purchase() {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithStart(time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)))
	defer server.Close()
	client, ctx, profile := server.Client(), context.Background(), "65f0000000000000000000aa"
	first, err := client.PhoneNumbers.Purchase(ctx, profile)
	checkout, ok := first.(late.CheckoutRequired)
	fmt.Println(ok, err)
	server.CompleteCheckout(checkout.CheckoutURL)
	fmt.Println(buyNumber(ctx, client, profile))
	// Output:
	// true <nil>
	// bought +12125550101
	// <nil>
}

func Example_webhook() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	mux := http.NewServeMux()
	handleWebhook(mux, server.Client(), "sesame")
	server.SetWebhookHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path, r.URL.RawQuery = "/webhook", "key=sesame" // as in the settings
		mux.ServeHTTP(w, r)
	}))
	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Messages()[0].Text.Body)
	// Output: you said: hello
}

func Example_errors() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(402, "a payment is due").On("getWhatsAppGroups"))
	client, ctx := server.Client(), context.Background()
	ada := late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"}
	_, err := client.Contacts.Create(ctx, ada)
	tellApart(err)
	_, err = client.Contacts.Create(ctx, ada)
	tellApart(err)
	_, err = client.Groups.List(ctx)
	tellApart(err)
	_, err = client.Contacts.Create(ctx, late.CreateContactRequest{Phone: "0631", Name: "Ada"})
	tellApart(err)
	// Output:
	// done
	// somebody has this number already
	// 402 a payment is due 1 true
	// late: phone: "0631" is not in E.164 form, such as +16315551234
}

func TestConfigured(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client, err := newConfigured(server.APIKey(), server.AccountID(), server)
	require.NoError(t, err)
	_, err = client.Groups.List(t.Context())
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(server.Requests()[0].Header.Get("User-Agent"), "wabakit-go/"))
}
