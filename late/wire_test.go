package late_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

type methodCall = func(context.Context, *late.Client) (any, error)

// A field that is omitted and a field that is zero are different requests.
func TestOnlySetFieldsAreSent(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(time.Hour).Truncate(time.Second)
	tests := map[string]struct {
		call methodCall
		want string
	}{
		"create contact, required fields": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
			},
			`{"accountId":"` + testAccount + `","phone":"+16315551234","name":"Ada"}`,
		},
		"create contact, no consent, empty lists": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.Create(ctx, late.CreateContactRequest{
					Phone: testPhone, Name: "Ada", IsOptedIn: new(false), Tags: []string{}, Groups: []string{},
					CustomFields: map[string]string{},
				})
			},
			`{"accountId":"` + testAccount + `","phone":"+16315551234","name":"Ada","isOptedIn":false,"tags":[],"groups":[],"customFields":{}}`,
		},
		"create contact for another account": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.Create(ctx, late.CreateContactRequest{AccountID: "other", Phone: testPhone, Name: "Ada"})
			},
			`{"accountId":"other","phone":"+16315551234","name":"Ada"}`,
		},
		"update contact, nothing": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.Update(ctx, testID, late.UpdateContactRequest{})
			},
			`{}`,
		},
		"update contact, all cleared": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.Update(ctx, testID, late.UpdateContactRequest{
					Name: new(""), Email: new(""), Company: new(""), Notes: new(""), Tags: []string{}, Groups: []string{},
					IsOptedIn: new(false), IsBlocked: new(false), CustomFields: map[string]*string{"plan": nil, "seat": new("")},
				})
			},
			`{"name":"","email":"","company":"","notes":"","tags":[],"groups":[],"isOptedIn":false,"isBlocked":false,"customFields":{"plan":null,"seat":""}}`,
		},
		"import, defaults": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}})
			},
			`{"accountId":"` + testAccount + `","contacts":[{"phone":"+16315551234","name":"Ada"}]}`,
		},
		"import, duplicates refused": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.Import(ctx, late.ImportContactsRequest{
					Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}, SkipDuplicates: new(false), DefaultTags: []string{},
				})
			},
			`{"accountId":"` + testAccount + `","contacts":[{"phone":"+16315551234","name":"Ada"}],"skipDuplicates":false,"defaultTags":[]}`,
		},
		"bulk delete": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Contacts.BulkDelete(ctx, []string{testID})
			},
			`{"contactIds":["` + testID + `"]}`,
		},
		"template, each kind of component": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Templates.Create(ctx, late.CreateTemplateRequest{
					Name: "hello", Category: late.TemplateUtility, Language: "en_US",
					Components: []late.TemplateComponent{
						late.HeaderText("Hi {{1}}", "Ada"), late.Body("Order {{1}}", "17"), late.Footer("Bye"),
						late.Buttons(late.QuickReply("OK"), late.URLButton("See", "https://example.com/{{1}}", "https://example.com/17"),
							late.PhoneButton("Call", testPhone), late.CopyCodeButton("Copy")),
					},
				})
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
		"template, unknown members": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Templates.Update(ctx, "hello", []late.TemplateComponent{
					late.HeaderMedia("IMAGE", "4::abc"),
					{Type: "body", Text: "Hi", AdditionalProperties: map[string]any{"add_security_recommendation": true}},
				})
			},
			`{"accountId":"` + testAccount + `","components":[{"type":"header","format":"IMAGE","example":{"header_handle":["4::abc"]}},
				{"type":"body","text":"Hi","add_security_recommendation":true}]}`,
		},
		"broadcast": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{
					Name: "News", Template: late.TemplateRef{Name: "hello", Language: "en_US"},
				})
			},
			`{"accountId":"` + testAccount + `","name":"News","template":{"name":"hello","language":"en_US"}}`,
		},
		"recipients": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Broadcasts.AddRecipients(ctx, testID, []late.BroadcastRecipient{
					{Phone: testPhone}, {Phone: testPhone, Name: "Ada", Variables: map[string]string{"1": ""}},
				})
			},
			`{"recipients":[{"phone":"+16315551234"},{"phone":"+16315551234","name":"Ada","variables":{"1":""}}]}`,
		},
		"schedule, in UTC": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Broadcasts.Schedule(ctx, testID, at.In(time.FixedZone("", 7200)))
			},
			`{"scheduledAt":"` + at.UTC().Format(time.RFC3339) + `"}`,
		},
		"bulk": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Messages.SendBulk(ctx, late.SendBulkRequest{
					Template: late.TemplateRef{Name: "hello", Language: "en_US"}, Recipients: []late.BulkRecipient{{Phone: testPhone}},
				})
			},
			`{"accountId":"` + testAccount + `","recipients":[{"phone":"+16315551234"}],"template":{"name":"hello","language":"en_US"}}`,
		},
		"delete group": {
			func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.Delete(ctx, "a") },
			`{"accountId":"` + testAccount + `","groupName":"a"}`,
		},
		"request code, default method": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.PhoneNumbers.RequestCode(ctx, testID, "")
			},
			`{}`,
		},
		"empty profile": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return alone(c.BusinessProfile.Update(ctx, late.UpdateBusinessProfileRequest{Websites: []string{}, Vertical: new("")}))
			},
			`{"accountId":"` + testAccount + `","websites":[],"vertical":""}`,
		},
		"a call without a body": {
			func(ctx context.Context, c *late.Client) (any, error) {
				return c.Broadcasts.CancelSchedule(ctx, testID)
			},
			``,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			_, err := tt.call(t.Context(), client)
			require.NoError(t, err)
			require.Len(t, w.bodies, 1)
			if tt.want == "" {
				require.Empty(t, w.bodies[0])
				return
			}
			require.JSONEq(t, tt.want, w.bodies[0])
		})
	}
}

