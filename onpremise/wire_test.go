package onpremise_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

var (
	png     = append([]byte("\x89PNG\r\n\x1a\n"), "rest"...)
	testPEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("any")}))
)

// calls has one call of each method that sends a request, and the request.
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
	{"Application.UpdateSettings of no media", func(ctx context.Context, c *onpremise.Client) error {
		return c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{Media: &onpremise.MediaSettings{}})
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

func TestRequestsOfEveryMethod(t *testing.T) {
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
