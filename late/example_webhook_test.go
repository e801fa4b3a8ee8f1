package late_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func ExampleNewWebhook() {
	const secret = "open sesame" // as in the settings of the webhook
	webhook := late.NewWebhook(late.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *late.IncomingMessage) error {
			fmt.Println(m.Sender.Name, "writes", m.Text)
			return nil // after an error, the message is delivered again
		},
		MessageFailed: func(ctx context.Context, s *late.MessageStatus) error {
			if errors.Is(s.Err(), late.ErrWindowClosed) {
				fmt.Println(s.Conversation.ParticipantName, "needs a template")
			}
			return nil
		},
	}, late.WithWebhookSecret(secret))

	for _, body := range []string{
		`{"event": "message.received", "message": {"id": "m1", "text": "hello", "sender": {"name": "Ada"}}}`,
		`{"event": "message.failed", "message": {"id": "m2"}, "conversation": {"participantName": "Ada"}, "error": {"code": 131047}}`,
	} {
		r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Late-Signature", latetest.Sign(secret, body))
		webhook.ServeHTTP(httptest.NewRecorder(), r)
	}
	// Output:
	// Ada writes hello
	// Ada needs a template
}
