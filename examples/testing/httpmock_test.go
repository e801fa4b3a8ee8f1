package main

// Tests with httpmock alone: you write each answer, so you see exactly what your program sends,
// and can have it answered with anything. What you write is what you believe of the API: whether
// your calls fit together, latetest knows better.

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
)

var ada = Customer{Phone: "+12025550101", Name: "Ada", Agreed: true}

// mocked returns a Greeter whose calls go through client, wherever that leads. Without
// WithMaxRetries(0), a call that is answered with 429, say, would be repeated after a pause.
func mocked(t *testing.T, client *http.Client) *Greeter {
	t.Helper()
	c, err := late.NewClient("sk_test", late.WithAccount("acc_1"), late.WithHTTPClient(client), late.WithMaxRetries(0))
	require.NoError(t, err)
	return &Greeter{Client: c, Template: late.TemplateRef{Name: "welcome", Language: "en_US"}}
}

// expect answers a request that has the body, as JSON.
func expect(t *testing.T, body string, status int, answer string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		got, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.JSONEq(t, body, string(got))
		assert.Equal(t, "Bearer sk_test", r.Header.Get("Authorization"))
		return httpmock.NewStringResponse(status, answer), nil
	}
}

// ActivateNonDefault puts the mock into a client that your program has made, before or after it
// was handed to package late. The mock is global: such a test cannot be parallel.
func TestWelcomeSendsTheConsentAndTheTemplate(t *testing.T) {
	client := &http.Client{}
	greeter := mocked(t, client)
	httpmock.ActivateNonDefault(client)
	t.Cleanup(httpmock.DeactivateAndReset)
	httpmock.RegisterResponder("POST", contactsURL, expect(t,
		`{"accountId": "acc_1", "phone": "+12025550101", "name": "Ada", "isOptedIn": true}`,
		200, `{"success": true, "contact": {"id": "c1"}}`))
	httpmock.RegisterResponder("POST", bulkURL, expect(t,
		`{"accountId": "acc_1", "template": {"name": "welcome", "language": "en_US"},
		  "recipients": [{"phone": "+12025550101", "variables": {"1": "Ada"}}]}`,
		200, `{"success": true, "results": [{"phone": "+12025550101", "success": true, "messageId": "m1"}]}`))

	outcome, err := greeter.Welcome(t.Context(), ada)

	require.NoError(t, err)
	require.Equal(t, Welcomed, outcome)
	require.Equal(t, 2, httpmock.GetTotalCallCount())
}

// A mock transport of its own lets a test be parallel. What is not registered is not answered,
// so this test would fail if a message were sent.
func TestNobodyIsMessagedWithoutConsent(t *testing.T) {
	t.Parallel()
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder("POST", contactsURL, expect(t,
		`{"accountId": "acc_1", "phone": "+12025550101", "name": "Ada", "isOptedIn": false}`,
		200, `{"success": true, "contact": {"id": "c1"}}`))
	no := ada
	no.Agreed = false

	outcome, err := mocked(t, &http.Client{Transport: mock}).Welcome(t.Context(), no)

	require.NoError(t, err)
	require.Equal(t, NoConsent, outcome)
	require.Equal(t, 1, mock.GetTotalCallCount())
}

func TestWhatTheServerCanAnswer(t *testing.T) {
	t.Parallel()
	created := httpmock.NewStringResponder(200, `{"success": true, "contact": {"id": "c1"}}`)
	for name, test := range map[string]struct {
		contact, message httpmock.Responder
		want             Outcome
		wantErr          error // nil: any or none
	}{
		"known":          {contact: refuse(409, "contact exists"), want: Known},
		"wrong key":      {contact: refuse(401, "invalid key"), want: Failed, wantErr: late.ErrUnauthorized},
		"contact, 500":   {contact: refuse(500, "oops"), want: Failed, wantErr: late.ErrOutcomeUnknown},
		"payment due":    {contact: created, message: refuse(402, "pay"), want: Failed, wantErr: late.ErrPaymentRequired},
		"too many calls": {contact: created, message: refuse(429, "slow down"), want: Failed, wantErr: late.ErrRateLimited},
		"message, 500":   {contact: created, message: refuse(500, "oops"), want: InDoubt, wantErr: late.ErrOutcomeUnknown},
		"broken connection": {contact: created, message: httpmock.NewErrorResponder(errors.New("connection reset by peer")),
			want: InDoubt, wantErr: late.ErrOutcomeUnknown},
		"a proxy's page": {contact: created, message: httpmock.NewStringResponder(200, "<html>"), want: InDoubt, wantErr: late.ErrOutcomeUnknown},
		"no result":      {contact: created, message: httpmock.NewStringResponder(200, `{"success": true}`), want: InDoubt},
		"no WhatsApp": {contact: created, want: Unreached,
			message: httpmock.NewStringResponder(200, `{"success": true, "results": [{"phone": "+12025550101", "success": false, "error": "no such phone"}]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := httpmock.NewMockTransport()
			mock.RegisterResponder("POST", contactsURL, test.contact)
			if test.message != nil {
				mock.RegisterResponder("POST", bulkURL, test.message)
			}

			outcome, err := mocked(t, &http.Client{Transport: mock}).Welcome(t.Context(), ada)

			require.Equal(t, test.want, outcome)
			if test.wantErr != nil {
				require.ErrorIs(t, err, test.wantErr)
			}
		})
	}
}

// refuse answers with an error body of the API.
func refuse(status int, message string) httpmock.Responder {
	return httpmock.NewJsonResponderOrPanic(status, map[string]string{"error": message})
}
