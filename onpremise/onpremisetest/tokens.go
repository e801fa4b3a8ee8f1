package onpremisetest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// token is the token of a login.
type token struct {
	user *user
	ends time.Time
}

// login returns a token for valid credentials. A login may set a new password; on a fresh
// installation it must.
func (a *api) login(c *call) (any, error) {
	name, password, ok := c.BasicAuth()
	u := a.users[name]
	if !ok || u == nil || u.password != password {
		return nil, refuse(http.StatusUnauthorized, codeDenied, "Invalid credentials")
	}
	var in onpremiseapi.LoginRequest
	if len(c.body) > 0 {
		if err := decode(c, &in); err != nil {
			return nil, err
		}
	}
	if u.fresh && in.NewPassword == "" {
		return nil, refuse(http.StatusForbidden, codePassword, "The first login must set new_password")
	}
	if u.fresh && in.NewPassword == password {
		return nil, invalid("new_password", "must differ from the current password")
	}
	if in.NewPassword != "" {
		u.password, u.fresh = in.NewPassword, false
	}
	text, ends := a.grant(u, c.now)
	type session struct {
		Token        string `json:"token"`
		ExpiresAfter string `json:"expires_after"`
	}
	layout := "2006-01-02 15:04:05-07:00"
	if a.cfg.rfc3339 {
		layout = time.RFC3339
	}
	return reply{a.cfg.created, struct {
		Meta  onpremiseapi.Meta `json:"meta"`
		Users []session         `json:"users"`
	}{meta, []session{{text, ends.Format(layout)}}}}, nil
}

// grant creates a token.
func (a *api) grant(u *user, now time.Time) (text string, ends time.Time) {
	text = fmt.Sprintf("onpremisetest-token-%08d", a.next())
	ends = now.Add(a.cfg.tokenLife).Truncate(time.Second) // the reported expiry is never later than the real one
	a.tokens[text] = &token{u, ends}
	return text, ends
}

func (a *api) logout(c *call) (any, error) {
	delete(a.tokens, c.token)
	return done()
}

// authorize identifies the caller and checks its permission.
func (a *api) authorize(c *call, who role) error {
	if who == anyone {
		return nil
	}
	text, t := a.bearer(c.Request)
	switch {
	case text == "":
		return refuse(http.StatusUnauthorized, codeDenied, "A bearer token is required")
	case t == nil:
		return refuse(http.StatusUnauthorized, codeDenied, "The token is not valid")
	case !c.now.Before(t.ends):
		return refuse(http.StatusUnauthorized, codeDenied, "The token has expired")
	}
	c.user, c.token = t.user, text
	isAdmin := t.user.Role == onpremiseapi.UserRoleAdmin
	itself := who == self && c.PathValue("UserUsername") == t.user.Username
	if who != member && !isAdmin && !itself {
		return refuse(http.StatusForbidden, codeDenied, "Only an administrator may do this")
	}
	return nil
}

// bearer returns the token of a request; t is nil if the token is unknown.
func (a *api) bearer(r *http.Request) (text string, t *token) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", nil
	}
	return text, a.tokens[text]
}

// knows reports whether a request has a valid token.
func (a *api) knows(r *http.Request) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, t := a.bearer(r)
	return t != nil && a.clock.Now().Before(t.ends)
}

// Token creates a token for the administrator, as a login does.
func (s *Server) Token() string {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	text, _ := a.grant(a.users[a.cfg.username], a.clock.Now())
	return text
}

// ExpireTokens expires every token issued so far.
func (s *Server) ExpireTokens() {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Now()
	for _, t := range a.tokens {
		t.ends = now
	}
}
