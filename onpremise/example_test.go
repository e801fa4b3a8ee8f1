package onpremise_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// A bot replies to every message: the installation calls the webhook, and the client logs in, marks
// the message as read and sends the reply.
func Example() {
	server := onpremisetest.NewServer(onpremisetest.WithTLS()) // an installation in memory
	defer server.Close()

	client, err := onpremise.NewClient(server.URL, // yours: "https://wa.example.internal/v1"
		onpremise.WithCredentials(server.Username(), server.Password()),
		onpremise.WithRootCAs(server.RootCAs())) // its certificate is self-signed
	if err != nil {
		fmt.Println(err)
		return
	}
	server.SetWebhookHandler(onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error {
			if err := client.Messages.MarkRead(ctx, m.ID); err != nil {
				return err // the message is delivered again
			}
			_, err := client.Messages.Send(ctx, onpremise.TextMessage(m.From, "you said: "+m.Text.Body))
			return err
		},
	}))

	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range server.Messages() {
		fmt.Println(m.To, m.Text.Body)
	}
	// Output: 16315551234 you said: hello
}

func ExampleError() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()

	_, err := server.Client().Groups.Get(context.Background(), "16315551234-1500000000")
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, e.Code, e.Message+":", e.Details)
		fmt.Println(e.Operation, len(e.Attempts), e.RequestID != "")
	}
	fmt.Println(errors.Is(err, onpremise.ErrNotFound))
	// Output:
	// 404 1006 Resource not found: Group not found
	// GetGroupInfo 1 true
	// true
}

// If the connection is lost, the message may have been sent, so Send does not retry it. The webhook
// reports whether it was delivered.
func ExampleError_outcomeUnknown() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.CutAfter().On("SendMessage"))

	_, err := server.Client().Messages.Send(context.Background(), onpremise.TextMessage("16315551234", "hello"))
	fmt.Println(errors.Is(err, onpremise.ErrOutcomeUnknown), len(server.Messages()), "message")
	// Output: true 1 message
}
