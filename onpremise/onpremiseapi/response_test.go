package onpremiseapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// decode reads an answer the way a client does.
func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(body), &v))
	return v
}

// answer is a response with a JSON body.
func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

func TestAnswersAreReadAsTheyAreSent(t *testing.T) {
	t.Parallel()

	login := decode[onpremiseapi.LoginResponse](t, `{"users":[{"token":"eyJ","expires_after":"2018-03-01 15:29:26+00:00"}],"meta":{"version":"2.21.3","api_status":"stable"}}`)
	require.Equal(t, "eyJ", login.Users[0].Token)
	require.Equal(t, time.Date(2018, 3, 1, 15, 29, 26, 0, time.UTC), login.Users[0].ExpiresAfter.Time)
	require.Equal(t, onpremiseapi.Meta{Version: "2.21.3", APIStatus: onpremiseapi.APIStatusStable}, login.Meta)

	user := decode[onpremiseapi.UserResponse](t, `{"users":[{"username":"a","ROLES":"ROLE_ADMIN"},{"username":"b"}]}`)
	require.Equal(t, []onpremiseapi.User{{Username: "a", Role: onpremiseapi.UserRoleAdmin}, {Username: "b"}}, user.Users)

	contacts := decode[onpremiseapi.CheckContactsResponse](t, `{"contacts":[{"input":"1","status":"processing"},{"input":"2","status":"valid","wa_id":"2"}]}`)
	require.Equal(t, onpremiseapi.ContactStatusProcessing, contacts.Contacts[0].Status)
	require.Equal(t, onpremiseapi.CheckedContact{Input: "2", Status: onpremiseapi.ContactStatusValid, WaID: "2"}, contacts.Contacts[1])

	sent := decode[onpremiseapi.SendMessageResponse](t, `{"messages":[{"id":"gBEG"}]}`)
	require.Equal(t, "gBEG", sent.Messages[0].ID)

	groups := decode[onpremiseapi.GroupsResponse](t, `{"groups":[{"creation_time":4102444800,"id":"g"}]}`)
	require.Equal(t, onpremiseapi.Group{CreationTime: 4102444800, ID: "g"}, groups.Groups[0])

	group := decode[onpremiseapi.GroupResponse](t, `{"groups":[{"admins":["a"],"creator":"a","participants":["a","b"],"subject":"s"}]}`)
	require.Equal(t, []string{"a", "b"}, group.Groups[0].Participants)

	providers := decode[onpremiseapi.MediaProvidersResponse](t, `{"settings":{"application":{"media":{"providers":[
		{"name":"x","type":"www","config":{"basic":{"username":"u","password":"p"}}},
		{"name":"y","type":"www","config":{"bearer":"t"}},
		{"name":"z","type":"www","config":null}]}}}}`)
	list := providers.Settings.Application.Media.Providers
	require.Equal(t, onpremiseapi.MediaProviderConfig{Basic: onpremiseapi.BasicAuth{Username: "u", Password: "p"}}, list[0].Config)
	require.Equal(t, onpremiseapi.MediaProviderConfig{Bearer: "t"}, list[1].Config)
	require.Zero(t, list[2].Config)

	photo := decode[onpremiseapi.ProfilePhotoResponse](t, `{"settings":{"profile":{"photo":{"link":"l"}}}}`)
	require.Equal(t, "l", photo.Settings.Profile.Photo.Link)
	about := decode[onpremiseapi.ProfileAboutResponse](t, `{"settings":{"profile":{"about":{"text":"t"}}}}`)
	require.Equal(t, "t", about.Settings.Profile.About.Text)
	profile := decode[onpremiseapi.BusinessProfileResponse](t, `{"settings":{"business":{"profile":{"address":"a","websites":["w"]}}}}`)
	require.Equal(t, onpremiseapi.BusinessProfile{Address: "a", Websites: []string{"w"}}, profile.Settings.Business.Profile)
	code := decode[onpremiseapi.RequestCodeResponse](t, `{"account":[{"vname":"v"}]}`)
	require.Equal(t, "v", code.Accounts[0].VerifiedName)
	backup := decode[onpremiseapi.BackupResponse](t, `{"settings":{"data":"d"}}`)
	require.Equal(t, "d", backup.Settings.Data)
	upload := decode[onpremiseapi.UploadMediaResponse](t, `{"media":[{"id":"m"}]}`)
	require.Equal(t, "m", upload.Media[0].ID)
}

