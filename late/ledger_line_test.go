package late_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// call is what the server and the line know of a call of the client.
type call struct {
	said     []deed   // of each row, in the answer that the client got whole
	doubt    bool     // of some attempt, the client cannot know whether the server acted
	attempts []string // what became of them, for who looks for a fault
}

func (c *call) String() string {
	if c == nil {
		return "none"
	}
	return strings.Join(c.attempts, ", ")
}

// fate is what becomes of an attempt.
type fate struct {
	name          string
	dial          time.Duration // until there is a connection
	unreachable   error         // nothing leaves
	before, after time.Duration // of the server, until it acts, and until it answers
	unread        bool          // the server does not get to see it
	acts          bool
	refuses       bool  // the answer says that the server did not act
	cut           error // in the place of an answer
	status        int
	header        []string
	tells         bool   // the body is that of the API
	body          string // where it is not
	breaks        error  // ends the body in its midst
	stalls        bool   // the body stops in its midst
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func anyCut(r *rand.Rand) error {
	return pick[error](r, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, io.EOF, io.ErrUnexpectedEOF)
}

const elsewhere = "https://elsewhere.example/api/v1/whatsapp"

var mishaps = []func(r *rand.Rand, f *fate){
	func(r *rand.Rand, f *fate) {
		f.name, f.unread, f.cut = "unreachable", true, anyCut(r)
		f.unreachable = &net.OpError{Op: "dial", Net: "tcp", Err: pick[error](r,
			os.NewSyscallError("connect", syscall.ECONNREFUSED), &net.DNSError{Err: "no such host", Name: "getlate.dev", IsNotFound: true})}
	},
	func(r *rand.Rand, f *fate) { f.name, f.unread, f.cut = "cut before it was read", true, anyCut(r) },
	func(r *rand.Rand, f *fate) { f.name, f.cut = "cut before the server acted", anyCut(r) },
	func(r *rand.Rand, f *fate) { f.name, f.acts, f.cut = "cut after the server acted", true, anyCut(r) },
	func(r *rand.Rand, f *fate) {
		f.name, f.refuses, f.status = "busy", true, 429
		f.header = pick(r, nil, []string{"Retry-After", "0"}, []string{"Retry-After", "7"}, []string{"Retry-After", "600"})
	},
	func(r *rand.Rand, f *fate) {
		f.name, f.refuses, f.status, f.header = "not there", true, 503, []string{"Retry-After", pick(r, "1", "30")}
		f.body = `{"error":"overloaded"}`
	},
	func(r *rand.Rand, f *fate) {
		f.name, f.status, f.acts = "failure", pick(r, 408, 500, 502, 503, 504), r.IntN(2) == 0
		f.body = pick(r, "", `{"error":"oops"}`, "<html>")
	},
	func(r *rand.Rand, f *fate) {
		f.name, f.refuses, f.status, f.body = "refusal", true, pick(r, 400, 402, 403, 422), `{"error":"not like this"}`
		f.breaks = pick(r, nil, anyCut(r))
	},
	func(r *rand.Rand, f *fate) {
		f.name, f.status, f.acts = "garbage", pick(r, 200, 201, 204), r.IntN(2) == 0
		f.body = pick(r, "", "{}", "{}", "<html>", `{"success":`)
	},
	func(r *rand.Rand, f *fate) {
		f.name, f.acts, f.status, f.tells, f.breaks = "broken body", true, 200, true, anyCut(r)
	},
	func(_ *rand.Rand, f *fate) {
		f.name, f.acts, f.status, f.tells, f.stalls = "stalled body", true, 200, true, true
	},
	func(r *rand.Rand, f *fate) { f.name, f.acts, f.after = "no answer", r.IntN(2) == 0, time.Hour },
	func(r *rand.Rand, f *fate) {
		f.name, f.refuses, f.status, f.header = "sent elsewhere", true, pick(r, 302, 307, 308), []string{"Location", elsewhere}
	},
	func(r *rand.Rand, f *fate) {
		f.name, f.refuses, f.status, f.header = "sent on", true, pick(r, 307, 308), []string{"Location", "?on=1"}
	},
	func(r *rand.Rand, f *fate) {
		f.name, f.acts, f.status, f.header = "see other", true, 303, []string{"Location", "?done=1"}
	},
}

func (l *ledger) fate(first, attempt int) fate {
	r := dice(l.seed, 3, first, attempt)
	upTo := func(ms int) time.Duration { return time.Duration(r.IntN(ms)) * time.Millisecond }
	f := fate{name: "answer", dial: upTo(50), before: upTo(1000), after: upTo(1000)}
	if r.IntN(100) < l.slow {
		*pick(r, &f.dial, &f.before, &f.after) = upTo(90_000)
	}
	if r.IntN(100) >= l.bad {
		f.acts, f.status, f.tells = true, 200, true
		return f
	}
	pick(r, mishaps...)(r, &f)
	return f
}

// RoundTrip is the line to the server.
func (l *ledger) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	req.Body.Close()
	rows, ok := l.read(body)
	id, ctx := req.Header.Get("X-Request-Id"), req.Context()
	if !ok || err != nil || id == "" || req.URL.Host != "getlate.dev" || req.Method != l.work.method || req.URL.Path != "/api/v1/whatsapp"+l.work.path {
		l.forbid(req.Method + " " + req.URL.String() + " " + string(body))
		return nil, errors.New("not a request of the batch")
	}
	c, f := l.begin(id, rows)
	if req.URL.RawQuery != "" { // sent on, to a server that there is a connection to
		f.dial, f.unreachable = 0, nil
	}
	trace := httptrace.ContextClientTrace(ctx)
	if l.traced && trace != nil {
		trace.GetConn("getlate.dev:443")
	}
	if !pause(ctx, f.dial) {
		l.ended(c, "left while dialing", !l.traced, nil)
		return nil, ctx.Err()
	}
	if f.unreachable != nil {
		l.ended(c, f.name, false, nil)
		return nil, f.unreachable
	}
	if l.traced && trace != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	answer := make(chan func() (*http.Response, error), 1)
	l.serving.Go(func() { answer <- l.serve(ctx, c, rows, f) })
	select {
	case take := <-answer:
		return take()
	case <-ctx.Done():
		l.ended(c, "left during "+f.name, true, nil)
		return nil, ctx.Err()
	}
}