func TestOnlySetParametersAreInTheQuery(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call methodCall
		want string
	}{
		"contacts": {func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.List(ctx, late.ListContactsOptions{})
		}, "/api/v1/whatsapp/contacts?accountId=" + testAccount},
		"contacts, filtered": {func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.List(ctx, late.ListContactsOptions{
				Search: "a&b", Tag: "vip", Group: "Zürich", OptedIn: new(false), Limit: 10, Skip: 20,
			})
		}, "/api/v1/whatsapp/contacts?accountId=" + testAccount + "&group=Z%C3%BCrich&limit=10&optedIn=false&search=a%26b&skip=20&tag=vip"},
		"all contacts, first page": {func(ctx context.Context, c *late.Client) (any, error) {
			for _, err := range c.Contacts.All(ctx, late.ListContactsOptions{}) {
				return nil, err
			}
			return nil, nil
		}, "/api/v1/whatsapp/contacts?accountId=" + testAccount},
		"broadcasts": {func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.List(ctx, late.ListBroadcastsOptions{Status: late.BroadcastDraft})
		}, "/api/v1/whatsapp/broadcasts?accountId=" + testAccount + "&status=draft"},
		"recipients": {func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.Recipients(ctx, testID, late.ListRecipientsOptions{})
		}, "/api/v1/whatsapp/broadcasts/" + testID + "/recipients"},
		"phone numbers": {func(ctx context.Context, c *late.Client) (any, error) {
			return c.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{})
		}, "/api/v1/whatsapp/phone-numbers"},
		"available numbers": {func(ctx context.Context, c *late.Client) (any, error) {
			return c.PhoneNumbers.SearchAvailable(ctx, late.SearchNumbersOptions{})
		}, "/api/v1/whatsapp/phone-numbers/available"},
		"template": {func(ctx context.Context, c *late.Client) (any, error) {
			return alone(c.ForAccount("another").Templates.Delete(ctx, "hello"))
		}, "/api/v1/whatsapp/templates/hello?accountId=another"},
		"escaped ID": {func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Get(ctx, "a/../b?c#d")
		}, "/api/v1/whatsapp/contacts/a%2F..%2Fb%3Fc%23d"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			_, err := tt.call(t.Context(), client)
			require.NoError(t, err)
			require.Len(t, w.requests, 1)
			u := w.requests[0].URL
			u.RawQuery = u.Query().Encode()
			require.Equal(t, tt.want, u.RequestURI())
			require.Equal(t, "getlate.dev", u.Host)
		})
	}
}

