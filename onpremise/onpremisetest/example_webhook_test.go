package onpremisetest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// printing is the webhook under test.
func printing() http.Handler {
	message := func(_ context.Context, m *onpremise.IncomingMessage) error {
		fmt.Println(m.Type, "from", m.From)
		return nil
	}
	return onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: message, SystemReceived: message,
		MessageDeleted: func(_ context.Context, s *onpremise.MessageStatus) error {
			fmt.Println(s.RecipientID, s.Status)
			return nil
		},
		ErrorReported: func(_ context.Context, e *onpremise.ErrorInfo) error {
			fmt.Println(e.Code, e.Title)
			return nil
		},
	})
}

// A webhook behind a socket, as in production.
func ExampleWithWebhook() {
	mux := http.NewServeMux()
	mux.Handle("/webhook", printing())
	webhook := httptest.NewServer(mux)
	defer webhook.Close()
	server := onpremisetest.NewServer(onpremisetest.WithWebhook(webhook.URL + "/webhook"))
	defer server.Close()

	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: text from 16315551234
}

func ExampleWithWebhookHandler() {
	server := onpremisetest.NewServer(onpremisetest.WithWebhookHandler(printing()))
	defer server.Close()

	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: text from 16315551234
}

func ExampleServer_SetWebhookHandler() {
	server := onpremisetest.NewServer()
	defer server.Close()
	client := server.Client() // required by the webhook
	server.SetWebhookHandler(onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error {
			return client.Messages.MarkRead(ctx, m.ID)
		},
	}))

	id := server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(server.IsRead(id))
	// Output: true
}

// Receive takes a message of any kind and fills in missing fields.
func ExampleServer_Receive() {
	server := onpremisetest.NewServer(onpremisetest.WithWebhookHandler(printing()))
	defer server.Close()

	server.Receive(onpremise.IncomingMessage{
		From: "16315551234", Image: server.AddMedia("image/jpeg", []byte("\xff\xd8\xff\xe0...")),
	})
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: image from 16315551234
}

func ExampleServer_ReceiveStatus() {
	server := onpremisetest.NewServer(onpremisetest.WithWebhookHandler(printing()))
	defer server.Close()

	server.ReceiveStatus(onpremise.MessageStatus{
		ID: "gBEGkYiEB1VX", RecipientID: "16315551234", Status: onpremise.StatusDeleted,
	})
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: 16315551234 deleted
}

func ExampleServer_ReceiveError() {
	server := onpremisetest.NewServer(onpremisetest.WithWebhookHandler(printing()))
	defer server.Close()

	server.ReceiveError(onpremise.ErrorInfo{Code: 1014, Title: "Internal error"})
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: 1014 Internal error
}

func ExampleServer_ReceiveSystem() {
	server := onpremisetest.NewServer(onpremisetest.WithWebhookHandler(printing()))
	defer server.Close()

	server.ReceiveSystem(onpremise.WebhookSystem{
		Type: "group_user_joined", GroupID: "16505551111-1500000000", Users: []string{"16315551234"},
		Body: "+1 (631) 555-1234 joined",
	})
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: system from 16505551111
}

// A program should expect events that no type covers.
func ExampleServer_ReceiveJSON() {
	server := onpremisetest.NewServer(onpremisetest.WithWebhookHandler(printing()))
	defer server.Close()

	server.ReceiveJSON(`{"messages": [{"id": "m1", "from": "16315551234", "type": "hologram"}], "weather": "fine"}`)
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: hologram from 16315551234
}
