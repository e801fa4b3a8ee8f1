package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/onpremise"
)

// responding returns a client, which logs in if op is the login, and a function that sets its next
// response.
func responding(t *testing.T, op string) (*onpremise.Client, func(status int, body []byte)) {
	t.Helper()
	status, body := 0, ""
	client := clientWith(t, &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return newResponse(status, body), nil
	}}, credentialsFor(op), onpremise.WithMaxRetries(0))
	return client, func(s int, b []byte) { status, body = s, string(b) }
}

// required lists the parts without which a response is an error, because the caller can do nothing
// without them or would take an empty value for data.
var required = map[string][]string{
	"LoginUser":          {"/users/0/token"},
	"SendMessage":        {"/messages/0/id"},
	"UploadMedia":        {"/media/0/id"},
	"GetAllGroups":       {"/groups"},
	"CreateGroup":        {"/groups/0/id"},
	"GetGroupInvite":     {"/groups/0/link"},
	"GetProfilePhoto":    {"/settings/profile/photo/link"},
	"GetProfileAbout":    {"/settings/profile/about"},
	"GetBusinessProfile": {"/settings/business/profile"},
	"BackupSettings":     {"/settings/data"},
	"CheckHealth":        {"/health", "/health/gateway_status"},
	"CheckContact":       {"/contacts"},
	"GetGroupInfo":       {"/groups"},
	"GetUser":            {"/users"},
}

// writes are the operations of required that may have had an effect if the response is unusable.
var writes = []string{"SendMessage", "UploadMedia", "CreateGroup", "BackupSettings"}

func TestResponsesMayGainAndLackMembers(t *testing.T) {
	t.Parallel()
	for id, op := range contract.ByID(loadContract()) {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, respond := responding(t, id)
			call := wrappers[id]
			if id == "GetProfilePhoto" { // without a format the response is an image
				call = photoLink
			}
			contract.Tolerate(t, contract.Responses(op), func(status int, body []byte) (any, error) {
				respond(status, body)
				return call(t.Context(), client)
			}, func(v contract.Variation) func(error) bool {
				if !slices.ContainsFunc(required[id], v.Loses) || id == "GetAllGroups" && v.Kind == contract.Empty && v.Pointer == "/groups" {
					return nil
				}
				return func(err error) bool {
					if err == nil && strings.HasPrefix(required[id][0], "/settings/") && id != "BackupSettings" {
						return true // the object is there, and is empty
					}
					e, ok := errors.AsType[*onpremise.Error](err)
					return ok && e.Err != nil && strings.Contains(e.Err.Error(), "response has no ") &&
						slices.Contains(writes, id) == errors.Is(err, onpremise.ErrOutcomeUnknown)
				}
			})
			status, _, body := contract.Response(op)
			if len(body) > 0 {
				return
			}
			respond(status, nil)
			want, err := call(t.Context(), client)
			require.NoError(t, err)
			for _, body := range []string{`{}`, `{"meta":{"version":"v3"},"added":[null,{"id":7}]}`, `[]`, `null`, `OK`} {
				respond(status, []byte(body))
				got, err := call(t.Context(), client)
				require.NoError(t, err, body)
				require.Equal(t, want, got, body)
			}
		})
	}
}

func TestRefusalsMayGainAndLackMembers(t *testing.T) {
	t.Parallel()
	statuses := map[int]error{
		400: onpremise.ErrInvalidRequest, 401: onpremise.ErrUnauthorized, 403: onpremise.ErrForbidden, 404: onpremise.ErrNotFound,
		409: onpremise.ErrConflict, 429: onpremise.ErrRateLimited, 500: onpremise.ErrServer, 503: onpremise.ErrServer,
	}
	for id, op := range contract.ByID(loadContract()) {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // a 429 slows the client down
				client, respond := responding(t, id)
				refused := func(status int, body []byte) (any, error) {
					respond(status, body)
					_, err := wrappers[id](t.Context(), client)
					require.ErrorIs(t, err, statuses[status], string(body))
					e, ok := errors.AsType[*onpremise.Error](err)
					require.True(t, ok, "%T for %s", err, body)
					require.Equal(t, status, e.StatusCode)
					return []any{e.Message, e.Code, e.Details, e.Href, e.Errors, e.Meta}, nil
				}
				samples := contract.Refusals(op)
				require.Len(t, samples, 1)
				for status := range statuses {
					if id == "LogoutUser" && status == 401 {
						continue // an expired token needs no logout
					}
					fields, _ := refused(status, samples[0].Body)
					require.NotContains(t, fields, "")
				}
				samples[0].Status = 409
				contract.Tolerate(t, samples, refused, nil)
			})
		})
	}
}

func TestDeliveriesMayGainAndLackMembers(t *testing.T) {
	t.Parallel()
	samples := contract.Samples(loadContract().Components.Schemas["Webhook-Event"].Value)
	contract.Tolerate(t, samples, func(_ int, body []byte) (any, error) {
		h, got := recording()
		if status := deliver(h, string(body)); status != 200 {
			return nil, fmt.Errorf("status %d", status)
		}
		return got, nil
	}, nil)
}

// The page of a proxy is not a result.
func TestPagesAreErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range calls {
		w := &wire{respond: func(int, *http.Request) (*http.Response, error) {
			return newResponse(200, "<html>Sign in</html>", "Content-Type", "text/html"), nil
		}}
		_, err := tt.call(t.Context(), clientWith(t, w, credentialsFor(tt.op)))
		require.Equal(t, tt.op == onpremise.OpDownloadMedia, err == nil, tt.request) // any file may be HTML
	}
}

