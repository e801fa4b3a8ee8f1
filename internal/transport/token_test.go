package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// tokens is a source whose second token, if there is one, replaces the first.
type tokens struct {
	other    string
	err      error // of the replacement
	rejected []string
}

func (k *tokens) option(c *transport.Config) {
	c.Token = func(_ context.Context, rejected string) (string, error) {
		if rejected == "" {
			return "old", nil
		}
		k.rejected = append(k.rejected, rejected)
		return k.other, k.err
	}
}

func TestRejectedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	errLogin := errors.New("login failed")
	tests := map[string]struct {
		kind     kind
		valid    string // the token that the server accepts
		tokens   tokens
		retries  int
		status   int
		attempts int
		err      error
	}{
		"read":                     {kind: read, valid: "new", tokens: tokens{other: "new"}, retries: 2, status: 200, attempts: 2},
		"unsafe write":             {kind: create, valid: "new", tokens: tokens{other: "new"}, retries: 2, status: 200, attempts: 2},
		"without retries":          {kind: create, valid: "new", tokens: tokens{other: "new"}, status: 200, attempts: 2},
		"same token":               {kind: create, valid: "new", tokens: tokens{other: "old"}, retries: 2, status: 401, attempts: 1},
		"no other token":           {kind: create, valid: "new", tokens: tokens{err: transport.ErrNoOtherToken}, retries: 2, status: 401, attempts: 1},
		"new token rejected":       {kind: update, valid: "-", tokens: tokens{other: "new"}, retries: 2, status: 401, attempts: 2},
		"token accepted":           {kind: read, valid: "old", tokens: tokens{other: "new"}, retries: 2, status: 200, attempts: 1},
		"no token can be obtained": {kind: create, valid: "new", tokens: tokens{err: errLogin}, retries: 2, attempts: 1, err: errLogin},
		"login":                    {kind: login, valid: "new", tokens: tokens{other: "new"}, retries: 2, status: 401, attempts: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bodies, ids []string
			tr := inMemory(t, func(req *http.Request) (*http.Response, error) {
				var body []byte
				if req.Body != nil {
					body, _ = io.ReadAll(req.Body)
				}
				bodies, ids = append(bodies, string(body)), append(ids, req.Header.Get("X-Request-Id"))
				if req.Header.Get("Authorization") == "Bearer "+tt.valid {
					return response(200, "{}"), nil
				}
				return response(401, "{}"), nil
			}, retries(tt.retries), tt.tokens.option)
			resp, err := tr.Do(tt.kind.request(t, t.Context(), base))
			require.Len(t, bodies, tt.attempts)
			require.LessOrEqual(t, len(tt.tokens.rejected), 1)
			for i := range bodies {
				require.Equal(t, tt.kind.body, bodies[i])
				require.Equal(t, ids[0], ids[i])
			}
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				require.NotErrorIs(t, err, transport.ErrOutcomeUnknown)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.status, resp.StatusCode)
			require.Len(t, transport.CallOf(resp).Attempts, tt.attempts)
		})
	}
}

func TestRejectedTokenIsReportedIfTheBodyCannotBeReplayed(t *testing.T) {
	t.Parallel()
	rt, n := script(status(401))
	k := &tokens{other: "new"}
	tr := inMemory(t, rt, k.option)
	req, err := http.NewRequestWithContext(t.Context(), "POST", base+"/v1/things", io.MultiReader(strings.NewReader("once")))
	require.NoError(t, err)
	resp, err := tr.Do(req)
	require.NoError(t, err)
	require.Equal(t, 401, resp.StatusCode)
	require.EqualValues(t, 1, n.Load())
	require.Empty(t, k.rejected)
	require.Equal(t, "old", transport.CallOf(resp).RejectedToken)
}

func TestResponseIsKeptIfTheBodyCannotBeReadAgain(t *testing.T) {
	t.Parallel()
	rt, _ := script(status(401))
	req := create.request(t, t.Context(), base)
	req.GetBody = func() (io.ReadCloser, error) { return nil, errCaller }
	_, err := inMemory(t, rt, (&tokens{other: "new"}).option).Do(req)
	require.Equal(t, 401, failure(t, err).Status)
	require.ErrorIs(t, err, errCaller)
	require.ErrorIs(t, err, transport.ErrUnauthorized)
}