// Services and the generated client send to the same URL, and the operation is recognized.
func TestURLsBelowTheBaseURL(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://example.com":              "https://example.com/v1/whatsapp/contacts/a%2Fb",
		"https://example.com:8443/":        "https://example.com:8443/v1/whatsapp/contacts/a%2Fb",
		"https://example.com/a%2Fb/c":      "https://example.com/a%2Fb/c/v1/whatsapp/contacts/a%2Fb",
		"https://example.com/a%20b/":       "https://example.com/a%20b/v1/whatsapp/contacts/a%2Fb",
		"https://example.com/a/../b/./c/":  "https://example.com/b/c/v1/whatsapp/contacts/a%2Fb",
		"http://[::1]:1234/caf%C3%A9//api": "http://[::1]:1234/caf%C3%A9//api/v1/whatsapp/contacts/a%2Fb",
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			var operations []string
			client, w := newClient(t, 200, complete, late.WithBaseURL(base), late.WithAttemptHook(func(_ context.Context, a late.Attempt) {
				operations = append(operations, a.Operation)
			}))
			_, err := client.Contacts.Get(t.Context(), "a/b")
			require.NoError(t, err)
			_, err = client.API().GetWhatsAppContactWithResponse(t.Context(), "a/b")
			require.NoError(t, err)
			require.Len(t, w.requests, 2)
			for i, req := range w.requests {
				require.Equal(t, want, req.URL.String())
				require.Equal(t, req.URL.Host, req.Host)
				require.Equal(t, late.OpGetWhatsAppContact, operations[i])
			}
		})
	}
}

func TestInvalidInputIsNotSent(t *testing.T) {
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
		call  methodCall
	}{
		"no ID":              {"contactId", func(ctx context.Context, c *late.Client) (any, error) { return c.Contacts.Get(ctx, "") }},
		"parent directory":   {"contactId", func(ctx context.Context, c *late.Client) (any, error) { return alone(c.Contacts.Delete(ctx, "..")) }},
		"ID with line break": {"broadcastId", func(ctx context.Context, c *late.Client) (any, error) { return c.Broadcasts.Send(ctx, "a\nb") }},
		"no broadcast":       {"broadcastId", func(ctx context.Context, c *late.Client) (any, error) { return c.Broadcasts.Get(ctx, "") }},
		"no template":        {"templateName", func(ctx context.Context, c *late.Client) (any, error) { return c.Templates.Get(ctx, "") }},
		"negative skip": {"skip", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.List(ctx, late.ListContactsOptions{Skip: -1})
		}},
		"negative limit of an iterator": {"limit", func(ctx context.Context, c *late.Client) (any, error) {
			for _, err := range c.Broadcasts.All(ctx, late.ListBroadcastsOptions{Limit: -1}) {
				return nil, err
			}
			return nil, nil
		}},
		"phone with leading zero": {"phone", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Create(ctx, late.CreateContactRequest{Phone: "+0987654321", Name: "Ada"})
		}},
		"phone without plus": {"phone", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Create(ctx, late.CreateContactRequest{Phone: "16315551234", Name: "Ada"})
		}},
		"no name": {"name", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: " "})
		}},
		"empty import": {"contacts", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Import(ctx, late.ImportContactsRequest{})
		}},
		"1,001 imports": {"contacts", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: make([]late.ImportContact, 1001)})
		}},
		"no action": {"action", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{ContactIDs: many(1)})
		}},
		"no tags to add": {"tags", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.AddTags, ContactIDs: many(1)})
		}},
		"no groups to remove": {"groups", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.RemoveGroups, ContactIDs: many(1), Tags: many(1)})
		}},
		"501 updates": {"contactIds", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{Action: late.OptOut, ContactIDs: many(501)})
		}},
		"501 deletes": {"contactIds", func(ctx context.Context, c *late.Client) (any, error) { return c.Contacts.BulkDelete(ctx, many(501)) }},
		"empty ID in a list": {"contactIds[1]", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.BulkDelete(ctx, []string{testID, ""})
		}},
		"uppercase template name": {"name", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Create(ctx, late.CreateTemplateRequest{Name: "Hello", Category: late.TemplateUtility, Language: "en", Components: body})
		}},
		"template without language": {"language", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Create(ctx, late.CreateTemplateRequest{Name: "hello", Category: late.TemplateUtility, Components: body})
		}},
		"template without category": {"category", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Create(ctx, late.CreateTemplateRequest{Name: "hello", Language: "en", Components: body})
		}},
		"marketing without text": {"components[0].text", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Create(ctx, late.CreateTemplateRequest{
				Name: "hello", Category: late.TemplateMarketing, Language: "en", Components: []late.TemplateComponent{late.Body("")},
			})
		}},
		"template without body": {"components", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Footer("x")})
		}},
		"template with two bodies": {"components[1]", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Body("x"), late.Body("y")})
		}},
		"eleven buttons": {"components[1].buttons", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Body("x"), late.Buttons(make([]late.TemplateButton, 11)...)})
		}},
		"phone button without number": {"components[1].buttons[0].phone_number", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Templates.Update(ctx, "hello", []late.TemplateComponent{late.Body("x"), late.Buttons(late.PhoneButton("Call", ""))})
		}},
		"broadcast without template": {"template.name", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "News"})
		}},
		"broadcast to a bad phone": {"recipients[0].phone", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "News", Template: ref, Recipients: []late.BroadcastRecipient{{}}})
		}},
		"1,001 recipients": {"recipients", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.AddRecipients(ctx, testID, make([]late.BroadcastRecipient, 1001))
		}},
		"no recipients": {"recipients", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.AddRecipients(ctx, testID, nil)
		}},
		"no phones to remove": {"phones", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.RemoveRecipients(ctx, testID, nil)
		}},
		"schedule in the past": {"scheduledAt", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.Schedule(ctx, testID, time.Now().Add(-time.Second))
		}},
		"schedule 31 days ahead": {"scheduledAt", func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.Schedule(ctx, testID, time.Now().AddDate(0, 0, 31))
		}},
		"batch without ID": {"broadcastId", func(ctx context.Context, c *late.Client) (any, error) {
			report, err := c.Broadcasts.AddRecipientsMany(ctx, "", nil)
			if report == nil {
				t.Error("no report")
			}
			return nil, err
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			_, err := tt.call(t.Context(), client)
			var invalid *late.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, tt.field, invalid.Field)
			require.ErrorIs(t, err, late.ErrInvalidRequest)
			require.ErrorIs(t, err, late.ErrNotSent)
			require.Zero(t, w.sent())
		})
	}
}

