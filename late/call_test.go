package late_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

func TestDo(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, `{"id":"x"}`)
	var out struct{ ID string }
	require.NoError(t, client.Do(t.Context(), "POST", "/v1/posts?draft=true", map[string]string{"text": "Hi"}, &out))
	require.Equal(t, "x", out.ID)
	require.Equal(t, `{"text":"Hi"}`, w.bodies[0])
	require.Equal(t, late.DefaultBaseURL+"/v1/posts?draft=true", w.requests[0].URL.String())
	require.Equal(t, "Bearer "+testKey, w.requests[0].Header.Get("Authorization"))
	require.NoError(t, client.Do(t.Context(), "DELETE", "/v1/posts/x", nil, nil))
	require.Empty(t, w.bodies[1])

	for _, err := range []error{
		client.Do(t.Context(), "GET", "v1/posts", nil, nil),
		client.Do(t.Context(), "NO METHOD", "/v1/posts", nil, nil),
		client.Do(t.Context(), "GET", "/v1/%zz", nil, nil),
		client.Do(t.Context(), "POST", "/v1/posts", func() {}, nil),
	} {
		require.ErrorAs(t, err, new(*late.ValidationError))
	}
	require.Equal(t, 2, w.sent())
}

func TestDoIsRetriedByMethod(t *testing.T) {
	t.Parallel()
	for method, sent := range map[string]int{"GET": 4, "POST": 1, "PUT": 1, "DELETE": 1} {
		synctest.Test(t, func(t *testing.T) {
			client, w := newClient(t, 500, `{"error":"oops"}`)
			err := client.Do(t.Context(), method, "/v1/posts", nil, nil)
			require.ErrorIs(t, err, late.ErrServer)
			require.Equal(t, method != "GET", errors.Is(err, late.ErrOutcomeUnknown))
			require.Equal(t, sent, w.sent(), method)
		})
	}
}

// The path of a contact whose ID is "bulk" is that of another operation.
func TestReservedIDsAreRefused(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, complete)
	ctx := t.Context()
	_, getErr := client.PhoneNumbers.Get(ctx, "available")
	_, preverifiedErr := client.PhoneNumbers.Get(ctx, "preverified")
	_, releaseErr := client.PhoneNumbers.Release(ctx, "Purchase")
	_, updateErr := client.Contacts.Update(ctx, "import", late.UpdateContactRequest{})
	_, braceErr := client.Contacts.Get(ctx, "{contactId}")
	for _, err := range []error{
		client.Contacts.Delete(ctx, "bulk"), client.Contacts.Delete(ctx, "BULK"),
		getErr, preverifiedErr, releaseErr, updateErr, braceErr,
	} {
		require.ErrorAs(t, err, new(*late.ValidationError))
		require.ErrorContains(t, err, "is a reserved word of the API")
	}
	require.Zero(t, w.sent())
	require.NoError(t, client.Contacts.Delete(ctx, "bulky"))
}

func TestSendToOnePerson(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct{ id, err string }{
		`{"results":[{"phone":"+16315551234","success":true,"messageId":"m1"}]}`: {"m1", ""},
		`{"results":[{"phone":"16315551234","success":true}]}`:                   {"", ""},
		`{"results":[{"messageId":"m1"}]}`:                                       {"", "no result for this item"},
		`{"results":[{"success":false,"error":"opted out"}]}`:                    {"", "late: refused: opted out"},
		`{"results":[]}`: {"", "no result for this item"},
		`{"results":[{"success":true},{"success":true}]}`: {"", "no result for this item"},
		`{}`: {"", "response has no results"},
	} {
		client, _ := newClient(t, 200, body)
		id, err := client.Messages.Send(t.Context(), hello, late.BulkRecipient{Phone: testPhone})
		require.Equal(t, want.id, id, body)
		if want.err == "" {
			require.NoError(t, err, body)
		} else {
			require.ErrorContains(t, err, want.err, body)
		}
	}
}

// A server that refused every item may say that the call failed.
func TestCompleteResultsAreNotAnError(t *testing.T) {
	t.Parallel()
	refused := late.BatchReport{Total: 2, Refused: 2}
	for body, want := range map[string]late.BatchReport{
		`{"success":false,"results":[{"phone":"+15551230001","error":"opted out"},{"phone":"+15551230002","error":"opted out"}]}`:          refused,
		`{"success":false,"error":"all failed","results":[{"phone":"+15551230001","error":"a"},{"phone":"+15551230002","error":"b"}]}`:     refused,
		`{"success":false,"error":"some failed","results":[{"phone":"+15551230001","error":"a"},{"phone":"+15551230002","success":true}]}`: {Total: 2, Refused: 1, Done: 1},
		`{"success":false,"results":[{"phone":"+15551230001","error":"opted out"}]}`:                                                       {Total: 2, Unknown: 2},
		`{"success":false,"results":[]}`: {Total: 2, Unknown: 2},
	} {
		client, _ := newClient(t, 200, body)
		sent, err := client.Messages.SendMany(t.Context(), hello, late.FromSlice([]late.BulkRecipient{{Phone: "+15551230001"}, {Phone: "+15551230002"}}))
		require.Equal(t, want.Unknown > 0, errors.Is(err, late.ErrOutcomeUnknown), body)
		imported, err := client.Contacts.ImportMany(t.Context(), late.ImportOptions{},
			late.FromSlice([]late.ImportContact{{Phone: "+15551230001", Name: "Ada"}, {Phone: "+15551230002", Name: "Bob"}}))
		require.Equal(t, want.Unknown > 0, errors.Is(err, late.ErrOutcomeUnknown), body)
		for _, report := range []*late.BatchReport{sent, imported} {
			want.Problems = report.Problems
			require.Equal(t, &want, report, body)
		}
	}

	client, _ := newClient(t, 200, `{"success":false,"added":0,"duplicates":2,"totalRecipients":2}`)
	added, err := client.Broadcasts.AddRecipients(t.Context(), "b", []late.BroadcastRecipient{{Phone: "+15551230001"}, {Phone: "+15551230002"}})
	require.NoError(t, err)
	require.Equal(t, &late.AddRecipientsResponse{Duplicates: 2, TotalRecipients: 2}, added)
}

func TestPendingPaymentIsFilteredByTheClient(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, `{"numbers":[{"_id":"1","status":"active"},{"_id":"2","status":"pending_payment"}]}`)
	numbers, err := client.PhoneNumbers.List(t.Context(), late.ListPhoneNumbersOptions{Status: late.PhoneNumberPendingPayment})
	require.NoError(t, err)
	require.Equal(t, []late.PhoneNumber{{ID: "2", Status: late.PhoneNumberPendingPayment}}, numbers)
	require.Empty(t, w.requests[0].URL.RawQuery)
}
