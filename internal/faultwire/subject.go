package faultwire

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/contract"
)

// Operation is what the checks have to know of an operation.
type Operation struct {
	ID       string
	Read     bool // it changes nothing
	ReadOnly bool // it changes nothing, although its method is not GET
	Repeat   bool // it does no harm to send it again when it may have happened
	Delete   bool // as Repeat, and a repeat that finds nothing is success
	File     bool // its answer is a file, which can be anything
	Stream   bool // and is handed over as it comes
	// Lasts: others may wait for the same, so it goes on after the end of its context.
	Lasts bool
	// Secrets of its request may stand nowhere.
	Secrets []string
}

// Setup is what a client is made of.
type Setup struct {
	URL     string // of the server, without a path
	HTTP    *http.Client
	Retries int
	Timeout time.Duration // of an attempt; 0 is none
	Logger  *slog.Logger
	Hook    func(err error) // to be called for each attempt
}

// Report is what an error of a client says.
type Report struct {
	Operation, RequestID string
	Attempts, Status     int
	RetryAfter           time.Duration
	Message              string // the server's, in words of the API
	Printed              string // the error with all of its fields
}

// Subject is a client under test.
type Subject struct {
	Operations []Operation
	// Answer is what a server says that understands the request, which is of the operation or
	// of what the client does for it.
	Answer func(op string, req *http.Request) Answer
	// Call makes a client and calls the operation. What it returns is compared, so it holds no
	// reader.
	Call func(ctx context.Context, op string, s Setup) (any, error)
	// Struck says which requests a fault can strike, where these are not all.
	Struck func(*http.Request) bool
	// Report reads an error; it is nil for one that is not the client's own.
	Report func(error) *Report
	// Refusal is an error body of the API, and Message the words in it.
	Refusal, Message string
	// Secrets of the client may stand nowhere; what is Private may where a server says it.
	Secrets, Private []string
	// Amend changes what is expected, where an operation has rules of its own.
	Amend func(op Operation, f Fault, want *Want)

	rules    Rules
	contract []contract.Operation
}

// Outcome is what became of a call.
type Outcome struct {
	Value    any
	Err      error
	Elapsed  time.Duration
	Attempts int
	Seen     []*Seen
	Log      string
	left     int   // connections
	read     int64 // bytes that the server could send
}

// Acted is how often the server has done what it was asked for.
func (o *Outcome) Acted() int {
	n := 0
	for _, s := range o.Seen {
		if s.Acted {
			n++
		}
	}
	return n
}

// How often a fault strikes.
const (
	Once   = 1
	Always = math.MaxInt
)

const (
	// retries is how often an attempt may be repeated here.
	retries = 2
	// lasting is how long something can go on without anybody who waits for it.
	lasting = 10 * time.Minute
)

// fataler is what the network needs of a test.
type fataler interface{ Fatal(args ...any) }

// Strike calls the operation while the fault strikes so many times. It has to be called in a
// bubble of testing/synctest.
func (s *Subject) Strike(t fataler, op Operation, f Fault, times int) *Outcome {
	return s.strike(t, op, f, times, retries, false)
}

func (s *Subject) strike(t fataler, op Operation, f Fault, times, retries int, loopback bool) *Outcome {
	srv := &server{
		answer: func(r *http.Request) Answer { return s.Answer(op.ID, r) },
		struck: func(r *http.Request) bool { return s.Struck == nil || s.Struck(r) },
	}
	n := newNetwork(t, srv, loopback)
	defer n.close()
	hc, rt := n.client()
	base := "http://" + home
	if f.secure {
		base = "https://" + home
	}
	if f.kept {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base+warmPath, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := hc.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	srv.mu.Lock()
	srv.fault, srv.left = &f, times
	srv.mu.Unlock()

	var log bytes.Buffer
	o := new(Outcome)
	ctx, cancel := f.ends.context(context.Background())
	defer cancel() // also what is left
	begin := time.Now()
	o.Value, o.Err = s.Call(ctx, op.ID, Setup{
		URL: base, HTTP: hc, Retries: retries, Timeout: f.timeout,
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Hook: func(err error) {
			o.Attempts++
			if err != nil {
				log.WriteString(err.Error() + "\n")
			}
		},
	})
	o.Elapsed = time.Since(begin)
	if op.Lasts && !loopback {
		time.Sleep(lasting)
	}
	n.idle(rt)
	o.left, o.Log = n.left(), log.String()
	srv.mu.Lock()
	defer srv.mu.Unlock()
	o.Seen, o.read = srv.seen, srv.written
	return o
}

// secrets are what the texts of a call may not hold.
func (s *Subject) secrets(op Operation, f Fault, o *Outcome) []string {
	list := slices.Concat(s.Secrets, op.Secrets)
	if !f.Quotes {
		list = append(list, s.Private...)
	}
	for _, r := range o.Seen {
		if scheme, credentials, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
			list = append(list, scheme+" "+credentials, credentials)
		}
		if query := r.URL.RawQuery; query != "" && !f.Quotes {
			list = append(list, query)
		}
	}
	return list
}
