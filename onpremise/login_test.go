package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

func TestCallsShareOneLogin(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		s.loginTime = time.Second
		client := s.client(t)
		for n := 1; n <= 3; n++ { // at first, and after tokens were revoked
			require.NoError(t, errors.Join(together(50, func(i int) error { return send(t.Context(), client, fmt.Sprint(n, i)) })...))
			require.Equal(t, n, s.logins)
			require.Len(t, s.calls, 50*n) // each body once
			s.revoke()
		}
	})
}

func TestTokenIsRenewedBeforeItExpires(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*installation){
		"layout of the contract": func(*installation) {},
		"RFC 3339":               func(s *installation) { s.layout = time.RFC3339 },
		"clock ahead":            func(s *installation) { s.clock = 48 * time.Hour },
		"clock behind":           func(s *installation) { s.clock = -48 * time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *installation) {
				s.life, s.loginTime = 1000*time.Second, time.Second
				change(s)
				client := s.client(t)
				require.NoError(t, errors.Join(together(20, func(g int) error {
					for i := range 50 {
						time.Sleep(20 * time.Second)
						if err := send(t.Context(), client, fmt.Sprint(g, i)); err != nil {
							return err
						}
					}
					return nil
				})...))
				require.Len(t, s.calls, 1000)
				require.Equal(t, 2, s.logins)
				require.Zero(t, s.rejected)
			})
		})
	}
}

func TestTokenWithoutExpiryIsUsedUntilItIsRejected(t *testing.T) {
	t.Parallel()
	for name, expires := range map[string]string{
		"missing": ``, "empty": `,"expires_after":""`, "malformed": `,"expires_after":"next week"`, "past": `,"expires_after":"2001-01-01 00:00:00+00:00"`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *installation) {
				s.layout, s.expires, s.life = "", expires, 1000*24*time.Hour
				client := s.client(t)
				require.NoError(t, send(t.Context(), client, "a"))
				time.Sleep(365 * 24 * time.Hour)
				require.NoError(t, send(t.Context(), client, "b"))
				require.Equal(t, 1, s.logins)
				s.revoke()
				require.NoError(t, send(t.Context(), client, "c"))
				require.Equal(t, 2, s.logins)
			})
		})
	}
}

func TestRenewalDoesNotDelayOrFailCalls(t *testing.T) {
	t.Parallel()
	for name, onLogin := range map[string]func(int) *http.Response{
		"hangs":  func(int) *http.Response { return nil },
		"fails":  func(int) *http.Response { return newResponse(500, "") },
		"panics": func(int) *http.Response { panic("bug") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *installation) {
				s.life = time.Hour
				client := s.client(t)
				require.NoError(t, send(t.Context(), client, "first"))
				s.onLogin = onLogin
				if name == "hangs" {
					s.loginTime = 24 * time.Hour
				}
				time.Sleep(56 * time.Minute)
				begin := time.Now()
				for range 20 {
					require.NoError(t, send(t.Context(), client, "hi"))
					time.Sleep(time.Second)
				}
				require.Equal(t, 20*time.Second, time.Since(begin))
				synctest.Wait()
				require.LessOrEqual(t, s.logins, 1+3) // not one for each call
				synctest.Wait()                       // for the login that reads them
				s.onLogin, s.loginTime = nil, 0
				time.Sleep(2 * time.Minute)
				require.NoError(t, send(t.Context(), client, "hi"))
				synctest.Wait()
				logins := s.logins
				time.Sleep(30 * time.Minute)
				require.NoError(t, send(t.Context(), client, "hi"))
				require.Equal(t, logins, s.logins)
				require.Zero(t, s.rejected)
			})
		})
	}
}

