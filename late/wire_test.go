package late_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

// A field that is left out and a field that is zero are different requests.
func TestWhatIsSetIsSentAndNothingElse(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(time.Hour).Truncate(time.Second)
	tests := map[string]struct {
		call func(context.Context, *late.Client) error
		want string
	}{
		"create contact, required alone": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
				return err
			},
			`{"accountId":"` + testAccount + `","phone":"+16315551234","name":"Ada"}`,
		},
		"create contact, consent withheld, empty lists": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.Create(ctx, late.CreateContactRequest{
					Phone: testPhone, Name: "Ada", IsOptedIn: new(false), Tags: []string{}, Groups: []string{},
					CustomFields: map[string]string{},
				})
				return err
			},
			`{"accountId":"` + testAccount + `","phone":"+16315551234","name":"Ada","isOptedIn":false,"tags":[],"groups":[],"customFields":{}}`,
		},
		"create contact for another account": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.Create(ctx, late.CreateContactRequest{AccountID: "other", Phone: testPhone, Name: "Ada"})
				return err
			},
			`{"accountId":"other","phone":"+16315551234","name":"Ada"}`,
		},
		"update contact, nothing": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.Update(ctx, testID, late.UpdateContactRequest{})
				return err
			},
			`{}`,
		},
		"update contact, all cleared": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.Update(ctx, testID, late.UpdateContactRequest{
					Name: new(""), Email: new(""), Company: new(""), Notes: new(""), Tags: []string{}, Groups: []string{},
					IsOptedIn: new(false), IsBlocked: new(false), CustomFields: map[string]*string{"plan": nil, "seat": new("")},
				})
				return err
			},
			`{"name":"","email":"","company":"","notes":"","tags":[],"groups":[],"isOptedIn":false,"isBlocked":false,"customFields":{"plan":null,"seat":""}}`,
		},
		"import, defaults": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}})
				return err
			},
			`{"accountId":"` + testAccount + `","contacts":[{"phone":"+16315551234","name":"Ada"}]}`,
		},
		"import, duplicates refused": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.Import(ctx, late.ImportContactsRequest{
					Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}, SkipDuplicates: new(false), DefaultTags: []string{},
				})
				return err
			},
			`{"accountId":"` + testAccount + `","contacts":[{"phone":"+16315551234","name":"Ada"}],"skipDuplicates":false,"defaultTags":[]}`,
		},
		"bulk delete": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Contacts.BulkDelete(ctx, []string{testID})
				return err
			},
			`{"contactIds":["` + testID + `"]}`,
		},
		"template, each kind of component": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Templates.Create(ctx, late.CreateTemplateRequest{
					Name: "hello", Category: late.TemplateUtility, Language: "en_US",
					Components: []late.TemplateComponent{
						late.HeaderText("Hi {{1}}", "Ada"), late.Body("Order {{1}}", "17"), late.Footer("Bye"),
						late.Buttons(late.QuickReply("OK"), late.URLButton("See", "https://example.com/{{1}}", "https://example.com/17"),
							late.PhoneButton("Call", testPhone), late.CopyCodeButton("Copy")),
					},
				})
				return err
			},
			`{"accountId":"` + testAccount + `","name":"hello","category":"UTILITY","language":"en_US","components":[
				{"type":"header","format":"TEXT","text":"Hi {{1}}","example":{"header_text":["Ada"]}},
				{"type":"body","text":"Order {{1}}","example":{"body_text":[["17"]]}},
				{"type":"footer","text":"Bye"},
				{"type":"buttons","buttons":[{"type":"QUICK_REPLY","text":"OK"},
					{"type":"URL","text":"See","url":"https://example.com/{{1}}","example":["https://example.com/17"]},
					{"type":"PHONE_NUMBER","text":"Call","phone_number":"+16315551234"},
					{"type":"OTP","otp_type":"COPY_CODE","text":"Copy"}]}]}`,
		},
		"template, with what the types do not know": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Templates.Update(ctx, "hello", []late.TemplateComponent{
					late.HeaderMedia("IMAGE", "4::abc"),
					{Type: "body", Text: "Hi", AdditionalProperties: map[string]any{"add_security_recommendation": true}},
				})
				return err
			},
			`{"accountId":"` + testAccount + `","components":[{"type":"header","format":"IMAGE","example":{"header_handle":["4::abc"]}},
				{"type":"body","text":"Hi","add_security_recommendation":true}]}`,
		},
		"broadcast": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
					Name: "News", Template: late.TemplateRef{Name: "hello", Language: "en_US"},
				})
				return err
			},
			`{"accountId":"` + testAccount + `","name":"News","template":{"name":"hello","language":"en_US"}}`,
		},
		"recipients": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Broadcasts.AddRecipients(ctx, testID, []late.BroadcastRecipient{
					{Phone: testPhone}, {Phone: testPhone, Name: "Ada", Variables: map[string]string{"1": ""}},
				})
				return err
			},
			`{"recipients":[{"phone":"+16315551234"},{"phone":"+16315551234","name":"Ada","variables":{"1":""}}]}`,
		},
		"schedule, in UTC": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Broadcasts.Schedule(ctx, testID, at.In(time.FixedZone("", 7200)))
				return err
			},
			`{"scheduledAt":"` + at.UTC().Format(time.RFC3339) + `"}`,
		},
		"bulk": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Messages.SendBulk(ctx, late.SendBulkRequest{
					Template: late.TemplateRef{Name: "hello", Language: "en_US"}, Recipients: []late.BulkRecipient{{Phone: testPhone}},
				})
				return err
			},
			`{"accountId":"` + testAccount + `","recipients":[{"phone":"+16315551234"}],"template":{"name":"hello","language":"en_US"}}`,
		},
		"delete group": {
			func(ctx context.Context, c *late.Client) error { _, err := c.Groups.Delete(ctx, "a"); return err },
			`{"accountId":"` + testAccount + `","groupName":"a"}`,
		},
		"request a code, as the server likes": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.PhoneNumbers.RequestCode(ctx, testID, "")
				return err
			},
			`{}`,
		},
		"empty profile": {
			func(ctx context.Context, c *late.Client) error {
				return c.BusinessProfile.Update(ctx, late.UpdateBusinessProfileRequest{Websites: []string{}, Vertical: new("")})
			},
			`{"accountId":"` + testAccount + `","websites":[],"vertical":""}`,
		},
		"a call without a body": {
			func(ctx context.Context, c *late.Client) error {
				_, err := c.Broadcasts.CancelSchedule(ctx, testID)
				return err
			},
			``,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			require.NoError(t, tt.call(t.Context(), client))
			require.Len(t, w.bodies, 1)
			if tt.want == "" {
				require.Empty(t, w.bodies[0])
				return
			}
			require.JSONEq(t, tt.want, w.bodies[0])
		})
	}
}

