package late_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/late"
)

// contractOperations returns the operations of the contract by ID.
var contractOperations = sync.OnceValue(func() map[string]*openapi3.Operation {
	doc, err := contract.Load("..", "late")
	if err != nil {
		panic(err)
	}
	return contract.ByID(doc)
})

// responding returns a client and a function that sets the response to its calls.
func responding(t *testing.T) (*late.Client, func(status int, body []byte)) {
	t.Helper()
	status, body := 0, ""
	client := clientOn(t, &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return says(status, body), nil
	}}, late.WithMaxRetries(0))
	return client, func(s int, b []byte) { status, body = s, string(b) }
}

func TestResponsesMayGainAndLoseMembers(t *testing.T) {
	t.Parallel()
	for id, op := range contractOperations() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, answer := responding(t)
			samples := contract.Responses(op)
			if id == "handleOAuthCallback" || id == "getWhatsAppMedia" {
				require.Empty(t, samples, "not JSON")
				return
			}
			require.NotEmpty(t, samples)
			contract.Tolerate(t, samples, func(status int, body []byte) (any, error) {
				answer(status, body)
				return wrappers[id](t.Context(), client)
			}, func(v contract.Variation) func(error) bool {
				if id == "purchaseWhatsAppPhoneNumber" {
					if tellsPurchase(v.Body) {
						return nil
					}
					return func(err error) bool {
						_, ok := errors.AsType[*late.UnexpectedPurchaseError](err)
						return ok
					}
				}
				if !lacksPart(id, v) {
					return nil
				}
				return func(err error) bool {
					e, ok := errors.AsType[*late.Error](err)
					return ok && strings.Contains(err.Error(), "response has no ") && e.StatusCode/100 == 2 &&
						(op.OperationID[:3] == "get" || strings.HasPrefix(id, "list") || errors.Is(err, late.ErrOutcomeUnknown) || strings.HasPrefix(id, "search"))
				}
			})
		})
	}
}

// indispensable lists the parts of each response that its method cannot do without.
var indispensable = map[string][]string{
	"addWhatsAppBroadcastRecipients":    {"/added"},
	"bulkDeleteWhatsAppContacts":        {"/deleted"},
	"bulkUpdateWhatsAppContacts":        {"/matched"},
	"cancelWhatsAppBroadcastSchedule":   {"/broadcast/id"},
	"createWhatsAppBroadcast":           {"/broadcast/id"},
	"createWhatsAppContact":             {"/contact/id"},
	"createWhatsAppTemplate":            {"/template/status"},
	"deleteWhatsAppGroup":               {"/modified"},
	"getPreverifiedWhatsAppNumbers":     {"/numbers"},
	"importWhatsAppContacts":            {"/"},
	"sendWhatsAppBulk":                  {"/"},
	"getWhatsAppBroadcast":              {"/broadcast/id"},
	"getWhatsAppBroadcastRecipients":    {"/recipients"},
	"getWhatsAppBroadcasts":             {"/broadcasts"},
	"getWhatsAppBusinessProfile":        {"/businessProfile"},
	"getWhatsAppContact":                {"/contact/id"},
	"getWhatsAppContacts":               {"/contacts"},
	"getWhatsAppGroups":                 {"/groups"},
	"getWhatsAppPhoneNumber":            {"/phoneNumber/id"},
	"getWhatsAppPhoneNumbers":           {"/numbers"},
	"getWhatsAppTemplate":               {"/template/status"},
	"getWhatsAppTemplates":              {"/templates"},
	"releaseWhatsAppPhoneNumber":        {"/phoneNumber/id"},
	"removeWhatsAppBroadcastRecipients": {"/removed"},
	"renameWhatsAppGroup":               {"/modified"},
	"requestWhatsAppVerificationCode":   {"/method"},
	"scheduleWhatsAppBroadcast":         {"/broadcast/id"},
	"searchAvailableWhatsAppNumbers":    {"/numbers"},
	"sendWhatsAppBroadcast":             {"/status"},
	"updateWhatsAppContact":             {"/contact/id"},
	"updateWhatsAppTemplate":            {"/template/status"},
	"verifyWhatsAppPhoneNumber":         {"/metaVerifiedAt"},
	"createInboxConversation":           {"/data/messageId"},
	"createProfile":                     {"/profile/_id"},
	"createWebhookSettings":             {"/webhook/_id"},
	"getAccountHealth":                  {"/accountId"},
	"getAllAccountsHealth":              {"/accounts"},
	"getConnectUrl":                     {"/authUrl"},
	"getInboxConversation":              {"/data/id"},
	"getInboxConversationMessages":      {"/messages", "/pagination/nextCursor"},
	"getMediaPresignedUrl":              {"/uploadUrl", "/publicUrl"},
	"getPendingOAuthData":               {"/platform"},
	"getProfile":                        {"/profile/_id"},
	"getUsageStats":                     {"/planName"},
	"getWebhookLogs":                    {"/logs"},
	"getWebhookSettings":                {"/webhooks"},
	"listAccounts":                      {"/accounts"},
	"listConnectionLogs":                {"/logs"},
	"listInboxConversations":            {"/data", "/pagination/nextCursor"},
	"listProfiles":                      {"/profiles"},
	"sendInboxMessage":                  {"/data/messageId"},
	"updateProfile":                     {"/profile/_id"},
	"updateWebhookSettings":             {"/webhook/_id"},
}

