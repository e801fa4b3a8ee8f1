package late_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

func TestEnsureMakesNoSecondWebhook(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		webhooks string
		active   *bool
		method   string
		body     string
	}{
		"none":     {``, nil, "POST", `{"url":"%s","secret":"%s","events":["message.received"],"isActive":true}`},
		"another":  {`{"_id":"w1","url":"https://other.example.com"}`, new(false), "POST", `{"url":"%s","secret":"%s","events":["message.received"],"isActive":false}`},
		"disabled": {`{"_id":"w1","url":"` + webhookURL + `","isActive":false}`, nil, "PUT", `{"_id":"w1","url":"%s","secret":"%s","events":["message.received"],"isActive":true}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{respond: func(_ int, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return says(200, `{"webhooks":[`+tt.webhooks+`]}`), nil
				}
				return says(200, `{"success":true,"webhook":{"_id":"w1"}}`), nil
			}}
			got, err := clientOn(t, w).Webhooks.Ensure(t.Context(), late.CreateWebhookRequest{
				URL: webhookURL, Secret: webhookSecret, Events: []late.EventKind{late.EventMessageReceived}, IsActive: tt.active,
			})
			require.NoError(t, err)
			require.Equal(t, "w1", got.ID)
			require.Len(t, w.requests, 2)
			require.Equal(t, tt.method, w.requests[1].Method)
			require.JSONEq(t, fmt.Sprintf(tt.body, webhookURL, string(webhookSecret)), w.bodies[1])
		})
	}
}

func TestFailedEndpointIsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status   int
		body     string
		endpoint bool
	}{
		"endpoint failed":         {500, `{"success":false,"message":"your endpoint responded 404"}`, true},
		"endpoint failed, 200":    {200, `{"success":false,"message":"your endpoint responded 404"}`, true},
		"server failed":           {500, `{"error":"database"}`, false},
		"server failed, no words": {500, ``, false},
		"proxy failed":            {502, `{"success":false,"message":"bad gateway"}`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, tt.status, tt.body)
			err := client.Webhooks.Test(t.Context(), "w1")
			require.Error(t, err)
			require.Equal(t, 1, w.sent())
			e, ok := errors.AsType[*late.EndpointError](err)
			require.Equal(t, tt.endpoint, ok, "%v", err)
			if ok {
				require.Equal(t, "w1", e.WebhookID)
				require.Contains(t, err.Error(), "your endpoint responded 404")
				require.NotErrorIs(t, err, late.ErrOutcomeUnknown)
				require.NotErrorIs(t, err, late.ErrServer)
			} else {
				require.ErrorIs(t, err, late.ErrOutcomeUnknown)
			}
		})
	}
}

func TestWebhookSecretsAreInNoError(t *testing.T) {
	t.Parallel()
	const header = "credentials for the endpoint"
	for _, body := range []string{
		`{"error":"bad secret ` + string(webhookSecret) + ` or ` + header + `"}`,
		`{"webhook":{"_id":7,"secret":"a secret that only the server knows"}`,
		`{"webhooks":{"secret":"a secret that only the server knows"}}`,
	} {
		for _, status := range []int{200, 400} {
			synctest.Test(t, func(t *testing.T) {
				w := &wire{respond: func(int, *http.Request) (*http.Response, error) { return says(status, body), nil }}
				client := clientOn(t, w)
				headers := map[string]late.Secret{"X-Auth": header}
				_, created := client.Webhooks.Create(t.Context(), late.CreateWebhookRequest{
					URL: webhookURL, Secret: webhookSecret, CustomHeaders: headers, Events: []late.EventKind{late.EventTest},
				})
				_, updated := client.Webhooks.Update(t.Context(), "w1", late.UpdateWebhookRequest{Secret: new(webhookSecret), CustomHeaders: headers})
				_, listed := client.Webhooks.List(t.Context())
				for _, err := range []error{created, updated, listed} {
					require.Error(t, err)
					e, ok := errors.AsType[*late.Error](err)
					require.True(t, ok)
					text := fmt.Sprintf("%v %+v %#v", err, *e, e)
					require.NotContains(t, text, string(webhookSecret))
					require.NotContains(t, text, header)
					if status == 200 {
						require.NotContains(t, text, "only the server knows")
					}
				}
			})
		}
	}
}

func TestInvalidWebhookIsNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, complete)
	events := []late.EventKind{late.EventMessageReceived}
	_, noURL := client.Webhooks.Create(t.Context(), late.CreateWebhookRequest{Events: events})
	_, noEvents := client.Webhooks.Create(t.Context(), late.CreateWebhookRequest{URL: webhookURL})
	_, ensured := client.Webhooks.Ensure(t.Context(), late.CreateWebhookRequest{URL: "shop.example.com", Events: events})
	_, noID := client.Webhooks.Update(t.Context(), "", late.UpdateWebhookRequest{})
	_, emptyURL := client.Webhooks.Update(t.Context(), "w1", late.UpdateWebhookRequest{URL: new("")})
	_, limit := client.Webhooks.Log(t.Context(), late.WebhookLogOptions{Limit: 101})
	for i, err := range []error{noURL, noEvents, ensured, noID, emptyURL, limit, client.Webhooks.Delete(t.Context(), ""), client.Webhooks.Test(t.Context(), "")} {
		require.ErrorIs(t, err, late.ErrNotSent, "%d", i)
	}
	require.Zero(t, w.sent())
}

func TestWebhookUpdateSendsWhatIsSet(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, complete)
	_, err := client.Webhooks.Update(t.Context(), "w1", late.UpdateWebhookRequest{
		ID: "ignored", Name: new(""), IsActive: new(false), Secret: new(late.Secret("")), Events: []late.EventKind{}, CustomHeaders: map[string]late.Secret{},
	})
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(w.bodies[0]), &got))
	require.Equal(t, map[string]any{
		"_id": "w1", "name": "", "isActive": false, "secret": "", "events": []any{}, "customHeaders": map[string]any{},
	}, got)
}

// The second delete finds nothing, because the first one deleted it.
func TestDeletesOfTheWorkspaceAreRetried(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"deleteAccount", "deleteProfile", "deleteWebhookSettings"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{respond: func(n int, _ *http.Request) (*http.Response, error) {
					if n == 1 {
						return nil, io.ErrUnexpectedEOF
					}
					return says(404, `{"error":"not found"}`), nil
				}}
				client := clientOn(t, w)
				_, err := wrappers[id](t.Context(), client)
				require.NoError(t, err)
				require.Equal(t, 2, w.sent())
				_, err = wrappers[id](t.Context(), client)
				require.ErrorIs(t, err, late.ErrNotFound)
			})
		})
	}
}
