package onpremise_test

import (
	"context"
	"errors"
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
	crowd     = 200
	tokenLife = 50 * time.Second
	// round is the time between two calls of everybody: more than a call takes with all of its
	// attempts, and such that every other one finds a token that is about to end.
	round = 24 * time.Second
)

// outcome is what one of the crowd knows of a call.
type outcome struct {
	sent  string // the text of a message
	err   error
	ended error // of the caller's context
}

// A crowd shares a client whose tokens end, by themselves and before their time, in the midst
// of its calls and with all kinds of faults about.
func TestUnderLoad(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults    func(*luck) []onpremisetest.Fault
		impatient bool
		hold      func(t *testing.T, o outcome, times int)
	}{
		"no call is lost": {
			faults: harmless,
			hold: func(t *testing.T, o outcome, times int) {
				require.NoError(t, o.err)
				require.True(t, o.sent == "" || times == 1, "%s: sent %d times", o.sent, times)
			},
		},
		"a call that fails says what became of it": {
			faults: harmful, impatient: true,
			hold: func(t *testing.T, o outcome, times int) {
				stopped := errors.Is(o.err, onpremise.ErrUnauthorized) || o.ended != nil && errors.Is(o.err, o.ended)
				switch {
				case o.err == nil:
					require.True(t, o.sent == "" || times == 1, "%s: sent %d times", o.sent, times)
				case errors.Is(o.err, onpremise.ErrOutcomeUnknown):
					require.True(t, stopped || o.sent != "", o.err)
					require.LessOrEqual(t, times, 1, "%s: %v", o.sent, o.err)
				default:
					require.True(t, stopped, o.err)
					require.Zero(t, times, "%s: %v", o.sent, o.err)
				}
			},
		},
	}
	rounds := 10
	if os.Getenv("WABAKIT_LONG") != "" {
		rounds = 100
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithTokenLife(tokenLife))
				defer server.Close()
				l := newLuck(1)
				server.Inject(tt.faults(l)...)
				var seen tokenAnswers
				client := server.Client(onpremise.WithAttemptHook(seen.count))
				begin, revoked := time.Now(), 0
				within := func(n int, spread time.Duration) {
					time.Sleep(time.Until(begin.Add(time.Duration(n)*round + l.upTo(spread))))
				}
				var others sync.WaitGroup
				others.Go(func() {
					for n := 1; n < rounds; n += 4 {
						within(n, 200*time.Millisecond)
						server.ExpireTokens()
						revoked++
					}
				})
				outcomes := make([][]outcome, crowd)
				together(crowd, func(g int) error {
					for n := range rounds {
						within(n, 300*time.Millisecond)
						ctx, cancel := context.WithCancel(t.Context())
						if tt.impatient && l.chance(2) {
							time.AfterFunc(l.upTo(300*time.Millisecond), cancel)
						}
						sent, err := call(ctx, client, g, n)
						outcomes[g] = append(outcomes[g], outcome{sent, err, ctx.Err()})
						cancel()
					}
					return nil
				})
				others.Wait()
				ends := revoked + int(time.Since(begin)/(tokenLife*9/10))
				texts := delivered(server)
				for _, o := range slices.Concat(outcomes...) {
					tt.hold(t, o, texts[o.sent])
				}
				require.LessOrEqual(t, int(seen.logins.Load()), 1+ends, "a login for each token that ended")
				require.NotZero(t, seen.refusals.Load(), "tokens that ended before their time have been met")
			})
		})
	}
}

// The same over sockets, where connections are kept, shared and reset.
func TestUnderLoadOverSockets(t *testing.T) {
	t.Parallel()
	server := onpremisetest.NewServer()
	defer server.Close()
	l := newLuck(2)
	server.Inject(
		onpremisetest.CutBefore().On(repeatable...).When(l.one(100)),
		onpremisetest.CutAfter().On(repeatable...).When(l.one(100)),
		onpremisetest.Truncated().On(repeatable...).When(l.one(100)),
		onpremisetest.Status(429, "slow down").With("Retry-After", "0").When(l.one(50)),
	)
	var seen tokenAnswers
	client := server.Client(onpremise.WithAttemptHook(seen.count))
	var calls, sent atomic.Int64
	errs := together(crowd, func(g int) error {
		for n := range 4 {
			if calls.Add(1) == crowd*2 {
				server.ExpireTokens()
			}
			text, err := call(t.Context(), client, g, n)
			if err != nil {
				return err
			}
			if text != "" {
				sent.Add(1)
			}
		}
		return nil
	})
	require.NoError(t, errors.Join(errs...))
	texts := delivered(server)
	require.Len(t, texts, int(sent.Load()))
	for text, times := range texts {
		require.Equal(t, 1, times, text)
	}
	require.LessOrEqual(t, int(seen.logins.Load()), 2)
}
