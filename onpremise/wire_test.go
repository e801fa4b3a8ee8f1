package onpremise_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

var (
	png     = append([]byte("\x89PNG\r\n\x1a\n"), "rest"...)
	testPEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("any")}))
)

// calls are one call of each method that sends a request, and what it sends.
var calls = []struct {
	name   string
	call   func(context.Context, *onpremise.Client) error
	status int
	answer string
	wire   string // method, URL below the base, content type, body
}{
	{"Users.Create", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Users.Create(ctx, onpremise.CreateUserRequest{Username: "ada", Password: "pw"})
		return err
	}, 201, `{"users":[{"username":"ada"}]}`, `POST /users application/json {"password":"pw","username":"ada"}`},
	{"Users.Get", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Users.Get(ctx, "a b/c")
		return err
	}, 200, `{"users":[{"username":"ada","ROLES":"ROLE_USER"}]}`, `GET /users/a%20b%2Fc  `},
	{"Users.Update", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Users.Update(ctx, "ada", onpremise.UpdateUserRequest{Password: "pw"})
		return err
	}, 200, `{"users":[{"username":"ada"}]}`, `PUT /users/ada application/json {"password":"pw"}`},
	{"Users.Delete", func(ctx context.Context, c *onpremise.Client) error { return c.Users.Delete(ctx, "ada") },
		200, `{}`, `DELETE /users/ada  `},
	{"Users.Logout", func(ctx context.Context, c *onpremise.Client) error { return c.Users.Logout(ctx) }, 200, ``, `POST /users/logout  `},
	{"Application.Settings", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Application.Settings(ctx)
		return err
	}, 200, `{}`, `GET /settings/application  `},
	{"Application.UpdateSettings", func(ctx context.Context, c *onpremise.Client) error {
		return c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
			PassThrough: new(false), SentStatus: new(true), HeartbeatInterval: new(0), OnCallPager: new(""),
			CallbackBackoffDelay: new(onpremise.Milliseconds(3000)), Media: &onpremise.MediaSettings{AutoDownload: []onpremise.MediaKind{}},
			Webhooks: &onpremise.WebhookSettingsUpdate{URL: new("https://example.com"), MaxConcurrentRequests: new(24)},
		})
	}, 200, `{}`, `PATCH /settings/application application/json {"callback_backoff_delay_ms":"3000","heartbeat_interval":0,"media":{"auto_download":[]},"on_call_pager":"","pass_through":false,"sent_status":true,"webhooks":{"max_concurrent_requests":24,"url":"https://example.com"}}`},
	{"Application.UpdateSettings of nothing", func(ctx context.Context, c *onpremise.Client) error {
		return c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{})
	}, 200, ``, `PATCH /settings/application application/json {}`},
	{"Application.ResetSettings", func(ctx context.Context, c *onpremise.Client) error { return c.Application.ResetSettings(ctx) },
		200, ``, `DELETE /settings/application  `},
	{"Application.SetShards", func(ctx context.Context, c *onpremise.Client) error {
		return c.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "6315551234", PIN: "123456", Shards: 32})
	}, 200, ``, `POST /account/shards application/json {"cc":"1","phone_number":"6315551234","pin":"123456","shards":32}`},
	{"Application.MediaProviders", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Application.MediaProviders(ctx)
		return err
	}, 200, `{}`, `GET /settings/application/media/providers  `},
	{"Application.UpdateMediaProviders", func(ctx context.Context, c *onpremise.Client) error {
		return c.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{
			{Name: "a", Type: "www", Auth: onpremise.BearerAuth{Token: "t"}},
			{Name: "b", Type: "www", Auth: onpremise.BasicAuth{Username: "u", Password: "p"}},
			{Name: "c"},
		})
	}, 200, ``, `POST /settings/application/media/providers application/json [{"config":{"bearer":"t"},"name":"a","type":"www"},{"config":{"basic":{"password":"p","username":"u"}},"name":"b","type":"www"},{"name":"c"}]`},
	{"Application.DeleteMediaProvider", func(ctx context.Context, c *onpremise.Client) error {
		return c.Application.DeleteMediaProvider(ctx, "a")
	}, 200, ``, `DELETE /settings/application/media/providers/a  `},
	{"Backup.Create", func(ctx context.Context, c *onpremise.Client) error {
		data, err := c.Backup.Create(ctx, "pw")
		if err == nil && data != "d" {
			return fmt.Errorf("data is %q", data)
		}
		return err
	}, 200, `{"settings":{"data":"d"}}`, `POST /settings/backup application/json {"password":"pw"}`},
	{"Backup.Restore", func(ctx context.Context, c *onpremise.Client) error {
		return c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: "d", Password: "pw"})
	}, 200, ``, `POST /settings/restore application/json {"data":"d","password":"pw"}`},
	{"BusinessProfile.Get", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.BusinessProfile.Get(ctx)
		return err
	}, 200, `{"settings":{"business":{"profile":{}}}}`, `GET /settings/business/profile  `},
	{"BusinessProfile.Update", func(ctx context.Context, c *onpremise.Client) error {
		return c.BusinessProfile.Update(ctx, onpremise.BusinessProfile{Vertical: "Retail"})
	}, 200, ``, `POST /settings/business/profile application/json {"address":"","description":"","email":"","vertical":"Retail","websites":[]}`},
	{"Profile.About", func(ctx context.Context, c *onpremise.Client) error {
		text, err := c.Profile.About(ctx)
		if err == nil && text != "hi" {
			return fmt.Errorf("text is %q", text)
		}
		return err
	}, 200, `{"settings":{"profile":{"about":{"text":"hi"}}}}`, `GET /settings/profile/about  `},
	{"Profile.UpdateAbout", func(ctx context.Context, c *onpremise.Client) error {
		return c.Profile.UpdateAbout(ctx, strings.Repeat("é", 139))
	}, 200, ``, `PATCH /settings/profile/about application/json {"text":"` + strings.Repeat("é", 139) + `"}`},
	{"Profile.Photo", func(ctx context.Context, c *onpremise.Client) error {
		p, err := c.Profile.Photo(ctx)
		if err == nil && string(p.Data) != "jpeg" {
			return fmt.Errorf("photo is %q", p.Data)
		}
		return err
	}, 200, `jpeg`, `GET /settings/profile/photo  `},
	{"Profile.PhotoLink", func(ctx context.Context, c *onpremise.Client) error {
		link, err := c.Profile.PhotoLink(ctx)
		if err == nil && link != "l" {
			return fmt.Errorf("link is %q", link)
		}
		return err
	}, 200, `{"settings":{"profile":{"photo":{"link":"l"}}}}`, `GET /settings/profile/photo?format=link  `},
	{"Profile.DeletePhoto", func(ctx context.Context, c *onpremise.Client) error { return c.Profile.DeletePhoto(ctx) },
		200, ``, `DELETE /settings/profile/photo  `},
	{"TwoStep.Enable", func(ctx context.Context, c *onpremise.Client) error { return c.TwoStep.Enable(ctx, "012345") },
		200, ``, `POST /settings/account/two-step application/json {"pin":"012345"}`},
	{"TwoStep.Disable", func(ctx context.Context, c *onpremise.Client) error { return c.TwoStep.Disable(ctx) },
		200, ``, `DELETE /settings/account/two-step  `},
	{"Registration.RequestCode", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{
			CountryCode: "1", PhoneNumber: "6315551234", Method: onpremise.CodeSMS, Certificate: "Y2VydA==",
		})
		return err
	}, 202, `{}`, `POST /account application/json {"cc":"1","cert":"Y2VydA==","method":"sms","phone_number":"6315551234"}`},
	{"Registration.Register", func(ctx context.Context, c *onpremise.Client) error { return c.Registration.Register(ctx, "123-456") },
		201, ``, `POST /account/verify application/json {"code":"123-456"}`},
	{"Contacts.Check", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Contacts.Check(ctx, []string{"+1 (631) 555-1234"}, "")
		return err
	}, 200, `{"contacts":[{"input":"+1 (631) 555-1234","status":"processing"}]}`, `POST /contacts application/json {"contacts":["+1 (631) 555-1234"]}`},
	{"Contacts.Check blocking", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Contacts.Check(ctx, []string{"1"}, onpremise.CheckBlocking)
		return err
	}, 200, `{"contacts":[{"input":"1","status":"valid","wa_id":"1"}]}`, `POST /contacts application/json {"blocking":"wait","contacts":["1"]}`},
	{"Messages.MarkRead", func(ctx context.Context, c *onpremise.Client) error { return c.Messages.MarkRead(ctx, "m1") },
		200, ``, `PUT /messages/m1 application/json {"status":"read"}`},
	{"Groups.List", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Groups.List(ctx); return err },
		200, `{"groups":[]}`, `GET /groups  `},
	{"Groups.Create", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Groups.Create(ctx, "friends")
		return err
	}, 201, `{"groups":[{"id":"g","creation_time":1}]}`, `POST /groups application/json {"subject":"friends"}`},
	{"Groups.Get", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Groups.Get(ctx, testGroup)
		return err
	}, 200, `{"groups":[{"subject":"friends"}]}`, `GET /groups/` + testGroup + `  `},
	{"Groups.Update", func(ctx context.Context, c *onpremise.Client) error { return c.Groups.Update(ctx, testGroup, "s") },
		200, ``, `PUT /groups/` + testGroup + ` application/json {"subject":"s"}`},
	{"Groups.Invite", func(ctx context.Context, c *onpremise.Client) error {
		link, err := c.Groups.Invite(ctx, testGroup)
		if err == nil && link != "l" {
			return fmt.Errorf("link is %q", link)
		}
		return err
	}, 200, `{"groups":[{"link":"l"}]}`, `GET /groups/` + testGroup + `/invite  `},
	{"Groups.RevokeInvite", func(ctx context.Context, c *onpremise.Client) error { return c.Groups.RevokeInvite(ctx, testGroup) },
		200, ``, `DELETE /groups/` + testGroup + `/invite  `},
	{"Groups.RemoveParticipants", func(ctx context.Context, c *onpremise.Client) error {
		return c.Groups.RemoveParticipants(ctx, testGroup, []string{"1", "2"})
	}, 200, ``, `DELETE /groups/` + testGroup + `/participants application/json {"wa_ids":["1","2"]}`},
	{"Groups.AddAdmins", func(ctx context.Context, c *onpremise.Client) error {
		return c.Groups.AddAdmins(ctx, testGroup, []string{"1"})
	}, 200, ``, `PATCH /groups/` + testGroup + `/admins application/json {"wa_ids":["1"]}`},
	{"Groups.RemoveAdmins", func(ctx context.Context, c *onpremise.Client) error {
		return c.Groups.RemoveAdmins(ctx, testGroup, []string{"1"})
	}, 200, ``, `DELETE /groups/` + testGroup + `/admins application/json {"wa_ids":["1"]}`},
	{"Groups.Leave", func(ctx context.Context, c *onpremise.Client) error { return c.Groups.Leave(ctx, testGroup) },
		200, ``, `POST /groups/` + testGroup + `/leave  `},
	{"Groups.Icon", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Groups.Icon(ctx, testGroup)
		return err
	}, 200, `jpeg`, `GET /groups/` + testGroup + `/icon  `},
	{"Groups.DeleteIcon", func(ctx context.Context, c *onpremise.Client) error { return c.Groups.DeleteIcon(ctx, testGroup) },
		200, ``, `DELETE /groups/` + testGroup + `/icon  `},
	{"Media.Upload", func(ctx context.Context, c *onpremise.Client) error {
		id, err := c.Media.Upload(ctx, "audio/ogg; codecs=opus", strings.NewReader("sound"))
		if err == nil && id != "f" {
			return fmt.Errorf("id is %q", id)
		}
		return err
	}, 201, `{"media":[{"id":"f"}]}`, `POST /media audio/ogg; codecs=opus sound`},
	{"Media.Delete", func(ctx context.Context, c *onpremise.Client) error { return c.Media.Delete(ctx, "f") }, 200, ``, `DELETE /media/f  `},
	{"Health.Check", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.Check(ctx); return err },
		200, `{"health":"connected"}`, `GET /health  `},
	{"Health.AppStats", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.AppStats(ctx); return err },
		200, `{"a":1}`, `GET /stats/app  `},
	{"Health.AppStatsText", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.AppStatsText(ctx); return err },
		200, `a 1`, `GET /stats/app?format=prometheus  `},
	{"Health.DBStats", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.DBStats(ctx); return err },
		200, `{"a":1}`, `GET /stats/db  `},
	{"Health.DBStatsText", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.DBStatsText(ctx); return err },
		200, ``, `GET /stats/db?format=prometheus  `},
	{"Health.Metrics", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.Metrics(ctx); return err },
		200, `{}`, `GET /metrics  `},
	{"Health.MetricsText", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.MetricsText(ctx); return err },
		200, "# HELP a\na 1", `GET /metrics?format=prometheus  `},
	{"Health.Support", func(ctx context.Context, c *onpremise.Client) error { _, err := c.Health.Support(ctx); return err },
		200, `{}`, `GET /support  `},
	{"Certificates.ExternalCA", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Certificates.ExternalCA(ctx)
		return err
	}, 200, testPEM, `GET /certificates/external/ca  `},
	{"Certificates.UploadExternal", func(ctx context.Context, c *onpremise.Client) error {
		return c.Certificates.UploadExternal(ctx, []byte(testPEM))
	}, 200, ``, `POST /certificates/external text/plain ` + testPEM},
	{"Certificates.WebhookCA", func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Certificates.WebhookCA(ctx)
		return err
	}, 200, testPEM, `GET /certificates/webhooks/ca  `},
	{"Certificates.UploadWebhookCA", func(ctx context.Context, c *onpremise.Client) error {
		return c.Certificates.UploadWebhookCA(ctx, []byte(testPEM))
	}, 200, ``, `POST /certificates/webhooks/ca text/plain ` + testPEM},
	{"Certificates.DeleteWebhookCA", func(ctx context.Context, c *onpremise.Client) error { return c.Certificates.DeleteWebhookCA(ctx) },
		200, ``, `DELETE /certificates/webhooks/ca  `},
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	for _, tt := range calls {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, tt.status, tt.answer)
			require.NoError(t, tt.call(t.Context(), client))
			require.Equal(t, 1, w.sent())
			req := w.requests[0]
			target := strings.TrimPrefix(req.URL.String(), testURL)
			require.Equal(t, tt.wire, strings.Join([]string{req.Method, target, req.Header.Get("Content-Type"), w.bodies[0]}, " "))
			require.Equal(t, "Bearer "+testToken, req.Header.Get("Authorization"))
			require.Contains(t, req.UserAgent(), "wabakit-go/")
		})
	}
}

