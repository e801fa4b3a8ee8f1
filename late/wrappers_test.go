package late_test

import (
	"context"
	"time"

	"github.com/wabakit/wabakit-go/late"
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
}
