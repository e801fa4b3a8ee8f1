package onpremise_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/onpremise"
)

var (
	png     = append([]byte("\x89PNG\r\n\x1a\n"), "rest"...)
	testPEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("any")}))
)

// call calls one operation through its method.
type call = func(context.Context, *onpremise.Client) (any, error)

// alone returns the outcome of a method that returns only an error.
func alone(err error) (any, error) { return nil, err }

// calls has the request of each method: method, URL below the base, content type and body.
var calls = []struct {
	op, request string
	call        call
}{
	{"LoginUser", `POST /users/login  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Users.Login(ctx) }},
	{"LogoutUser", `POST /users/logout  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.Users.Logout(ctx)) }},
	{"CreateUser", `POST /users application/json {"password":"one","username":"ada"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Users.Create(ctx, onpremise.CreateUserRequest{Username: "ada", Password: "one"})
	}},
	{"GetUser", `GET /users/a%20b%2Fc  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Users.Get(ctx, "a b/c") }},
	{"UpdateUser", `PUT /users/ada application/json {"password":"two"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Users.Update(ctx, "ada", onpremise.UpdateUserRequest{Password: "two"})
	}},
	{"DeleteUser", `DELETE /users/ada  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.Users.Delete(ctx, "ada")) }},

	{"GetApplicationSettings", `GET /settings/application  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Application.Settings(ctx) }},
	{
		"UpdateApplicationSettings", `PATCH /settings/application application/json {"callback_backoff_delay_ms":"3000","heartbeat_interval":0,"media":{"auto_download":[]},"on_call_pager":"","pass_through":false,"sent_status":true,"webhooks":{"max_concurrent_requests":24,"url":"https://example.com"}}`,
		func(ctx context.Context, c *onpremise.Client) (any, error) {
			return alone(c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
				PassThrough: new(false), SentStatus: new(true), HeartbeatInterval: new(0), OnCallPager: new(""),
				CallbackBackoffDelay: new(onpremise.Milliseconds(3000)), Media: &onpremise.MediaSettings{AutoDownload: []onpremise.MediaKind{}},
				Webhooks: &onpremise.WebhookSettingsUpdate{URL: new("https://example.com"), MaxConcurrentRequests: new(24)},
			}))
		},
	},
	// Servers refuse an empty media object.
	{"UpdateApplicationSettings", `PATCH /settings/application application/json {}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{Media: &onpremise.MediaSettings{}}))
	}},
	{"ResetApplicationSettings", `DELETE /settings/application  `, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.ResetSettings(ctx))
	}},
	{"SetShards", `POST /account/shards application/json {"cc":"1","phone_number":"6505551111","pin":"123456","shards":32}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "6505551111", PIN: "123456", Shards: 32}))
	}},
	{"GetMediaProviders", `GET /settings/application/media/providers  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Application.MediaProviders(ctx) }},
	{
		"UpdateMediaProviders", `POST /settings/application/media/providers application/json [{"config":{"bearer":"t0k"},"name":"a","type":"www"},{"config":{"basic":{"password":"p","username":"u"}},"name":"b","type":"www"},{"name":"c"}]`,
		func(ctx context.Context, c *onpremise.Client) (any, error) {
			return alone(c.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{
				{Name: "a", Type: "www", Auth: onpremise.BearerAuth{Token: "t0k"}},
				{Name: "b", Type: "www", Auth: onpremise.BasicAuth{Username: "u", Password: "p"}},
				{Name: "c"},
			}))
		},
	},
	{"DeleteMediaProviders", `DELETE /settings/application/media/providers/cdn  `, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.DeleteMediaProvider(ctx, "cdn"))
	}},

	{"BackupSettings", `POST /settings/backup application/json {"password":"pw"}`, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Backup.Create(ctx, "pw") }},
	{"RestoreSettings", `POST /settings/restore application/json {"data":"ZGF0YQ==","password":"pw"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: "ZGF0YQ==", Password: "pw"}))
	}},
	{"GetBusinessProfile", `GET /settings/business/profile  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.BusinessProfile.Get(ctx) }},
	{"updateBusinessProfile", `POST /settings/business/profile application/json {"address":"","description":"","email":"","vertical":"Retail","websites":[]}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.BusinessProfile.Update(ctx, onpremise.BusinessProfile{Vertical: "Retail"}))
	}},
	{"GetProfileAbout", `GET /settings/profile/about  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Profile.About(ctx) }},
	{"UpdateProfileAbout", `PATCH /settings/profile/about application/json {"text":"` + strings.Repeat("é", 139) + `"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Profile.SetAbout(ctx, strings.Repeat("é", 139)))
	}},
	{"GetProfilePhoto", `GET /settings/profile/photo  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Profile.Photo(ctx) }},
	{"GetProfilePhoto", `GET /settings/profile/photo?format=link  `, photoLink},
	{"UpdateProfilePhoto", `POST /settings/profile/photo image/png ` + string(png), func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Profile.SetPhoto(ctx, onpremise.Picture{Data: png}))
	}},
	{"DeleteProfilePhoto", `DELETE /settings/profile/photo  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.Profile.DeletePhoto(ctx)) }},
	{"EnableTwoStep", `POST /settings/account/two-step application/json {"pin":"123456"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.TwoStep.Enable(ctx, "123456"))
	}},
	{"DisableTwoStep", `DELETE /settings/account/two-step  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.TwoStep.Disable(ctx)) }},
	{"RequestCode", `POST /account application/json {"cc":"1","cert":"Y2VydA==","method":"sms","phone_number":"6505551111"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "6505551111", Method: onpremise.CodeSMS, Certificate: "Y2VydA=="})
	}},
	{"RegisterAccount", `POST /account/verify application/json {"code":"123456"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Registration.Register(ctx, "123456"))
	}},

	{"CheckContact", `POST /contacts application/json {"blocking":"wait","contacts":["+16315551234"]}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Contacts.Check(ctx, []string{"+16315551234"}, onpremise.CheckBlocking)
	}},
	{"CheckContact", `POST /contacts application/json {"contacts":["+1 (631) 555-1234"]}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Contacts.Check(ctx, []string{"+1 (631) 555-1234"}, "")
	}},
	{"SendMessage", `POST /messages application/json {"text":{"body":"hi"},"to":"` + testTo + `","type":"text"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Messages.Send(ctx, onpremise.TextMessage(testTo, "hi"))
	}},
	{"MarkMessageAsRead", `PUT /messages/gBGH application/json {"status":"read"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Messages.MarkRead(ctx, "gBGH"))
	}},

	{"GetAllGroups", `GET /groups  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.List(ctx) }},
	{"CreateGroup", `POST /groups application/json {"subject":"friends"}`, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Create(ctx, "friends") }},
	{"GetGroupInfo", `GET /groups/` + testGroup + `  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Get(ctx, testGroup) }},
	{"UpdateGroupInfo", `PUT /groups/` + testGroup + ` application/json {"subject":"friends"}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.SetSubject(ctx, testGroup, "friends"))
	}},
	{"GetGroupInvite", `GET /groups/` + testGroup + `/invite  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Invite(ctx, testGroup) }},
	{"DeleteGroupInvite", `DELETE /groups/` + testGroup + `/invite  `, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.RevokeInvite(ctx, testGroup))
	}},
	{"RemoveGroupParticipant", `DELETE /groups/` + testGroup + `/participants application/json {"wa_ids":["1","2"]}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.RemoveParticipants(ctx, testGroup, []string{"1", "2"}))
	}},
	{"LeaveGroup", `POST /groups/` + testGroup + `/leave  `, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.Leave(ctx, testGroup))
	}},
	{"GetGroupIconBinary", `GET /groups/` + testGroup + `/icon  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Icon(ctx, testGroup) }},
	{"SetGroupIcon", `POST /groups/` + testGroup + `/icon multipart/form-data`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.SetIcon(ctx, testGroup, onpremise.Picture{Data: png, ContentType: "image/png"}))
	}},
	{"DeleteGroupIcon", `DELETE /groups/` + testGroup + `/icon  `, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.DeleteIcon(ctx, testGroup))
	}},
	{"PromoteToGroupAdmin", `PATCH /groups/` + testGroup + `/admins application/json {"wa_ids":["1"]}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.AddAdmins(ctx, testGroup, []string{"1"}))
	}},
	{"DemoteGroupAdmin", `DELETE /groups/` + testGroup + `/admins application/json {"wa_ids":["1"]}`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.RemoveAdmins(ctx, testGroup, []string{"1"}))
	}},

	{"UploadMedia", `POST /media audio/ogg; codecs=opus sound`, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Media.Upload(ctx, "audio/ogg; codecs=opus", bytes.NewReader([]byte("sound")))
	}},
	// The caller closes the stream.
	{"DownloadMedia", `GET /media/media-1  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Media.Download(ctx, "media-1") }},
	{"DeleteMedia", `DELETE /media/media-1  `, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Media.Delete(ctx, "media-1"))
	}},

	{"CheckHealth", `GET /health  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.Check(ctx) }},
	{"GetAppStats", `GET /stats/app  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.AppStats(ctx) }},
	{"GetAppStats", `GET /stats/app?format=prometheus  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.AppStatsText(ctx) }},
	{"GetDbStats", `GET /stats/db  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.DBStats(ctx) }},
	{"GetDbStats", `GET /stats/db?format=prometheus  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.DBStatsText(ctx) }},
	{"GetMetrics", `GET /metrics  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.Metrics(ctx) }},
	{"GetMetrics", `GET /metrics?format=prometheus  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.MetricsText(ctx) }},
	{"GetSupportInfo", `GET /support  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.Support(ctx) }},

	{"DownloadCaCertificate", `GET /certificates/external/ca  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Certificates.ExternalCA(ctx) }},
	{"UploadCertificate", `POST /certificates/external text/plain ` + testPEM, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.UploadExternal(ctx, []byte(testPEM)))
	}},
	{"DownloadWebhookCaCertificate", `GET /certificates/webhooks/ca  `, func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Certificates.WebhookCA(ctx) }},
	{"UploadWebhookCaCertificate", `POST /certificates/webhooks/ca text/plain ` + testPEM, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.UploadWebhookCA(ctx, []byte(testPEM)))
	}},
	{"DeleteWebhookCaCertificate", `DELETE /certificates/webhooks/ca  `, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.DeleteWebhookCA(ctx))
	}},
}

