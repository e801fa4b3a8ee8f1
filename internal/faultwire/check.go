package faultwire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/transport"
)

// Long reports whether the long forms of tests are asked for.
func Long() bool { return os.Getenv("WABAKIT_LONG") != "" }

// usualRead bounds what is read of an attempt that brought garbage: the limit for a refusal,
// what is drained, and what was on its way.
const usualRead = 2 << 20

// sentinels are all that errors.Is can find in an error of a call.
var sentinels = []error{
	transport.ErrInvalidRequest, transport.ErrUnauthorized, transport.ErrPaymentRequired, transport.ErrForbidden,
	transport.ErrNotFound, transport.ErrConflict, transport.ErrRateLimited, transport.ErrServer,
	transport.ErrOutcomeUnknown, transport.ErrResponseTooLarge, transport.ErrNotSent,
	context.Canceled, context.DeadlineExceeded,
}

// every is how many operations share one that takes a heavy fault in the short form.
const every = 16

// Hold takes every operation through every fault, in memory and in virtual time.
func (s *Subject) Hold(t *testing.T) {
	for i, op := range s.Operations {
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			whole := s.Whole(t, op)
			for _, f := range s.Faults() {
				if f.Heavy && !Long() && i%every != 0 {
					continue
				}
				t.Run(f.Name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						for _, times := range f.Times() {
							want := f.Want(op, whole == nil, times)
							if s.Amend != nil {
								s.Amend(op, f, &want)
							}
							s.Check(t, op, f, want, s.Strike(t, op, f, times), whole)
						}
					})
				})
			}
		})
	}
}

// HoldOnLoopback takes every operation through the faults of the connection on real sockets.
func (s *Subject) HoldOnLoopback(t *testing.T) {
	for _, op := range s.Operations {
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			for _, f := range wireFaults() {
				if !f.wired {
					continue
				}
				f.Passing = false // a wait would cost time
				t.Run(f.Name, func(t *testing.T) {
					want := f.Want(op, false, Always)
					if s.Amend != nil {
						s.Amend(op, f, &want)
					}
					s.Check(t, op, f, want, s.strike(t, op, f, Always, 0, true), nil)
				})
			}
		})
	}
}

// Whole is the value of the operation where nothing is wrong; nil where it has none.
func (s *Subject) Whole(t *testing.T, op Operation) (value any) {
	synctest.Test(t, func(t *testing.T) {
		o := s.Strike(t, op, Fault{}, 0)
		require.NoError(t, o.Err)
		require.Zero(t, o.left)
		value = o.Value
	})
	return value
}

// Check holds the outcome of a call against what it has to be. whole is the value of a call
// without a fault.
func (s *Subject) Check(t *testing.T, op Operation, f Fault, want Want, o *Outcome, whole any) {
	t.Helper()
	about := fmt.Sprintf("attempts: %d, seen by the server: %d, error: %v", o.Attempts, len(o.Seen), o.Err)

	require.Zero(t, o.left, "connections are left: %s", about)
	if !op.Stream {
		require.LessOrEqual(t, o.read, int64(len(o.Seen))*max(f.most, usualRead), "bytes read: %s", about)
	}
	if resent := f.kept && op.Read; !resent && want.Attempts >= 0 { // net/http sends a read again by itself
		require.Equal(t, want.Acted, o.Acted(), "how often the server acted: %s", about)
		require.Equal(t, want.Attempts, o.Attempts, "attempts: %s", about)
	}
	if want.Elapsed >= 0 {
		require.Equal(t, want.Elapsed, o.Elapsed, "time: %s", about)
	}
	s.checkRequests(t, op, o, about)
	if want.Success {
		require.NoError(t, o.Err, about)
	} else {
		s.checkError(t, op, f, want, o, about)
	}
	if want.Whole {
		require.Equal(t, whole, o.Value, about)
	}
	s.checkSecrets(t, op, f, o, o.Log)
}

// checkRequests: all of a call bear the same id and are alike, and the credentials go to nobody
// else.
func (s *Subject) checkRequests(t *testing.T, op Operation, o *Outcome, about string) {
	t.Helper()
	var first *Seen
	for _, r := range o.Seen {
		if r.Host != home {
			require.True(t, op.Read, "a write went to another host: %s", about)
			require.Empty(t, r.Header.Get("Authorization"), about)
			require.Empty(t, r.Header.Get("Referer"), about)
		} else {
			require.NotEmpty(t, r.Header.Get("Authorization"), about)
		}
		if s.Struck != nil && !s.Struck(r.Request) {
			continue // of another call
		}
		if first == nil {
			first = r
		}
		require.Equal(t, first.Header.Get("X-Request-Id"), r.Header.Get("X-Request-Id"), about)
		require.Equal(t, first.Method, r.Method, about)
		require.Equal(t, first.Payload, r.Payload, about)
	}
}

func (s *Subject) checkError(t *testing.T, op Operation, f Fault, want Want, o *Outcome, about string) {
	t.Helper()
	require.Error(t, o.Err, about)
	for _, sentinel := range sentinels {
		require.Equal(t, slices.Contains(want.Is, sentinel), errors.Is(o.Err, sentinel), "errors.Is %q: %s", sentinel, about)
	}
	for _, is := range want.Is {
		require.ErrorIs(t, o.Err, is, about)
	}
	require.Less(t, len(o.Err.Error()), 1<<10, about)
	text := fmt.Sprintf("%v %+v %#v", o.Err, o.Err, o.Err)
	if !want.Foreign {
		r := s.Report(o.Err)
		require.NotNil(t, r, "%T: %s", o.Err, about)
		require.Equal(t, op.ID, r.Operation, about)
		require.Equal(t, want.Status, r.Status, about)
		require.Equal(t, want.RetryAfter, r.RetryAfter, about)
		if want.Attempts >= 0 {
			require.Equal(t, want.Reported, r.Attempts, about)
		}
		if want.Reported > 0 && len(o.Seen) > 0 {
			require.True(t, slices.ContainsFunc(o.Seen, func(s *Seen) bool {
				return s.Header.Get("X-Request-Id") == r.RequestID
			}), "the server has not seen %q: %s", r.RequestID, about)
		}
		if f.Worded && want.Status == f.Status {
			require.Equal(t, s.Message, r.Message)
			require.Contains(t, o.Err.Error(), s.Message)
		}
		require.Less(t, len(r.Printed), 16<<10, about)
		text += r.Printed
	}
	s.checkSecrets(t, op, f, o, text)
}

var numbers = regexp.MustCompile(`0x[0-9a-f]+|(?i:wait|duration)[:=]\S+`)

func (s *Subject) checkSecrets(t *testing.T, op Operation, f Fault, o *Outcome, text string) {
	t.Helper()
	for _, secret := range s.secrets(op, f, o) {
		if strings.Contains(text, secret) { // a number that differs each time could be anything
			require.NotContains(t, numbers.ReplaceAllString(text, ""), secret)
		}
	}
}
