package late_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

var hello = late.TemplateRef{Name: "hello", Language: "en_US"}

// Every operation is called through its method, and each request and response is validated against
// the contract with its overlay.
func TestEveryOperationFollowsTheContract(t *testing.T) {
	t.Parallel()
	doc, err := contract.Load("..", "late")
	require.NoError(t, err)
	operations, err := contract.Operations(doc)
	require.NoError(t, err)

	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	checker := contract.Check(t, doc, server)
	c := server.Client(late.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") == "" { // an upload, which is not part of the contract
			return server.RoundTrip(r)
		}
		return checker.RoundTrip(r)
	})}), late.WithMaxRetries(0))
	ctx := t.Context()

	t.Run("Contacts", func(t *testing.T) {
		ada, err := c.Contacts.Create(ctx, late.CreateContactRequest{
			Phone: testPhone, Name: "Ada", Email: "ada@example.com", Company: "Engines", Tags: []string{"vip"}, Groups: []string{"friends"},
			IsOptedIn: new(false), CustomFields: map[string]string{"plan": "gold"}, Notes: "first",
		})
		require.NoError(t, err)
		require.False(t, ada.IsOptedIn)
		ada, err = c.Contacts.Update(ctx, ada.ID, late.UpdateContactRequest{
			Name: new("Ada L."), IsOptedIn: new(true), IsBlocked: new(false), Tags: []string{}, Notes: new(""),
			CustomFields: map[string]*string{"plan": nil, "seat": new("4")},
		})
		require.NoError(t, err)
		require.Empty(t, ada.Tags)
		require.Equal(t, late.StringMap{"seat": "4"}, ada.CustomFields)
		got, err := c.Contacts.Get(ctx, ada.ID)
		require.NoError(t, err)
		require.True(t, got.IsOptedIn)
		require.Empty(t, got.Notes)

		imported, err := c.Contacts.Import(ctx, late.ImportContactsRequest{
			Contacts:    []late.ImportContact{{Phone: "+16315550001", Name: "Ben", Tags: []string{"a"}}, {Phone: testPhone, Name: "Ada"}},
			DefaultTags: []string{"import"}, DefaultGroups: []string{"friends"}, SkipDuplicates: new(true),
		})
		require.NoError(t, err)
		require.Equal(t, 1, imported.Summary.Created)
		require.Equal(t, 1, imported.Summary.Skipped)

		page, err := c.Contacts.List(ctx, late.ListContactsOptions{Search: "b", Tag: "import", Group: "friends", OptedIn: new(true), Limit: 10, Skip: 0})
		require.NoError(t, err)
		require.Len(t, page.Contacts, 1)
		require.Equal(t, "Ben", page.Contacts[0].Name)

		updated, err := c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.AddTags, ContactIDs: []string{ada.ID}, Tags: []string{"b"}})
		require.NoError(t, err)
		require.Equal(t, 1, updated.Modified)
		deleted, err := c.Contacts.BulkDelete(ctx, []string{page.Contacts[0].ID})
		require.NoError(t, err)
		require.Equal(t, 1, deleted.Deleted)
		require.NoError(t, c.Contacts.Delete(ctx, ada.ID))
		require.ErrorIs(t, c.Contacts.Delete(ctx, ada.ID), late.ErrNotFound)
	})

	t.Run("Groups", func(t *testing.T) {
		_, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada", Groups: []string{"a"}})
		require.NoError(t, err)
		groups, err := c.Groups.List(ctx)
		require.NoError(t, err)
		require.Equal(t, []late.Group{{Name: "a", TotalCount: 1, OptedInCount: 1}}, groups)
		changed, err := c.Groups.Rename(ctx, "a", "b")
		require.NoError(t, err)
		require.Equal(t, 1, changed.Modified)
		changed, err = c.Groups.Delete(ctx, "b")
		require.NoError(t, err)
		require.Equal(t, 1, changed.Modified)
	})

	t.Run("Templates", func(t *testing.T) {
		created, err := c.Templates.Create(ctx, late.CreateTemplateRequest{
			Name: hello.Name, Category: late.TemplateMarketing, Language: hello.Language,
			Components: []late.TemplateComponent{late.HeaderText("News"), late.Body("Hi {{1}}", "Ada"), late.Footer("Bye"), late.Buttons(late.QuickReply("OK"))},
		})
		require.NoError(t, err)
		require.Equal(t, late.TemplatePending, created.Status)
		server.Advance(time.Minute)
		approved, err := c.Templates.Wait(ctx, hello.Name)
		require.NoError(t, err)
		require.Equal(t, late.TemplateApproved, approved.Status)
		require.Equal(t, "OK", approved.Components[3].Buttons[0].Text)
		all, err := c.Templates.List(ctx)
		require.NoError(t, err)
		require.Len(t, all, 1)
		_, err = c.Templates.Update(ctx, hello.Name, []late.TemplateComponent{late.Body("Hello {{1}}", "Ada")})
		require.NoError(t, err)
		server.Advance(time.Minute)
		_, err = c.Templates.Get(ctx, hello.Name)
		require.NoError(t, err)
	})

	t.Run("Messages", func(t *testing.T) {
		sent, err := c.Messages.SendBulk(ctx, late.SendBulkRequest{
			Template: hello, Recipients: []late.BulkRecipient{{Phone: testPhone, Variables: map[string]string{"1": "Ada"}}, {Phone: "+16315550009"}},
		})
		require.NoError(t, err)
		require.Equal(t, 1, sent.Summary.Sent)
		require.Equal(t, 1, sent.Summary.Failed)
	})

	t.Run("Broadcasts", func(t *testing.T) {
		draft, err := c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
			Name: "News", Description: "Weekly", Template: hello,
			Recipients: []late.BroadcastRecipient{{Phone: testPhone, Name: "Ada", Variables: map[string]string{"1": "Ada"}}},
		})
		require.NoError(t, err)
		require.Equal(t, late.BroadcastDraft, draft.Status)
		added, err := c.Broadcasts.AddRecipients(ctx, draft.ID, []late.BroadcastRecipient{{Phone: "+16315550002"}, {Phone: testPhone}})
		require.NoError(t, err)
		require.Equal(t, 1, added.Added)
		require.Equal(t, 1, added.Duplicates)
		removed, err := c.Broadcasts.RemoveRecipients(ctx, draft.ID, []string{"+16315550002"})
		require.NoError(t, err)
		require.Equal(t, 1, removed.Removed)
		scheduled, err := c.Broadcasts.Schedule(ctx, draft.ID, server.Now().Add(time.Hour))
		require.NoError(t, err)
		require.Equal(t, late.BroadcastScheduled, scheduled.Status)
		again, err := c.Broadcasts.CancelSchedule(ctx, draft.ID)
		require.NoError(t, err)
		require.Equal(t, late.BroadcastDraft, again.Status)
		result, err := c.Broadcasts.Send(ctx, draft.ID)
		require.NoError(t, err)
		require.Equal(t, 1, result.Sent)
		server.Advance(time.Minute)
		done, err := c.Broadcasts.Wait(ctx, draft.ID)
		require.NoError(t, err)
		require.Equal(t, 1, done.ReadCount)
		recipients, err := c.Broadcasts.Recipients(ctx, draft.ID, late.ListRecipientsOptions{Status: late.DeliveryRead, Limit: 5})
		require.NoError(t, err)
		require.Equal(t, testPhone, recipients.Recipients[0].Phone)
		_, err = c.Broadcasts.Send(ctx, draft.ID)
		require.ErrorIs(t, err, late.ErrInvalidRequest)
		require.ErrorIs(t, c.Broadcasts.Delete(ctx, draft.ID), late.ErrInvalidRequest)

		other, err := c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "Other", Template: hello})
		require.NoError(t, err)
		page, err := c.Broadcasts.List(ctx, late.ListBroadcastsOptions{Status: late.BroadcastDraft, Limit: 5})
		require.NoError(t, err)
		require.Equal(t, other.ID, page.Broadcasts[0].ID)
		_, err = c.Broadcasts.Get(ctx, other.ID)
		require.NoError(t, err)
		require.NoError(t, c.Broadcasts.Delete(ctx, other.ID))
		require.NoError(t, c.Templates.Delete(ctx, hello.Name))
	})

	t.Run("BusinessProfile", func(t *testing.T) {
		require.NoError(t, c.BusinessProfile.Update(ctx, late.UpdateBusinessProfileRequest{
			About: new("We sell"), Email: new("a@example.com"), Websites: []string{"https://example.com"}, Vertical: new("RETAIL"),
		}))
		profile, err := c.BusinessProfile.Get(ctx)
		require.NoError(t, err)
		require.Equal(t, "We sell", profile.About)
	})

	t.Run("PhoneNumbers", func(t *testing.T) {
		const profile = "65f0000000000000000000aa"
		available, err := c.PhoneNumbers.SearchAvailable(ctx, late.SearchNumbersOptions{Prefix: "212", Limit: 3})
		require.NoError(t, err)
		require.NotEmpty(t, available)
		first, err := c.PhoneNumbers.Purchase(ctx, profile)
		require.NoError(t, err)
		checkout, ok := first.(late.CheckoutRequired)
		require.True(t, ok, "%T", first)
		server.CompleteCheckout(checkout.CheckoutURL)
		server.Advance(time.Minute)
		numbers, err := c.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{ProfileID: profile, Status: late.PhoneNumberActive})
		require.NoError(t, err)
		require.Len(t, numbers, 1)
		require.Equal(t, profile, numbers[0].ProfileID)

		second, err := c.PhoneNumbers.Purchase(ctx, profile)
		require.NoError(t, err)
		provisioned, ok := second.(late.NumberProvisioned)
		require.True(t, ok, "%T", second)

		id := numbers[0].ID
		number, err := c.PhoneNumbers.Wait(ctx, id, func(n *late.PhoneNumber) bool { return n.Status == late.PhoneNumberActive })
		require.NoError(t, err)
		require.Equal(t, id, number.ID)
		code, err := c.PhoneNumbers.RequestCode(ctx, id, late.CodeVoice)
		require.NoError(t, err)
		require.Equal(t, late.CodeVoice, code.Method)
		_, err = c.PhoneNumbers.RequestCode(ctx, id, "")
		require.NoError(t, err)
		verified, err := c.PhoneNumbers.Verify(ctx, id, server.Code(id))
		require.NoError(t, err)
		require.Equal(t, 90*24*time.Hour, verified.MetaVerificationExpiresAt.Sub(verified.MetaVerifiedAt))
		preverified, err := c.PhoneNumbers.Preverified(ctx, profile)
		require.NoError(t, err)
		require.NotEmpty(t, preverified)
		released, err := c.PhoneNumbers.Release(ctx, provisioned.PhoneNumber.ID)
		require.NoError(t, err)
		require.Equal(t, provisioned.PhoneNumber.ID, released.ID)
	})

	t.Run("Workspace", func(t *testing.T) {
		shop, err := c.Profiles.Create(ctx, late.CreateProfileRequest{Name: "Shop", Description: "Shoes", Color: "#ffeda0"})
		require.NoError(t, err)
		shop, err = c.Profiles.Update(ctx, shop.ID, late.UpdateProfileRequest{Description: new(""), IsDefault: new(false)})
		require.NoError(t, err)
		require.Empty(t, shop.Description)
		_, err = c.Profiles.Get(ctx, shop.ID)
		require.NoError(t, err)
		profiles, err := c.Profiles.List(ctx, late.ListProfilesOptions{})
		require.NoError(t, err)
		require.Contains(t, profiles, *shop)

		page, err := c.Connect.URL(ctx, "whatsapp", shop.ID, late.ConnectOptions{RedirectURL: "https://shop.example.com/"})
		require.NoError(t, err)
		code, _ := server.Authorize(page.AuthURL)
		callback := late.CompleteConnectionRequest{Code: code, State: page.State, ProfileID: shop.ID}
		require.NoError(t, c.Connect.Complete(ctx, "whatsapp", callback))
		require.ErrorIs(t, c.Connect.Complete(ctx, "whatsapp", callback), late.ErrInvalidRequest)
		page, err = c.Connect.URL(ctx, "whatsapp", shop.ID, late.ConnectOptions{Headless: true})
		require.NoError(t, err)
		_, token := server.Authorize(page.AuthURL)
		pending, err := c.Connect.PendingData(ctx, token)
		require.NoError(t, err)
		require.EqualValues(t, shop.ID, pending.ProfileID)
		_, err = c.Connect.PendingData(ctx, token)
		require.ErrorIs(t, err, late.ErrNotFound)

		connected, err := c.Accounts.List(ctx, late.ListAccountsOptions{ProfileID: shop.ID, Platform: "whatsapp"})
		require.NoError(t, err)
		require.Len(t, connected, 1)
		account := connected[0]
		require.EqualValues(t, shop.ID, account.ProfileID)
		require.NoError(t, c.Accounts.Update(ctx, account.ID, late.UpdateAccountRequest{DisplayName: new("The shop")}))
		health, err := c.Accounts.Health(ctx, account.ID)
		require.NoError(t, err)
		require.Equal(t, account.ID, health.ID)
		summary, err := c.Accounts.HealthSummary(ctx, late.AccountHealthOptions{Platform: "whatsapp", Status: late.AccountHealthy})
		require.NoError(t, err)
		require.Equal(t, len(summary.Accounts), summary.Summary.Healthy)
		require.ErrorIs(t, c.Profiles.Delete(ctx, shop.ID), late.ErrInvalidRequest, "it has an account")
		require.NoError(t, c.Accounts.Delete(ctx, account.ID))
		require.NoError(t, c.Profiles.Delete(ctx, shop.ID))
		logs := 0
		for _, err := range c.Accounts.AllConnectionLog(ctx, late.ConnectionLogOptions{Days: 7, Limit: 1}) {
			require.NoError(t, err)
			logs++
		}
		require.GreaterOrEqual(t, logs, 2)
		usage, err := c.Usage.Get(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, usage.PlanName)
	})

	t.Run("Conversations", func(t *testing.T) {
		const ada, ben = "+16315550101", "+16315550102"
		server.AddTemplate(late.CreateTemplateRequest{
			Name: "again", Language: "en_US", Category: late.TemplateUtility, Components: []late.TemplateComponent{late.Body("Hi {{1}}", "Ada")},
		})
		again := late.TemplateRef{Name: "again", Language: "en_US", Components: []late.TemplateComponent{late.BodyValues("Ada")}}
		picture := server.AddMedia("image/png", []byte("a picture"))
		server.Receive(late.IncomingMessage{WebhookMessage: late.WebhookMessage{
			Text: "Look", Sender: late.WebhookSender{PhoneNumber: ada, Name: "Ada"}, Attachments: []late.WebhookAttachment{picture},
		}})
		page, err := c.Conversations.List(ctx, late.ListConversationsOptions{Status: late.ConversationActive, Platform: "whatsapp", Limit: 5})
		require.NoError(t, err)
		require.Len(t, page.Conversations, 1)
		id := page.Conversations[0].ID
		require.Equal(t, "Ada", page.Conversations[0].ParticipantName)
		details, err := c.Conversations.Get(ctx, id)
		require.NoError(t, err)
		require.Equal(t, id, details.ID)

		file, err := c.Media.Upload(ctx, "menu.pdf", "application/pdf", strings.NewReader("%PDF-1.7"))
		require.NoError(t, err)
		for _, req := range []late.ReplyRequest{
			{Text: "Hello", IdempotencyKey: "1"},
			{Text: "Tea?", Buttons: []late.ReplyButton{{Type: late.ReplyButtonPostback, Title: "Yes", Payload: "yes"}}},
			{Text: "Menu", List: &late.ReplyList{Button: "Open", Sections: []late.ReplyListSection{{Rows: []late.ReplyListRow{{ID: "tea", Title: "Tea"}}}}}},
			{Text: "Pay", URLButton: &late.ReplyURLButton{DisplayText: "Pay", URL: "https://example.com"}},
			{Attachment: &late.ReplyAttachment{URL: file, Type: "file", Name: "menu.pdf"}},
			{Text: "Here", Attachment: &late.ReplyAttachment{Content: strings.NewReader("%PDF-1.7"), Name: "menu.pdf"}},
			{Location: &late.ReplyLocation{Latitude: 1.5, Longitude: 2, Name: "Shop"}},
			{Contacts: []late.ReplyContact{{Name: late.ReplyContactName{FormattedName: "Ada"}}}},
			{Template: &again},
		} {
			sent, err := c.Conversations.Reply(ctx, id, req)
			require.NoError(t, err, "%+v", req)
			require.NotEmpty(t, sent.MessageID)
		}
		first, err := c.Conversations.Messages(ctx, id, late.ListMessagesOptions{Limit: 3})
		require.NoError(t, err)
		require.Equal(t, "Look", first.Messages[0].Message)
		rest, err := c.Conversations.Messages(ctx, id, late.ListMessagesOptions{Cursor: first.NextCursor})
		require.NoError(t, err)
		require.Len(t, append(first.Messages, rest.Messages...), 10)
		content, err := c.Media.Download(ctx, first.Messages[0].Attachments[0].URL)
		require.NoError(t, err)
		data, err := io.ReadAll(content)
		require.NoError(t, err)
		require.NoError(t, content.Close())
		require.Equal(t, "a picture", string(data))

		server.Advance(25 * time.Hour)
		_, err = c.Conversations.Reply(ctx, id, late.ReplyRequest{Text: "Too late"})
		require.ErrorIs(t, err, late.ErrWindowClosed)
		_, err = c.Conversations.Reply(ctx, id, late.ReplyRequest{Template: &again})
		require.NoError(t, err)
		require.NoError(t, c.Conversations.Archive(ctx, id))
		require.NoError(t, c.Conversations.Activate(ctx, id))
		started, err := c.Conversations.Start(ctx, late.StartConversationRequest{
			ParticipantID: ben, TemplateName: again.Name, TemplateLanguage: again.Language, TemplateParams: []string{"Ben"},
		})
		require.NoError(t, err)
		require.NotEqual(t, id, started.ConversationID)
		conversations := 0
		for _, err := range c.Conversations.All(ctx, late.ListConversationsOptions{Limit: 1}) {
			require.NoError(t, err)
			conversations++
		}
		require.Equal(t, 2, conversations)
	})

	t.Run("Webhooks", func(t *testing.T) {
		settings := late.CreateWebhookRequest{
			Name: "shop", URL: webhookURL, Secret: webhookSecret, Events: []late.EventKind{late.EventMessageReceived, late.EventMessageFailed},
		}
		created, err := c.Webhooks.Ensure(ctx, settings)
		require.NoError(t, err)
		ensured, err := c.Webhooks.Ensure(ctx, settings)
		require.NoError(t, err)
		require.Equal(t, created.ID, ensured.ID)
		handler := late.NewWebhook(late.WebhookHandlers{}, late.WithWebhookSecret(string(webhookSecret)),
			late.WithWebhookLogger(slog.New(slog.DiscardHandler)))
		server.SetWebhookHandler(handler)
		require.NoError(t, c.Webhooks.Test(ctx, created.ID))
		_, err = c.Webhooks.Update(ctx, created.ID, late.UpdateWebhookRequest{Secret: new(late.Secret("another secret"))})
		require.NoError(t, err)
		err = c.Webhooks.Test(ctx, created.ID)
		_, failed := errors.AsType[*late.EndpointError](err)
		require.True(t, failed, "%v", err)
		logs, err := c.Webhooks.Log(ctx, late.WebhookLogOptions{WebhookID: created.ID, Event: late.EventTest, Limit: 10})
		require.NoError(t, err)
		require.Len(t, logs, 2)
		all, err := c.Webhooks.List(ctx)
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.NoError(t, c.Webhooks.Delete(ctx, created.ID))
	})

	var all []string
	for _, op := range operations {
		all = append(all, op.ID)
	}
	called := checker.Called()
	slices.Sort(called)
	require.Equal(t, all, called, "an operation has no wrapper, or its wrapper is not tested here")
}
