package onpremise_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// source gives one token after the other, moving on when told so.
type source struct {
	mu     sync.Mutex
	tokens []string
	asked  int
	err    error
}

func (s *source) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.err != nil {
		return "", s.err
	}
	return s.tokens[min(s.asked, len(s.tokens))-1], nil
}

func TestTokenSource(t *testing.T) {
	t.Parallel()
	refuses := func(bad ...string) *wire {
		return &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
			for _, token := range bad {
				if req.Header.Get("Authorization") == "Bearer "+token {
					return says(401, ""), nil
				}
			}
			return says(200, `{"messages":[{"id":"m"}]}`), nil
		}}
	}
	broken := errors.New("vault is sealed")
	for name, tt := range map[string]struct {
		source *source
		wire   *wire
		sent   []string
		asked  int
		err    error
	}{
		"a token":                    {&source{tokens: []string{"a"}}, refuses(), []string{"a"}, 1, nil},
		"another one after a 401":    {&source{tokens: []string{"a", "b", "c"}}, refuses("a", "c"), []string{"a", "b"}, 2, nil},
		"the same one after a 401":   {&source{tokens: []string{"a", "a", "b"}}, refuses("a"), []string{"a"}, 2, onpremise.ErrUnauthorized},
		"both are refused":           {&source{tokens: []string{"a", "b", "c"}}, refuses("a", "b"), []string{"a", "b"}, 2, onpremise.ErrUnauthorized},
		"no token":                   {&source{err: broken}, refuses(), nil, 1, broken},
		"something that is no token": {&source{tokens: []string{"a\nb"}}, refuses(), nil, 1, onpremise.ErrNotSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientWith(t, tt.wire, onpremise.WithTokenSource(tt.source), onpremise.WithMaxRetries(0))
			err := send(t.Context(), client, "hi")
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
			} else {
				require.NoError(t, err)
			}
			var sent []string
			for i, req := range tt.wire.requests {
				sent = append(sent, strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "))
				require.Equal(t, tt.wire.bodies[0], tt.wire.bodies[i])
			}
			require.Equal(t, tt.sent, sent)
			require.Equal(t, tt.asked, tt.source.asked)
		})
	}
}

func TestTokenOfTheCallerIsFinal(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 401, "")
	require.ErrorIs(t, send(t.Context(), client, "hi"), onpremise.ErrUnauthorized)
	require.Equal(t, 1, w.sent())
	require.Equal(t, "Bearer "+testToken, w.requests[0].Header.Get("Authorization"))
	require.NoError(t, client.Users.Logout(t.Context()))
	require.Equal(t, 2, w.sent())
	require.Equal(t, "/v1/users/logout", w.requests[1].URL.Path)
}

func TestBareAPIIsAuthorized(t *testing.T) {
	t.Parallel()
	s := newInstallation()
	client := s.client(t)
	resp, err := client.API().GetAllGroupsWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode())
	require.Equal(t, 1, s.logins)
	login, err := client.API().LoginUserWithBodyWithResponse(t.Context(), "", nil, func(_ context.Context, req *http.Request) error {
		req.Header.Del("Content-Type")
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, "token-0002", login.JSON2XX.Users[0].Token)

	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return says(200, "{}"), nil }}
	_, err = clientOn(t, w).API().LoginUserWithBodyWithResponse(t.Context(), "", nil)
	require.ErrorContains(t, err, "use WithCredentials")
	require.Zero(t, w.sent())
}
