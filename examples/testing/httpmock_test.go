package main

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

const (
	contactsURL = late.DefaultBaseURL + "/v1/whatsapp/contacts"
	bulkURL     = late.DefaultBaseURL + "/v1/whatsapp/bulk"

	created = `{"success": true, "contact": {"id": "c1"}}`
	sent    = `{"success": true, "results": [{"phone": "+12025550101", "success": true, "messageId": "m1"}]}`
)

var ada = Customer{Phone: "+12025550101", Name: "Ada", Consented: true}

// newGreeter returns a Greeter that uses client, without retries.
func newGreeter(t *testing.T, client *http.Client) *Greeter {
	t.Helper()
	c, err := late.NewClient("sk_test", late.WithAccount("acc_1"), late.WithHTTPClient(client), late.WithMaxRetries(0))
	require.NoError(t, err)
	return &Greeter{Client: c, Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}
}

// expectJSON responds if the request has the given body.
func expectJSON(t *testing.T, body, response string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		got, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.JSONEq(t, body, string(got))
		return httpmock.NewStringResponse(200, response), nil
	}
}

// ActivateNonDefault mocks an existing client, before or after it is given to package late. The mock
// is global, so such a test cannot be parallel.
func TestRequestsOfAWelcome(t *testing.T) {
	client := &http.Client{}
	greeter := newGreeter(t, client)
	httpmock.ActivateNonDefault(client)
	t.Cleanup(httpmock.DeactivateAndReset)
	httpmock.RegisterResponder("POST", contactsURL, expectJSON(t,
		`{"accountId": "acc_1", "phone": "+12025550101", "name": "Ada", "isOptedIn": true}`, created))
	httpmock.RegisterResponder("POST", bulkURL, expectJSON(t,
		`{"accountId": "acc_1", "template": {"name": "welcome", "language": "en_US"},
		  "recipients": [{"phone": "+12025550101", "variables": {"1": "Ada"}}]}`, sent))

	result, err := greeter.Welcome(t.Context(), ada)

	require.NoError(t, err)
	require.Equal(t, Welcomed, result)
	require.Equal(t, 2, httpmock.GetTotalCallCount())
}

// A mock transport lets tests be parallel.
func TestResponses(t *testing.T) {
	t.Parallel()
	ok := httpmock.NewStringResponder(200, created)
	fail := func(status int) httpmock.Responder {
		return httpmock.NewStringResponder(status, `{"error": "no"}`)
	}
	for name, test := range map[string]struct {
		contact, message httpmock.Responder
		want             Result
		wantErr          error
	}{
		"known":           {contact: fail(409), want: Known},
		"wrong key":       {contact: fail(401), want: Failed, wantErr: late.ErrUnauthorized},
		"payment due":     {contact: ok, message: fail(402), want: Failed, wantErr: late.ErrPaymentRequired},
		"rate limited":    {contact: ok, message: fail(429), want: Failed, wantErr: late.ErrRateLimited},
		"server error":    {contact: ok, message: fail(500), want: Unknown, wantErr: late.ErrOutcomeUnknown},
		"connection lost": {contact: ok, message: httpmock.NewErrorResponder(errors.New("reset")), want: Unknown, wantErr: late.ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := httpmock.NewMockTransport()
			mock.RegisterResponder("POST", contactsURL, test.contact)
			if test.message != nil {
				mock.RegisterResponder("POST", bulkURL, test.message)
			}

			result, err := newGreeter(t, &http.Client{Transport: mock}).Welcome(t.Context(), ada)

			require.Equal(t, test.want, result)
			require.ErrorIs(t, err, test.wantErr)
		})
	}
}
