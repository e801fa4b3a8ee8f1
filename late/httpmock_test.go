package late_test

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

const contactURL = late.DefaultBaseURL + "/v1/whatsapp/contacts/" + testID

func get(t *testing.T, client *late.Client) {
	t.Helper()
	contact, err := client.Contacts.Get(t.Context(), testID)
	require.NoError(t, err)
	require.Equal(t, "Ada", contact.Name)
}

var ada = httpmock.NewStringResponder(200, `{"contact":{"id":"1","name":"Ada"}}`)

func TestHTTPMockActivatedBeforeTheClientIsMade(t *testing.T) {
	t.Parallel()
	hc := &http.Client{}
	mock := httpmock.NewMockTransport()
	hc.Transport = mock
	mock.RegisterResponder("GET", contactURL, ada)
	client, err := late.NewClient(testKey, late.WithHTTPClient(hc))
	require.NoError(t, err)
	get(t, client)
	require.Equal(t, 1, mock.GetTotalCallCount())
}

// These change global state, so they are not parallel.

func TestHTTPMockActivatedAfterTheClientIsMade(t *testing.T) {
	hc := &http.Client{}
	client, err := late.NewClient(testKey, late.WithHTTPClient(hc))
	require.NoError(t, err)
	httpmock.ActivateNonDefault(hc)
	defer httpmock.DeactivateAndReset()
	httpmock.RegisterResponder("GET", contactURL, ada)
	get(t, client)
}

func TestHTTPMockOnTheDefaultTransport(t *testing.T) {
	client, err := late.NewClient(testKey)
	require.NoError(t, err)
	httpmock.Activate(t)
	httpmock.RegisterResponder("GET", contactURL, ada)
	get(t, client)
	client, err = late.NewClient(testKey)
	require.NoError(t, err)
	get(t, client)
}

func TestHTTPMockSeesEachService(t *testing.T) {
	t.Parallel()
	mock := httpmock.NewMockTransport()
	client, err := late.NewClient(testKey, late.WithAccount(testAccount), late.WithHTTPClient(&http.Client{Transport: mock}))
	require.NoError(t, err)
	base := late.DefaultBaseURL + "/v1/whatsapp"
	query := map[string]string{"accountId": testAccount}
	mock.RegisterResponderWithQuery("GET", base+"/contacts", query, httpmock.NewStringResponder(200, `{"contacts":[{"id":"1"}],"pagination":{"total":1}}`))
	mock.RegisterResponderWithQuery("GET", base+"/templates/hello", query, httpmock.NewStringResponder(200, `{"template":{"status":"APPROVED"}}`))
	mock.RegisterResponderWithQuery("GET", base+"/groups", query, httpmock.NewStringResponder(200, `{"groups":[{"name":"a"}]}`))
	mock.RegisterResponderWithQuery("GET", base+"/business-profile", query, httpmock.NewStringResponder(200, `{"businessProfile":{"about":"us"}}`))
	mock.RegisterResponder("POST", base+"/bulk", httpmock.NewStringResponder(200, `{"summary":{"sent":1}}`))
	mock.RegisterResponder("POST", base+"/phone-numbers/purchase", httpmock.NewStringResponder(200, `{"checkoutUrl":"https://pay.example/1"}`))
	mock.RegisterResponder("POST", base+"/broadcasts/"+testID+"/send", httpmock.NewStringResponder(409, `{"error":"sent already"}`))

	page, err := client.Contacts.List(t.Context(), late.ListContactsOptions{})
	require.NoError(t, err)
	require.Equal(t, "1", page.Contacts[0].ID)
	tmpl, err := client.Templates.Get(t.Context(), "hello")
	require.NoError(t, err)
	require.Equal(t, late.TemplateApproved, tmpl.Status)
	groups, err := client.Groups.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a", groups[0].Name)
	profile, err := client.BusinessProfile.Get(t.Context())
	require.NoError(t, err)
	require.Equal(t, "us", profile.About)
	sent, err := client.Messages.SendBulk(t.Context(), late.SendBulkRequest{Template: hello, Recipients: []late.BulkRecipient{{Phone: testPhone}}})
	require.NoError(t, err)
	require.Equal(t, 1, sent.Summary.Sent)
	purchase, err := client.PhoneNumbers.Purchase(t.Context(), testProfile)
	require.NoError(t, err)
	require.Equal(t, late.CheckoutRequired{CheckoutURL: "https://pay.example/1"}, purchase)
	_, err = client.Broadcasts.Send(t.Context(), testID)
	require.ErrorIs(t, err, late.ErrConflict)
	_, err = client.Templates.List(t.Context())
	require.ErrorContains(t, err, "no responder found")
	require.NotErrorIs(t, err, late.ErrServer)
	var e *late.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Attempts, 1)
}
