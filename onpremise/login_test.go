package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

func TestCallerWhoLeavesDoesNotEndTheLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.takes = 10 * time.Second
		client := s.client(t)
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error)
		go func() { first <- send(ctx, client, "first") }()
		synctest.Wait()
		rest := make(chan error)
		go func() {
			rest <- errors.Join(together(5, func(i int) error { return send(t.Context(), client, fmt.Sprint(i)) })...)
		}()
		synctest.Wait()
		begin := time.Now()
		cancel()
		err := <-first
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, onpremise.ErrNotSent)
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		require.Zero(t, time.Since(begin)) // at once
		require.NoError(t, <-rest)
		require.Equal(t, 1, s.logins)
		require.Equal(t, 5, s.calls)
	})
}

func TestLoginGoesOnForTheNextCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.takes = 2 * time.Second
		client := s.client(t)
		for range 3 { // none waits long enough for a login of its own
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if send(ctx, client, "hi") == nil {
				cancel()
				break
			}
			cancel()
		}
		require.Equal(t, 1, s.logins)
		require.NoError(t, send(t.Context(), client, "hi"))
		require.Equal(t, 1, s.logins)
	})
}

func TestLoginThatFailsTellsEachCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.takes, s.password = time.Second, "another"
		client := s.client(t)
		for _, err := range together(20, func(i int) error { return send(t.Context(), client, fmt.Sprint(i)) }) {
			var e *onpremise.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "SendMessage", e.Operation)
			require.Zero(t, e.StatusCode)
			require.ErrorIs(t, err, onpremise.ErrUnauthorized)
			require.ErrorIs(t, err, onpremise.ErrNotSent)
			require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
			require.Contains(t, err.Error(), "onpremise: send message: log in: 401 1005 Access denied: [redacted] is not the password (request ")
		}
		require.Equal(t, 1, s.logins)
		require.Zero(t, s.calls)

		s.password = testPassword
		err := send(t.Context(), client, "again") // the refusal is remembered for a while
		require.ErrorContains(t, err, "(no login for another 30s) (request ")
		require.Equal(t, 1, strings.Count(err.Error(), "request "))
		require.Equal(t, 1, s.logins)
		time.Sleep(30 * time.Second)
		require.NoError(t, send(t.Context(), client, "again"))
	})
}

func TestLoginThatIsNotAnsweredLeavesNoDoubtOfTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.takes = time.Hour
		client := s.client(t)
		err := send(t.Context(), client, "hi")
		require.ErrorContains(t, err, "timed out")
		require.NotContains(t, err.Error(), "outcome unknown")
		require.ErrorIs(t, err, onpremise.ErrNotSent)
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		_, err = client.Users.Login(t.Context())
		require.NotErrorIs(t, err, onpremise.ErrNotSent)
	})
}

func TestLoginIsRetriedAndBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.onLogin = func(n int) *http.Response {
			if n < 3 {
				return says(502, "<html>")
			}
			return nil
		}
		client := s.client(t, onpremise.WithMaxRetries(3))
		require.NoError(t, send(t.Context(), client, "hi"))
		require.Equal(t, 3, s.logins)

		s = newInstallation()
		s.takes = 24 * time.Hour
		begin := time.Now()
		require.Error(t, send(t.Context(), s.client(t, onpremise.WithTimeout(0), onpremise.WithMaxRetries(1)), "hi"))
		require.LessOrEqual(t, time.Since(begin), 2*time.Minute+time.Second)
	})
}

func TestLoginThatFailsAfterARefusalSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		client := s.client(t)
		require.NoError(t, send(t.Context(), client, "first"))
		clear(s.tokens)
		s.password = "changed by another"
		err := send(t.Context(), client, "hi")
		require.ErrorContains(t, err, "log in: 401")
		require.ErrorIs(t, err, onpremise.ErrUnauthorized)
		require.NotErrorIs(t, err, onpremise.ErrNotSent) // an attempt has left
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
	})
}

func TestLogoutForgetsTheToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		client := s.client(t)
		require.NoError(t, client.Users.Logout(t.Context())) // there is none
		require.Zero(t, s.logins)
		require.NoError(t, send(t.Context(), client, "a"))
		require.NoError(t, client.Users.Logout(t.Context()))
		require.Equal(t, 1, s.logouts)
		require.Empty(t, s.tokens)
		require.NoError(t, send(t.Context(), client, "b"))
		require.Equal(t, 2, s.logins)
		require.Zero(t, s.refused)

		clear(s.tokens) // one that has ended is as good as logged out, and needs no login
		require.NoError(t, client.Users.Logout(t.Context()))
		require.Equal(t, 2, s.logins)
		require.Equal(t, 1, s.refused)
	})
}

func TestLoginReturnsTheSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		client := s.client(t)
		session, err := client.Users.Login(t.Context())
		require.NoError(t, err)
		require.Equal(t, "token-0001", session.Token)
		require.Equal(t, time.Now().Add(s.life).Unix(), session.ExpiresAfter.Unix())
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", session, *session, session), "token-0001")
		require.NoError(t, send(t.Context(), client, "a"))
		require.Equal(t, 1, s.logins)
		session, err = client.Users.Login(t.Context())
		require.NoError(t, err)
		require.Equal(t, "token-0002", session.Token)

		s.password = "another"
		_, err = client.Users.Login(t.Context())
		var e *onpremise.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 401, e.StatusCode)
		require.Equal(t, "LoginUser", e.Operation)

		_, err = clientOn(t, s).Users.Login(t.Context())
		require.ErrorContains(t, err, "use WithCredentials")
	})
}

func TestNewPasswordIsSetOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.fresh = true
		err := send(t.Context(), s.client(t), "hi")
		require.ErrorContains(t, err, "use WithNewPassword")

		client := s.client(t, onpremise.WithNewPassword(newPassword))
		for _, err := range together(10, func(int) error { return send(t.Context(), client, "hi") }) {
			require.NoError(t, err)
		}
		require.Equal(t, []string{`{"new_password":"a new one"}`}, s.newPasswd)
		clear(s.tokens)
		require.NoError(t, send(t.Context(), client, "hi"))
		require.Len(t, s.newPasswd, 1)

		// The next process is started with the same options.
		require.NoError(t, send(t.Context(), s.client(t, onpremise.WithNewPassword(newPassword)), "hi"))
		require.Len(t, s.newPasswd, 1)

		s.password = "neither"
		err = send(t.Context(), s.client(t, onpremise.WithNewPassword(newPassword)), "hi")
		require.ErrorIs(t, err, onpremise.ErrUnauthorized)
		require.NotContains(t, err.Error(), newPassword)
	})
}

func TestNewPasswordWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.fresh = true
		s.onLogin = func(n int) *http.Response {
			if n > 1 {
				return nil
			}
			s.password, s.fresh = newPassword, false
			return says(504, "")
		}
		require.NoError(t, send(t.Context(), s.client(t, onpremise.WithNewPassword(newPassword), onpremise.WithMaxRetries(2)), "hi"))
	})
}

func TestOwnPasswordThatIsChangedIsUsedFromThenOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		rt := roundTrip(func(req *http.Request) (*http.Response, error) {
			if req.Method == "PUT" {
				if strings.HasSuffix(req.URL.Path, "/"+testUser) {
					s.password = "changed"
				}
				return says(200, `{"users":[{"username":"x"}]}`), nil
			}
			return s.RoundTrip(req)
		})
		client := clientWith(t, rt, onpremise.WithCredentials(testUser, testPassword))
		_, err := client.Users.Update(t.Context(), "somebody", onpremise.UpdateUserRequest{Password: "theirs"})
		require.NoError(t, err)
		_, err = client.Users.Update(t.Context(), testUser, onpremise.UpdateUserRequest{Password: "changed"})
		require.NoError(t, err)
		clear(s.tokens)
		require.NoError(t, send(t.Context(), client, "hi"))
	})
}

func TestLoginGoroutineThatEndsIsToldOf(t *testing.T) {
	t.Parallel()
	client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		runtime.Goexit() // as t.FailNow does
		return nil, nil
	}), onpremise.WithCredentials(testUser, testPassword))
	require.ErrorContains(t, send(t.Context(), client, "hi"), "login goroutine exited without a result")
}

