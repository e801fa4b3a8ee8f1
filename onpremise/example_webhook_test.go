package onpremise_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleNewWebhook() {
	mux := http.NewServeMux()
	mux.Handle("/webhook", onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error {
			if media := m.Media(); media != nil {
				fmt.Println(m.SenderName, "sends", media.MIMEType) // client.Media.Download(ctx, media.ID)
			} else {
				fmt.Println(m.SenderName, "writes", m.Text.Body)
			}
			return nil // after an error, the message is delivered again
		},
	}, onpremise.WithQuerySecret("key", "open sesame")))
	webhook := httptest.NewServer(mux) // use HTTPS in production
	defer webhook.Close()

	server := onpremisetest.NewServer(onpremisetest.WithWebhook(webhook.URL + "/webhook?key=open+sesame"))
	defer server.Close()
	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: Customer 16315551234 writes hello
}

// A message that cannot be delivered is reported to the webhook, under the ID that Send returned.
func ExampleMessageStatus() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.FailPhone("16315559999", "not on WhatsApp")
	client, ctx := server.Client(), context.Background()
	server.SetWebhookHandler(onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageFailed: func(_ context.Context, s *onpremise.MessageStatus) error {
			fmt.Println(s.RecipientID, s.Err())
			return nil
		},
	}))

	if _, err := client.Messages.Send(ctx, onpremise.TextMessage("16315559999", "hello")); err != nil {
		fmt.Println(err)
		return
	}
	if err := server.WaitDelivered(ctx); err != nil {
		fmt.Println(err)
	}
	// Output: 16315559999 onpremise: message failed: 1000 Generic error: not on WhatsApp
}

// post delivers a message and returns the status.
func post(webhook http.Handler, url string, headers ...string) int {
	r := httptest.NewRequest(http.MethodPost, url,
		strings.NewReader(`{"messages": [{"id": "m1", "from": "16315551234", "type": "text", "text": {"body": "hello"}}]}`))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	webhook.ServeHTTP(w, r)
	return w.Code
}

// handlers are used by the following examples.
var handlers = onpremise.WebhookHandlers{
	MessageReceived: func(_ context.Context, m *onpremise.IncomingMessage) error {
		fmt.Println("handled", m.ID)
		return nil
	},
}

// The proxy in front of the webhook adds the header.
func ExampleWithHeaderSecret() {
	webhook := onpremise.NewWebhook(handlers, onpremise.WithHeaderSecret("X-Webhook-Secret", "open sesame"), toStdout())

	fmt.Println(post(webhook, "https://shop.example.com/webhook"))
	fmt.Println(post(webhook, "https://shop.example.com/webhook", "X-Webhook-Secret", "open sesame"))
	// Output:
	// level=WARN msg="onpremise: webhook: delivery refused" status=401 reason="the secret or certificate is wrong or missing"
	// 401
	// handled m1
	// 200
}

// toStdout returns an option that logs without the time, which differs from run to run.
func toStdout() onpremise.WebhookOption {
	return onpremise.WithWebhookLogger(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
}