// What a server sends that does not hold what it should is no zero value with a nil error.
func TestAnswersThatHoldNothingAreErrors(t *testing.T) {
	t.Parallel()
	empty := map[string]bool{ // these return nothing, or a list or counters that may be empty
		"Application.Settings": true, "Application.MediaProviders": true, "BusinessProfile.Get": true, "Groups.List": true,
		"Health.AppStats": true, "Health.DBStats": true, "Health.Metrics": true, "Health.Support": true, "Registration.RequestCode": true,
	}
	for _, tt := range calls {
		if empty[tt.name] || tt.answer == "" || tt.answer == "{}" {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, 200, `{"meta":{"version":"v2"}}`)
			require.Error(t, tt.call(t.Context(), client))
			client, _ = newClient(t, 200, `<html>Sign in</html>`)
			if tt.name != "Profile.Photo" && tt.name != "Groups.Icon" {
				require.Error(t, tt.call(t.Context(), client))
			}
			w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
				return says(200, `<html>Sign in</html>`, "Content-Type", "text/html"), nil
			}}
			require.Error(t, tt.call(t.Context(), clientOn(t, w)))
		})
	}
}

func TestPicturesAreTheOnlyFileOfAForm(t *testing.T) {
	t.Parallel()
	for path, update := range map[string]func(context.Context, *onpremise.Client, onpremise.Picture) error{
		"/v1/settings/profile/photo": func(ctx context.Context, c *onpremise.Client, p onpremise.Picture) error {
			return c.Profile.UpdatePhoto(ctx, p)
		},
		"/v1/groups/" + testGroup + "/icon": func(ctx context.Context, c *onpremise.Client, p onpremise.Picture) error {
			return c.Groups.SetIcon(ctx, testGroup, p)
		},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			client, w := newClient(t, 200, "")
			for _, p := range []onpremise.Picture{{Data: png}, {Data: png, ContentType: "image/x"}} {
				require.NoError(t, update(t.Context(), client, p))
			}
			for i, want := range []string{"image/png", "image/x"} {
				require.Equal(t, "POST", w.requests[i].Method)
				require.Equal(t, path, w.requests[i].URL.Path)
				media, params, err := mime.ParseMediaType(w.requests[i].Header.Get("Content-Type"))
				require.NoError(t, err)
				require.Equal(t, "multipart/form-data", media)
				form, err := multipart.NewReader(strings.NewReader(w.bodies[i]), params["boundary"]).ReadForm(1 << 20)
				require.NoError(t, err)
				require.Empty(t, form.Value)
				require.Len(t, form.File, 1)
				file := form.File["File"][0]
				require.Equal(t, want, file.Header.Get("Content-Type"))
				require.Equal(t, "picture."+strings.TrimPrefix(want, "image/"), file.Filename)
				opened, err := file.Open()
				require.NoError(t, err)
				var data bytes.Buffer
				_, err = data.ReadFrom(opened)
				require.NoError(t, err)
				require.Equal(t, png, data.Bytes())
			}
			for _, p := range []onpremise.Picture{{}, {Data: []byte("text")}, {Data: png, ContentType: "text/plain"}, {Data: png, ContentType: "image/x\r\n"}} {
				require.ErrorIs(t, update(t.Context(), client, p), onpremise.ErrInvalidRequest)
			}
			require.Equal(t, 2, w.sent())
		})
	}
}