// lacksPart reports whether a variation lacks an indispensable part. An empty list is a list.
func lacksPart(id string, v contract.Variation) bool {
	return slices.ContainsFunc(indispensable[id], func(part string) bool {
		if strings.HasSuffix(part, "/nextCursor") { // needed only if hasMore is there
			return v.Pointer == part && v.Loses(part)
		}
		return v.Loses(part) && (v.Kind != contract.Empty || v.Pointer != part)
	})
}

func tellsPurchase(body []byte) bool {
	var r struct {
		CheckoutURL string
		PhoneNumber struct{ ID, PhoneNumber string }
	}
	return json.Unmarshal(body, &r) == nil && (r.CheckoutURL != "" || r.PhoneNumber.ID != "" || r.PhoneNumber.PhoneNumber != "")
}

func TestErrorBodiesMayGainAndLoseMembers(t *testing.T) {
	t.Parallel()
	statuses := map[int]error{
		400: late.ErrInvalidRequest, 401: late.ErrUnauthorized, 402: late.ErrPaymentRequired, 403: late.ErrForbidden,
		404: late.ErrNotFound, 409: late.ErrConflict, 422: late.ErrInvalidRequest, 429: late.ErrRateLimited,
		500: late.ErrServer, 503: late.ErrServer,
	}
	for id, op := range contractOperations() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // a 429 slows the client down
				client, answer := responding(t)
				refused := func(status int, body []byte) (any, error) {
					answer(status, body)
					_, err := wrappers[id](t.Context(), client)
					require.ErrorIs(t, err, statuses[status], string(body))
					e, ok := errors.AsType[*late.Error](err)
					require.True(t, ok, "%T for %s", err, body)
					require.Equal(t, status, e.StatusCode)
					return []any{e.Message, e.Type, e.Code, e.Param, e.DocURL, e.Platform, e.PlatformError, e.Details}, nil
				}
				samples := contract.Refusals(op)
				require.NotEmpty(t, samples)
				for _, sample := range samples {
					if sample.Status == 0 {
						for status := range statuses {
							words, _ := refused(status, sample.Body)
							require.NotContains(t, words, "")
						}
						sample.Status = 409
					}
					contract.Tolerate(t, []contract.Sample{sample}, refused, nil)
				}
			})
		})
	}
}

// pages responds with a page of a list, and with the same page without rows to later requests, or
// with the same page each time if repeats is true.
type pages struct {
	body    []byte
	repeats bool
	asked   int
}

func (p *pages) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.asked++; p.asked > 10 {
		return nil, errors.New("too many requests for pages")
	}
	if p.repeats || !r.URL.Query().Has("skip") {
		return says(200, string(p.body)), nil
	}
	var page map[string]json.RawMessage
	if err := json.Unmarshal(p.body, &page); err != nil {
		return nil, err
	}
	skip, err := strconv.Atoi(r.URL.Query().Get("skip"))
	if err != nil {
		return nil, err
	}
	for name, value := range page {
		var rows []json.RawMessage
		if value[0] == '[' && json.Unmarshal(value, &rows) == nil {
			rows = rows[min(skip, len(rows)):]
			if page[name], err = json.Marshal(append([]json.RawMessage{}, rows...)); err != nil {
				return nil, err
			}
		}
	}
	body, err := json.Marshal(page)
	return says(200, string(body)), err
}

var iterators = map[string]func(context.Context, *late.Client) iter.Seq2[any, error]{
	"getWhatsAppContacts": func(ctx context.Context, c *late.Client) iter.Seq2[any, error] {
		return untyped(c.Contacts.All(ctx, late.ListContactsOptions{}))
	},
	"getWhatsAppBroadcasts": func(ctx context.Context, c *late.Client) iter.Seq2[any, error] {
		return untyped(c.Broadcasts.All(ctx, late.ListBroadcastsOptions{}))
	},
	"getWhatsAppBroadcastRecipients": func(ctx context.Context, c *late.Client) iter.Seq2[any, error] {
		return untyped(c.Broadcasts.AllRecipients(ctx, testID, late.ListRecipientsOptions{}))
	},
}

func untyped[T any](seq iter.Seq2[T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		seq(func(item T, err error) bool { return yield(item, err) })
	}
}

