package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

const (
	callers   = 200
	tokenLife = 50 * time.Second
	// period is the time between two calls of a caller. It is longer than a call with all of its
	// attempts, and every other call meets a token that is about to expire.
	period = 24 * time.Second
)

// random is a source of chance that all callers share.
type random struct {
	mu    sync.Mutex
	rand  *rand.Rand
	fails map[string]int // by request ID
}

func (r *random) oneIn(n int) bool { return r.upTo(time.Duration(n)) == 0 }

func (r *random) upTo(d time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Duration(r.rand.Int64N(int64(d)))
}

// requestIn picks one request in n, but at most two of a call, so that its retries succeed.
func (r *random) requestIn(n int) func(onpremisetest.Request) bool {
	return func(req onpremisetest.Request) bool {
		picked := r.oneIn(n)
		r.mu.Lock()
		defer r.mu.Unlock()
		id := req.Header.Get("X-Request-Id")
		if !picked || r.fails[id] == 2 {
			return false
		}
		r.fails[id]++
		return true
	}
}

// retriedFaults are faults that no caller notices.
func retriedFaults(r *random) []onpremisetest.Fault {
	faults := []onpremisetest.Fault{
		onpremisetest.Latency(50 * time.Millisecond),
		onpremisetest.Latency(150 * time.Millisecond).When(func(onpremisetest.Request) bool { return r.oneIn(2) }),
		onpremisetest.Status(429, "slow down").When(r.requestIn(60)),
		onpremisetest.Status(503, "not now").With("Retry-After", "1").When(r.requestIn(60)),
	}
	for _, f := range []onpremisetest.Fault{
		onpremisetest.Status(500, "oops"), onpremisetest.ProxyPage(502),
		onpremisetest.CutBefore(), onpremisetest.CutAfter(), onpremisetest.Truncated(),
	} {
		faults = append(faults, f.On("LoginUser", "CheckContact", "GetAllGroups", "UpdateProfileAbout").When(r.requestIn(60)))
	}
	return faults
}

// reportedFaults also make the outcome of a message unknown, or refuse a login.
func reportedFaults(r *random) []onpremisetest.Fault {
	faults := []onpremisetest.Fault{onpremisetest.Status(401, "not you").On("LoginUser").When(r.requestIn(4))}
	for _, f := range []onpremisetest.Fault{
		onpremisetest.Status(500, "oops"), onpremisetest.CutBefore(), onpremisetest.CutAfter(), onpremisetest.Garbage(),
	} {
		faults = append(faults, f.On("SendMessage").When(r.requestIn(20)))
	}
	return append(faults, retriedFaults(r)...)
}

// callOf makes the nth call of a caller. If it sends a message, callOf returns its text.
func callOf(ctx context.Context, c *onpremise.Client, caller, n int) (text string, err error) {
	switch (caller + n) % 4 {
	case 0:
		_, err = c.Groups.List(ctx)
	case 1:
		for _, err = range c.Contacts.CheckMany(ctx, onpremise.FromSlice([]string{testTo, "16315550002"})) {
		}
	case 2:
		err = c.Profile.SetAbout(ctx, fmt.Sprint("about ", caller, n))
	default:
		text = fmt.Sprint("message ", caller, "-", n)
		err = send(ctx, c, text)
	}
	return text, err
}

// result is what a caller knows of a call.
type result struct {
	text      string // of a message
	err       error
	cancelled error // by the caller
}

// 200 goroutines share a client while tokens expire and are revoked and all kinds of faults occur.
func TestUnderLoad(t *testing.T) {
	t.Parallel()
	calls := 10
	if os.Getenv("WABAKIT_LONG") != "" {
		calls = 100
	}
	for name, tt := range map[string]struct {
		faults  func(*random) []onpremisetest.Fault
		cancels bool
		check   func(t *testing.T, r result, delivered int)
	}{
		"every call succeeds": {
			faults: retriedFaults,
			check: func(t *testing.T, r result, delivered int) {
				require.NoError(t, r.err)
				require.True(t, r.text == "" || delivered == 1, "%s: delivered %d times", r.text, delivered)
			},
		},
		"errors report the outcome": {
			faults: reportedFaults, cancels: true,
			check: func(t *testing.T, r result, delivered int) {
				stopped := errors.Is(r.err, onpremise.ErrUnauthorized) || r.cancelled != nil && errors.Is(r.err, r.cancelled)
				switch {
				case r.err == nil:
					require.True(t, r.text == "" || delivered == 1, "%s: delivered %d times", r.text, delivered)
				case errors.Is(r.err, onpremise.ErrOutcomeUnknown):
					require.True(t, stopped || r.text != "", r.err)
					require.LessOrEqual(t, delivered, 1, "%s: %v", r.text, r.err)
				default:
					require.True(t, stopped, r.err)
					require.Zero(t, delivered, "%s: %v", r.text, r.err)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithTokenLife(tokenLife))
				defer server.Close()
				r := &random{rand: rand.New(rand.NewPCG(1, 1)), fails: map[string]int{}}
				server.Inject(tt.faults(r)...)
				var logins, rejected atomic.Int64
				client := server.Client(onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) {
					switch {
					case a.Operation == onpremise.OpLoginUser && a.Err == nil && a.Status < 300:
						logins.Add(1)
					case a.Operation != onpremise.OpLoginUser && a.Status == http.StatusUnauthorized:
						rejected.Add(1)
					}
				}))
				begin, revoked := time.Now(), 0
				var wg sync.WaitGroup
				wg.Go(func() {
					for n := 1; n < calls; n += 4 {
						time.Sleep(time.Until(begin.Add(time.Duration(n)*period + r.upTo(200*time.Millisecond))))
						server.ExpireTokens()
						revoked++
					}
				})
				results := make([][]result, callers)
				for caller := range callers {
					wg.Go(func() {
						for n := range calls {
							time.Sleep(time.Until(begin.Add(time.Duration(n)*period + r.upTo(300*time.Millisecond))))
							ctx, cancel := context.WithCancel(t.Context())
							if tt.cancels && r.oneIn(2) {
								time.AfterFunc(r.upTo(300*time.Millisecond), cancel)
							}
							text, err := callOf(ctx, client, caller, n)
							results[caller] = append(results[caller], result{text, err, ctx.Err()})
							cancel()
						}
					})
				}
				wg.Wait()
				expired := revoked + int(time.Since(begin)/(tokenLife*9/10))
				delivered := map[string]int{}
				for _, m := range server.Messages() {
					delivered[m.Text.Body]++
				}
				for _, r := range slices.Concat(results...) {
					tt.check(t, r, delivered[r.text])
				}
				require.LessOrEqual(t, int(logins.Load()), 1+expired, "one login for each token that expired")
				require.NotZero(t, rejected.Load(), "revoked tokens were used")
			})
		})
	}
}