func TestPictureComesWithItsType(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
		return says(200, string(png), "Content-Type", "image/png"), nil
	}}
	photo, err := clientOn(t, w).Profile.Photo(t.Context())
	require.NoError(t, err)
	require.Equal(t, &onpremise.Picture{Data: png, ContentType: "image/png"}, photo)
}

func TestRegistrationTellsACodeFromARegistration(t *testing.T) {
	t.Parallel()
	req := onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "2", Method: onpremise.CodeVoice, Certificate: "c", PIN: "123456"}
	for _, tt := range []struct {
		status int
		body   string
		want   onpremise.CodeRequest
	}{
		{201, ``, onpremise.AlreadyRegistered{}},
		{201, `{"account":[{"vname":"x"}]}`, onpremise.AlreadyRegistered{}},
		{202, `{"account":[{"vname":"Shop"}]}`, onpremise.CodeSent{VerifiedName: "Shop"}},
		{202, ``, onpremise.CodeSent{}},
		{202, `<html>`, nil},
		{200, `{}`, nil},
	} {
		client, w := newClient(t, tt.status, tt.body)
		got, err := client.Registration.RequestCode(t.Context(), req)
		require.Equal(t, tt.want, got)
		if tt.want == nil {
			require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		} else {
			require.NoError(t, err)
		}
		require.Contains(t, w.bodies[0], `"pin":"123456"`)
	}
}

