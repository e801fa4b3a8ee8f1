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

// tokens is where a client gets its tokens from: a [transport.TokenFunc].
type tokens interface {
	Token(ctx context.Context, rejected string) (string, error)
}

// authorization sends the requests of the generated client, each with a token. It keeps secrets
// behind pointers, which package fmt does not follow when it prints a client.
type authorization struct {
	transport *transport.Transport
	server    string // the base URL, ending in a slash
	tokens    tokens
	login     *loginTokens // tokens, if they come from a login
	secrets   *redact.Secrets
}

func newAuthorization(o *options, base *url.URL) (*authorization, error) {
	a := &authorization{server: strings.TrimSuffix(base.String(), "/") + "/", secrets: new(redact.Secrets)}
	if o.newPassword != "" && o.origin != fromLogin {
		return nil, invalid("newPassword", "needs WithCredentials")
	}
	switch o.origin {
	case fromLogin:
		// Basic authentication ends the username at the first colon.
		if o.username == "" || strings.Contains(o.username, ":") {
			return nil, invalid("username", "is required and must not contain a colon")
		}
		if o.password == "" {
			return nil, invalid("password", "is required")
		}
		a.login = newLoginTokens(a, o)
		a.tokens = a.login
	case fromCaller:
		if !validToken(o.token) {
			return nil, invalid("token", "must be the token and nothing else: no spaces, no line break")
		}
		a.tokens = &fixedToken{o.token}
	case fromSource:
		if o.source == nil {
			return nil, invalid("tokenSource", "is required")
		}
		a.tokens = &sourceTokens{o.source}
	default:
		return nil, invalid("credentials", "are required: use WithCredentials, WithToken or WithTokenSource")
	}
	return a, nil
}

// validToken reports whether net/http accepts token in a header.
func validToken(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

var errNoCredentials error = &ValidationError{Field: "credentials", Reason: "are needed for a login: use WithCredentials"}

// Do sends a request of the generated client.
func (a *authorization) Do(req *http.Request) (*http.Response, error) {
	op := a.transport.Operation(req)
	if op.Login && req.Header.Get("Authorization") == "" {
		if a.login == nil {
			return nil, errNoCredentials
		}
		req.SetBasicAuth(a.login.username, a.login.currentPassword())
	}
	resp, err := a.transport.DoAs(op, req)
	if err != nil {
		return nil, err
	}
	// The request could not be sent again with another token, but the next call needs one.
	if rejected := transport.CallOf(resp).RejectedToken; rejected != "" && a.login != nil && fixedTokenOf(req.Context()) == "" {
		a.login.reject(rejected)
	}
	return resp, nil
}

// token is the [transport.TokenFunc] of the client.
func (a *authorization) token(ctx context.Context, rejected string) (string, error) {
	token := fixedTokenOf(ctx)
	if token == "" {
		var err error
		if token, err = a.tokens.Token(ctx, rejected); err != nil {
			return "", err
		}
	}
	a.secrets.Use(token)
	return token, nil
}

// fixedTokenKey is the context key of the token that a logout ends: it must not get another one.
type fixedTokenKey struct{}

func fixedTokenOf(ctx context.Context) string {
	token, _ := ctx.Value(fixedTokenKey{}).(string)
	return token
}

// logout ends the current token and then forgets it. An expired token is as good as ended. The
// response is nil if there is no token.
func (a *authorization) logout(ctx context.Context) (*http.Response, error) {
	var token string
	var err error
	if a.login != nil {
		token = a.login.current()
	} else {
		token, err = a.tokens.Token(ctx, "")
	}
	if err != nil || token == "" {
		return nil, err
	}
	req, err := onpremiseapi.NewLogoutUserRequest(a.server)
	if err != nil {
		return nil, err
	}
	resp, err := a.Do(req.WithContext(context.WithValue(ctx, fixedTokenKey{}, token)))
	if ended := err == nil && (resp.StatusCode < 300 || resp.StatusCode == http.StatusUnauthorized); ended && a.login != nil {
		a.login.forget(token)
	}
	return resp, err
}

// fixedToken is the token of [WithToken].
type fixedToken struct{ token string }

func (t *fixedToken) Token(context.Context, string) (string, error) { return t.token, nil }

// sourceTokens are those of [WithTokenSource].
type sourceTokens struct{ source TokenSource }

func (t *sourceTokens) Token(ctx context.Context, _ string) (string, error) {
	token, err := t.source.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("token source: %w", err)
	}
	if !validToken(token) {
		return "", errors.New("token source: the token is empty or malformed")
	}
	return token, nil
}