func TestLoginOutlivesItsCaller(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		client := s.client(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, send(ctx, client, "hi"), context.Canceled)
		_, err := client.Users.Login(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, onpremise.ErrNotSent)
		synctest.Wait()
		require.Zero(t, s.logins)

		s.loginTime = 10 * time.Second
		rest := make(chan error)
		begin := time.Now()
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() {
			synctest.Wait()
			rest <- send(t.Context(), client, "second")
		}()
		err = send(ctx, client, "first")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, onpremise.ErrNotSent)
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		require.Equal(t, time.Second, time.Since(begin))
		require.NoError(t, <-rest)
		require.Equal(t, 10*time.Second, time.Since(begin))
		require.Equal(t, 1, s.logins)
		require.Len(t, s.calls, 1)
	})
}

func TestRefusedLoginIsReportedToAllCallsAndRemembered(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		s.loginTime, s.password = time.Second, "other"
		client := s.client(t)
		for _, err := range together(20, func(i int) error { return send(t.Context(), client, fmt.Sprint(i)) }) {
			var e *onpremise.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, onpremise.OpSendMessage, e.Operation)
			require.Zero(t, e.StatusCode)
			require.ErrorIs(t, err, onpremise.ErrUnauthorized)
			require.ErrorIs(t, err, onpremise.ErrNotSent)
			require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
			require.Contains(t, err.Error(), "onpremise: send message: log in: 401 1005 Access denied: [redacted] is not the password (request ")
		}
		s.password = testPassword
		err := send(t.Context(), client, "hi")
		require.ErrorContains(t, err, "(no login for another 30s) (request ")
		require.Equal(t, 1, strings.Count(err.Error(), "request "))
		require.Equal(t, 1, s.logins)
		time.Sleep(30 * time.Second)
		require.NoError(t, send(t.Context(), client, "hi"))

		s.revoke()
		s.password = "other"
		err = send(t.Context(), client, "hi")
		require.ErrorContains(t, err, "log in: 401")
		require.ErrorIs(t, err, onpremise.ErrUnauthorized)
		require.NotErrorIs(t, err, onpremise.ErrNotSent) // its first attempt was sent
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
	})
}

func TestLoginIsRetriedAndBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		s.onLogin = func(n int) *http.Response {
			if n < 3 {
				return newResponse(502, "<html>")
			}
			return nil
		}
		require.NoError(t, send(t.Context(), s.client(t, onpremise.WithMaxRetries(3)), "hi"))
		require.Equal(t, 3, s.logins)

		s.loginTime = 24 * time.Hour
		for _, opts := range [][]onpremise.Option{
			nil, {onpremise.WithTimeout(0)}, {onpremise.WithMaxRetries(1000)}, {onpremise.WithMaxRetries(1000), onpremise.WithTimeout(1 << 62)},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 11*time.Minute)
			client := s.client(t, opts...)
			err := send(ctx, client, "hi")
			require.NoError(t, ctx.Err())
			require.ErrorIs(t, err, onpremise.ErrNotSent)
			require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
			cancel()
			_, err = client.Users.Login(t.Context())
			require.Error(t, err)
			require.NotErrorIs(t, err, onpremise.ErrNotSent) // the login itself was sent
			s.loginTime = 0
			require.NoError(t, send(t.Context(), client, "hi"))
			s.loginTime = 24 * time.Hour
		}
	})
}

func TestLoginIsNotStarvedByTheCallsThatNeedIt(t *testing.T) {
	t.Parallel()
	// Requests a minute, and retries: at one a minute, a call that waited for a login is refused, because
	// it is sent in the window of the login.
	for limit, retries := range map[int]int{1: 20, 2: 3} {
		t.Run(strconv.Itoa(limit), func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *installation) {
				s.life = 5 * time.Minute
				var mu sync.Mutex
				var end time.Time
				used := 0
				client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
					mu.Lock()
					if !time.Now().Before(end) {
						used, end = 0, time.Now().Truncate(time.Second).Add(time.Minute)
					}
					used++
					left := limit - used
					mu.Unlock()
					resp, err := newResponse(429, ""), error(nil)
					if left >= 0 {
						resp, err = s.RoundTrip(req)
					}
					for name, n := range map[string]int64{"Limit": int64(limit), "Remaining": int64(max(left, 0)), "Reset": end.Unix()} {
						resp.Header.Set("X-RateLimit-"+name, strconv.FormatInt(n, 10))
					}
					return resp, err
				}), onpremise.WithCredentials(testUser, testPassword), onpremise.WithTimeout(time.Second), onpremise.WithMaxRetries(retries))
				begin := time.Now()
				require.NoError(t, errors.Join(together(60, func(i int) error { return send(t.Context(), client, fmt.Sprint(i)) })...))
				require.Len(t, s.calls, 60)
				require.Less(t, time.Since(begin), 90*time.Minute)
			})
		})
	}
}

