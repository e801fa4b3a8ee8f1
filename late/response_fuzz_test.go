package late_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

// responses has a call for each kind of result, and the response to it.
var responses = []struct {
	read func(context.Context, *late.Client) (any, error)
	of   func(thing any) any
	seed string
}{
	{
		func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.List(ctx, late.ListContactsOptions{})
		},
		itself,
		`{"success":true,"contacts":[{"id":"c","phone":"+1","tags":["vip"],"groups":[],"isOptedIn":false,"customFields":{"plan":"x"},"createdAt":"2026-03-11T12:00:00.000Z"},null],
			"filters":{"tags":["vip"],"groups":null},"pagination":{"total":1,"limit":50,"skip":0,"hasMore":true}}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) { return c.Contacts.Get(ctx, testID) },
		under("contact"), `{"success":true,"contact":{"id":"c","lastMessageSentAt":"2026-03-11T12:00:00+02:00","notes":"n"}}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) { return c.Groups.List(ctx) },
		under("groups"), `{"success":true,"groups":[{"name":"a","contactCount":2}],"summary":{"totalContacts":3}}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) { return c.Templates.List(ctx) },
		under("templates"), `{"templates":[{"id":"t","status":"PAUSED","components":[{"type":"body","text":"Hi","later":1e400},{"type":"buttons","buttons":[{"type":"FLOW","flow_id":"1"}]}]}]}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.List(ctx, late.ListBroadcastsOptions{})
		},
		itself, `{"broadcasts":[{"id":"b","status":"draft","recipientCount":1,"scheduledAt":null}],"pagination":{"total":1}}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) {
			return c.Broadcasts.Recipients(ctx, testID, late.ListRecipientsOptions{})
		},
		itself, `{"recipients":[{"phone":"+1","status":"failed","error":"e","variables":{"1":""}}],"summary":{"failed":1},"pagination":{"hasMore":false}}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) {
			return c.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{})
		},
		under("numbers"), `{"numbers":[{"_id":"n","profileId":{"_id":"p","name":"n"},"status":"active"},{"id":"m","profileId":"p"}]}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) {
			return c.PhoneNumbers.SearchAvailable(ctx, late.SearchNumbersOptions{})
		},
		under("numbers"), `{"numbers":[{"phoneNumber":"+12125550123","cost":{"monthly":"1.00"}}]}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) {
			return c.Messages.SendBulk(ctx, late.SendBulkRequest{
				Template: late.TemplateRef{Name: "hello", Language: "en"}, Recipients: []late.BulkRecipient{{Phone: testPhone}},
			})
		},
		itself, `{"success":true,"summary":{"total":1,"sent":0,"failed":1},"results":[{"phone":"+1","success":false,"error":"e"}]}`,
	},
	{
		func(ctx context.Context, c *late.Client) (any, error) {
			return c.Contacts.Import(ctx, late.ImportContactsRequest{Contacts: []late.ImportContact{{Phone: testPhone, Name: "Ada"}}})
		},
		itself, `{"success":true,"summary":{"total":1,"created":0,"skipped":1},"results":[{"phone":"+1","name":"n","success":true,"contactId":"c"}]}`,
	},
}

func itself(thing any) any { return thing }

func under(name string) func(any) any {
	return func(thing any) any { return map[string]any{name: thing} }
}

// A decoded response that is encoded again decodes alike. A malformed one is an error that quotes it.
func FuzzResults(f *testing.F) {
	for i, response := range responses {
		f.Add(uint8(i), response.seed)
		f.Add(uint8(i), `{}`)
		f.Add(uint8(i), `{"contacts":7,"contact":[],"groups":"x","templates":{},"broadcasts":true,"recipients":1.5,"numbers":"+1","results":[[]]}`)
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		response := responses[int(which)%len(responses)]
		thing, err := response.read(t.Context(), clientOf(t, 200, body))
		if err != nil {
			e, ok := errors.AsType[*late.Error](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, 200, e.StatusCode)
			text := strings.ToValidUTF8(body, "")
			require.True(t, strings.HasPrefix(text, e.Body), "%q", e.Body)
			if len(body) <= 2<<10 && e.Message == "" {
				require.Equal(t, text, e.Body)
			}
			return
		}
		again, err := response.read(t.Context(), clientOf(t, 200, written(t, response.of(thing))))
		require.NoError(t, err)
		require.IsType(t, thing, again)
		require.Equal(t, written(t, thing), written(t, again))
	})
}
