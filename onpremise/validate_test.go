package onpremise_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

func TestInvalidInputIsNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, `{}`)
	ctx, long := t.Context(), strings.Repeat("x", 257)
	second := func(_ any, err error) error { return err }
	profile := func(p onpremise.BusinessProfile) error { return client.BusinessProfile.Update(ctx, p) }
	provider := func(p onpremise.MediaProvider) error {
		return client.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{p})
	}
	settings := func(s onpremise.ApplicationSettingsUpdate) error { return client.Application.UpdateSettings(ctx, s) }
	webhooks := func(s onpremise.WebhookSettingsUpdate) error {
		return settings(onpremise.ApplicationSettingsUpdate{Webhooks: &s})
	}
	code := func(r onpremise.RequestCodeRequest) error { return second(client.Registration.RequestCode(ctx, r)) }
	shards := func(r onpremise.SetShardsRequest) error { return client.Application.SetShards(ctx, r) }
	for field, err := range map[string]error{
		"username":                           second(client.Users.Create(ctx, onpremise.CreateUserRequest{Password: "x"})),
		"password":                           second(client.Users.Create(ctx, onpremise.CreateUserRequest{Username: "x"})),
		"UserUsername":                       client.Users.Delete(ctx, ".."),
		"MessageID":                          client.Messages.MarkRead(ctx, ""),
		"MediaId":                            client.Media.Delete(ctx, "a\nb"),
		"GroupId":                            client.Groups.Leave(ctx, "."),
		"ProviderName":                       client.Application.DeleteMediaProvider(ctx, ""),
		"wa_ids":                             client.Groups.AddAdmins(ctx, "g", nil),
		"wa_ids[1]":                          client.Groups.RemoveAdmins(ctx, "g", []string{"1", ""}),
		"subject":                            second(client.Groups.Create(ctx, " ")),
		"pin":                                client.TwoStep.Enable(ctx, "12345"),
		"code":                               client.Registration.Register(ctx, ""),
		"text":                               client.Profile.SetAbout(ctx, strings.Repeat("é", 140)),
		"address":                            profile(onpremise.BusinessProfile{Address: long}),
		"email":                              profile(onpremise.BusinessProfile{Email: long[:129]}),
		"websites":                           profile(onpremise.BusinessProfile{Websites: make([]string, 3)}),
		"websites[0]":                        profile(onpremise.BusinessProfile{Websites: []string{long}}),
		"data":                               client.Backup.Restore(ctx, onpremise.RestoreRequest{Password: "x"}),
		"contacts":                           second(client.Contacts.Check(ctx, nil, "")),
		"contacts[0]":                        second(client.Contacts.Wait(ctx, []string{""})),
		"blocking":                           second(client.Contacts.Check(ctx, []string{"1"}, "maybe")),
		"contentType":                        second(client.Media.Upload(ctx, "audio", strings.NewReader("x"))),
		"file":                               second(client.Media.Upload(ctx, "audio/ogg", nil)),
		"certificate":                        client.Certificates.UploadWebhookCA(ctx, []byte("x")),
		"providers":                          client.Application.UpdateMediaProviders(ctx, nil),
		"providers[0].name":                  provider(onpremise.MediaProvider{}),
		"providers[0].config.bearer":         provider(onpremise.MediaProvider{Name: "x", Auth: onpremise.BearerAuth{}}),
		"providers[0].config.basic.username": provider(onpremise.MediaProvider{Name: "x", Auth: onpremise.BasicAuth{}}),
		"heartbeat_interval":                 settings(onpremise.ApplicationSettingsUpdate{HeartbeatInterval: new(-1)}),
		"callback_backoff_delay_ms":          settings(onpremise.ApplicationSettingsUpdate{CallbackBackoffDelay: new(onpremise.Milliseconds(-1))}),
		"webhooks.url":                       webhooks(onpremise.WebhookSettingsUpdate{URL: new("http://x")}),
		"webhooks.max_concurrent_requests":   webhooks(onpremise.WebhookSettingsUpdate{MaxConcurrentRequests: new(7)}),
		"shards":                             shards(onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "2", PIN: "123456", Shards: 3}),
		"cc":                                 shards(onpremise.SetShardsRequest{CountryCode: "+1", PhoneNumber: "2", PIN: "123456", Shards: 2}),
		"phone_number":                       code(onpremise.RequestCodeRequest{CountryCode: "1"}),
		"method":                             code(onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "2"}),
	} {
		var v *onpremise.ValidationError
		require.ErrorAs(t, err, &v, field)
		require.Equal(t, field, v.Field)
		require.ErrorIs(t, err, onpremise.ErrInvalidRequest)
		require.ErrorIs(t, err, onpremise.ErrNotSent)
		require.True(t, strings.HasPrefix(err.Error(), "onpremise: "+field+": "), err)
	}
	require.Zero(t, w.sent())
}

