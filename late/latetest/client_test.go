package latetest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func TestClientUsesTheServer(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]latetest.Option{
		"socket":     {latetest.WithAccounts("one", "two"), latetest.WithAPIKey("key")},
		"in process": {latetest.WithAccounts("one", "two"), latetest.WithAPIKey("key"), latetest.InProcess()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := latetest.NewServer(opts...)
			defer server.Close()
			client := server.Client(late.WithMaxRetries(0))
			ada, err := client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})
			require.NoError(t, err)
			got, err := client.Contacts.Get(t.Context(), ada.ID)
			require.NoError(t, err)
			require.Equal(t, ada, got)
			_, err = client.Contacts.Create(t.Context(), late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})
			require.ErrorIs(t, err, late.ErrConflict)

			other, err := client.ForAccount("two").Contacts.List(t.Context(), late.ListContactsOptions{})
			require.NoError(t, err)
			require.Empty(t, other.Contacts)
		})
	}
}

func TestInvalidSeedsPanic(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	require.Panics(t, func() { server.AddContacts(lateapi.CreateContactRequest{Phone: "1", Name: "Ada"}) })
	require.Panics(t, func() {
		server.AddContacts(lateapi.CreateContactRequest{AccountID: "nobody", Phone: "+16315551234", Name: "Ada"})
	})
	require.Panics(t, func() { server.AddTemplate(lateapi.CreateTemplateRequest{Name: "hello"}) })
}

func TestClientHoldsAConversation(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]latetest.Option{"socket": nil, "in process": {latetest.InProcess()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := latetest.NewServer(opts...)
			defer server.Close()
			client, ctx := server.Client(), t.Context()
			server.AddTemplate(lateapi.CreateTemplateRequest{
				Name: "hello", Language: "en_US", Category: "UTILITY", Components: []lateapi.TemplateComponent{{Type: "BODY", Text: "Hello"}},
			})
			failing := make(chan string, 1)
			server.SetWebhookHandler(late.NewWebhook(late.WebhookHandlers{
				MessageReceived: func(ctx context.Context, m *late.IncomingMessage) error {
					_, err := client.Conversations.Reply(ctx, m.ConversationID, late.ReplyRequest{
						Text: "Which one?", List: &late.ReplyList{Button: "Menu", Sections: []late.ReplyListSection{
							{Rows: []late.ReplyListRow{{ID: "1", Title: "Soup"}}},
						}},
					})
					return err
				},
				Test: func(context.Context, *late.WebhookEvent) error {
					select {
					case reason := <-failing:
						return errors.New(reason)
					default:
						return nil
					}
				},
			}, late.WithWebhookSecret(latetest.WebhookSecret)))
			file := server.AddMedia("text/plain", []byte("order"))
			server.Receive(late.IncomingMessage{WebhookMessage: late.WebhookMessage{
				Sender: late.WebhookSender{PhoneNumber: "+16315551234"}, Attachments: []late.WebhookAttachment{file},
			}})
			require.NoError(t, server.WaitDelivered(ctx))
			require.Equal(t, "Which one?", server.Messages()[0].Text)
			id := server.Messages()[0].ConversationID

			messages, err := client.Conversations.Messages(ctx, id, late.ListMessagesOptions{})
			require.NoError(t, err)
			require.Len(t, messages.Messages, 2)
			content, err := client.Media.Download(ctx, messages.Messages[0].Attachments[0].URL)
			require.NoError(t, err)
			b, err := io.ReadAll(content)
			require.NoError(t, err)
			require.NoError(t, content.Close())
			require.Equal(t, "order", string(b))

			remove := server.Inject(latetest.CutBefore().On(late.OpUploadMedia).Times(1))
			url, err := client.Media.Upload(ctx, "menu.png", "image/png", strings.NewReader("PNG"))
			require.NoError(t, err)
			remove()
			require.Len(t, server.Requests(late.OpUploadMedia), 2)
			require.Empty(t, server.Requests(late.OpUploadMedia)[1].Header.Get("Authorization"))

			remove = server.Inject(latetest.CutAfter().On(late.OpSendInboxMessage))
			for _, key := range []string{"", "key"} {
				before := len(server.Messages())
				_, err = client.Conversations.Reply(ctx, id, late.ReplyRequest{
					IdempotencyKey: key, Attachment: &late.ReplyAttachment{URL: url, Type: "image"},
				})
				require.ErrorIs(t, err, late.ErrOutcomeUnknown)
				require.Len(t, server.Messages(), before+1, "a reply whose response was lost is not sent twice")
			}
			remove()

			server.Advance(25 * time.Hour)
			_, err = client.Conversations.Reply(ctx, id, late.ReplyRequest{Text: "Still there?"})
			require.ErrorIs(t, err, late.ErrWindowClosed)
			_, err = client.Conversations.Reply(ctx, id, late.ReplyRequest{Template: &late.TemplateRef{Name: "hello", Language: "en_US"}})
			require.NoError(t, err)

			webhooks, err := client.Webhooks.List(ctx)
			require.NoError(t, err)
			require.NoError(t, client.Webhooks.Test(ctx, webhooks[0].ID))
			failing <- "no"
			var endpoint *late.EndpointError
			require.ErrorAs(t, client.Webhooks.Test(ctx, webhooks[0].ID), &endpoint)

			accounts, err := client.Accounts.List(ctx, late.ListAccountsOptions{})
			require.NoError(t, err)
			require.Equal(t, server.AccountID(), accounts[0].ID)
			server.FailAccount(server.AccountID(), "Token expired")
			var partial *late.PartialListError
			for _, err := range client.Conversations.All(ctx, late.ListConversationsOptions{}) {
				require.ErrorAs(t, err, &partial)
			}
			require.NotNil(t, partial)
		})
	}
}

func TestClientWithoutTheInboxAddon(t *testing.T) {
	t.Parallel()
	server := latetest.NewServer(latetest.InProcess(), latetest.WithoutInbox())
	defer server.Close()
	_, err := server.Client().Conversations.List(t.Context(), late.ListConversationsOptions{})
	require.ErrorIs(t, err, late.ErrAddonRequired)
}
