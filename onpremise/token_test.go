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
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// installation keeps tokens as the server does: each login gives another one, with an end.
type installation struct {
	mu        sync.Mutex
	life      time.Duration // of a token; 0 tells no end, and has none
	form      string        // of expires_after
	password  string
	fresh     bool          // the first login has to set a password
	takes     time.Duration // how long a login takes
	onLogin   func(n int) *http.Response
	date      time.Duration // how far its clock is ahead
	tokens    map[string]time.Time
	logins    int
	logouts   int
	calls     int // that bore a token that holds
	refused   int // that did not
	newPasswd []string
	bodies    map[string]int // of calls that were let in
	basics    int            // basic credentials beyond the login
}

func newInstallation() *installation {
	return &installation{
		life: 7 * 24 * time.Hour, form: "2006-01-02 15:04:05-07:00", password: testPassword,
		tokens: map[string]time.Time{}, bodies: map[string]int{},
	}
}

func (s *installation) RoundTrip(req *http.Request) (*http.Response, error) {
	var body strings.Builder
	if req.Body != nil {
		defer req.Body.Close()
		buf := make([]byte, 4096)
		for {
			n, err := req.Body.Read(buf)
			body.Write(buf[:n])
			if err != nil {
				break
			}
		}
	}
	if strings.HasSuffix(req.URL.Path, "/users/login") {
		return s.login(req, body.String())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if !ok {
		s.basics++
	}
	end, known := s.tokens[token]
	if !known || !end.IsZero() && !time.Now().Before(end) {
		s.refused++
		return says(401, `{"errors":[{"code":1005,"title":"Access denied"}]}`), nil
	}
	if strings.HasSuffix(req.URL.Path, "/users/logout") {
		s.logouts++
		delete(s.tokens, token)
		return says(200, ""), nil
	}
	s.calls++
	s.bodies[body.String()]++
	return says(200, `{"messages":[{"id":"m"}],"groups":[]}`), nil
}

func (s *installation) login(req *http.Request, body string) (*http.Response, error) {
	select {
	case <-time.After(s.takes):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins++
	if s.onLogin != nil {
		if resp := s.onLogin(s.logins); resp != nil {
			return resp, nil
		}
	}
	user, password, _ := req.BasicAuth()
	if user != testUser || password != s.password {
		return says(401, fmt.Sprintf(`{"errors":[{"code":1005,"title":"Access denied","details":"%s is not the password"}]}`,
			strings.ReplaceAll(password, `"`, `\"`))), nil
	}
	if _, said := req.Header["Content-Type"]; body == "" && said {
		return says(415, ""), nil
	}
	if s.fresh && body == "" {
		return says(403, `{"errors":[{"code":1024,"title":"Password change required"}]}`), nil
	}
	if body != "" {
		s.newPasswd = append(s.newPasswd, body)
		s.password, s.fresh = newPassword, false
	}
	token := fmt.Sprintf("token-%04d", s.logins)
	if s.life == 0 {
		s.tokens[token] = time.Time{}
		return says(200, fmt.Sprintf(`{"users":[{"token":%q}]}`, token)), nil
	}
	end := time.Now().Add(s.life)
	s.tokens[token] = end
	resp := says(200, fmt.Sprintf(`{"users":[{"token":%q,"expires_after":%q}]}`, token, end.Add(s.date).Format(s.form)))
	if s.date != 0 {
		resp.Header.Set("Date", time.Now().Add(s.date).UTC().Format(http.TimeFormat))
	}
	return resp, nil
}

const newPassword = "a new one"

func (s *installation) client(t *testing.T, opts ...onpremise.Option) *onpremise.Client {
	t.Helper()
	return clientWith(t, s, append([]onpremise.Option{onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0)}, opts...)...)
}

func send(ctx context.Context, c *onpremise.Client, body string) error {
	_, err := c.Messages.Send(ctx, onpremise.TextMessage(testTo, body))
	return err
}

// together calls f n times at once and returns the errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}

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

		s.password = testPassword // it is no lasting verdict
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

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

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

func TestLoginGoroutineThatEndsIsToldOf(t *testing.T) {
	t.Parallel()
	client := clientWith(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		runtime.Goexit() // as t.FailNow does
		return nil, nil
	}), onpremise.WithCredentials(testUser, testPassword))
	require.ErrorContains(t, send(t.Context(), client, "hi"), "the login broke off")
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
