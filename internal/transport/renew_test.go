package transport_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// tokens authorizes with a number that a renewal counts up.
type tokens struct {
	now      string
	renewals int
	give     bool
}

func (k *tokens) option(c *transport.Config) {
	c.Authorize = func(req *http.Request, _ *transport.Credentials) error {
		req.Header.Set("Authorization", "Bearer "+k.now)
		return nil
	}
	c.Renew = func(attempt *http.Request, _ *transport.Credentials) bool {
		k.renewals++
		if attempt.Header.Get("Authorization") == "Bearer old" && k.give {
			k.now = "new"
		}
		return k.give
	}
}

func TestCredentialsThatHaveEndedAreRenewedOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		kind     kind
		valid    string // what the server accepts
		give     bool   // there are new credentials
		retries  int
		status   int
		attempts int
	}{
		"a read":                           {read, "new", true, 2, 200, 2},
		"a write that is never sent twice": {create, "new", true, 2, 200, 2},
		"without retries":                  {create, "new", true, 0, 200, 2},
		"no new ones":                      {create, "new", false, 2, 401, 1},
		"new ones are refused, too":        {update, "another", true, 2, 401, 2},
		"they have not ended":              {read, "old", true, 2, 200, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bodies, ids []string
			hc := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				var body []byte
				if req.Body != nil {
					body, _ = io.ReadAll(req.Body)
				}
				bodies, ids = append(bodies, string(body)), append(ids, req.Header.Get("X-Request-Id"))
				status := http.StatusUnauthorized
				if req.Header.Get("Authorization") == "Bearer "+tt.valid {
					status = http.StatusOK
				}
				return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
			})}
			k := &tokens{now: "old", give: tt.give}
			tr := newTransport(t, base, hc, retries(tt.retries), k.option)
			resp, err := tr.Do(tt.kind.request(t, t.Context(), base))
			require.NoError(t, err)
			require.Equal(t, tt.status, resp.StatusCode)
			require.Len(t, bodies, tt.attempts)
			require.LessOrEqual(t, k.renewals, 1)
			for i := range bodies {
				require.Equal(t, tt.kind.body, bodies[i])
				require.Equal(t, ids[0], ids[i])
			}
			call := transport.CallOf(resp)
			require.Len(t, call.Attempts, tt.attempts)
		})
	}
}

func TestWhatCannotBeSentAgainIsNotRenewed(t *testing.T) {
	t.Parallel()
	sent := 0
	hc := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		sent++
		return &http.Response{StatusCode: 401, Header: http.Header{}, Body: http.NoBody}, nil
	})}
	k := &tokens{now: "old", give: true}
	tr := newTransport(t, base, hc, k.option)
	req, err := http.NewRequestWithContext(t.Context(), "POST", base+"/v1/things", io.MultiReader(strings.NewReader("once")))
	require.NoError(t, err)
	resp, err := tr.Do(req)
	require.NoError(t, err)
	require.Equal(t, 401, resp.StatusCode)
	require.Equal(t, 1, sent)
	require.Zero(t, k.renewals)
}

func TestAnswerIsKeptWhereTheBodyCannotBeReadAgain(t *testing.T) {
	t.Parallel()
	broken := errors.New("the file is gone")
	hc := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 401, Header: http.Header{}, Body: http.NoBody}, nil
	})}
	tr := newTransport(t, base, hc, (&tokens{now: "old", give: true}).option)
	req := create.request(t, t.Context(), base)
	req.GetBody = func() (io.ReadCloser, error) { return nil, broken }
	_, err := tr.Do(req)
	var failed *callError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, 401, failed.Status)
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, transport.ErrUnauthorized)
}
