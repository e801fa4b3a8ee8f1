package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/plumbing"
	"github.com/wabakit/wabakit-go/onpremise"
)

// installed is an installation of two servers: one for logins, each of which gives another
// token, and one for all else.
type installed struct {
	login, calls *plumbing.Server
	life         time.Duration // of a token; 0 is no end
	logins       int
}

func (s *installed) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/users/login") {
		return s.calls.RoundTrip(req)
	}
	s.logins++
	expires := ""
	if s.life > 0 {
		expires = time.Now().Add(s.life).UTC().Format(time.RFC3339)
	}
	s.login.Answer(200, "application/json", fmt.Appendf(nil, `{"users":[{"token":"token-%d","expires_after":%q}]}`, s.logins, expires))
	return s.login.RoundTrip(req)
}

// logsIn returns a client that has credentials, and what it tells.
func logsIn(t *testing.T, rt http.RoundTripper, maxRetries int, opts ...onpremise.Option) (*onpremise.Client, *plumbing.Watch) {
	t.Helper()
	w := &plumbing.Watch{Secrets: []string{testPassword, newPassword, "token-", testTo}}
	opts = append(told(plumbing.Settings{MaxRetries: maxRetries, Hook: w.Hook, Logger: w.Logger()}), opts...)
	return clientWith(t, rt, append([]onpremise.Option{onpremise.WithCredentials(testUser, testPassword)}, opts...)...), w
}

// counted is a source of tokens that gives another one each time.
type counted struct{ n int }

func (c *counted) Token(context.Context) (string, error) {
	c.n++
	return fmt.Sprint("token-", c.n), nil
}

var (
	refused = plumbing.Fault{Name: "401", Status: 401, Body: `{"errors":[{"code":1005,"title":"Access denied"}]}`}
	soon    = plumbing.Fault{Name: "503", Status: 503, Body: "{}", After: "seconds"}
)

func TestATokenThatIsRefusedIsReplacedInEveryCall(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		for _, op := range api.Operations {
			if op.ID == loginUser || op.ID == "LogoutUser" { // which need none
				continue
			}
			for _, tt := range []struct {
				name    string
				retries int
				faults  []plumbing.Fault
				tokens  string // of the attempts
			}{
				{"at once", 3, []plumbing.Fault{refused}, "12"},
				{"without retries", 0, []plumbing.Fault{refused}, "12"},
				{"before an overload", 3, []plumbing.Fault{refused, soon, soon}, "1222"},
				{"after an overload", 3, []plumbing.Fault{soon, soon, refused}, "1112"},
				{"the next one, too", 3, []plumbing.Fault{refused, refused}, "12"},
			} {
				t.Run(op.ID+"/"+tt.name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := &installed{login: &plumbing.Server{Instant: true}, calls: api.Server(op.ID, tt.faults...)}
						client, w := logsIn(t, s, tt.retries)
						value, err := wrappers[op.ID](t.Context(), client)
						plumbing.Finish(t, value, err)
						api.Check(t, w, op.ID, s.calls)
						if tt.name == "the next one, too" {
							require.ErrorIs(t, err, onpremise.ErrUnauthorized)
							require.Equal(t, w.Told(op.ID), api.Failed(t, err).Attempts)
						} else {
							require.NoError(t, err)
						}
						tokens, order := "", []string{loginUser}
						for i, a := range s.calls.Seen() {
							token := strings.TrimPrefix(a.Header.Get("Authorization"), "Bearer token-")
							if i > 0 && tokens[i-1:] != token {
								order = append(order, loginUser)
							}
							tokens, order = tokens+token, append(order, op.ID)
						}
						require.Equal(t, tt.tokens, tokens)
						require.Equal(t, order, w.Order())
						require.Equal(t, 2, s.logins)
					})
				})
			}
		}
	})
}

// An attempt bears the token of its time, whatever the call began with.
func TestAnAttemptBearsTheTokenOfItsTime(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		minute := plumbing.Fault{Name: "429", Status: 429, After: "60"}
		for _, op := range api.Operations {
			if op.ID == loginUser || op.ID == "LogoutUser" {
				continue
			}
			for name, source := range map[string]onpremise.Option{
				"ended in a wait": onpremise.WithCredentials(testUser, testPassword), "of a source": onpremise.WithTokenSource(&counted{}),
			} {
				t.Run(op.ID+"/"+name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := &installed{login: &plumbing.Server{Instant: true}, calls: api.Server(op.ID, minute), life: 30 * time.Second}
						client, w := logsIn(t, s, 3, source)
						value, err := wrappers[op.ID](t.Context(), client)
						require.NoError(t, err)
						plumbing.Finish(t, value, err)
						seen := s.calls.Seen()
						require.Len(t, seen, 2)
						require.Equal(t, "Bearer token-1", seen[0].Header.Get("Authorization"))
						require.Equal(t, "Bearer token-2", seen[1].Header.Get("Authorization"))
						require.Equal(t, time.Minute, w.Told(op.ID)[1].Wait)
					})
				})
			}
		}
	})
}