func TestQueryHoldsWhatIsSetAndNothingElse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call func(context.Context, *late.Client) error
		want string
	}{
		"contacts": {func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.List(ctx, late.ListContactsOptions{})
			return err
		}, "/api/v1/whatsapp/contacts?accountId=" + testAccount},
		"contacts, chosen": {func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.List(ctx, late.ListContactsOptions{
				Search: "a&b", Tag: "vip", Group: "Zürich", OptedIn: new(false), Limit: 10, Skip: 20,
			})
			return err
		}, "/api/v1/whatsapp/contacts?accountId=" + testAccount + "&group=Z%C3%BCrich&limit=10&optedIn=false&search=a%26b&skip=20&tag=vip"},
		"all contacts, first page": {func(ctx context.Context, c *late.Client) error {
			for _, err := range c.Contacts.All(ctx, late.ListContactsOptions{}) {
				return err
			}
			return nil
		}, "/api/v1/whatsapp/contacts?accountId=" + testAccount},
		"broadcasts": {func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.List(ctx, late.ListBroadcastsOptions{Status: late.BroadcastDraft})
			return err
		}, "/api/v1/whatsapp/broadcasts?accountId=" + testAccount + "&status=draft"},
		"recipients": {func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.Recipients(ctx, testID, late.ListRecipientsOptions{})
			return err
		}, "/api/v1/whatsapp/broadcasts/" + testID + "/recipients"},
		"phone numbers": {func(ctx context.Context, c *late.Client) error {
			_, err := c.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{})
			return err
		}, "/api/v1/whatsapp/phone-numbers"},
		"available numbers": {func(ctx context.Context, c *late.Client) error {
			_, err := c.PhoneNumbers.SearchAvailable(ctx, late.SearchNumbersOptions{})
			return err
		}, "/api/v1/whatsapp/phone-numbers/available"},
		"template": {func(ctx context.Context, c *late.Client) error {
			return c.ForAccount("another").Templates.Delete(ctx, "hello")
		}, "/api/v1/whatsapp/templates/hello?accountId=another"},
		"an id is one segment": {func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Get(ctx, "a/../b?c#d")
			return err
		}, "/api/v1/whatsapp/contacts/a%2F..%2Fb%3Fc%23d"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			require.NoError(t, tt.call(t.Context(), client))
			require.Len(t, w.requests, 1)
			u := w.requests[0].URL
			u.RawQuery = u.Query().Encode()
			require.Equal(t, tt.want, u.RequestURI())
			require.Equal(t, "getlate.dev", u.Host)
		})
	}
}