func TestCallsWithoutAnAccountAreNotSent(t *testing.T) {
	t.Parallel()
	tests := map[string]methodCall{
		"list contacts": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.List(ctx, late.ListContactsOptions{})
		},
		"all contacts": func(ctx context.Context, c *late.Client) (any, error) {
			for _, err := range c.Contacts.All(ctx, late.ListContactsOptions{}) {
				return nil, err
			}
			return nil, nil
		},
		"create contact": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Create(ctx, late.CreateContactRequest{Phone: testPhone, Name: "Ada"})
		},
		"import": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: make([]late.ImportContact, 1)})
		},
		"import many": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.ImportMany(ctx, late.ImportOptions{}, nil)
		},
		"bulk": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Messages.SendBulk(ctx, late.SendBulkRequest{Recipients: make([]late.BulkRecipient, 1)})
		},
		"send many": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Messages.SendMany(ctx, late.TemplateRef{Name: "x", Language: "x"}, nil)
		},
		"groups":       func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.List(ctx) },
		"rename group": func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.Rename(ctx, "a", "b") },
		"delete group": func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.Delete(ctx, "a") },
		"profile":      func(ctx context.Context, c *late.Client) (any, error) { return c.BusinessProfile.Get(ctx) },
		"update profile": func(ctx context.Context, c *late.Client) (any, error) {
			return alone(c.BusinessProfile.Update(ctx, late.UpdateBusinessProfileRequest{}))
		},
		"list templates":    func(ctx context.Context, c *late.Client) (any, error) { return c.Templates.List(ctx) },
		"get template":      func(ctx context.Context, c *late.Client) (any, error) { return c.Templates.Get(ctx, "hello") },
		"wait for template": func(ctx context.Context, c *late.Client) (any, error) { return c.Templates.Wait(ctx, "hello") },
		"delete template":   func(ctx context.Context, c *late.Client) (any, error) { return alone(c.Templates.Delete(ctx, "hello")) },
		"list broadcasts": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.List(ctx, late.ListBroadcastsOptions{})
		},
		"create broadcast": func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.Create(ctx, late.CreateBroadcastRequest{Name: "x", Template: late.TemplateRef{Name: "x", Language: "x"}})
		},
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, complete)
			_, err := call(t.Context(), client.ForAccount(""))
			require.ErrorIs(t, err, late.ErrNoAccount)
			require.Zero(t, w.sent())
			_, err = call(t.Context(), client)
			require.NotErrorIs(t, err, late.ErrNoAccount)
		})
	}
}

// A recorder may redact the headers of the request in place.
func TestTransportMayChangeHeaders(t *testing.T) {
	t.Parallel()
	w := &wire{}
	w.respond = func(_ int, req *http.Request) (*http.Response, error) {
		require.Equal(t, "Bearer "+testKey, req.Header.Get("Authorization"))
		require.Contains(t, req.UserAgent(), "wabakit-go/")
		for _, values := range req.Header {
			values[0] = "[redacted]"
		}
		return says(200, complete), nil
	}
	client := clientOn(t, w)
	for range 2 {
		_, err := client.Groups.List(t.Context())
		require.NoError(t, err)
	}
}