// Some servers respond to a write without the user.
func TestUserIsKnownIfTheResponseLacksIt(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{`{"meta":{"version":"v2"}}`: 201, `{"users":[]}`: 200, `{"users":null}`: 201} {
		client, _ := newClient(t, status, body)
		created, err := client.Users.Create(t.Context(), onpremise.CreateUserRequest{Username: "ada", Password: "pw"})
		require.NoError(t, err)
		require.Equal(t, &onpremise.User{Username: "ada"}, created)
		updated, err := client.Users.Update(t.Context(), "ada", onpremise.UpdateUserRequest{Password: "pw"})
		require.NoError(t, err)
		require.Equal(t, created, updated)
	}
}

func TestIconIsTheOnlyFileOfAForm(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, "")
	for i, want := range []onpremise.Picture{{Data: png, ContentType: "image/png"}, {Data: png, ContentType: "image/x"}} {
		require.NoError(t, client.Groups.SetIcon(t.Context(), testGroup, want))
		_, params, err := mime.ParseMediaType(w.requests[i].Header.Get("Content-Type"))
		require.NoError(t, err)
		form, err := multipart.NewReader(strings.NewReader(w.bodies[i]), params["boundary"]).ReadForm(1 << 20)
		require.NoError(t, err)
		require.Empty(t, form.Value)
		require.Len(t, form.File, 1)
		file := form.File["File"][0]
		require.Equal(t, want.ContentType, file.Header.Get("Content-Type"))
		require.Equal(t, "picture."+strings.TrimPrefix(want.ContentType, "image/"), file.Filename)
		opened, err := file.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(opened)
		require.NoError(t, err)
		require.Equal(t, png, data)
	}
}

func TestInvalidPicturesAreNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, "")
	for _, p := range []onpremise.Picture{{}, {Data: []byte("text")}, {Data: png, ContentType: "text/plain"}, {Data: png, ContentType: "image/x\r\n"}} {
		require.ErrorIs(t, client.Profile.SetPhoto(t.Context(), p), onpremise.ErrInvalidRequest)
		require.ErrorIs(t, client.Groups.SetIcon(t.Context(), testGroup, p), onpremise.ErrInvalidRequest)
	}
	require.Zero(t, w.sent())
}

func TestPictureHasItsContentType(t *testing.T) {
	t.Parallel()
	client := clientOn(t, &wire{respond: func(int, *http.Request) (*http.Response, error) {
		return newResponse(200, string(png), "Content-Type", "image/png"), nil
	}})
	photo, err := client.Profile.Photo(t.Context())
	require.NoError(t, err)
	require.Equal(t, &onpremise.Picture{Data: png, ContentType: "image/png"}, photo)
}

func TestRequestCodeDistinguishesItsResults(t *testing.T) {
	t.Parallel()
	req := onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "2", Method: onpremise.CodeVoice, Certificate: "c", PIN: "123456"}
	for _, tt := range []struct {
		status int
		body   string
		want   onpremise.RequestCodeResult // nil for an unknown outcome
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
		require.Equal(t, tt.want == nil, errors.Is(err, onpremise.ErrOutcomeUnknown), err)
		require.Contains(t, w.bodies[0], `"pin":"123456"`)
	}
}

// Some servers respond with the bare object. An empty value for a response with neither form would be
// written back and erase data.
func TestSettingsAreReadInEitherForm(t *testing.T) {
	t.Parallel()
	application := func(ctx context.Context, c *onpremise.Client) (any, error) {
		s, err := c.Application.Settings(ctx)
		if err != nil {
			return nil, err
		}
		return []any{s.PassThrough, s.CallbackPersist, s.Webhooks.URL, s.CallbackBackoffDelay.Duration()}, nil
	}
	settings := []any{false, true, "u", time.Second} // CallbackPersist is true by default
	about, business := wrappers["GetProfileAbout"], wrappers["GetBusinessProfile"]
	for body, tt := range map[string]struct {
		read call
		want any // nil for an error
	}{
		`{"pass_through":false,"webhooks":{"url":"u"},"callback_backoff_delay_ms":1000}`:                                {application, settings},
		`{"settings":{"application":{"pass_through":false,"webhooks":{"url":"u"},"callback_backoff_delay_ms":"1000"}}}`: {application, settings},
		`{"settings":{"profile":{"about":{"text":"hi"}}}}`:                                                              {about, "hi"},
		`{"text":"hi"}`: {about, "hi"},
		`{"text":""}`:   {about, ""},
		`{"settings":{"profile":{"about":null}}}`:                         {about, nil},
		`{"meta":{"version":"v2"}}`:                                       {about, nil},
		`{"settings":{"business":{"profile":{"email":"a@example.com"}}}}`: {business, &onpremise.BusinessProfile{Email: "a@example.com"}},
		`{"email":"a@example.com"}`:                                       {business, &onpremise.BusinessProfile{Email: "a@example.com"}},
		`{"settings":{"business":{}}}`:                                    {business, nil},
		`{"email":1}`:                                                     {business, nil},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, 200, body)
			got, err := tt.read(t.Context(), client)
			if tt.want == nil {
				var e *onpremise.Error
				require.ErrorAs(t, err, &e)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
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
	var log strings.Builder
	for _, p := range providers {
		slog.New(slog.NewTextHandler(&log, nil)).Info("provider", "auth", p.Auth)
	}
	printed := log.String() + fmt.Sprintf("%v %+v %s %#v", providers, providers, providers, providers)
	require.NotContains(t, printed, "t0ken")
	require.NotContains(t, printed, "p4ss")
}
