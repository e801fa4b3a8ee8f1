// Package transport carries the calls of both clients: it names them, authorizes them, keeps
// to the server's pace, and repeats what can be repeated without harm. It knows neither API.
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

// Limiter holds calls back. *rate.Limiter of golang.org/x/time/rate is one.
type Limiter interface {
	Wait(context.Context) error
}

// Config is what a client tells its transport.
type Config struct {
	Product    string // the name of the client in its log lines
	BaseURL    *url.URL
	Operations []Operation
	UserAgent  string
	// Authorize adds the credentials to an attempt.
	Authorize func(*http.Request, *Credentials) error
	// Renew gets new credentials after an attempt that was answered 401, and reports whether
	// the call is worth repeating with them. Where it is nil, a 401 is final.
	Renew func(attempt *http.Request, c *Credentials) bool
	// Hide redacts secrets in a text.
	Hide func(string) string
	// Fail makes the error that the client's user sees.
	Fail func(*Failure) error

	HTTPClient *http.Client // nil is http.DefaultClient at the time of the attempt
	// Adapt returns the transport to use in place of that of the *http.Client. It may be nil.
	Adapt       func(http.RoundTripper) http.RoundTripper
	Middleware  []func(Doer) Doer
	Innermost   func(Doer) Doer // the client's own middleware, which changes no header; may be nil
	Limiter     Limiter
	MaxRetries  int
	Timeout     time.Duration // of an attempt; 0 is none
	LongTimeout time.Duration // of an attempt of an Untimed operation; 0 is none
	Logger      *slog.Logger
	Hook        func(Attempt)
}

// Transport is the chain around the caller's *http.Client.
type Transport struct {
	cfg    Config
	source source
	table  table
	pacer  pacer
	chain  handler
}

// handler does its part of a call and leaves the rest to the next one. Where the body of an
// answer cannot be read, it returns the response and the error.
type handler func(*Call, *http.Request) (*http.Response, error)

// New returns the transport of a client.
func New(cfg Config) *Transport {
	t := &Transport{cfg: cfg, source: source{cfg.HTTPClient, cfg.Adapt}, table: newTable(cfg.BaseURL, cfg.Operations)}
	t.chain = t.assemble()
	return t
}

// assemble says the order of the chain, from the inside out.
func (t *Transport) assemble() handler {
	h := send(t.source, t.cfg.Innermost, t.cfg.Middleware)
	// A timeout covers the reading of the answer, and ends no wait.
	h = read(h, t.cfg.Timeout, t.cfg.LongTimeout, t.cfg.Hide)
	// What is recorded is what the network did, not how long we waited to begin.
	h = record(h, t.cfg.Product, t.cfg.Logger, t.cfg.Hook)
	// Credentials are those of the moment the attempt is sent, so after the waiting.
	h = authorize(h, t.cfg.Authorize)
	// A retry is an attempt like any other: it waits its turn.
	h = pace(h, &t.pacer, t.cfg.Limiter)
	h = retry(h, t.cfg.MaxRetries, newBudget(), t.cfg.Renew)
	return h
}

// Do sends a request of the generated client, which is the transport's from then on. Its error
// is the one that Config.Fail makes; a status is not an error here.
func (t *Transport) Do(req *http.Request) (*http.Response, error) {
	return t.DoWith(req, Credentials{})
}

// DoWith is Do for a call that has its own credentials.
func (t *Transport) DoWith(req *http.Request, c Credentials) (*http.Response, error) {
	call := identify(t.table, req, t.cfg.UserAgent)
	call.fail, call.Credentials = t.cfg.Fail, c
	resp, err := t.chain(call, req)
	if err != nil {
		// Whatever the end of the context is reported as, the caller finds context.Canceled.
		if ended := req.Context().Err(); ended != nil && !errors.Is(err, ended) {
			err = fmt.Errorf("%w: %w", ended, err)
		}
		return nil, call.Fail(resp, err)
	}
	return resp, nil
}

// RateLimit returns what the server last told of its limit; the zero value where it told nothing.
func (t *Transport) RateLimit() RateLimit {
	return t.pacer.last()
}
