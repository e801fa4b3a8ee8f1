package onpremise_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

func TestInvalidInputIsNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, `{}`)
	ctx := t.Context()
	long := strings.Repeat("x", 257)
	results := map[string]func() error{
		"username": func() error {
			_, err := client.Users.Create(ctx, onpremise.CreateUserRequest{Password: "x"})
			return err
		},
		"password": func() error {
			_, err := client.Users.Create(ctx, onpremise.CreateUserRequest{Username: "x"})
			return err
		},
		"UserUsername": func() error { return client.Users.Delete(ctx, "..") },
		"MessageID":    func() error { return client.Messages.MarkRead(ctx, "") },
		"MediaId":      func() error { return client.Media.Delete(ctx, "a\nb") },
		"GroupId":      func() error { return client.Groups.Leave(ctx, ".") },
		"ProviderName": func() error { return client.Application.DeleteMediaProvider(ctx, "") },
		"wa_ids":       func() error { return client.Groups.AddAdmins(ctx, "g", nil) },
		"wa_ids[1]":    func() error { return client.Groups.RemoveAdmins(ctx, "g", []string{"1", ""}) },
		"subject":      func() error { _, err := client.Groups.Create(ctx, " "); return err },
		"webhooks.url": func() error { return update(ctx, client, onpremise.WebhookSettingsUpdate{URL: new("http://x")}) },
		"pin":          func() error { return client.TwoStep.Enable(ctx, "12345") },
		"code":         func() error { return client.Registration.Register(ctx, "") },
		"text":         func() error { return client.Profile.UpdateAbout(ctx, strings.Repeat("é", 140)) },
		"address":      func() error { return client.BusinessProfile.Update(ctx, onpremise.BusinessProfile{Address: long}) },
		"email":        func() error { return client.BusinessProfile.Update(ctx, onpremise.BusinessProfile{Email: long[:129]}) },
		"websites": func() error {
			return client.BusinessProfile.Update(ctx, onpremise.BusinessProfile{Websites: make([]string, 3)})
		},
		"websites[0]": func() error {
			return client.BusinessProfile.Update(ctx, onpremise.BusinessProfile{Websites: []string{long}})
		},
		"data":              func() error { return client.Backup.Restore(ctx, onpremise.RestoreRequest{Password: "x"}) },
		"contacts":          func() error { _, err := client.Contacts.Check(ctx, nil, ""); return err },
		"contacts[0]":       func() error { _, err := client.Contacts.Wait(ctx, []string{""}); return err },
		"blocking":          func() error { _, err := client.Contacts.Check(ctx, []string{"1"}, "maybe"); return err },
		"contentType":       func() error { _, err := client.Media.Upload(ctx, "audio", strings.NewReader("x")); return err },
		"file":              func() error { _, err := client.Media.Upload(ctx, "audio/ogg", nil); return err },
		"certificate":       func() error { return client.Certificates.UploadWebhookCA(ctx, []byte("x")) },
		"providers":         func() error { return client.Application.UpdateMediaProviders(ctx, nil) },
		"providers[0].name": func() error { return providers(ctx, client, onpremise.MediaProvider{}) },
		"providers[0].config.bearer": func() error {
			return providers(ctx, client, onpremise.MediaProvider{Name: "x", Auth: onpremise.BearerAuth{}})
		},
		"heartbeat_interval": func() error {
			return client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{HeartbeatInterval: new(-1)})
		},
		"callback_backoff_delay_ms": func() error {
			return client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{CallbackBackoffDelay: new(onpremise.Milliseconds(-1))})
		},
		"shards": func() error {
			return client.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "2", PIN: "123456", Shards: 3})
		},
		"cc": func() error {
			return client.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "+1", PhoneNumber: "2", PIN: "123456", Shards: 2})
		},
		"phone_number": func() error {
			_, err := client.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{CountryCode: "1"})
			return err
		},
		"method": func() error {
			_, err := client.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "2"})
			return err
		},
		"providers[0].config.basic.username": func() error {
			return providers(ctx, client, onpremise.MediaProvider{Name: "x", Auth: onpremise.BasicAuth{}})
		},
		"webhooks.max_concurrent_requests": func() error {
			return update(ctx, client, onpremise.WebhookSettingsUpdate{MaxConcurrentRequests: new(7)})
		},
	}
	for field, call := range results {
		err := call()
		var v *onpremise.ValidationError
		require.ErrorAs(t, err, &v, field)
		require.Equal(t, field, v.Field)
		require.ErrorIs(t, err, onpremise.ErrInvalidRequest)
		require.ErrorIs(t, err, onpremise.ErrNotSent)
		require.True(t, strings.HasPrefix(err.Error(), "onpremise: "+field+": "), err)
	}
	require.Zero(t, w.sent())
}

func update(ctx context.Context, c *onpremise.Client, w onpremise.WebhookSettingsUpdate) error {
	return c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{Webhooks: &w})
}

func providers(ctx context.Context, c *onpremise.Client, p onpremise.MediaProvider) error {
	return c.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{p})
}

func TestClientThatCannotBeRightIsRefused(t *testing.T) {
	t.Parallel()
	token := onpremise.WithToken(testToken)
	for name, tt := range map[string]struct {
		url  string
		opts []onpremise.Option
	}{
		"no scheme":               {"wa.example.com/v1", []onpremise.Option{token}},
		"another scheme":          {"ftp://wa.example.com/v1", []onpremise.Option{token}},
		"credentials in the URL":  {"https://u:p@wa.example.com/v1", []onpremise.Option{token}},
		"a query":                 {testURL + "?a=b", []onpremise.Option{token}},
		"no credentials":          {testURL, nil},
		"no source":               {testURL, []onpremise.Option{onpremise.WithTokenSource(nil)}},
		"no token":                {testURL, []onpremise.Option{onpremise.WithToken("")}},
		"a token with a newline":  {testURL, []onpremise.Option{onpremise.WithToken("a\n")}},
		"no user":                 {testURL, []onpremise.Option{onpremise.WithCredentials("", "p")}},
		"a user with a colon":     {testURL, []onpremise.Option{onpremise.WithCredentials("a:b", "p")}},
		"no password":             {testURL, []onpremise.Option{onpremise.WithCredentials("u", "")}},
		"a new password for none": {testURL, []onpremise.Option{token, onpremise.WithNewPassword("p")}},
		"negative retries":        {testURL, []onpremise.Option{token, onpremise.WithMaxRetries(-1)}},
		"a negative timeout":      {testURL, []onpremise.Option{token, onpremise.WithTimeout(-1)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := onpremise.NewClient(tt.url, tt.opts...)
			var v *onpremise.ValidationError
			require.ErrorAs(t, err, &v)
		})
	}
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return says(200, `{"messages":[{"id":"m"}]}`), nil }}
	client := clientOn(t, w, onpremise.WithCredentials("u", "p"), onpremise.WithToken("last"))
	require.NoError(t, send(t.Context(), client, "hi"))
	require.Equal(t, "Bearer last", w.requests[0].Header.Get("Authorization"))
	for _, url := range []string{testURL, testURL + "/", "http://localhost:9090/v1", "https://wa.example.com"} {
		_, err := onpremise.NewClient(url, token)
		require.NoError(t, err)
	}
}
