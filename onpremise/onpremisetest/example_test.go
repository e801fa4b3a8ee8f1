package onpremisetest_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func Example() {
	server := onpremisetest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	told := func(_ context.Context, s *onpremise.MessageStatus) error {
		fmt.Println("it was", s.Status)
		return nil
	}
	server.SetWebhookHandler(onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error {
			if err := client.Messages.MarkRead(ctx, m.ID); err != nil {
				return err
			}
			_, err := client.Messages.Send(ctx, onpremise.TextMessage(m.From, m.Text.Body+" to you"))
			return err
		},
		MessageDelivered: told, MessageRead: told,
	}))

	id := server.ReceiveText("+1 (631) 555-1234", "hello")
	if err := server.WaitDelivered(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range server.Messages() {
		fmt.Println(m.To, m.Text.Body)
	}
	fmt.Println(server.IsRead(id))

	for range 9 { // delivered within 4 seconds, and read within 5 more
		server.Advance(time.Second)
		if err := server.WaitDelivered(ctx); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// 16315551234 hello to you
	// true
	// it was delivered
	// it was read
}

func ExampleServer_Inject() {
	server := onpremisetest.NewServer()
	defer server.Close()
	server.Inject(onpremisetest.CutAfter().On("SendMessage").Times(1))

	_, err := server.Client().Messages.Send(context.Background(), onpremise.TextMessage("16315551234", "hello"))
	fmt.Println(err != nil)
	for _, r := range server.Requests("SendMessage") {
		fmt.Println(r.Method, r.Status, r.Processed)
	}
	// Output:
	// true
	// POST 0 true
}

func ExampleServer_ExpireTokens() {
	server := onpremisetest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	for range 3 {
		if _, err := client.Messages.Send(ctx, onpremise.TextMessage("16315551234", "hello")); err != nil {
			fmt.Println(err)
			return
		}
		server.ExpireTokens()
	}
	fmt.Println(len(server.Messages()), "messages,", len(server.Requests("LoginUser")), "logins")
	// Output: 3 messages, 3 logins
}

func ExampleServer_Deliveries() {
	server := onpremisetest.NewServer()
	defer server.Close()
	calls := 0
	server.SetWebhookHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls < 3 {
			http.Error(w, "not now", http.StatusServiceUnavailable)
		}
	}))
	ctx := context.Background()
	err := server.Client().Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
		CallbackBackoffDelay: new(onpremise.Milliseconds(1)),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, attempt := range server.Deliveries()[0].Attempts {
		fmt.Println(attempt.Status)
	}
	// Output:
	// 503
	// 503
	// 200
}

func ExampleServer_RoundTrip() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()

	// httpmock responds to one request, the server to all others.
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(server.RoundTrip)
	mock.RegisterResponder("GET", `=~/settings/profile/about`,
		httpmock.NewStringResponder(200, `{"settings":{"profile":{"about":{"text":"mocked"}}}}`))
	client := server.Client(onpremise.WithHTTPClient(&http.Client{Transport: mock}))

	about, err := client.Profile.About(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	health, err := client.Health.Check(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(about, health.Status)
	// Output: mocked connected
}
