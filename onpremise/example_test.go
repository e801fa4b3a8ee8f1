package onpremise_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// The whole story: a bot that answers what people write. The installation delivers to the
// webhook, and the client logs in, sends the answer and marks the message as read.
func Example() {
	server := onpremisetest.NewServer(onpremisetest.WithTLS()) // an installation in memory
	defer server.Close()

	client, err := onpremise.NewClient(server.URL, // yours: "https://wa.example.internal/v1"
		onpremise.WithCredentials(server.Username(), server.Password()),
		onpremise.WithRootCAs(server.RootCAs())) // its certificate is of its own making
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

func ExampleNewClient() {
	_, err := onpremise.NewClient("wa.example.internal", onpremise.WithCredentials("admin", "s3cret"))
	fmt.Println(err)

	client, err := onpremise.NewClient("https://wa.example.internal/v1", onpremise.WithCredentials("admin", "s3cret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client != nil) // it logs in with the first call
	// Output:
	// onpremise: baseURL: must be an absolute http or https URL without user, query and fragment
	// true
}

// The generated client has what the methods of this package leave aside: here, the version of
// the server.
func ExampleClient_API() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	resp, err := client.API().GetAllGroupsWithResponse(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.StatusCode(), resp.JSON200.Meta.Version)
	// Output: 200 2.53.2
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

// A connection that breaks leaves open whether the message was sent. It is not sent again: its
// statuses, which come to the webhook, tell.
func ExampleError_outcomeUnknown() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.CutAfter().On("SendMessage"))

	_, err := server.Client().Messages.Send(context.Background(), onpremise.TextMessage("16315551234", "hello"))
	fmt.Println(errors.Is(err, onpremise.ErrOutcomeUnknown), len(server.Messages()), "message")
	// Output: true 1 message
}

func ExampleValidationError() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()

	_, err := server.Client().Messages.Send(context.Background(), onpremise.TextMessage("", "hello"))
	if e, ok := errors.AsType[*onpremise.ValidationError](err); ok {
		fmt.Println(e.Field, e.Reason)
	}
	fmt.Println(errors.Is(err, onpremise.ErrInvalidRequest), errors.Is(err, onpremise.ErrNotSent))
	// Output:
	// to is required
	// true true
}
