// Package conformance runs every operation of a client against every fault, over HTTP/1.1 and
// HTTP/2, in memory and in virtual time. The tests of both clients use it.
package conformance

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
)

// Operation is what the expectations depend on.
type Operation struct {
	ID      string
	Read    bool     // it changes nothing
	Once    bool     // it is a GET that works once
	Repeat  bool     // it may be retried when it may have been processed
	Delete  bool     // and then a 404 is success
	File    bool     // its response is a file, of any bytes
	Stream  bool     // which the caller reads
	Lookup  bool     // it changes nothing that matters, although it is a POST
	Lasts   bool     // it continues after the call's context has ended
	Secrets []string // of its request
}

// Settings are the options of a client.
type Settings struct {
	URL     string // without a path
	HTTP    *http.Client
	Retries int
	Timeout time.Duration // of an attempt, 0 for none
	Logger  *slog.Logger
	Hook    func(Attempt)
}

// Attempt is what a client reports to its hook.
type Attempt struct {
	Operation, RequestID string
	Number, Status       int
	Err                  error
}

// Report is what an error of a client says.
type Report struct {
	Operation, RequestID string
	Attempts             []Attempt
	Status               int
	RetryAfter           time.Duration
	Message              string // the server's
	Printed              string // the error with all of its fields
}

// Rules are the retry table of the published contract's notes, by hand, so that a wrong word in
// an overlay fails a test.
type Rules struct {
	Never   []string
	Delete  []string // a 404 to a retry is success
	Unless  string   // retried unless a field is false
	Untimed []string
	Files   []string
	Streams []string
	Lookups []string
}

// Client is a client under test.
type Client struct {
	Operations []Operation
	// Call makes a client and calls an operation. What it returns is compared, so it holds no reader.
	Call func(ctx context.Context, op string, s Settings) (any, error)
	// Report reads an error; it returns nil for one that is not the client's own.
	Report func(error) *Report
	// Response is what the server sends for a request of an operation if no fault strikes.
	Response func(op string, r *http.Request) Response
	// Struck reports whether a fault can strike a request; nil means any.
	Struck func(*http.Request) bool
	// Refusal is an error body of the API, and Message the message in it.
	Refusal, Message string
	// Secrets may appear nowhere, what is Private only in a body that a server sends.
	Secrets, Private []string
	// Adjust changes what is expected of an operation with rules of its own.
	Adjust func(op Operation, f Fault, times int, e *Expectation)
	// Only selects faults; nil selects all. The short form runs all of them for each operation.
	Only func(Fault) bool

	// Verify checks an outcome instead of the checks of a single call.
	Verify func(t *testing.T, op Operation, f Fault, o *Outcome)

	contract []contract.Operation
	rules    Rules
}

// Load returns a client with the operations and responses of a contract.
func Load(t *testing.T, api string, rules Rules) *Client {
	t.Helper()
	doc, err := contract.Load("..", api)
	require.NoError(t, err)
	operations, err := contract.Operations(doc)
	require.NoError(t, err)
	responses := map[string]Response{}
	c := &Client{rules: rules, contract: operations}
	for _, op := range operations {
		status, contentType, body := contract.Response(doc.Paths.Value(op.Path).GetOperation(op.Method))
		responses[op.ID] = Response{status, contentType, body}
		repeat := !slices.Contains(rules.Never, op.ID)
		c.Operations = append(c.Operations, Operation{
			ID: op.ID, Read: op.Method == http.MethodGet && repeat, Once: op.Method == http.MethodGet && !repeat, Repeat: repeat, Delete: slices.Contains(rules.Delete, op.ID),
			File: slices.Contains(rules.Files, op.ID), Stream: slices.Contains(rules.Streams, op.ID),
			Lookup: slices.Contains(rules.Lookups, op.ID),
		})
	}
	c.Response = func(op string, _ *http.Request) Response { return responses[op] }
	return c
}

// CheckRules compares the overlay with the rules, and the calls of a test with the operations.
func (c *Client) CheckRules(t *testing.T, calls []string) {
	t.Helper()
	var ids []string
	for _, op := range c.contract {
		repeat := "always"
		switch {
		case slices.Contains(c.rules.Never, op.ID):
			repeat = "never"
		case slices.Contains(c.rules.Delete, op.ID):
			repeat = "delete"
		}
		require.Equal(t, repeat, op.Repeat, op.ID)
		require.Equal(t, op.ID == c.rules.Unless, op.Unless != "", op.ID)
		require.Equal(t, slices.Contains(c.rules.Untimed, op.ID), op.Untimed, op.ID)
		require.Equal(t, slices.Contains(c.rules.Streams, op.ID), op.Stream, op.ID)
		require.Equal(t, slices.Contains(c.rules.Lookups, op.ID), op.ReadOnly, op.ID)
		ids = append(ids, op.ID)
	}
	require.ElementsMatch(t, ids, calls)
	require.Subset(t, ids, slices.Concat(c.rules.Never, c.rules.Delete, c.rules.Untimed, c.rules.Files, c.rules.Streams))
}