func TestForbiddenCallDoesNotLogInEachTime(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		s.onCall = func(req *http.Request) *http.Response {
			if strings.HasSuffix(req.URL.Path, "/groups") {
				return newResponse(401, "")
			}
			return nil
		}
		client := s.client(t)
		for range 60 {
			_, err := client.Groups.List(t.Context())
			require.ErrorIs(t, err, onpremise.ErrUnauthorized)
			require.NoError(t, send(t.Context(), client, "hi"))
			time.Sleep(time.Second)
		}
		require.Equal(t, 1+3, s.logins)

		s.onLogin = func(int) *http.Response { return newResponse(200, `{"users":[{"token":"never-valid"}]}`) }
		s.revoke()
		err := send(t.Context(), client, "hi")
		var e *onpremise.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 401, e.StatusCode)
		require.Len(t, e.Attempts, 2)
	})
}

func TestLateRejectionOfAReplacedTokenCausesNoLogin(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := s.RoundTrip(req)
			if strings.HasSuffix(req.URL.Path, "/late") && resp.StatusCode == 401 {
				time.Sleep(time.Minute)
			}
			return resp, err
		}), onpremise.WithCredentials(testUser, testPassword), onpremise.WithTimeout(time.Hour))
		require.NoError(t, send(t.Context(), client, "first"))
		s.revoke()
		require.NoError(t, errors.Join(together(2, func(i int) error {
			if i == 0 {
				return send(t.Context(), client, "soon")
			}
			return client.Messages.MarkRead(t.Context(), "late")
		})...))
		require.Equal(t, 2, s.logins)
	})
}

func TestLogout(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		client := s.client(t)
		require.NoError(t, client.Users.Logout(t.Context())) // there is no token
		require.Zero(t, s.logins)
		require.NoError(t, send(t.Context(), client, "a"))

		s.onCall = func(*http.Request) *http.Response { return newResponse(500, "") }
		require.ErrorIs(t, client.Users.Logout(t.Context()), onpremise.ErrServer)
		s.onCall = nil
		for range 2 { // the second one has nothing to do
			require.NoError(t, client.Users.Logout(t.Context()))
			require.Equal(t, 1, s.logouts)
			require.Empty(t, s.tokens)
		}
		require.NoError(t, send(t.Context(), client, "b"))
		require.Equal(t, 2, s.logins)
		require.Zero(t, s.rejected)

		s.revoke() // as good as logged out
		require.NoError(t, client.Users.Logout(t.Context()))
		require.Equal(t, 2, s.logins)
		require.Equal(t, 1, s.rejected)
	})
}

func TestLoginReturnsASession(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		client := s.client(t)
		for n, token := range []string{"token-0001", "token-0002"} {
			session, err := client.Users.Login(t.Context())
			require.NoError(t, err)
			require.Equal(t, token, session.Token)
			require.Equal(t, time.Now().Add(s.life).Unix(), session.ExpiresAfter.Unix())
			for _, v := range []any{session, *session, struct{ Session onpremise.Session }{*session}, client} {
				require.NotContains(t, fmt.Sprintf("%v %+v %#v", v, v, v), token)
			}
			require.NoError(t, send(t.Context(), client, "a"))
			require.Equal(t, n+1, s.logins)
		}
		login, err := client.API().LoginUserWithBodyWithResponse(t.Context(), "", nil, func(_ context.Context, req *http.Request) error {
			req.Header.Del("Content-Type")
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, "token-0003", login.JSON2XX.Users[0].Token)

		s.password = "other"
		_, err = client.Users.Login(t.Context())
		var e *onpremise.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, 401, e.StatusCode)
		require.Equal(t, onpremise.OpLoginUser, e.Operation)

		client = clientOn(t, s)
		_, err = client.Users.Login(t.Context())
		require.ErrorContains(t, err, "use WithCredentials")
		_, err = client.API().LoginUserWithBodyWithResponse(t.Context(), "", nil)
		require.ErrorContains(t, err, "use WithCredentials")
	})
}

