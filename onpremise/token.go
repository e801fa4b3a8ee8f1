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

// tokens is where a client has its tokens from.
type tokens interface {
	// token returns a token for an attempt.
	token(context.Context) (string, error)
	// another says whether to repeat a call whose token was refused: with the token that it
	// returns, or where that is empty, with the one that token returns.
	another(ctx context.Context, refused string) (token string, again bool, err error)
	// take returns the token at hand, which may be none, and forgets it.
	take(context.Context) (string, error)
}

// authorization gives each call its token. It stands between the generated client and the
// transport, which asks it before each attempt and after a 401. What is secret is behind
// pointers, where printing a client does not reach.
type authorization struct {
	transport *transport.Transport
	server    string // the base URL as the generated code takes it
	loginPath string
	tokens    tokens
	secrets   *redact.Secrets
}

func newAuthorization(o *options, base *url.URL) (*authorization, error) {
	server := strings.TrimSuffix(base.String(), "/") + "/"
	a := &authorization{server: server, loginPath: strings.TrimSuffix(base.EscapedPath(), "/") + "/users/login", secrets: new(redact.Secrets)}
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
	return a.do(req, transport.Credentials{})
}

func (a *authorization) do(req *http.Request, c transport.Credentials) (*http.Response, error) {
	resp, err := a.transport.DoWith(req, c)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	// A call that cannot be repeated leaves the token that was refused to the next one.
	c = transport.CallOf(resp).Credentials
	if s, ok := a.tokens.(*sessions); ok && !c.Final {
		s.forget(c.Bore)
	}
	return resp, nil
}

func (a *authorization) authorize(req *http.Request, c *transport.Credentials) error {
	if req.Method == http.MethodPost && req.URL.EscapedPath() == a.loginPath {
		return a.authorizeLogin(req)
	}
	token, err := c.Next, c.Err
	if c.Next, c.Err = "", nil; token == "" && err == nil {
		token, err = a.tokens.token(req.Context())
	}
	if err != nil {
		return err
	}
	a.secrets.Use(token)
	c.Bore = token
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// authorizeLogin adds the credentials to a login of the bare API, unless it has its own.
func (a *authorization) authorizeLogin(req *http.Request) error {
	if req.Header.Get("Authorization") != "" {
		return nil
	}
	s, ok := a.tokens.(*sessions)
	if !ok {
		return errNoCredentials
	}
	req.SetBasicAuth(s.username, s.currentPassword())
	return nil
}

var errNoCredentials error = &ValidationError{Field: "credentials", Reason: "are needed for a login: use WithCredentials"}

func (a *authorization) renew(attempt *http.Request, c *transport.Credentials) bool {
	if c.Bore == "" || c.Final {
		return false
	}
	c.Final = true
	var again bool
	c.Next, again, c.Err = a.tokens.another(attempt.Context(), c.Bore)
	return again
}

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
	return a.do(req.WithContext(ctx), transport.Credentials{Next: token, Final: true})
}

// staticToken is a token that nothing can be done about when it ends.
type staticToken struct{ text string }

func (t *staticToken) token(context.Context) (string, error) { return t.text, nil }
func (t *staticToken) take(context.Context) (string, error)  { return t.text, nil }

func (*staticToken) another(context.Context, string) (string, bool, error) { return "", false, nil }

// sourcedTokens come from the caller.
type sourcedTokens struct{ source TokenSource }

func (t *sourcedTokens) token(ctx context.Context) (string, error) {
	token, err := t.source.Token(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("token source: %w", err)
	case !usableToken(token):
		return "", errors.New("token source: it gave no token")
	}
	return token, nil
}

func (t *sourcedTokens) take(ctx context.Context) (string, error) { return t.token(ctx) }

func (t *sourcedTokens) another(ctx context.Context, refused string) (string, bool, error) {
	token, err := t.token(ctx)
	return token, err != nil || token != refused, err
}
