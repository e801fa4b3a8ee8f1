package onpremise

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// tokens is where a client gets its tokens from.
type tokens interface {
	// token returns a token for an attempt. After a 401, rejected is the token that the server
	// refused; see transport.TokenFunc.
	token(ctx context.Context, rejected string) (string, error)
	// take returns the current token, which may be empty, and forgets it.
	take(context.Context) (string, error)
}

// authorization gives each call its token. It stands between the generated client and the
// transport, which asks it before each attempt and after a 401. What is secret is behind
// pointers, where printing a client does not reach.
type authorization struct {
	transport *transport.Transport
	server    string // the base URL as the generated code takes it
	tokens    tokens
	secrets   *redact.Secrets
}

func newAuthorization(o *options, base *url.URL) (*authorization, error) {
	server := strings.TrimSuffix(base.String(), "/") + "/"
	a := &authorization{server: server, secrets: new(redact.Secrets)}
	if o.newPassword != "" && o.origin != fromLogin {
		return nil, invalid("newPassword", "needs WithCredentials")
	}
	switch o.origin {
	case fromLogin:
		// A colon would end the name early: that is how basic authentication is written.
		if o.username == "" || strings.Contains(o.username, ":") {
			return nil, invalid("username", "is required, and holds no colon")
		}
		if o.password == "" {
			return nil, invalid("password", "is required")
		}
		a.tokens = newSessions(a, o)
	case fromCaller:
		if !usableToken(o.token) {
			return nil, invalid("token", "must be the token and nothing else: no spaces, no line break")
		}
		a.tokens = &staticToken{o.token}
	case fromSource:
		if o.source == nil {
			return nil, invalid("tokenSource", "is required")
		}
		a.tokens = &sourcedTokens{o.source}
	default:
		return nil, invalid("credentials", "are required: use WithCredentials, WithToken or WithTokenSource")
	}
	return a, nil
}

// usableToken: net/http refuses a header with anything else in it, only at the first call.
func usableToken(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Do sends a request of the generated client.
func (a *authorization) Do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPost && a.transport.Operation(req).Login && req.Header.Get("Authorization") == "" {
		s, ok := a.tokens.(*sessions)
		if !ok {
			return nil, errNoCredentials
		}
		req.SetBasicAuth(s.username, s.currentPassword())
	}
	resp, err := a.transport.Do(req)
	if err != nil {
		return nil, err
	}
	// A call that cannot be replayed leaves the rejected token to the next one.
	if s, ok := a.tokens.(*sessions); ok {
		if rejected := transport.CallOf(resp).RejectedToken; rejected != "" && ownToken(req.Context()) == "" {
			s.forget(rejected)
		}
	}
	return resp, nil
}

// token is the transport's source of tokens.
func (a *authorization) token(ctx context.Context, rejected string) (string, error) {
	token := ownToken(ctx)
	switch {
	case token != "" && rejected != "":
		return "", transport.ErrNoOtherToken
	case token == "":
		var err error
		if token, err = a.tokens.token(ctx, rejected); err != nil {
			return "", err
		}
	}
	a.secrets.Add(token)
	return token, nil
}

// ownTokenKey is the context key of the token of a call that must not use another.
type ownTokenKey struct{}

func ownToken(ctx context.Context) string {
	token, _ := ctx.Value(ownTokenKey{}).(string)
	return token
}

var errNoCredentials error = &ValidationError{Field: "credentials", Reason: "are needed for a login: use WithCredentials"}

// attempt tells the file of an upload when the time of its attempt is over.
func (a *authorization) attempt(next Doer) Doer {
	return doer(func(req *http.Request) (*http.Response, error) {
		if body, ok := req.Body.(*uploadBody); ok {
			body.ended = req.Context().Done()
		}
		return next.Do(req)
	})
}

type doer func(*http.Request) (*http.Response, error)

func (f doer) Do(req *http.Request) (*http.Response, error) { return f(req) }

// logout ends the token at hand. One that has ended already is as good.
func (a *authorization) logout(ctx context.Context) (*http.Response, error) {
	token, err := a.tokens.take(ctx)
	if err != nil || token == "" {
		return nil, err
	}
	req, err := onpremiseapi.NewLogoutUserRequest(a.server)
	if err != nil {
		return nil, err
	}
	return a.Do(req.WithContext(context.WithValue(ctx, ownTokenKey{}, token)))
}

// staticToken is a token that the client cannot renew.
type staticToken struct{ text string }

func (t *staticToken) token(_ context.Context, rejected string) (string, error) {
	if rejected != "" {
		return "", transport.ErrNoOtherToken
	}
	return t.text, nil
}

func (t *staticToken) take(context.Context) (string, error) { return t.text, nil }

// sourcedTokens come from the caller.
type sourcedTokens struct{ source TokenSource }

func (t *sourcedTokens) token(ctx context.Context, _ string) (string, error) {
	token, err := t.source.Token(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("token source: %w", err)
	case !usableToken(token):
		return "", errors.New("token source: the token is empty or malformed")
	}
	return token, nil
}

func (t *sourcedTokens) take(ctx context.Context) (string, error) { return t.token(ctx, "") }