func TestNewPassword(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		s.fresh = true
		require.ErrorContains(t, send(t.Context(), s.client(t), "hi"), "use WithNewPassword")
		open := func() *onpremise.Client { return s.client(t, onpremise.WithNewPassword(newPassword)) }
		client := open()
		for n := 1; n <= 3; n++ {
			require.NoError(t, errors.Join(together(10, func(int) error { return send(t.Context(), client, "hi") })...))
			s.revoke()
			require.NoError(t, send(t.Context(), client, "hi"))
			require.NoError(t, send(t.Context(), open(), "hi")) // another process with the same options
			require.Len(t, s.newPasswords, n)
			require.JSONEq(t, `{"new_password":"a new one"}`, s.newPasswords[n-1])
			s.password, s.fresh = testPassword, true // a factory reset
			s.revoke()
			time.Sleep(time.Hour)
		}

		s.onLogin = func(n int) *http.Response { // the password is set, but the response is lost
			s.onLogin = nil
			s.password, s.fresh = newPassword, false
			return newResponse(504, "")
		}
		require.NoError(t, send(t.Context(), s.client(t, onpremise.WithNewPassword(newPassword), onpremise.WithMaxRetries(2)), "hi"))

		s.password = "neither"
		err := send(t.Context(), open(), "hi")
		require.ErrorIs(t, err, onpremise.ErrUnauthorized)
		require.NotContains(t, err.Error(), newPassword)
	})
}

func TestClientUsesThePasswordThatItChanged(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		s.onCall = func(req *http.Request) *http.Response {
			if strings.HasSuffix(req.URL.Path, "/"+testUser) {
				s.password = "changed"
			}
			return nil
		}
		client := s.client(t)
		for _, user := range []string{"other", testUser} {
			_, err := client.Users.Update(t.Context(), user, onpremise.UpdateUserRequest{Password: "changed"})
			require.NoError(t, err)
			s.revoke()
			require.NoError(t, send(t.Context(), client, "hi"))
		}
	})
}

func TestLoginGoroutineThatEndsReleasesItsCallers(t *testing.T) {
	t.Parallel()
	login := func(f func()) func() error {
		client := clientWith(t, roundTrip(func(*http.Request) (*http.Response, error) { f(); return nil, nil }),
			onpremise.WithCredentials(testUser, testPassword))
		return func() error { return send(t.Context(), client, "hi") }
	}
	require.ErrorContains(t, login(runtime.Goexit)(), "login goroutine exited without a result") // as t.FailNow does
	require.PanicsWithValue(t, "bug", func() { _ = login(func() { panic("bug") })() })
}

// The outcome of a call is not that of the login that it waited for.
func TestOutcomeOfACallWhoseLoginCannotBeSent(t *testing.T) {
	inBubble(t, func(t *testing.T, s *installation) {
		var unreachable func(*http.Request) bool
		client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			if unreachable(req) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
			}
			return s.RoundTrip(req)
		}), onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0))
		unreachable = func(req *http.Request) bool { return !isLogin(req) }
		require.ErrorIs(t, send(t.Context(), client, "hi"), onpremise.ErrNotSent)

		unreachable = isLogin
		s.revoke()
		err := send(t.Context(), client, "sent and rejected")
		require.ErrorContains(t, err, "log in: ")
		require.NotErrorIs(t, err, onpremise.ErrNotSent)
		require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		require.ErrorIs(t, send(t.Context(), client, "not sent"), onpremise.ErrNotSent)
	})
}