func TestTokensThatAreRefusedLeaveRetriesToCalls(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		want := api.Untouched(t)
		synctest.Test(t, func(t *testing.T) {
			s := &installed{login: &plumbing.Server{Instant: true}, calls: api.Server("GetAllGroups")}
			client, _ := logsIn(t, s, 3)
			for range 200 {
				time.Sleep(time.Minute) // until another token is worth a login
				s.calls.Set(refused)
				_, err := client.Groups.List(t.Context())
				require.NoError(t, err)
			}
			require.Equal(t, want, api.Outage(t, func(ctx context.Context, id string) (any, error) { return wrappers[id](ctx, client) }, s.calls, plumbing.Enough))
		})
	})
}

// Whatever a login is for, it is repeated as a call is.
func TestEveryLoginIsRepeatedAlike(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		login := func(ctx context.Context, c *onpremise.Client) error { _, err := c.Users.Login(ctx); return err }
		text := func(ctx context.Context, c *onpremise.Client) error { return send(ctx, c, "hi") }
		for _, path := range []struct {
			name   string
			opts   []onpremise.Option
			before func(t *testing.T, s *installed, c *onpremise.Client)
			call   func(context.Context, *onpremise.Client) error
			sent   int  // attempts of the call, where its login fails
			holds  bool // the token that there is does until then
		}{
			{name: "asked for", call: login},
			{name: "for the first call", call: text},
			{name: "that sets a password", opts: []onpremise.Option{onpremise.WithNewPassword(newPassword)}, call: text},
			{name: "ahead of the end", before: func(t *testing.T, s *installed, c *onpremise.Client) {
				require.NoError(t, send(t.Context(), c, "first"))
				time.Sleep(s.life - time.Minute)
				s.calls.Set()
			}, call: text, sent: 1, holds: true},
			{name: "after a refusal", before: func(t *testing.T, s *installed, c *onpremise.Client) {
				require.NoError(t, send(t.Context(), c, "first"))
				s.calls.Set(refused)
			}, call: text, sent: 1},
		} {
			for _, f := range plumbing.Faults {
				for _, times := range []int{2, 4} {
					t.Run(fmt.Sprint(path.name, "/", f.Name, "/", times), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							s := &installed{login: &plumbing.Server{}, calls: api.Server("SendMessage"), life: time.Hour}
							client, w := logsIn(t, s, 3, path.opts...)
							if path.before != nil {
								path.before(t, s, client)
							}
							w.Forget()
							s.login.Set(slices.Repeat([]plumbing.Fault{f}, times)...)
							err := path.call(t.Context(), client)
							if path.holds {
								time.Sleep(10 * time.Minute) // the renewal is in the background
							}
							require.Len(t, s.login.Seen(), min(times, 3)+1)
							w.Check(t, api.Operation(loginUser), s.login, path.opts != nil)
							if times < 4 || path.holds {
								require.NoError(t, err)
								return
							}
							if path.name != "asked for" {
								require.Equal(t, "SendMessage", api.Failed(t, err).Operation)
								require.Len(t, api.Failed(t, err).Attempts, path.sent)
								err = errors.Unwrap(err)
							}
							failed := api.Failed(t, err)
							require.Equal(t, loginUser, failed.Operation)
							require.Equal(t, w.Told(loginUser), failed.Attempts)
							require.Len(t, s.calls.Seen(), path.sent)
						})
					})
				}
			}
		}
	})
}

func TestACallerWhoLeavesALoginIsGoneAtOnce(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		for _, op := range api.Operations {
			if op.ID == "LogoutUser" {
				continue // there is no token to end
			}
			t.Run(op.ID, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := &installed{login: &plumbing.Server{}, calls: api.Server(op.ID)}
					s.login.Set(soon)
					client, w := logsIn(t, s, 3)
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(time.Second, cancel)
					begin := time.Now()
					_, err := wrappers[op.ID](ctx, client)
					require.Equal(t, time.Second, time.Since(begin))
					require.ErrorIs(t, err, context.Canceled)
					require.NotErrorIs(t, err, onpremise.ErrOutcomeUnknown)
					require.Empty(t, s.calls.Seen())
					time.Sleep(time.Hour) // the login goes on
					synctest.Wait()
					if op.ID != loginUser {
						require.ErrorIs(t, err, onpremise.ErrNotSent)
						require.Empty(t, w.Told(op.ID))
					}
					require.Len(t, w.Told(loginUser), 2)
				})
			})
		}
	})
}

// slow is a source of tokens that takes its time.
type slow struct{ counted }

func (s *slow) Token(ctx context.Context) (string, error) {
	time.Sleep(100 * time.Millisecond)
	return s.counted.Token(ctx)
}

func TestTheWaitForATokenIsTold(t *testing.T) {
	plumb(t, func(api *plumbing.API, t *testing.T) {
		for name, source := range map[string]onpremise.Option{
			"login": onpremise.WithCredentials(testUser, testPassword), "source": onpremise.WithTokenSource(&slow{}),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := &installed{login: &plumbing.Server{}, calls: api.Server("SendMessage", refused)}
					client, w := logsIn(t, s, 3, source)
					begin := time.Now()
					require.NoError(t, send(t.Context(), client, "hi"))
					seen, told := s.calls.Seen(), w.Told("SendMessage")
					require.Equal(t, 100*time.Millisecond, seen[0].Begin.Sub(begin))
					require.Equal(t, seen[0].Begin.Sub(begin), told[0].Wait)
					require.Equal(t, seen[1].Begin.Sub(seen[0].End), told[1].Wait)
				})
			})
		}
	})
}
