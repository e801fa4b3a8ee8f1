package latetest_test

import (
	"context"
	"fmt"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func ExampleServer_Receive() {
	server := latetest.NewServer()
	defer server.Close()
	client := server.Client()
	server.SetWebhookHandler(late.NewWebhook(late.WebhookHandlers{ // the code under test
		MessageReceived: func(ctx context.Context, m *late.IncomingMessage) error {
			_, err := client.Conversations.Reply(ctx, m.ConversationID, late.ReplyRequest{Text: "You said " + m.Text})
			return err
		},
	}, late.WithWebhookSecret(latetest.WebhookSecret)))

	server.ReceiveText("+16315551234", "hello")
	if err := server.WaitDelivered(context.Background()); err != nil {
		fmt.Println(err)
	}
	for _, m := range server.Messages() {
		fmt.Println(m.Phone, m.Text)
	}
	// Output: +16315551234 You said hello
}