// Long reports whether the long forms of tests are wanted.
func Long() bool { return os.Getenv("WABAKIT_LONG") != "" }

// Run strikes every operation with every fault over both protocols. The short form takes a part of
// the table for each operation, all of it for all operations.
func (c *Client) Run(t *testing.T) {
	part, heavyPart := 6, 48
	faults := c.Faults()
	if c.Only != nil {
		part, faults = 1, slices.DeleteFunc(faults, func(f Fault) bool { return !c.Only(f) })
	}
	for i, op := range c.Operations {
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			whole := c.Whole(t, op)
			n := 5 * i
			for _, f := range faults {
				for _, protocol := range []string{HTTP1, HTTP2} {
					if f.only != "" && f.only != protocol {
						continue
					}
					if n++; !Long() && (n%part != 0 || f.heavy && n%heavyPart != 0) {
						continue
					}
					t.Run(f.Name+"/"+protocol, func(t *testing.T) {
						for _, times := range f.times() {
							e := f.Expect(op, whole == nil, times)
							if c.Adjust != nil {
								c.Adjust(op, f, times, &e)
							}
							synctest.Test(t, func(t *testing.T) {
								o := c.Strike(t, op, f, times, protocol)
								if c.Verify != nil {
									c.Verify(t, op, f, o)
									return
								}
								c.Check(t, op, f, e, o, whole)
							})
						}
					})
				}
			}
		})
	}
}

// Whole returns the value of an operation without a fault, nil if it has none.
func (c *Client) Whole(t *testing.T, op Operation) (value any) {
	synctest.Test(t, func(t *testing.T) {
		o := c.Strike(t, op, Fault{}, 0, HTTP1)
		require.NoError(t, o.Err)
		value = o.Value
	})
	return value
}

// Outcome is what became of a call.
type Outcome struct {
	Value    any
	Err      error
	Elapsed  time.Duration
	Attempts []Attempt
	Seen     []*Seen
	Log      string
	dials    int
	left     int   // connections
	read     int64 // bytes
}

// Strike calls the operation while the fault strikes so many times. It must run in a synctest bubble.
func (c *Client) Strike(t *testing.T, op Operation, f Fault, times int, protocol string) *Outcome {
	s := &server{
		response: func(r *http.Request) Response { return c.Response(op.ID, r) },
		struck:   func(r *http.Request) bool { return c.Struck == nil || c.Struck(r) },
	}
	n, rt := newNetwork(s, protocol)
	defer n.shutDown()
	hc, url := &http.Client{Transport: rt}, "http://"+home
	if f.secure {
		url = "https://" + home
	}
	if f.warm {
		resp, err := hc.Get(url + warmPath)
		require.NoError(t, err)
		resp.Body.Close()
		synctest.Wait()
		if f.idle != nil {
			f.idle(&exchange{conn: s.warm, stream: 1})
			synctest.Wait()
		}
	}
	n.read = 0
	s.mu.Lock()
	s.fault, s.left = &f, times
	s.mu.Unlock()

	var mu sync.Mutex
	var log bytes.Buffer
	o := new(Outcome)
	ctx, cancel := f.ends.context(context.Background())
	defer cancel()
	begin := time.Now()
	o.Value, o.Err = c.Call(ctx, op.ID, Settings{
		URL: url, HTTP: hc, Retries: retries, Timeout: f.timeout,
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Hook: func(a Attempt) {
			mu.Lock()
			defer mu.Unlock()
			o.Attempts = append(o.Attempts, a)
		},
	})
	o.Elapsed = time.Since(begin).Truncate(time.Microsecond)
	if op.Lasts {
		time.Sleep(10 * time.Minute)
	}
	o.left = n.left(rt)
	o.Log = log.String()
	for _, a := range o.Attempts {
		if a.Err != nil {
			o.Log += a.Err.Error() + "\n"
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	o.Seen, o.read, o.dials = s.seen, n.read, n.dials
	return o
}

// processed is how often the server processed a request, with or without logins.
func (o *Outcome) processed(logins bool) (n int) {
	for _, s := range o.Seen {
		_, _, login := s.BasicAuth()
		n += count(s.Processed && (logins || !login))
	}
	return n
}

// secrets lists what no text of a call may contain.
func (c *Client) secrets(op Operation, f Fault, o *Outcome) []string {
	list := slices.Concat(c.Secrets, op.Secrets)
	if !f.quotes {
		list = append(list, c.Private...)
	}
	for _, r := range o.Seen {
		if scheme, credentials, ok := strings.Cut(r.Request.Header.Get("Authorization"), " "); ok {
			list = append(list, scheme+" "+credentials, credentials)
		}
		if query := r.URL.RawQuery; query != "" && !f.quotes {
			list = append(list, query)
		}
	}
	return list
}