func TestLoginThatCannotBeSentIsNotACallThatWasNotSent(t *testing.T) {
	t.Parallel()
	s := newInstallation()
	down := false
	client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		if down && strings.HasSuffix(req.URL.Path, "/users/login") {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
		}
		return s.RoundTrip(req)
	}), onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0))
	require.NoError(t, send(t.Context(), client, "first"))
	down = true
	clear(s.tokens)
	err := send(t.Context(), client, "refused")
	require.ErrorContains(t, err, "log in: ")
	require.NotErrorIs(t, err, onpremise.ErrNotSent)
	require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
	require.ErrorIs(t, send(t.Context(), client, "not sent"), onpremise.ErrNotSent)
}

// The connection of the login is not that of the call which waits for it.
func TestCallThatCannotBeSentAfterItsLogin(t *testing.T) {
	t.Parallel()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		server.Listener.Close()
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, `{"users":[{"token":"t"}]}`)
	}))
	defer server.Close()
	client, err := onpremise.NewClient(server.URL+"/v1", onpremise.WithCredentials("u", "p"), onpremise.WithMaxRetries(0))
	require.NoError(t, err)
	err = send(t.Context(), client, "hi")
	require.ErrorIs(t, err, onpremise.ErrNotSent)
	require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
}

func TestHangingRenewalDelaysNoCallWithAValidToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.life = time.Hour
		client := s.client(t)
		require.NoError(t, send(t.Context(), client, "first"))
		s.takes = 24 * time.Hour
		time.Sleep(56 * time.Minute)
		begin := time.Now()
		for range 20 {
			require.NoError(t, send(t.Context(), client, "hi"))
		}
		require.Zero(t, time.Since(begin))
		s.takes = 0
		time.Sleep(2 * time.Minute) // the renewal has timed out
		require.NoError(t, send(t.Context(), client, "hi"))
		synctest.Wait()
		require.NoError(t, send(t.Context(), client, "hi"))
		require.Equal(t, 2, s.logins) // the one that timed out is not counted
	})
}

func TestForbiddenCallCostsNoLoginEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/groups") {
				return says(401, ""), nil
			}
			return s.RoundTrip(req)
		}), onpremise.WithCredentials(testUser, testPassword))
		for range 60 {
			_, err := client.Groups.List(t.Context())
			require.ErrorIs(t, err, onpremise.ErrUnauthorized)
			require.NoError(t, send(t.Context(), client, "hi"))
			time.Sleep(time.Second)
		}
		require.Equal(t, 1+3, s.logins)
	})
}

func TestNewPasswordIsSetAgainAfterAFactoryReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.fresh = true
		client := s.client(t, onpremise.WithNewPassword(newPassword))
		for n := range 3 {
			require.NoError(t, send(t.Context(), client, "hi"))
			require.Len(t, s.newPasswd, n+1)
			s.password, s.fresh = testPassword, true
			clear(s.tokens)
			time.Sleep(time.Hour)
		}
	})
}

func TestLogoutThatFailedCanBeRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		fail := true
		client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			if fail && strings.HasSuffix(req.URL.Path, "/logout") {
				return says(500, ""), nil
			}
			return s.RoundTrip(req)
		}), onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0))
		require.NoError(t, send(t.Context(), client, "hi"))
		require.ErrorIs(t, client.Users.Logout(t.Context()), onpremise.ErrServer)
		fail = false
		require.NoError(t, client.Users.Logout(t.Context()))
		require.Equal(t, 1, s.logouts)
		require.Empty(t, s.tokens)
		require.NoError(t, client.Users.Logout(t.Context()))
		require.Equal(t, 1, s.logouts)
	})
}

func TestPanicDuringALoginIsTheCallers(t *testing.T) {
	t.Parallel()
	client := clientWith(t, roundTrip(func(*http.Request) (*http.Response, error) { panic("bug") }),
		onpremise.WithCredentials(testUser, testPassword))
	require.PanicsWithValue(t, "bug", func() { _ = send(t.Context(), client, "hi") })
}