// An ID that is not one segment of a path would select another operation.
func TestInvalidIDsAreNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, `{}`)
	ctx, members := t.Context(), []string{"1"}
	second := func(_ any, err error) error { return err }
	for _, id := range []string{"", ".", "..", "a\x00", "a\x7f"} {
		for i, err := range []error{
			second(client.Users.Get(ctx, id)), client.Users.Delete(ctx, id),
			second(client.Users.Update(ctx, id, onpremise.UpdateUserRequest{Password: "x"})),
			client.Application.DeleteMediaProvider(ctx, id), client.Messages.MarkRead(ctx, id),
			second(client.Groups.Get(ctx, id)), client.Groups.SetSubject(ctx, id, "x"), client.Groups.Leave(ctx, id),
			second(client.Groups.Icon(ctx, id)), client.Groups.DeleteIcon(ctx, id), client.Groups.SetIcon(ctx, id, onpremise.Picture{Data: png}),
			second(client.Groups.Invite(ctx, id)), client.Groups.RevokeInvite(ctx, id), client.Groups.RemoveParticipants(ctx, id, members),
			client.Groups.AddAdmins(ctx, id, members), client.Groups.RemoveAdmins(ctx, id, members),
			second(client.Media.Download(ctx, id)), client.Media.Delete(ctx, id),
		} {
			require.ErrorIs(t, err, onpremise.ErrInvalidRequest, "call %d with %q", i, id)
		}
	}
	require.Zero(t, w.sent())
}

func TestNewClientValidatesItsOptions(t *testing.T) {
	t.Parallel()
	token := onpremise.WithToken(testToken)
	for name, tt := range map[string]struct {
		url  string
		opts []onpremise.Option
	}{
		"no scheme":              {"wa.example.com/v1", []onpremise.Option{token}},
		"other scheme":           {"ftp://wa.example.com/v1", []onpremise.Option{token}},
		"credentials in URL":     {"https://u:p@wa.example.com/v1", []onpremise.Option{token}},
		"query":                  {testURL + "?a=b", []onpremise.Option{token}},
		"no credentials":         {testURL, nil},
		"no source":              {testURL, []onpremise.Option{onpremise.WithTokenSource(nil)}},
		"no token":               {testURL, []onpremise.Option{onpremise.WithToken("")}},
		"token with newline":     {testURL, []onpremise.Option{onpremise.WithToken("a\n")}},
		"no user":                {testURL, []onpremise.Option{onpremise.WithCredentials("", "p")}},
		"user with colon":        {testURL, []onpremise.Option{onpremise.WithCredentials("a:b", "p")}},
		"no password":            {testURL, []onpremise.Option{onpremise.WithCredentials("u", "")}},
		"new password, no login": {testURL, []onpremise.Option{token, onpremise.WithNewPassword("p")}},
		"negative retries":       {testURL, []onpremise.Option{token, onpremise.WithMaxRetries(-1)}},
		"too many retries":       {testURL, []onpremise.Option{token, onpremise.WithMaxRetries(200_000_000)}},
		"negative timeout":       {testURL, []onpremise.Option{token, onpremise.WithTimeout(-1)}},
		"user agent":             {testURL, []onpremise.Option{token, onpremise.WithUserAgent("a\nb")}},
	} {
		_, err := onpremise.NewClient(tt.url, tt.opts...)
		var v *onpremise.ValidationError
		require.ErrorAs(t, err, &v, name)
	}
	for _, url := range []string{testURL, testURL + "/", "http://localhost:9090/v1", "https://wa.example.com", "https://wa.example.com//v1"} {
		_, err := onpremise.NewClient(url, token)
		require.NoError(t, err, url)
	}
}

func TestLastOptionApplies(t *testing.T) {
	t.Parallel()
	w := &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return newResponse(200, `{"messages":[{"id":"m"}]}`), nil
	}}
	client := clientOn(t, w, onpremise.WithCredentials("u", "p"), onpremise.WithToken("last"))
	require.NoError(t, send(t.Context(), client, "hi"))
	require.Equal(t, "Bearer last", w.requests[0].Header.Get("Authorization"))
}
