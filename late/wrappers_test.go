package late_test

import (
	"context"
	"io"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// alone adapts a method that returns only an error.
func alone(err error) (any, error) { return nil, err }

// wrappers calls the method of each operation, by operation ID.
var wrappers = map[string]func(ctx context.Context, c *late.Client) (any, error){
	"sendWhatsAppBulk": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Messages.SendBulk(ctx, late.SendBulkRequest{Template: hello, Recipients: []late.BulkRecipient{{Phone: testPhone}}})
	},

	"getWhatsAppContacts": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Contacts.List(ctx, late.ListContactsOptions{Tag: "vip"})
	},
	"createWhatsAppContact": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
	},
	"getWhatsAppContact": func(ctx context.Context, c *late.Client) (any, error) { return c.Contacts.Get(ctx, testID) },
	"updateWhatsAppContact": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Contacts.Update(ctx, testID, late.UpdateContactRequest{Notes: new("")})
	},
	"deleteWhatsAppContact": func(ctx context.Context, c *late.Client) (any, error) { return alone(c.Contacts.Delete(ctx, testID)) },
	"importWhatsAppContacts": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}})
	},
	"bulkUpdateWhatsAppContacts": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.AddTags, ContactIDs: []string{testID}, Tags: []string{"a"}})
	},
	"bulkDeleteWhatsAppContacts": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Contacts.BulkDelete(ctx, []string{testID})
	},

	"getWhatsAppGroups":   func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.List(ctx) },
	"renameWhatsAppGroup": func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.Rename(ctx, "a", "b") },
	"deleteWhatsAppGroup": func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.Delete(ctx, "a") },

	"getWhatsAppTemplates": func(ctx context.Context, c *late.Client) (any, error) { return c.Templates.List(ctx) },
	"createWhatsAppTemplate": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Templates.Create(ctx, late.CreateTemplateRequest{
			Name: hello.Name, Language: hello.Language, Category: late.TemplateUtility, Components: []late.TemplateComponent{late.Body("Hi")},
		})
	},
	"getWhatsAppTemplate": func(ctx context.Context, c *late.Client) (any, error) { return c.Templates.Get(ctx, hello.Name) },
	"updateWhatsAppTemplate": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Templates.Update(ctx, hello.Name, []late.TemplateComponent{late.Body("Hi")})
	},
	"deleteWhatsAppTemplate": func(ctx context.Context, c *late.Client) (any, error) {
		return alone(c.Templates.Delete(ctx, hello.Name))
	},

	"getWhatsAppBroadcasts": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Broadcasts.List(ctx, late.ListBroadcastsOptions{})
	},
	"createWhatsAppBroadcast": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "News", Template: hello})
	},
	"getWhatsAppBroadcast": func(ctx context.Context, c *late.Client) (any, error) { return c.Broadcasts.Get(ctx, testID) },
	"deleteWhatsAppBroadcast": func(ctx context.Context, c *late.Client) (any, error) {
		return alone(c.Broadcasts.Delete(ctx, testID))
	},
	"sendWhatsAppBroadcast": func(ctx context.Context, c *late.Client) (any, error) { return c.Broadcasts.Send(ctx, testID) },
	"scheduleWhatsAppBroadcast": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Broadcasts.Schedule(ctx, testID, time.Now().Add(time.Hour))
	},
	"cancelWhatsAppBroadcastSchedule": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Broadcasts.CancelSchedule(ctx, testID)
	},
	"getWhatsAppBroadcastRecipients": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Broadcasts.Recipients(ctx, testID, late.ListRecipientsOptions{})
	},
	"addWhatsAppBroadcastRecipients": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Broadcasts.AddRecipients(ctx, testID, []late.BroadcastRecipient{{Phone: testPhone}})
	},
	"removeWhatsAppBroadcastRecipients": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Broadcasts.RemoveRecipients(ctx, testID, []string{testPhone})
	},

	"getWhatsAppBusinessProfile": func(ctx context.Context, c *late.Client) (any, error) { return c.BusinessProfile.Get(ctx) },
	"updateWhatsAppBusinessProfile": func(ctx context.Context, c *late.Client) (any, error) {
		return alone(c.BusinessProfile.Update(ctx, late.UpdateBusinessProfileRequest{About: new("We sell")}))
	},

	"getWhatsAppPhoneNumbers": func(ctx context.Context, c *late.Client) (any, error) {
		return c.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{})
	},
	"searchAvailableWhatsAppNumbers": func(ctx context.Context, c *late.Client) (any, error) {
		return c.PhoneNumbers.SearchAvailable(ctx, late.SearchNumbersOptions{Prefix: "212"})
	},
	"getPreverifiedWhatsAppNumbers": func(ctx context.Context, c *late.Client) (any, error) { return c.PhoneNumbers.Preverified(ctx, testID) },
	"purchaseWhatsAppPhoneNumber":   func(ctx context.Context, c *late.Client) (any, error) { return c.PhoneNumbers.Purchase(ctx, testID) },
	"getWhatsAppPhoneNumber":        func(ctx context.Context, c *late.Client) (any, error) { return c.PhoneNumbers.Get(ctx, testID) },
	"releaseWhatsAppPhoneNumber":    func(ctx context.Context, c *late.Client) (any, error) { return c.PhoneNumbers.Release(ctx, testID) },
	"requestWhatsAppVerificationCode": func(ctx context.Context, c *late.Client) (any, error) {
		return c.PhoneNumbers.RequestCode(ctx, testID, late.CodeSMS)
	},
	"verifyWhatsAppPhoneNumber": func(ctx context.Context, c *late.Client) (any, error) {
		return c.PhoneNumbers.Verify(ctx, testID, "123456")
	},

	"listAccounts": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Accounts.List(ctx, late.ListAccountsOptions{Platform: "whatsapp"})
	},
	"getAllAccountsHealth": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Accounts.HealthSummary(ctx, late.AccountHealthOptions{})
	},
	"getAccountHealth": func(ctx context.Context, c *late.Client) (any, error) { return c.Accounts.Health(ctx, testID) },
	"updateAccount": func(ctx context.Context, c *late.Client) (any, error) {
		return alone(c.Accounts.Update(ctx, testID, late.UpdateAccountRequest{DisplayName: new("Shop")}))
	},
	"deleteAccount": func(ctx context.Context, c *late.Client) (any, error) { return alone(c.Accounts.Delete(ctx, testID)) },
	"listConnectionLogs": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Accounts.ConnectionLog(ctx, late.ConnectionLogOptions{Days: 3})
	},

	"listProfiles": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Profiles.List(ctx, late.ListProfilesOptions{})
	},
	"createProfile": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Profiles.Create(ctx, late.CreateProfileRequest{Name: "Shop"})
	},
	"getProfile": func(ctx context.Context, c *late.Client) (any, error) { return c.Profiles.Get(ctx, testID) },
	"updateProfile": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Profiles.Update(ctx, testID, late.UpdateProfileRequest{Description: new("")})
	},
	"deleteProfile": func(ctx context.Context, c *late.Client) (any, error) { return alone(c.Profiles.Delete(ctx, testID)) },

	"getConnectUrl": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Connect.URL(ctx, "whatsapp", testID, late.ConnectOptions{Headless: true})
	},
	"handleOAuthCallback": func(ctx context.Context, c *late.Client) (any, error) {
		return alone(c.Connect.Complete(ctx, "whatsapp", late.CompleteConnectionRequest{Code: "code-1", State: "state-1", ProfileID: testID}))
	},
	"getPendingOAuthData": func(ctx context.Context, c *late.Client) (any, error) { return c.Connect.PendingData(ctx, "token-1") },

	"listInboxConversations": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Conversations.List(ctx, late.ListConversationsOptions{Limit: 10})
	},
	"getInboxConversation": func(ctx context.Context, c *late.Client) (any, error) { return c.Conversations.Get(ctx, testID) },
	"updateInboxConversation": func(ctx context.Context, c *late.Client) (any, error) {
		return alone(c.Conversations.Archive(ctx, testID))
	},
	"getInboxConversationMessages": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Conversations.Messages(ctx, testID, late.ListMessagesOptions{NewestFirst: true})
	},
	"sendInboxMessage": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Conversations.Reply(ctx, testID, late.ReplyRequest{Text: "Hello"})
	},
	"createInboxConversation": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Conversations.Start(ctx, late.StartConversationRequest{
			ParticipantID: testPhone, TemplateName: hello.Name, TemplateLanguage: hello.Language, TemplateParams: []string{"Ada"},
		})
	},

	"getWebhookSettings": func(ctx context.Context, c *late.Client) (any, error) { return c.Webhooks.List(ctx) },
	"createWebhookSettings": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Webhooks.Create(ctx, late.CreateWebhookRequest{
			URL: webhookURL, Secret: webhookSecret, Events: []late.EventKind{late.EventMessageReceived},
		})
	},
	"updateWebhookSettings": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Webhooks.Update(ctx, testID, late.UpdateWebhookRequest{IsActive: new(false), Secret: new(webhookSecret)})
	},
	"deleteWebhookSettings": func(ctx context.Context, c *late.Client) (any, error) { return alone(c.Webhooks.Delete(ctx, testID)) },
	"testWebhook":           func(ctx context.Context, c *late.Client) (any, error) { return alone(c.Webhooks.Test(ctx, testID)) },
	"getWebhookLogs": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Webhooks.Log(ctx, late.WebhookLogOptions{Event: late.EventTest})
	},

	"getMediaPresignedUrl": func(ctx context.Context, c *late.Client) (any, error) {
		return c.Media.Presign(ctx, "a.png", "image/png", 3)
	},
	"getWhatsAppMedia": func(ctx context.Context, c *late.Client) (any, error) {
		base := c.API().ClientInterface.(*lateapi.Client).Server
		content, err := c.Media.Download(ctx, base+"v1/whatsapp/media/"+testID+"?accountId="+testAccount)
		if err != nil {
			return nil, err
		}
		defer content.Close()
		return io.ReadAll(content)
	},
	"getUsageStats": func(ctx context.Context, c *late.Client) (any, error) { return c.Usage.Get(ctx) },
}

const (
	webhookURL                = "https://shop.example.com/webhook"
	webhookSecret late.Secret = "a secret of the webhook"
)
