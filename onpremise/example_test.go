package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

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

// Do calls an endpoint that has no method, with the client's token, retries and errors.
func ExampleClient_Do() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	var support struct{ Meta onpremise.Meta }
	if err := client.Do(context.Background(), "GET", "/support", nil, &support); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(support.Meta.Version)
	err := client.Do(context.Background(), "GET", "/later", nil, nil)
	fmt.Println(errors.Is(err, onpremise.ErrNotFound))
	// Output:
	// 2.53.2
	// true
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

func ExampleWithAttemptHook() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Status(503, "back in a moment").With("Retry-After", "0").On("GetAllGroups").Times(1))
	client := server.Client(onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) { // for metrics: a.Duration, a.Wait
		fmt.Println(a.Operation, a.Number, a.Status)
	}))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// LoginUser 1 200
	// GetAllGroups 1 503
	// GetAllGroups 2 200
}

func ExampleWithCredentials() {
	server := onpremisetest.NewServer(onpremisetest.WithCredentials("admin", "s3cret"))
	defer server.Close()
	client, err := onpremise.NewClient(server.URL, onpremise.WithCredentials("admin", "s3cret"))
	if err != nil {
		fmt.Println(err)
		return
	}

	for range 3 {
		if _, err := client.Health.Check(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
		server.ExpireTokens() // the client logs in again and retries the call
	}
	fmt.Println(len(server.Requests("LoginUser")), "logins")
	// Output: 3 logins
}

// A fresh installation requires a new password. The options need not change afterwards.
func ExampleWithNewPassword() {
	server := onpremisetest.NewServer(onpremisetest.WithFreshInstallation(),
		onpremisetest.WithCredentials("admin", "secret"))
	defer server.Close()

	for range 2 { // the first start of the program, and a later one
		client, err := onpremise.NewClient(server.URL,
			onpremise.WithCredentials("admin", "secret"), onpremise.WithNewPassword("correct horse battery"))
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := client.Groups.List(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(server.Password())
	}
	// Output:
	// correct horse battery
	// correct horse battery
}

// storedToken is a token that another part of the program renews.
type storedToken struct{ atomic.Value }

func (s *storedToken) Token(context.Context) (string, error) { return s.Load().(string), nil }

func ExampleWithTokenSource() {
	server := onpremisetest.NewServer()
	defer server.Close()
	var token storedToken
	client, err := onpremise.NewClient(server.URL, onpremise.WithTokenSource(&token))
	if err != nil {
		fmt.Println(err)
		return
	}

	for range 2 {
		token.Store(server.Token())
		_, err = client.Groups.List(context.Background())
		fmt.Println(err)
		server.ExpireTokens()
	}
	// Output:
	// <nil>
	// <nil>
}

func ExampleUsersService_Create() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	admin, ctx := server.Client(), context.Background()

	user, err := admin.Users.Create(ctx, onpremise.CreateUserRequest{Username: "bot", Password: "correct horse battery"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.Username)

	bot := server.Client(onpremise.WithCredentials("bot", "correct horse battery"))
	if err := bot.Application.ResetSettings(ctx); errors.Is(err, onpremise.ErrForbidden) {
		fmt.Println("only administrators change settings")
	}
	// Output:
	// bot
	// only administrators change settings
}
