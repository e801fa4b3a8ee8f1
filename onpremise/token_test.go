package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

func TestFiftyGoroutinesOnAFreshClientLogInOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.takes = time.Second
		client := s.client(t)
		for _, err := range together(50, func(i int) error { return send(t.Context(), client, fmt.Sprint(i)) }) {
			require.NoError(t, err)
		}
		require.Equal(t, 1, s.logins)
		require.Equal(t, 50, s.calls)
		require.Zero(t, s.refused)
		require.Zero(t, s.basics)
	})
}

func TestTokenThatExpiresLosesNoCall(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*installation){
		"told with a space": func(*installation) {},
		"told as RFC 3339":  func(s *installation) { s.form = time.RFC3339 },
		"by another clock":  func(s *installation) { s.date = 48 * time.Hour },
		"by a slow clock":   func(s *installation) { s.date = -48 * time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newInstallation()
				s.life, s.takes = 1000*time.Second, time.Second
				change(s)
				client := s.client(t)
				for _, err := range together(20, func(g int) error {
					for i := range 50 {
						time.Sleep(20 * time.Second) // 50 times: the token ends among the calls
						if err := send(t.Context(), client, fmt.Sprint(g, i)); err != nil {
							return err
						}
					}
					return nil
				}) {
					require.NoError(t, err)
				}
				require.Equal(t, 1000, s.calls)
				require.Len(t, s.bodies, 1000) // none twice
				require.Equal(t, 2, s.logins)
				require.Zero(t, s.refused) // renewed before its end
			})
		})
	}
}

func TestTokenThatIsRefusedIsReplacedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.takes = time.Second
		client := s.client(t)
		require.NoError(t, send(t.Context(), client, "first"))
		s.mu.Lock()
		clear(s.tokens) // the server was set up anew
		s.mu.Unlock()
		for _, err := range together(200, func(i int) error { return send(t.Context(), client, fmt.Sprint("body ", i)) }) {
			require.NoError(t, err)
		}
		require.Equal(t, 2, s.logins)
		require.Equal(t, 201, s.calls)
		require.Len(t, s.bodies, 201) // each with its body
	})
}

func TestTokenWithoutAnEndHoldsUntilItIsRefused(t *testing.T) {
	t.Parallel()
	for name, expires := range map[string]string{"none": ``, "empty": `,"expires_after":""`, "odd": `,"expires_after":"next week"`, "over": `,"expires_after":"2001-01-01 00:00:00+00:00"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newInstallation()
				s.onLogin = func(n int) *http.Response {
					token := fmt.Sprint("token-", n)
					s.tokens[token] = time.Time{}
					return says(200, fmt.Sprintf(`{"users":[{"token":%q%s}]}`, token, expires))
				}
				client := s.client(t)
				require.NoError(t, send(t.Context(), client, "a"))
				time.Sleep(365 * 24 * time.Hour)
				require.NoError(t, send(t.Context(), client, "b"))
				require.Equal(t, 1, s.logins)
				s.mu.Lock()
				clear(s.tokens)
				s.mu.Unlock()
				require.NoError(t, send(t.Context(), client, "c"))
				require.Equal(t, 2, s.logins)
			})
		})
	}
}

func TestContextThatHasEndedBeginsNoLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		client := s.client(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := client.Users.Login(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, send(ctx, client, "hi"), context.Canceled)
		synctest.Wait()
		require.Zero(t, s.logins)
	})
}

func TestRenewalThatFailsDoesNotSpoilATokenThatHolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.life = 1000 * time.Second
		client := s.client(t)
		require.NoError(t, send(t.Context(), client, "first"))
		s.onLogin = func(int) *http.Response { return says(500, "") }
		time.Sleep(950 * time.Second)
		for range 20 {
			require.NoError(t, send(t.Context(), client, "late"))
			time.Sleep(time.Second)
		}
		require.LessOrEqual(t, s.logins, 5) // it is not tried at each call
		time.Sleep(time.Minute)
		require.ErrorIs(t, send(t.Context(), client, "too late"), onpremise.ErrServer)
		s.onLogin = nil
		require.NoError(t, send(t.Context(), client, "well again"))
	})
}

func TestCallThatIsRefusedWithEachTokenEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		client := s.client(t)
		s.onLogin = func(n int) *http.Response { return says(200, fmt.Sprintf(`{"users":[{"token":"dead-%d"}]}`, n)) }
		err := send(t.Context(), client, "hi")
		var e *onpremise.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 401, e.StatusCode)
		require.Len(t, e.Attempts, 2)
		require.Equal(t, 2, s.logins)
	})
}

func TestRefusalThatComesLateCausesNoOtherLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			late, old := strings.HasSuffix(req.URL.Path, "/late"), req.Header.Get("Authorization") == "Bearer token-0001"
			resp, err := s.RoundTrip(req)
			if late && old {
				time.Sleep(time.Minute)
			}
			return resp, err
		}), onpremise.WithCredentials(testUser, testPassword), onpremise.WithTimeout(time.Hour))
		require.NoError(t, send(t.Context(), client, "first"))
		clear(s.tokens)
		errs := together(2, func(i int) error {
			if i == 0 {
				return send(t.Context(), client, "soon")
			}
			return client.Messages.MarkRead(t.Context(), "late")
		})
		require.NoError(t, errors.Join(errs...))
		require.Equal(t, 2, s.logins)
	})
}
