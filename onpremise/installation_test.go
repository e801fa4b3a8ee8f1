package onpremise_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
)

const newPassword = "a new one"

// installation is a server that issues a new token for each login. Its methods are called one at a
// time, except that logins take time.
type installation struct {
	life      time.Duration // of a token
	expires   string        // expires_after instead of the expiry
	layout    string        // of the expiry
	clock     time.Duration // how far the server's clock is ahead
	password  string
	fresh     bool          // the first login must set a password
	loginTime time.Duration // how long a login takes
	onLogin   func(n int) *http.Response
	onCall    func(*http.Request) *http.Response

	mu           sync.Mutex
	tokens       map[string]time.Time // and their expiry
	logins       int
	logouts      int
	newPasswords []string       // bodies of logins
	calls        map[string]int // by body
	rejected     int            // calls without a valid token
}

func newInstallation() *installation {
	return &installation{
		life: 7 * 24 * time.Hour, layout: "2006-01-02 15:04:05-07:00", password: testPassword,
		tokens: map[string]time.Time{}, calls: map[string]int{},
	}
}

// inBubble runs f with virtual time.
func inBubble(t *testing.T, f func(t *testing.T, s *installation)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t, newInstallation()) })
}

func (s *installation) client(t *testing.T, opts ...onpremise.Option) *onpremise.Client {
	t.Helper()
	return clientWith(t, s, append([]onpremise.Option{onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0)}, opts...)...)
}

// revoke invalidates all tokens.
func (s *installation) revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

func (s *installation) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
	}
	if isLogin(req) {
		select {
		case <-time.After(s.loginTime):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if isLogin(req) {
		return s.login(req, string(body)), nil
	}
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	if expiry, ok := s.tokens[token]; !ok || !time.Now().Before(expiry) {
		s.rejected++
		return newResponse(401, `{"errors":[{"code":1005,"title":"Access denied"}]}`), nil
	}
	if s.onCall != nil {
		if resp := s.onCall(req); resp != nil {
			return resp, nil
		}
	}
	if strings.HasSuffix(req.URL.Path, "/users/logout") {
		s.logouts++
		delete(s.tokens, token)
		return newResponse(200, ""), nil
	}
	s.calls[string(body)]++
	return newResponse(200, `{"messages":[{"id":"m"}],"groups":[]}`), nil
}

func (s *installation) login(req *http.Request, body string) *http.Response {
	s.logins++
	if s.onLogin != nil {
		if resp := s.onLogin(s.logins); resp != nil {
			return resp
		}
	}
	_, declared := req.Header["Content-Type"]
	switch user, password, _ := req.BasicAuth(); {
	case user != testUser || password != s.password:
		return newResponse(401, fmt.Sprintf(`{"errors":[{"code":1005,"title":"Access denied","details":"%s is not the password"}]}`,
			strings.ReplaceAll(password, `"`, `\"`)))
	case declared && body == "":
		return newResponse(415, "")
	case s.fresh && body == "":
		return newResponse(403, `{"errors":[{"code":1024,"title":"Password change required"}]}`)
	case body != "":
		s.newPasswords = append(s.newPasswords, body)
		s.password, s.fresh = newPassword, false
	}
	token, expiry := fmt.Sprintf("token-%04d", s.logins), time.Now().Add(s.life)
	s.tokens[token] = expiry
	expires := s.expires
	if s.layout != "" {
		expires = fmt.Sprintf(`,"expires_after":%q`, expiry.Add(s.clock).Format(s.layout))
	}
	resp := newResponse(200, fmt.Sprintf(`{"users":[{"token":%q%s}]}`, token, expires))
	if s.clock != 0 {
		resp.Header.Set("Date", time.Now().Add(s.clock).UTC().Format(http.TimeFormat))
	}
	return resp
}

func send(ctx context.Context, c *onpremise.Client, body string) error {
	_, err := c.Messages.Send(ctx, onpremise.TextMessage(testTo, body))
	return err
}

// together calls f n times at once and returns the errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