// tokenList is a source that returns one token after the other.
type tokenList struct {
	mu     sync.Mutex
	tokens []string
	asked  int
	err    error
}

func (l *tokenList) Token(context.Context) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if l.err != nil {
		return "", l.err
	}
	return l.tokens[min(l.asked, len(l.tokens))-1], nil
}

func TestTokenSource(t *testing.T) {
	t.Parallel()
	sealed := errors.New("vault is sealed")
	for name, tt := range map[string]struct {
		source   *tokenList
		rejected string
		sent     string
		asked    int
		err      error
	}{
		"valid":                    {source: &tokenList{tokens: []string{"a"}}, sent: "a", asked: 1},
		"another one after a 401":  {source: &tokenList{tokens: []string{"a", "b", "c"}}, rejected: "ac", sent: "ab", asked: 2},
		"the same one after a 401": {source: &tokenList{tokens: []string{"a", "a", "b"}}, rejected: "a", sent: "a", asked: 2, err: onpremise.ErrUnauthorized},
		"both are rejected":        {source: &tokenList{tokens: []string{"a", "b", "c"}}, rejected: "ab", sent: "ab", asked: 2, err: onpremise.ErrUnauthorized},
		"error":                    {source: &tokenList{err: sealed}, asked: 1, err: sealed},
		"malformed":                {source: &tokenList{tokens: []string{"a\nb"}}, asked: 1, err: onpremise.ErrNotSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{respond: func(_ int, req *http.Request) (*http.Response, error) {
				if strings.Contains(tt.rejected, strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")) {
					return newResponse(401, ""), nil
				}
				return newResponse(200, `{"messages":[{"id":"m"}]}`), nil
			}}
			err := send(t.Context(), clientWith(t, w, onpremise.WithTokenSource(tt.source), onpremise.WithMaxRetries(0)), "hi")
			require.ErrorIs(t, err, tt.err)
			sent := ""
			for i, req := range w.requests {
				sent += strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
				require.Equal(t, w.bodies[0], w.bodies[i])
			}
			require.Equal(t, tt.sent, sent)
			require.Equal(t, tt.asked, tt.source.asked)
		})
	}
}

func TestTokenIsReadAgainAfterAPause(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *installation) {
		w := &wire{respond: func(n int, _ *http.Request) (*http.Response, error) {
			if n == 1 {
				return newResponse(429, "", "Retry-After", "60"), nil
			}
			return newResponse(200, `{"messages":[{"id":"m"}]}`), nil
		}}
		require.NoError(t, send(t.Context(), clientWith(t, w, onpremise.WithTokenSource(&tokenList{tokens: []string{"a", "b"}})), "hi"))
		require.Equal(t, "Bearer b", w.requests[1].Header.Get("Authorization"))
	})
}

func TestErrorOfACallHidesItsTokenHoweverManyAreInUse(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *installation) {
		const calls = 200
		source := &tokenList{}
		for i := range calls {
			source.tokens = append(source.tokens, fmt.Sprintf("tok-%04d-%[1]d", i))
		}
		client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // all calls are in flight
			return newResponse(400, req.Header.Get("Authorization")), nil
		}), onpremise.WithTokenSource(source))
		for _, err := range together(calls, func(int) error { return send(t.Context(), client, "hi") }) {
			var e *onpremise.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "Bearer [redacted]", e.Body)
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, *e, *e), "tok-")
		}
	})
}

func TestFixedTokenIsNotReplaced(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 401, "")
	require.ErrorIs(t, send(t.Context(), client, "hi"), onpremise.ErrUnauthorized)
	require.Equal(t, 1, w.sent())
	require.NoError(t, client.Users.Logout(t.Context()))
	require.Equal(t, "/v1/users/logout", w.requests[1].URL.Path)
	require.Equal(t, "Bearer "+testToken, w.requests[1].Header.Get("Authorization"))
}
