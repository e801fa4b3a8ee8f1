package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleWebhookHandler() {
	mux := http.NewServeMux()
	mux.Handle("/webhook", onpremise.WebhookHandler(func(ctx context.Context, e *onpremise.WebhookEvent) error {
		for _, m := range e.Messages {
			switch m.Type {
			case onpremise.TypeText:
				fmt.Println(m.From, "writes", m.Text.Body)
			case onpremise.TypeImage:
				fmt.Println(m.From, "sends a picture:", m.Image.MIMEType) // client.Media.Download(ctx, m.Image.ID)
			}
		}
		return nil // or an error: the event is delivered again
	}, onpremise.WithDeduplication(nil)))
	webhook := httptest.NewServer(mux) // yours is served with HTTPS
	defer webhook.Close()

	server := onpremisetest.NewServer(onpremisetest.WithWebhook(webhook.URL + "/webhook"))
	defer server.Close()
	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: 16315551234 writes hello
}

// What became of a message that was sent comes to the webhook, too, under the ID that Send has
// returned.
func ExampleWebhookEvent() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.FailPhone("16315559999", "not on WhatsApp")
	client, ctx := server.Client(), context.Background()
	server.SetWebhookHandler(onpremise.WebhookHandler(func(_ context.Context, e *onpremise.WebhookEvent) error {
		for _, s := range e.Statuses {
			fmt.Println(s.RecipientID, s.Status)
			for _, reason := range s.Errors {
				fmt.Println(reason.Code, reason.Title+":", reason.Details)
			}
		}
		return nil
	}))

	if _, err := client.Messages.Send(ctx, onpremise.TextMessage("16315559999", "hello")); err != nil {
		fmt.Println(err)
		return
	}
	if err := server.WaitDelivered(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 16315559999 failed
	// 1000 Generic error: not on WhatsApp
}

// post delivers a message with the id m1, as an installation does, and returns the status of the
// answer.
func post(webhook http.Handler, url string, headers ...string) int {
	req := httptest.NewRequest(http.MethodPost, url,
		strings.NewReader(`{"messages": [{"id": "m1", "from": "16315551234", "type": "text", "text": {"body": "hello"}}]}`))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	webhook.ServeHTTP(answer, req)
	return answer.Code
}

// handle is the function under test.
func handle(_ context.Context, e *onpremise.WebhookEvent) error {
	fmt.Println("handled", e.Messages[0].ID)
	return nil
}

func ExampleWithDeduplication() {
	webhook := onpremise.WebhookHandler(handle, onpremise.WithDeduplication(nil))

	for range 2 { // an answer that was lost: the installation delivers again
		fmt.Println(post(webhook, "https://shop.example.com/webhook"))
	}
	// Output:
	// handled m1
	// 200
	// 200
}

// Two webhooks that share a store, or, with a store in a database, two processes.
func ExampleNewMemoryStore() {
	store := onpremise.NewMemoryStore(10_000) // messages and statuses that are remembered
	blue := onpremise.WebhookHandler(handle, onpremise.WithDeduplication(store))
	green := onpremise.WebhookHandler(handle, onpremise.WithDeduplication(store))

	fmt.Println(post(blue, "https://blue.example.com/webhook"), post(green, "https://green.example.com/webhook"))
	// Output:
	// handled m1
	// 200 200
}

// The header is one that a proxy adds, which alone reaches the webhook.
func ExampleWithHeaderSecret() {
	webhook := onpremise.WebhookHandler(handle, onpremise.WithHeaderSecret("X-Webhook-Secret", "open sesame"))

	fmt.Println(post(webhook, "https://shop.example.com/webhook"))
	fmt.Println(post(webhook, "https://shop.example.com/webhook", "X-Webhook-Secret", "open sesame"))
	// Output:
	// 401
	// handled m1
	// 200
}

func ExampleWithQuerySecret() {
	webhook := onpremise.WebhookHandler(handle, onpremise.WithQuerySecret("key", "hBLPKXD2"))

	fmt.Println(post(webhook, "https://shop.example.com/webhook"))
	// The address is the one that the settings of the installation have.
	fmt.Println(post(webhook, "https://shop.example.com/webhook?key=hBLPKXD2"))
	// Output:
	// 401
	// handled m1
	// 200
}

func ExampleWithPathSecret() {
	mux := http.NewServeMux()
	mux.Handle("/webhook/", onpremise.WebhookHandler(handle, onpremise.WithPathSecret("hBLPKXD2")))

	fmt.Println(post(mux, "https://shop.example.com/webhook/"))
	// The address is the one that the settings of the installation have.
	fmt.Println(post(mux, "https://shop.example.com/webhook/hBLPKXD2"))
	// Output:
	// 401
	// handled m1
	// 200
}

func ExampleWithMaxEventSize() {
	webhook := onpremise.WebhookHandler(handle, onpremise.WithMaxEventSize(64)) // bytes; 16 MiB without it

	fmt.Println(post(webhook, "https://shop.example.com/webhook"))
	// Output: 413
}

func ExampleWithWebhookLogger() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey { // differs from run to run
				return slog.Attr{}
			}
			return a
		},
	}))
	webhook := onpremise.WebhookHandler(func(context.Context, *onpremise.WebhookEvent) error {
		return errors.New("the database is down")
	}, onpremise.WithWebhookLogger(logger))

	fmt.Println(post(webhook, "https://shop.example.com/webhook"))
	// Output:
	// level=ERROR msg="onpremise: webhook: event not handled" error="the database is down"
	// 500
}