func photoLink(ctx context.Context, c *onpremise.Client) (any, error) {
	return c.Profile.PhotoLink(ctx)
}

// wrappers has the first of calls for each operation. LoginUser needs a client with credentials.
var wrappers = func() map[string]call {
	first := map[string]call{}
	for _, c := range slices.Backward(calls) {
		first[c.op] = c.call
	}
	return first
}()

var loadContract = sync.OnceValue(func() *openapi3.T {
	doc, err := contract.Load("..", "onpremise")
	if err != nil {
		panic(err)
	}
	return doc
})

// credentialsFor returns what a call of the operation needs.
func credentialsFor(op string) onpremise.Option {
	if op == onpremise.OpLoginUser {
		return onpremise.WithCredentials(testUser, testPassword)
	}
	return onpremise.WithToken(testToken)
}

// The network is httpmock, as in the tests of users.
func TestRequestOfEveryMethod(t *testing.T) {
	t.Parallel()
	operations := contract.ByID(loadContract())
	for _, tt := range calls {
		t.Run(tt.request, func(t *testing.T) {
			t.Parallel()
			parts := strings.SplitN(tt.request, " ", 3)
			var got *http.Request
			var sent []byte
			mock := httpmock.NewMockTransport()
			mock.RegisterResponder(parts[0], testURL+parts[1], func(req *http.Request) (*http.Response, error) {
				got = req
				if req.Body != nil {
					sent, _ = io.ReadAll(req.Body)
				}
				status, _, body := contract.Response(operations[tt.op])
				switch {
				case strings.Contains(parts[1], "prometheus"):
					body = []byte("a 1")
				case strings.Contains(parts[1], "format=link"):
					body = []byte(`{"settings":{"profile":{"photo":{"link":"https://example.com"}}}}`)
				}
				return newResponse(status, string(body)), nil
			})
			_, err := tt.call(t.Context(), clientWith(t, mock, credentialsFor(tt.op)))
			require.NoError(t, err)
			require.Equal(t, 1, mock.GetTotalCallCount())
			target := strings.TrimPrefix(got.URL.String(), testURL)
			request := strings.Join([]string{got.Method, target, got.Header.Get("Content-Type"), string(sent)}, " ")
			if tt.op == "SetGroupIcon" { // its boundary is random
				request, _, _ = strings.Cut(request, ";")
			}
			require.Equal(t, tt.request, request)
			require.Contains(t, got.UserAgent(), "wabakit-go/")
			require.NotEmpty(t, got.Header.Get("Accept"))
			if tt.op != onpremise.OpLoginUser {
				require.Equal(t, "Bearer "+testToken, got.Header.Get("Authorization"))
			}
		})
	}
}

// These tests change global state, so they are not parallel.

func TestHTTPMockActivatedAfterTheClientIsMade(t *testing.T) {
	for name, tt := range map[string]struct {
		client   *http.Client
		activate func(*http.Client)
	}{
		"client":            {&http.Client{}, httpmock.ActivateNonDefault},
		"default transport": {nil, func(*http.Client) { httpmock.Activate() }},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := onpremise.NewClient(testURL, onpremise.WithToken("t"), onpremise.WithHTTPClient(tt.client))
			require.NoError(t, err)
			tt.activate(tt.client)
			defer httpmock.DeactivateAndReset()
			httpmock.RegisterResponder("POST", testURL+"/messages", httpmock.NewStringResponder(200, `{"messages":[{"id":"m"}]}`))
			require.NoError(t, send(t.Context(), client, "hi"))
		})
	}
}
