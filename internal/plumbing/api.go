// Package plumbing holds what a client promises of an attempt that fails and is repeated, for
// each of its operations: the tests of both clients run it.
package plumbing

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// API is a client as its user meets it.
type API struct {
	Operations []contract.Operation
	// Open returns a client that sends by rt.
	Open func(t *testing.T, rt http.RoundTripper, s Settings) Client
	// Failed reads an error of the client.
	Failed func(t *testing.T, err error) Failed
	// Login is the operation that a client calls by itself; empty where there is none.
	Login string
	// Secrets are in nothing that is logged.
	Secrets []string

	long    bool // more faults, and more of each
	answers map[string]answer
	bodies  map[string]bool // whether an operation has a body
}

// Client calls an operation by its id.
type Client func(ctx context.Context, id string) (any, error)

// Settings are the options of a client.
type Settings struct {
	MaxRetries int
	Hook       func(transport.Attempt)
	Logger     *slog.Logger
}

// Failed is what an error of a client tells.
type Failed struct {
	Operation  string
	RequestID  string
	Status     int
	Attempts   []transport.Attempt
	RetryAfter time.Duration
}

type answer struct {
	status      int
	contentType string
	body        []byte
}

// Load takes in the contract of the API: its operations, and how they are answered.
func (api *API) Load(path string) error {
	doc, err := contract.Load(filepath.Join(filepath.Dir(path), ".."), filepath.Base(path))
	if err != nil {
		return err
	}
	if api.Operations, err = contract.Operations(doc); err != nil {
		return err
	}
	api.long = os.Getenv("WABAKIT_LONG") != ""
	api.answers, api.bodies = map[string]answer{}, map[string]bool{}
	for _, op := range api.Operations {
		declared := doc.Paths.Value(op.Path).GetOperation(op.Method)
		status, contentType, body := contract.Answer(declared)
		api.answers[op.ID] = answer{status, contentType, body}
		api.bodies[op.ID] = declared.RequestBody != nil && op.ID != api.Login // whose body is for a new password
	}
	return nil
}

// Run holds the client to what it promises of each operation.
func (api *API) Run(t *testing.T) {
	for _, promise := range []struct {
		name string
		test func(*testing.T)
	}{
		{"every retry is the same call", api.retries},
		{"retries use one connection", api.connections},
		{"pauses grow to their bound", api.backoff},
		{"a wait that is too long is not begun", api.outlasted},
		{"a caller who leaves is gone at once", api.left},
		{"an outage ends the retries of all calls", api.storm},
		{"harmless failures leave retries to calls", api.harmless},
		{"the log warns of what fails in passing", api.levels},
	} {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			promise.test(t)
		})
	}
}

// Answer puts another answer in the place of the one that the contract gives.
func (api *API) Answer(id string, status int, contentType string, body []byte) {
	api.answers[id] = answer{status, contentType, body}
}

// Operation returns an operation by its id.
func (api *API) Operation(id string) contract.Operation {
	i := slices.IndexFunc(api.Operations, func(op contract.Operation) bool { return op.ID == id })
	return api.Operations[i]
}

// Server returns a server of one operation.
func (api *API) Server(id string, faults ...Fault) *Server {
	return &Server{faults: faults, answer: api.answers[id]}
}

// Check holds what a client told of the attempts of a call against what s saw of them.
func (api *API) Check(t *testing.T, w *Watch, id string, s *Server) {
	t.Helper()
	w.Check(t, api.Operation(id), s, api.bodies[id])
}

// watched opens a client, and watches what it tells.
func (api *API) watched(t *testing.T, rt http.RoundTripper, maxRetries int) (Client, *Watch) {
	w := &Watch{Secrets: api.Secrets}
	return api.Open(t, rt, Settings{MaxRetries: maxRetries, Hook: w.Hook, Logger: w.Logger()}), w
}

// Finish reads and closes what a call brought, if that streams, as its caller does.
func Finish(t *testing.T, value any, err error) {
	if stream, ok := value.(io.ReadCloser); ok && err == nil {
		_, err := io.Copy(io.Discard, stream)
		require.NoError(t, err)
		require.NoError(t, stream.Close())
	}
}