func (l *ledger) begin(id string, rows []row) (*call, fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.calls[id]
	if c == nil {
		c = new(call)
		l.calls[id] = c
	}
	for _, r := range rows {
		if e := l.entry(r.index); e.call != c {
			e.call = c
			e.calls++
		}
	}
	return c, l.fate(rows[0].index, len(c.attempts))
}

// ended notes what the client learns of an attempt.
func (l *ledger) ended(c *call, how string, doubt bool, said []deed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.attempts = append(c.attempts, how)
	c.doubt, c.said = c.doubt || doubt, said
}

// serve is the server, which does not notice when its client leaves.
func (l *ledger) serve(ctx context.Context, c *call, rows []row, f fate) (take func() (*http.Response, error)) {
	time.Sleep(f.before)
	if f.unread {
		return func() (*http.Response, error) {
			l.ended(c, f.name, true, nil)
			return nil, f.cut
		}
	}
	var deeds []deed
	if l.see(rows) {
		f = fate{name: "one too many", refuses: true, status: 429, after: f.after}
	}
	if f.acts {
		deeds = l.act(rows)
	}
	if f.refuses {
		l.refuse(rows)
	}
	time.Sleep(f.after)
	return func() (*http.Response, error) {
		if f.cut != nil {
			l.ended(c, f.name, true, nil)
			return nil, f.cut
		}
		body := f.body
		if f.tells {
			b, _ := json.Marshal(l.work.answer(rows, deeds, l.form)) // strings and numbers: cannot fail
			body = string(b)
		}
		if !f.tells || f.breaks != nil || f.stalls {
			deeds = nil
		}
		l.ended(c, f.name, deeds == nil && !f.refuses, deeds)
		resp := says(f.status, body, append(l.limits(), f.header...)...)
		half := body[:len(body)/2]
		switch {
		case f.breaks != nil:
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(half), failing{func() error { return f.breaks }}))
		case f.stalls:
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(half), failing{func() error { <-ctx.Done(); return ctx.Err() }}))
		}
		return resp, nil
	}
}

// limits is what each answer tells of the rate limit.
func (l *ledger) limits() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.perMinute == 0 {
		return nil
	}
	return []string{
		"X-RateLimit-Limit", strconv.Itoa(l.perMinute), "X-RateLimit-Remaining", strconv.Itoa(max(l.perMinute-l.used, 0)),
		"X-RateLimit-Reset", strconv.FormatInt(l.window.Add(time.Second-1).Unix(), 10),
	}
}

type failing struct{ why func() error }

func (f failing) Read([]byte) (int, error) { return 0, f.why() }

// pause reports whether ctx lasted as long.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
