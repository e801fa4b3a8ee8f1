package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/onpremise"
)

var loadContract = sync.OnceValue(func() *openapi3.T {
	doc, err := contract.Load("..", "onpremise")
	if err != nil {
		panic(err)
	}
	return doc
})

// answered returns a client, which logs in if id is the login, and a function that sets its next
// response.
func answered(t *testing.T, id string) (*onpremise.Client, func(status int, body []byte)) {
	t.Helper()
	status, body := 0, ""
	token := onpremise.WithToken(testToken)
	if id == "LoginUser" {
		token = onpremise.WithCredentials(testUser, testPassword)
	}
	client := clientWith(t, &wire{answer: func(int, *http.Request) (*http.Response, error) {
		return says(status, body), nil
	}}, token, onpremise.WithMaxRetries(0))
	return client, func(s int, b []byte) { status, body = s, string(b) }
}

// wrapperFor returns the method of an operation that reads JSON.
func wrapperFor(id string) func(context.Context, *onpremise.Client) (any, error) {
	if id == "GetProfilePhoto" { // without a format the response is an image
		return func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Profile.PhotoLink(ctx) }
	}
	return wrappers[id]
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

func TestResponsesMayGainAndLackMembers(t *testing.T) {
	t.Parallel()
	for id, op := range contract.ByID(loadContract()) {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, answer := answered(t, id)
			contract.Tolerate(t, contract.Answers(op), func(status int, body []byte) (any, error) {
				answer(status, body)
				return wrapperFor(id)(t.Context(), client)
			}, func(v contract.Variation) func(error) bool {
				if !slices.ContainsFunc(required[id], v.Loses) {
					return nil
				}
				return func(err error) bool {
					if err == nil && strings.HasPrefix(required[id][0], "/settings/") && id != "BackupSettings" {
						return true // the object is there, and has nothing in it
					}
					e, ok := errors.AsType[*onpremise.Error](err)
					return ok && e.Err != nil && strings.Contains(e.Err.Error(), "response has no ")
				}
			})
		})
	}
}

func TestEmptyResponsesMayGainABody(t *testing.T) {
	t.Parallel()
	empty := 0
	for id, op := range contract.ByID(loadContract()) {
		status, _, body := contract.Answer(op)
		if len(body) > 0 {
			continue
		}
		empty++
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, answer := answered(t, id)
			answer(status, nil)
			want, err := wrappers[id](t.Context(), client)
			require.NoError(t, err)
			for _, body := range []string{`{}`, `{"meta":{"version":"v3"},"added":[null,{"id":7}]}`, `[]`, `null`, `OK`} {
				answer(status, []byte(body))
				got, err := wrappers[id](t.Context(), client)
				require.NoError(t, err, body)
				require.Equal(t, want, got, body)
			}
		})
	}
	require.NotZero(t, empty)
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
			client, answer := answered(t, id)
			refused := func(status int, body []byte) (any, error) {
				answer(status, body)
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
					continue // a token that has ended already is no error
				}
				words, _ := refused(status, samples[0].Body)
				require.NotContains(t, words, "")
			}
			samples[0].Status = 409
			contract.Tolerate(t, samples, refused, nil)
		})
	}
}

func TestEveryDeliveryIsHandledWhateverItGainsOrLacks(t *testing.T) {
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

func TestUserIsKnownIfTheResponseLacksIt(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{`{"meta":{"version":"v2"}}`: 200, `{"users":[]}`: 200, `{"users":null}`: 201} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var passwords []string
			client := clientWith(t, &wire{answer: func(_ int, r *http.Request) (*http.Response, error) {
				if !strings.HasSuffix(r.URL.Path, "login") {
					return says(status, name), nil
				}
				_, password, _ := r.BasicAuth()
				passwords = append(passwords, password)
				return says(200, `{"users":[{"token":"t"}]}`), nil
			}}, onpremise.WithCredentials(testUser, testPassword))
			created, err := client.Users.Create(t.Context(), onpremise.CreateUserRequest{Username: "ada", Password: "pw"})
			require.NoError(t, err)
			require.Equal(t, &onpremise.User{Username: "ada"}, created)
			_, err = client.Users.Get(t.Context(), "ada")
			require.ErrorContains(t, err, "response has no user")

			// The client logs in with its new password.
			_, err = client.Users.Update(t.Context(), testUser, onpremise.UpdateUserRequest{Password: "another one"})
			require.NoError(t, err)
			_, err = client.Users.Login(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{testPassword, "another one"}, passwords)
		})
	}
}