func TestWhatIsKnownToBeWrongIsNotSent(t *testing.T) {
	t.Parallel()
	many := func(n int) []string {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = testID
		}
		return ids
	}
	body := []late.TemplateComponent{late.Body("Hi")}
	ref := late.TemplateRef{Name: "hello", Language: "en_US"}
	tests := map[string]struct {
		field string
		call  func(context.Context, *late.Client) error
	}{
		"no id":                  {"contactId", func(ctx context.Context, c *late.Client) error { _, err := c.Contacts.Get(ctx, ""); return err }},
		"id of the folder above": {"contactId", func(ctx context.Context, c *late.Client) error { return c.Contacts.Delete(ctx, "..") }},
		"id with a line break":   {"broadcastId", func(ctx context.Context, c *late.Client) error { _, err := c.Broadcasts.Send(ctx, "a\nb"); return err }},
		"no broadcast":           {"broadcastId", func(ctx context.Context, c *late.Client) error { _, err := c.Broadcasts.Get(ctx, ""); return err }},
		"no template":            {"templateName", func(ctx context.Context, c *late.Client) error { _, err := c.Templates.Get(ctx, ""); return err }},
		"negative skip": {"skip", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.List(ctx, late.ListContactsOptions{Skip: -1})
			return err
		}},
		"negative limit of an iterator": {"limit", func(ctx context.Context, c *late.Client) error {
			for _, err := range c.Broadcasts.All(ctx, late.ListBroadcastsOptions{Limit: -1}) {
				return err
			}
			return nil
		}},
		"a phone that begins with zero": {"phone", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: "+0987654321", Name: "Ada"})
			return err
		}},
		"phone without plus": {"phone", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: "16315551234", Name: "Ada"})
			return err
		}},
		"no name": {"name", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: " "})
			return err
		}},
		"empty import": {"contacts", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Import(ctx, late.ImportContactsRequest{})
			return err
		}},
		"1,001 imports": {"contacts", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: make([]late.ImportContact, 1001)})
			return err
		}},
		"no action": {"action", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{ContactIDs: many(1)})
			return err
		}},
		"no tags to add": {"tags", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.AddTags, ContactIDs: many(1)})
			return err
		}},
		"no groups to remove": {"groups", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.RemoveGroups, ContactIDs: many(1), Tags: many(1)})
			return err
		}},
		"501 updates": {"contactIds", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.OptOut, ContactIDs: many(501)})
			return err
		}},
		"501 deletes": {"contactIds", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.BulkDelete(ctx, many(501))
			return err
		}},
		"an empty id among others": {"contactIds[1]", func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.BulkDelete(ctx, []string{testID, ""})
			return err
		}},
		"template name": {"name", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Create(ctx, late.CreateTemplateRequest{Name: "Hello", Category: late.TemplateUtility, Language: "en", Components: body})
			return err
		}},
		"template without language": {"language", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Create(ctx, late.CreateTemplateRequest{Name: "hello", Category: late.TemplateUtility, Components: body})
			return err
		}},
		"template without category": {"category", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Create(ctx, late.CreateTemplateRequest{Name: "hello", Language: "en", Components: body})
			return err
		}},
		"marketing without a text": {"components[0].text", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Create(ctx, late.CreateTemplateRequest{
				Name: "hello", Category: late.TemplateMarketing, Language: "en", Components: []late.TemplateComponent{late.Body("")},
			})
			return err
		}},
		"template without body": {"components", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Footer("x")})
			return err
		}},
		"template with two bodies": {"components[1]", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Body("x"), late.Body("y")})
			return err
		}},
		"eleven buttons": {"components[1].buttons", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Body("x"), late.Buttons(make([]late.TemplateButton, 11)...)})
			return err
		}},
		"a button that calls nobody": {"components[1].buttons[0].phone_number", func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Body("x"), late.Buttons(late.PhoneButton("Call", ""))})
			return err
		}},
		"broadcast without template": {"template.name", func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "News"})
			return err
		}},
		"broadcast to a bad phone": {"recipients[0].phone", func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "News", Template: ref, Recipients: []late.BroadcastRecipient{{}}})
			return err
		}},
		"1,001 recipients": {"recipients", func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.AddRecipients(ctx, testID, make([]late.BroadcastRecipient, 1001))
			return err
		}},
		"no recipients": {"recipients", func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.AddRecipients(ctx, testID, nil)
			return err
		}},
		"no phones to remove": {"phones", func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.RemoveRecipients(ctx, testID, nil)
			return err
		}},
		"a date that has passed": {"scheduledAt", func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.Schedule(ctx, testID, time.Now().Add(-time.Second))
			return err
		}},
		"a date 31 days ahead": {"scheduledAt", func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.Schedule(ctx, testID, time.Now().AddDate(0, 0, 31))
			return err
		}},
		"a batch without an id": {"broadcastId", func(ctx context.Context, c *late.Client) error {
			report, err := c.Broadcasts.AddRecipientsMany(ctx, "", nil)
			if report == nil {
				t.Error("no report")
			}
			return err
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			err := tt.call(t.Context(), client)
			var invalid *late.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, tt.field, invalid.Field)
			require.ErrorIs(t, err, late.ErrInvalidRequest)
			require.ErrorIs(t, err, late.ErrNotSent)
			require.Zero(t, w.sent())
		})
	}
}

func TestNoAccountIsSaidBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	tests := map[string]func(context.Context, *late.Client) error{
		"list contacts": func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.List(ctx, late.ListContactsOptions{})
			return err
		},
		"all contacts": func(ctx context.Context, c *late.Client) error {
			for _, err := range c.Contacts.All(ctx, late.ListContactsOptions{}) {
				return err
			}
			return nil
		},
		"create contact": func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
			return err
		},
		"import": func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: make([]late.ImportContact, 1)})
			return err
		},
		"import many": func(ctx context.Context, c *late.Client) error {
			_, err := c.Contacts.ImportMany(ctx, late.ImportOptions{}, nil)
			return err
		},
		"bulk": func(ctx context.Context, c *late.Client) error {
			_, err := c.Messages.SendBulk(ctx, late.SendBulkRequest{Recipients: make([]late.BulkRecipient, 1)})
			return err
		},
		"send many": func(ctx context.Context, c *late.Client) error {
			_, err := c.Messages.SendMany(ctx, late.TemplateRef{Name: "x", Language: "x"}, nil)
			return err
		},
		"groups":       func(ctx context.Context, c *late.Client) error { _, err := c.Groups.List(ctx); return err },
		"rename group": func(ctx context.Context, c *late.Client) error { _, err := c.Groups.Rename(ctx, "a", "b"); return err },
		"delete group": func(ctx context.Context, c *late.Client) error { _, err := c.Groups.Delete(ctx, "a"); return err },
		"profile":      func(ctx context.Context, c *late.Client) error { _, err := c.BusinessProfile.Get(ctx); return err },
		"update profile": func(ctx context.Context, c *late.Client) error {
			return c.BusinessProfile.Update(ctx, late.UpdateBusinessProfileRequest{})
		},
		"list templates": func(ctx context.Context, c *late.Client) error { _, err := c.Templates.List(ctx); return err },
		"get template":   func(ctx context.Context, c *late.Client) error { _, err := c.Templates.Get(ctx, "hello"); return err },
		"wait for template": func(ctx context.Context, c *late.Client) error {
			_, err := c.Templates.Wait(ctx, "hello")
			return err
		},
		"delete template": func(ctx context.Context, c *late.Client) error { return c.Templates.Delete(ctx, "hello") },
		"list broadcasts": func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.List(ctx, late.ListBroadcastsOptions{})
			return err
		},
		"create broadcast": func(ctx context.Context, c *late.Client) error {
			_, err := c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "x", Template: late.TemplateRef{Name: "x", Language: "x"}})
			return err
		},
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			require.ErrorIs(t, call(t.Context(), client.ForAccount("")), late.ErrNoAccount)
			require.Zero(t, w.sent())
			require.NotErrorIs(t, call(t.Context(), client), late.ErrNoAccount)
		})
	}
}

// A recorder that blots out a header where it stands spoils no other call.
func TestWhatATransportDoesToAHeaderIsOfOneAttempt(t *testing.T) {
	t.Parallel()
	w := &wire{}
	w.answer = func(_ int, req *http.Request) (*http.Response, error) {
		require.Equal(t, "Bearer "+testKey, req.Header.Get("Authorization"))
		require.Contains(t, req.UserAgent(), "wabakit-go/")
		for _, values := range req.Header {
			values[0] = "[blotted out]"
		}
		return says(200, complete), nil
	}
	client := clientOn(t, w)
	for range 2 {
		_, err := client.Groups.List(t.Context())
		require.NoError(t, err)
	}
}
