package onpremise_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/faultwire"
	"github.com/wabakit/wabakit-go/onpremise"
)

// A call that has no token since the login failed has not been sent, whatever became of the login.
func TestEveryOperationUnderEveryFaultOfItsLogin(t *testing.T) {
	t.Parallel()
	s := subject(t)
	s.Answer = throughLogin(s.Answer)
	s.Struck = isLogin
	s.Call = calling(onpremise.WithCredentials(testUser, testPassword), nil)
	login := s.Operations[slices.IndexFunc(s.Operations, func(op faultwire.Operation) bool { return op.ID == "LoginUser" })]
	for _, op := range s.Operations {
		if op.ID == "LoginUser" || op.ID == "LogoutUser" { // which sends nothing without a token
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			whole := s.Whole(t, op)
			op.Lasts = true
			for _, f := range s.Faults() {
				if f.Heavy || !faultwire.Long() && !slices.Contains(ofLogin, f.Name) {
					continue
				}
				t.Run(f.Name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						for _, times := range f.Times() {
							want := f.Want(login, false, times)
							amend(login, f, &want)
							want.Reported, want.Status, want.RetryAfter = 0, 0, 0
							if want.Success {
								want.Acted, want.Attempts = want.Acted+1, want.Attempts+1
							} else if !slices.Contains(want.Is, onpremise.ErrNotSent) {
								want.Is = append(want.Is, onpremise.ErrNotSent)
							}
							o := s.Strike(t, op, f, times)
							s.Check(t, op, f, want, o, whole)
							for _, r := range o.Seen {
								require.True(t, want.Success || isLogin(r.Request), "the call was sent")
							}
						}
					})
				})
			}
		})
	}
}

// ofLogin are the faults of a login in the short form: one of each kind.
var ofLogin = []string{
	"refused connection", "cut before the request is read", "cut after it was acted on", "cut in the body", "headers that are none",
	"headers that never come", "200 and garbage", "200 and the request", "401 and nothing", "503 with Retry-After and the API's words",
	"307 to another host", "cancel before the call", "cancel in the dial", "deadline in the wait for the headers",
}

// A token that the server refuses is renewed once, and the call is repeated: the server has not
// acted.
func TestEveryOperationWithATokenThatIsRefused(t *testing.T) {
	t.Parallel()
	s := subject(t)
	s.Answer = differentTokens(throughLogin(s.Answer))
	s.Struck = func(req *http.Request) bool { return !isLogin(req) }
	s.Call = calling(onpremise.WithCredentials(testUser, testPassword), func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Users.Login(ctx)
		return err
	})
	for _, op := range s.Operations {
		if op.ID == "LoginUser" {
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			whole := s.Whole(t, op)
			for _, f := range s.Faults() {
				if f.Status != http.StatusUnauthorized {
					continue
				}
				t.Run(f.Name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						for _, times := range []int{faultwire.Always, faultwire.Once} {
							if times == faultwire.Once && f.Name == faultwire.RenewalRefused {
								continue
							}
							want := f.Want(op, whole == nil, times)
							// Two logins and two attempts, of which the second is acted on or not.
							want.Attempts, want.Acted, want.Reported = 4, 3, 2
							want.Success, want.Whole = times == faultwire.Once, times == faultwire.Once
							if times == faultwire.Always {
								want.Acted = 2
							}
							if f.Name == faultwire.RenewalRefused { // the call has been sent before, and not acted on
								want = faultwire.Want{Attempts: 5, Acted: 1, Elapsed: -1, Reported: 1}
							}
							if op.ID == "LogoutUser" { // a token that has ended already needs no logout
								want.Success, want.Whole, want.Attempts, want.Acted = true, true, 2, 1
							}
							s.Check(t, op, f, want, s.Strike(t, op, f, times), whole)
						}
					})
				})
			}
		})
	}
}

// isLogin: nothing else is authorized by the password.
func isLogin(req *http.Request) bool {
	return strings.HasPrefix(req.Header.Get("Authorization"), "Basic ")
}

// differentTokens has each login respond with another token.
func differentTokens(answer func(string, *http.Request) faultwire.Answer) func(string, *http.Request) faultwire.Answer {
	var n atomic.Int64
	return func(op string, req *http.Request) faultwire.Answer {
		a := answer(op, req)
		if isLogin(req) {
			a.Body = fmt.Appendf(nil, `{"users":[{"token":"%s-%d"}]}`, testToken, n.Add(1))
		}
		return a
	}
}

// throughLogin is a server that answers logins, too.
func throughLogin(answer func(string, *http.Request) faultwire.Answer) func(string, *http.Request) faultwire.Answer {
	return func(op string, req *http.Request) faultwire.Answer {
		if isLogin(req) {
			op = "LoginUser"
		}
		return answer(op, req)
	}
}
