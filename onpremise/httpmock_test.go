package onpremise_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// Each service is mocked as the unit tests of its users do it, the login included.
func TestHTTPMockWithEachService(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, path, answer string
		call                 func(context.Context, *onpremise.Client) error
	}{
		"Users": {"GET", "/users/ada", `{"users":[{"username":"ada"}]}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Users.Get(ctx, "ada")
			return err
		}},
		"Application": {"PATCH", "/settings/application", `{}`, func(ctx context.Context, c *onpremise.Client) error {
			return c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{SentStatus: new(false)})
		}},
		"Backup": {"POST", "/settings/backup", `{"settings":{"data":"d"}}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Backup.Create(ctx, "pw")
			return err
		}},
		"BusinessProfile": {"GET", "/settings/business/profile", `{"settings":{"business":{"profile":{}}}}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.BusinessProfile.Get(ctx)
			return err
		}},
		"Profile": {"GET", "/settings/profile/about", `{"text":"hi"}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Profile.About(ctx)
			return err
		}},
		"TwoStep": {"DELETE", "/settings/account/two-step", ``, func(ctx context.Context, c *onpremise.Client) error { return c.TwoStep.Disable(ctx) }},
		"Registration": {"POST", "/account/verify", ``, func(ctx context.Context, c *onpremise.Client) error {
			return c.Registration.Register(ctx, "123456")
		}},
		"Contacts": {"POST", "/contacts", `{"contacts":[{"input":"1","status":"valid"}]}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Contacts.Check(ctx, []string{"1"}, onpremise.CheckBlocking)
			return err
		}},
		"Messages": {"POST", "/messages", `{"messages":[{"id":"m"}]}`, func(ctx context.Context, c *onpremise.Client) error { return send(ctx, c, "hi") }},
		"Groups": {"GET", "/groups", `{"groups":[]}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Groups.List(ctx)
			return err
		}},
		"Media": {"POST", "/media", `{"media":[{"id":"f"}]}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Media.Upload(ctx, "image/png", bytes.NewReader(png))
			return err
		}},
		"Health": {"GET", "/health", `{"health":"connected"}`, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Health.Check(ctx)
			return err
		}},
		"Certificates": {"GET", "/certificates/external/ca", testPEM, func(ctx context.Context, c *onpremise.Client) error {
			_, err := c.Certificates.ExternalCA(ctx)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := httpmock.NewMockTransport()
			mock.RegisterResponder("POST", testURL+"/users/login", httpmock.NewStringResponder(200, `{"users":[{"token":"t"}]}`))
			mock.RegisterResponder(tt.method, testURL+tt.path, httpmock.NewStringResponder(200, tt.answer))
			client := clientWith(t, mock, onpremise.WithCredentials("u", "p"))
			require.NoError(t, tt.call(t.Context(), client))
			require.Equal(t, map[string]int{"POST " + testURL + "/users/login": 1, tt.method + " " + testURL + tt.path: 1}, mock.GetCallCountInfo())
		})
	}
}

// These change what is global, so they are not parallel.

func TestHTTPMockActivatedAfterTheClientIsMade(t *testing.T) {
	hc := &http.Client{}
	client, err := onpremise.NewClient(testURL, onpremise.WithToken("t"), onpremise.WithHTTPClient(hc))
	require.NoError(t, err)
	httpmock.ActivateNonDefault(hc)
	defer httpmock.DeactivateAndReset()
	httpmock.RegisterResponder("POST", testURL+"/messages", httpmock.NewStringResponder(200, `{"messages":[{"id":"m"}]}`))
	require.NoError(t, send(t.Context(), client, "hi"))
}

func TestHTTPMockOnTheDefaultTransport(t *testing.T) {
	client, err := onpremise.NewClient(testURL, onpremise.WithToken("t"))
	require.NoError(t, err)
	httpmock.Activate()
	defer httpmock.DeactivateAndReset()
	httpmock.RegisterResponder("POST", testURL+"/messages", httpmock.NewStringResponder(200, `{"messages":[{"id":"m"}]}`))
	require.NoError(t, send(t.Context(), client, "hi"))
}
