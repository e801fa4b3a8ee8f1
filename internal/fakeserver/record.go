package fakeserver

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// maxRecorded is the number of bytes kept of a body.
const maxRecorded = 1 << 20

// Request is a request that the server received, and its result.
type Request struct {
	Operation string // operation ID, or ""
	Method    string
	Path      string
	Query     url.Values
	Header    http.Header
	Body      []byte    // the first MiB
	Time      time.Time // of arrival, by the server's clock
	Status    int       // of the response; 0 while there is none, or if the connection was cut
	Processed bool      // whether the server processed it, whatever the client received
}

type log struct {
	mu      sync.Mutex
	entries []*entry
}

// entry is a Request in progress.
type entry struct {
	mu sync.Mutex
	Request
}

func (l *log) begin(operation string, r *http.Request, now time.Time) *entry {
	e := &entry{Request: Request{
		Operation: operation, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Time: now,
	}}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	return e
}

func (l *log) list(operations []string) []Request {
	l.mu.Lock()
	entries := slices.Clone(l.entries)
	l.mu.Unlock()
	var list []Request
	for _, e := range entries {
		if len(operations) == 0 || slices.Contains(operations, e.Operation) {
			list = append(list, e.copy())
		}
	}
	return list
}

func (e *entry) copy() Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.Request
	r.Query, r.Header, r.Body = cloneValues(r.Query), r.Header.Clone(), slices.Clone(r.Body)
	return r
}

func cloneValues(v url.Values) url.Values { return url.Values(http.Header(v).Clone()) }

func (e *entry) read(p []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Body = append(e.Body, p[:min(len(p), maxRecorded-len(e.Body))]...)
}

// responded sets the status before the client can see it.
func (e *entry) responded(status int, processed bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Status, e.Processed = status, e.Processed || processed
}

// tee records a body while the API reads it.
type tee struct {
	io.ReadCloser
	entry *entry
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.entry.read(p[:n])
	return n, err
}

// recorder records the status of a response.
type recorder struct {
	http.ResponseWriter
	entry     *entry
	processed bool // the response is the API's own
	done      bool
}

func (n *recorder) WriteHeader(status int) {
	if !n.done && status >= 200 {
		n.done = true
		n.entry.responded(status, n.processed && status < 400)
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *recorder) Write(p []byte) (int, error) {
	if !n.done {
		n.WriteHeader(http.StatusOK)
	}
	return n.ResponseWriter.Write(p)
}

func (n *recorder) Flush() {
	if !n.done {
		n.WriteHeader(http.StatusOK)
	}
	http.NewResponseController(n.ResponseWriter).Flush()
}

// Unwrap serves [http.ResponseController].
func (n *recorder) Unwrap() http.ResponseWriter { return n.ResponseWriter }