func TestWhatIsUnknownNullOrMissingIsNoError(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing":      `{}`,
		"null":         `null`,
		"nulls":        `{"contacts":null,"meta":null,"errors":null}`,
		"null element": `{"contacts":[null,{"input":null,"status":null,"wa_id":null}]}`,
		"unknown":      `{"contacts":[{"status":"pondering","since":1}],"meta":{"api_status":"retired","region":{}},"extra":[1]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			decode[onpremiseapi.CheckContactsResponse](t, body)
		})
	}
}

func TestSettingThatIsLeftOutHasItsDefault(t *testing.T) {
	t.Parallel()
	byDefault := onpremiseapi.ApplicationSettings{
		CallbackBackoffDelay: 3000, MaxCallbackBackoffDelay: 900000, CallbackPersist: true, PassThrough: true,
		UnhealthyInterval: 30, HeartbeatInterval: 5, Webhooks: onpremiseapi.WebhookSettings{MaxConcurrentRequests: 6},
	}
	require.Equal(t, byDefault, decode[onpremiseapi.ApplicationSettings](t, `{}`))
	require.Equal(t, byDefault, decode[onpremiseapi.ApplicationSettings](t, `{"pass_through":null,"webhooks":null,"callback_backoff_delay_ms":null}`))

	told := decode[onpremiseapi.ApplicationSettings](t, `{"callback_backoff_delay_ms":1000,"max_callback_backoff_delay_ms":"2000","callback_persist":false,
		"media":{"auto_download":["image"]},"webhooks":{"url":"https://example.com","max_concurrent_requests":12},"pass_through":false,"sent_status":true,
		"unhealthy_interval":0,"heartbeat_interval":0}`)
	require.Equal(t, onpremiseapi.ApplicationSettings{
		CallbackBackoffDelay: 1000, MaxCallbackBackoffDelay: 2000, SentStatus: true,
		Media:    onpremiseapi.MediaSettings{AutoDownload: []onpremiseapi.MediaKind{onpremiseapi.MediaKindImage}},
		Webhooks: onpremiseapi.WebhookSettings{URL: "https://example.com", MaxConcurrentRequests: 12},
	}, told)

	written, err := json.Marshal(told)
	require.NoError(t, err)
	require.Equal(t, told, decode[onpremiseapi.ApplicationSettings](t, string(written)))
}

func TestCreationIsReadFrom200And201(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		sent, err := onpremiseapi.ParseSendMessageHTTPResponse(answer(status, `{"messages":[{"id":"m"}]}`))
		require.NoError(t, err)
		require.Equal(t, "m", sent.JSON2XX.Messages[0].ID)
		require.Nil(t, sent.JSONDefault)
	}
}

func TestFailureIsReadFromEveryOperation(t *testing.T) {
	t.Parallel()
	left, err := onpremiseapi.ParseLeaveGroupHTTPResponse(answer(http.StatusNotFound, `{"errors":[{"code":1006,"title":"Resource not found","details":"no such group","href":"https://example.com/1006"}]}`))
	require.NoError(t, err)
	require.Equal(t, []onpremiseapi.ErrorInfo{{Code: 1006, Title: "Resource not found", Details: "no such group", Href: "https://example.com/1006"}}, left.JSONDefault.Errors)

	sent, err := onpremiseapi.ParseSendMessageHTTPResponse(answer(http.StatusBadRequest, `{"errors":[{"code":1009}]}`))
	require.NoError(t, err)
	require.Nil(t, sent.JSON2XX)
	require.Equal(t, 1009, sent.JSONDefault.Errors[0].Code)
}