func TestSettingsAreReadInEitherForm(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"pass_through":false,"webhooks":{"url":"u"},"callback_backoff_delay_ms":1000}`,
		`{"settings":{"application":{"pass_through":false,"webhooks":{"url":"u"},"callback_backoff_delay_ms":"1000"}}}`,
	} {
		client, _ := newClient(t, 200, body)
		settings, err := client.Application.Settings(t.Context())
		require.NoError(t, err)
		require.False(t, settings.PassThrough)
		require.True(t, settings.CallbackPersist) // its default
		require.Equal(t, "u", settings.Webhooks.URL)
		require.Equal(t, time.Second, settings.CallbackBackoffDelay.Duration())
	}
}

func TestMediaProvidersAreReadWithTheirCredentials(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, 200, `{"settings":{"application":{"media":{"providers":[
		{"name":"a","type":"www","config":{"bearer":"t0ken"}},{"name":"b","config":{"basic":{"username":"u","password":"p4ss"}}},{"name":"c"}]}}}}`)
	providers, err := client.Application.MediaProviders(t.Context())
	require.NoError(t, err)
	require.Equal(t, []onpremise.MediaProvider{
		{Name: "a", Type: "www", Auth: onpremise.BearerAuth{Token: "t0ken"}},
		{Name: "b", Auth: onpremise.BasicAuth{Username: "u", Password: "p4ss"}},
		{Name: "c"},
	}, providers)
	printed := fmt.Sprintf("%v %+v %s %#v", providers, providers, providers, providers)
	require.NotContains(t, printed, "t0ken")
	require.NotContains(t, printed, "p4ss")
}

func TestHealthIsOneType(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]onpremise.Health{
		`{"health":"connected"}`:                       {Status: onpremise.GatewayConnected},
		`{"health":{"gateway_status":"unregistered"}}`: {Status: onpremise.GatewayUnregistered},
		`{"health":{"n1":{"gateway_status":"connected","role":"coreapp"},"n2":{"gateway_status":"connecting"}}}`: {
			Nodes: map[string]onpremise.NodeStatus{"n1": {GatewayStatus: "connected", Role: "coreapp"}, "n2": {GatewayStatus: "connecting"}},
		},
	} {
		client, _ := newClient(t, 200, body)
		health, err := client.Health.Check(t.Context())
		require.NoError(t, err)
		require.Equal(t, &want, health)
	}
}

func TestWhatIsKnownToBeWrongIsNotSent(t *testing.T) {
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

func TestPrivateKeyIsInNoError(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), keyPEM...)
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return says(400, "cannot use "+string(keyPEM)), nil }}
	err = clientOn(t, w).Certificates.UploadExternal(t.Context(), both)
	require.ErrorContains(t, err, "[redacted]")
	require.NotContains(t, err.Error(), "PRIVATE")
	require.Equal(t, string(both), w.bodies[0])
}
