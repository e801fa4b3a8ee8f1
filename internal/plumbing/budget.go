package plumbing

import (
	"cmp"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// storm has an outage meet one call after the other: the client stops to repeat them, and
// begins again after a recovery.
func (api *API) storm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{}
		client := api.Open(t, s, Settings{MaxRetries: maxRetries})
		const calls = 1000
		repeats := api.Outage(t, client, s, calls)
		require.Positive(t, repeats)
		require.LessOrEqual(t, repeats, calls/5)
		require.Zero(t, api.Outage(t, client, s, calls))

		s.Set()
		api.each(t, client, s, calls, t.Context, func(op string, err error) {
			require.NoError(t, err, op)
		})
		require.Equal(t, repeats, api.Outage(t, client, s, calls))
	})
}

// harmless has many calls fail in ways that say nothing of an overload: the client has
// as many repeats left as a fresh one.
func (api *API) harmless(t *testing.T) {
	n, want := 200, api.Untouched(t)
	if api.long {
		n = 2000
	}
	minute := Fault{Name: "429 with a minute", Status: 429, After: "60"}
	for _, c := range []struct {
		name   string
		faults []Fault
		left   time.Duration // when the caller leaves
		limit  time.Duration // of the caller's context
	}{
		{name: "400", faults: []Fault{{Name: "400", Status: 400, Body: refusal}}},
		{name: "401", faults: []Fault{{Name: "401", Status: 401}}},
		{name: "404", faults: []Fault{{Name: "404", Status: 404, Body: refusal}}},
		{name: "409", faults: []Fault{{Name: "409", Status: 409}}},
		{name: "left while dialing", faults: []Fault{fault("dial")}, left: head / 2},
		{name: "left in an attempt", left: head / 2},
		{name: "left in a wait", faults: []Fault{minute}, left: time.Second},
		{name: "left in a repeat", faults: []Fault{fault("429 with seconds")}, left: head + tail + asked + head/2},
		{name: "left while dialing again", faults: []Fault{fault("429 with seconds"), fault("dial")}, left: head + tail + asked + head/2},
		{name: "a deadline in a repeat", faults: []Fault{fault("429 with seconds")}, limit: head + tail + asked + head/2},
		{name: "a wait that is not begun", faults: []Fault{minute}, limit: time.Second},
		{name: "a deadline in an attempt", limit: head / 2},
		{name: "helped by a repeat", faults: []Fault{fault("429")}},
		{name: "a repeat that is refused", faults: []Fault{fault("429"), {Name: "404", Status: 404}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &Server{}
				client := api.Open(t, s, Settings{MaxRetries: maxRetries})
				stop := func() {}
				api.each(t, client, s, n, func() context.Context {
					s.Set(c.faults...)
					var ctx context.Context
					ctx, stop = context.WithTimeout(t.Context(), cmp.Or(c.limit, time.Hour))
					if c.left > 0 {
						time.AfterFunc(c.left, stop)
					}
					return ctx
				}, func(op string, err error) {
					stop()
					if c.name == "helped by a repeat" {
						require.NoError(t, err, op)
					}
				})
				require.Equal(t, want, api.Outage(t, client, s, Enough))
			})
		})
	}
}

// Outage has n calls of a client fail for overload, and returns how many attempts were repeats.
func (api *API) Outage(t *testing.T, client Client, s *Server, n int) int {
	t.Helper()
	overload := fault("429")
	overload.Lasts = true
	s.Set(overload)
	api.each(t, client, s, n, t.Context, func(op string, err error) { require.Equal(t, 429, api.Failed(t, err).Status, op) })
	return len(s.Seen()) - n
}

// Untouched has an outage meet a client that has made no call, and returns how many attempts
// were repeats.
func (api *API) Untouched(t *testing.T) (repeats int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &Server{}
		repeats = api.Outage(t, api.Open(t, s, Settings{MaxRetries: maxRetries}), s, Enough)
	})
	require.Less(t, repeats, Enough*maxRetries)
	return repeats
}

// Enough calls use up what a client has for repeats.
const Enough = 60

// each calls one operation after the other, n times, and hands over what came of it. A login
// has a client of its own.
func (api *API) each(t *testing.T, client Client, s *Server, n int, ctx func() context.Context, came func(op string, err error)) {
	t.Helper()
	for i := 0; n > 0; i++ {
		op := api.Operations[i%len(api.Operations)]
		if op.ID == api.Login {
			continue
		}
		n--
		s.answer = api.answers[op.ID]
		value, err := client(ctx(), op.ID)
		Finish(t, value, err)
		came(op.ID, err)
	}
}