func TestPagesMayGainAndLoseMembers(t *testing.T) {
	t.Parallel()
	for id, all := range iterators {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			run := func(p *pages) (rows int, err error) {
				for _, e := range all(t.Context(), clientOn(t, p, late.WithMaxRetries(0))) {
					if err = e; err == nil {
						rows++
					}
				}
				return rows, err
			}
			sample := contract.Responses(contractOperations()[id])[0]
			const complete = `{"total":2,"limit":50,"skip":0,"hasMore":false}`
			lost := map[string]bool{}
			bodies := map[string][]byte{"as it should be": sample.Body}
			for _, pagination := range []string{`{"total":0,"limit":0,"skip":0,"hasMore":false}`, `{"hasMore":true}`, `{"total":1000}`} {
				bodies["pagination "+pagination] = with(t, sample.Body, "pagination", pagination)
				lost["pagination "+pagination] = !strings.Contains(pagination, "false") // rows that never come
			}
			for _, v := range sample.Variations() {
				if !strings.Contains(v.Pointer, "pagination") && rowsOf(t, v.Body) > 0 {
					v.Body = with(t, v.Body, "pagination", complete)
				}
				bodies[v.String()] = v.Body
				// The sample announces more rows, which never come, unless its total is kept.
				lost[v.String()] = lacksPart(id, v) || v.Pointer == "/pagination/total" || rowsOf(t, v.Body) == 0
			}
			for name, body := range bodies {
				rows, err := run(&pages{body: body})
				if lost[name] != (err != nil) {
					t.Errorf("%s: %v", name, err)
				}
				if want := rowsOf(t, body); rows != want {
					t.Errorf("%s: %d rows of %d", name, rows, want)
				}
				if !strings.Contains(name, "pagination") {
					continue
				}
				// A server that ignores skip still yields each row once.
				repeating := &pages{body: body, repeats: true}
				if rows, _ := run(repeating); rows != 2 || repeating.asked > 10 {
					t.Errorf("%s: %d rows in %d pages of a list that repeats itself", name, rows, repeating.asked)
				}
			}
		})
	}
}

// with sets a member of an object.
func with(t *testing.T, body []byte, name, value string) []byte {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(body, &members))
	members[name] = json.RawMessage(value)
	body, err := json.Marshal(members)
	require.NoError(t, err)
	return body
}

func rowsOf(t *testing.T, page []byte) int {
	t.Helper()
	var lists struct{ Contacts, Broadcasts, Recipients []json.RawMessage }
	require.NoError(t, json.Unmarshal(page, &lists))
	return len(lists.Contacts) + len(lists.Broadcasts) + len(lists.Recipients)
}

func TestBatchResponsesMayGainAndLoseMembers(t *testing.T) {
	t.Parallel()
	const one, two = "+16315550001", "+16315550002"
	asSent := strings.NewReplacer("phone1", one, "phone2", two)
	for id, run := range map[string]func(context.Context, *late.Client) (*late.BatchReport, error){
		"sendWhatsAppBulk": func(ctx context.Context, c *late.Client) (*late.BatchReport, error) {
			return c.Messages.SendMany(ctx, hello, late.FromSlice([]late.BulkRecipient{{Phone: one}, {Phone: two}}))
		},
		"importWhatsAppContacts": func(ctx context.Context, c *late.Client) (*late.BatchReport, error) {
			contacts := []late.ImportContact{{Phone: one, Name: "Ada"}, {Phone: two, Name: "Ben"}}
			return c.Contacts.ImportMany(ctx, late.ImportOptions{}, late.FromSlice(contacts))
		},
		"addWhatsAppBroadcastRecipients": func(ctx context.Context, c *late.Client) (*late.BatchReport, error) {
			return c.Broadcasts.AddRecipientsMany(ctx, testID, late.FromSlice([]late.BroadcastRecipient{{Phone: one}, {Phone: two}}))
		},
		"bulkUpdateWhatsAppContacts": func(ctx context.Context, c *late.Client) (*late.BatchReport, error) {
			return c.Contacts.UpdateMany(ctx, late.ContactChange{Action: late.AddTags, Tags: []string{"a"}}, late.FromSlice([]string{"a", "b"}))
		},
		"bulkDeleteWhatsAppContacts": func(ctx context.Context, c *late.Client) (*late.BatchReport, error) {
			return c.Contacts.DeleteMany(ctx, late.FromSlice([]string{"a", "b"}))
		},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, answer := responding(t)
			contract.Tolerate(t, contract.Responses(contractOperations()[id]), func(status int, body []byte) (any, error) {
				answer(status, []byte(asSent.Replace(string(body))))
				r, _ := run(t.Context(), client)
				if sum := r.Done + r.Skipped + r.Refused + r.NotSent + r.Unknown; r.Total != 2 || sum != 2 {
					return r, fmt.Errorf("accounts for %d of %d items", sum, r.Total)
				}
				return nil, nil
			}, nil)
		})
	}
}
