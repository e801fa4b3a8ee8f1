// Package transport is the chain that every call of both clients goes through: it recognizes the
// operation, authorizes and paces each attempt, and retries where that is safe. It knows neither
// API.
package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Doer sends a request. *http.Client is one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Limiter delays attempts. *rate.Limiter of golang.org/x/time/rate is one.
type Limiter interface {
	Wait(context.Context) error
}

// TokenFunc returns the token of an attempt. rejected is empty for an ordinary attempt; after a
// 401 it is the token that the server refused. The 401 is final if the result is the same token
// or the error is [ErrNoOtherToken].
type TokenFunc func(ctx context.Context, rejected string) (string, error)

// Config configures a transport.
type Config struct {
	Product    string // the name of the client in its log lines
	BaseURL    *url.URL
	Operations []Operation
	UserAgent  string
	Token      TokenFunc // nil if no operation needs a token
	// Hide redacts secrets in a text. It may be nil.
	Hide func(string) string
	// Fail converts a failure into the error that the client's user sees.
	Fail func(*Failure) error

	HTTPClient *http.Client // nil is http.DefaultClient at the time of the attempt
	// Adapt returns the transport to use in place of that of the *http.Client. It may be nil.
	Adapt       func(http.RoundTripper) http.RoundTripper
	Middleware  []func(Doer) Doer
	Innermost   func(Doer) Doer // the client's own middleware, which changes no header; may be nil
	Limiter     Limiter
	MaxRetries  int
	Timeout     time.Duration // of an attempt; 0 means no timeout
	LongTimeout time.Duration // of an attempt of an Untimed operation; 0 means no timeout
	Logger      *slog.Logger
	Hook        func(context.Context, Attempt)
}

// MaxRetries is the largest number of retries that a client accepts.
const MaxRetries = 1000

// Transport is the chain around the caller's *http.Client.
type Transport struct {
	cfg        Config
	source     source
	operations *matcher
	pacer      pacer
	chain      handler
}

// handler does its part of a call and leaves the rest to the next one. If the body of a
// response cannot be read, it returns both the response and the error.
type handler func(*Call, *http.Request) (*http.Response, error)

// New returns the transport of a client.
func New(cfg Config) *Transport {
	if cfg.Hide == nil {
		cfg.Hide = func(text string) string { return text }
	}
	t := &Transport{cfg: cfg, source: source{cfg.HTTPClient, cfg.Adapt}, operations: newMatcher(cfg.BaseURL, cfg.Operations)}
	t.chain = t.assemble()
	return t
}

// assemble states the order of the chain, from the inside out.
func (t *Transport) assemble() handler {
	h := send(t.source, t.cfg.Innermost, t.cfg.Middleware)
	// The timeout covers the request and its response, but no waiting.
	h = attempt(h, &t.cfg)
	// The duration on record is that of the network, without the waiting.
	h = record(h, t.cfg.Product, t.cfg.Logger, t.cfg.Hook)
	// A token may expire while its attempt waits for its turn.
	h = reauthorize(h, t.cfg.Token)
	// A retry waits for its turn like every attempt.
	h = pace(h, &t.pacer, t.cfg.Limiter)
	// A call that waits for its token takes no turn, so that logins go first.
	h = authorize(h, t.cfg.Token)
	h = retry(h, t.cfg.MaxRetries, newBudget(), t.cfg.Token)
	return h
}

// Do sends a request of the generated client and takes it over. A URL without a host is relative to
// the base URL. A status is not an error here; errors are those that Config.Fail returns.
func (t *Transport) Do(req *http.Request) (*http.Response, error) {
	return t.DoAs(t.operations.find(req), req)
}

// DoAs is Do for a request that makes the given operation, whatever its URL.
func (t *Transport) DoAs(op *Operation, req *http.Request) (*http.Response, error) {
	t.operations.complete(req)
	call := newCall(req, op, t.cfg.Fail)

	resp, err := t.chain(call, req)
	if call.body != nil { // no attempt took it
		call.body.Close()
	}
	if err != nil {
		// The caller finds its own context's error, whatever reported it.
		if ended := call.Err(); ended != nil && !errors.Is(err, ended) {
			err = fmt.Errorf("%w: %w", ended, err)
		}
		return nil, call.Fail(resp, err)
	}
	return resp, nil
}

// Operation returns the operation that req calls.
func (t *Transport) Operation(req *http.Request) *Operation { return t.operations.find(req) }

// RateLimit returns the latest rate limit that the server reported, or the zero value.
func (t *Transport) RateLimit() RateLimit { return t.pacer.reported() }
