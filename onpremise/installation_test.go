package onpremise_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
)

// installation keeps tokens as the server does: each login gives another one, with an end.
type installation struct {
	mu        sync.Mutex
	life      time.Duration // of a token; 0 tells no end, and has none
	form      string        // of expires_after
	password  string
	fresh     bool          // the first login has to set a password
	takes     time.Duration // how long a login takes
	onLogin   func(n int) *http.Response
	date      time.Duration // how far its clock is ahead
	tokens    map[string]time.Time
	logins    int
	logouts   int
	calls     int // that bore a token that holds
	refused   int // that did not
	newPasswd []string
	bodies    map[string]int // of calls that were let in
	basics    int            // basic credentials beyond the login
}

func newInstallation() *installation {
	return &installation{
		life: 7 * 24 * time.Hour, form: "2006-01-02 15:04:05-07:00", password: testPassword,
		tokens: map[string]time.Time{}, bodies: map[string]int{},
	}
}

func (s *installation) RoundTrip(req *http.Request) (*http.Response, error) {
	var body strings.Builder
	if req.Body != nil {
		defer req.Body.Close()
		buf := make([]byte, 4096)
		for {
			n, err := req.Body.Read(buf)
			body.Write(buf[:n])
			if err != nil {
				break
			}
		}
	}
	if strings.HasSuffix(req.URL.Path, "/users/login") {
		return s.login(req, body.String())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if !ok {
		s.basics++
	}
	end, known := s.tokens[token]
	if !known || !end.IsZero() && !time.Now().Before(end) {
		s.refused++
		return says(401, `{"errors":[{"code":1005,"title":"Access denied"}]}`), nil
	}
	if strings.HasSuffix(req.URL.Path, "/users/logout") {
		s.logouts++
		delete(s.tokens, token)
		return says(200, ""), nil
	}
	s.calls++
	s.bodies[body.String()]++
	return says(200, `{"messages":[{"id":"m"}],"groups":[]}`), nil
}

func (s *installation) login(req *http.Request, body string) (*http.Response, error) {
	select {
	case <-time.After(s.takes):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins++
	if s.onLogin != nil {
		if resp := s.onLogin(s.logins); resp != nil {
			return resp, nil
		}
	}
	user, password, _ := req.BasicAuth()
	if user != testUser || password != s.password {
		return says(401, fmt.Sprintf(`{"errors":[{"code":1005,"title":"Access denied","details":"%s is not the password"}]}`,
			strings.ReplaceAll(password, `"`, `\"`))), nil
	}
	if _, said := req.Header["Content-Type"]; body == "" && said {
		return says(415, ""), nil
	}
	if s.fresh && body == "" {
		return says(403, `{"errors":[{"code":1024,"title":"Password change required"}]}`), nil
	}
	if body != "" {
		s.newPasswd = append(s.newPasswd, body)
		s.password, s.fresh = newPassword, false
	}
	token := fmt.Sprintf("token-%04d", s.logins)
	if s.life == 0 {
		s.tokens[token] = time.Time{}
		return says(200, fmt.Sprintf(`{"users":[{"token":%q}]}`, token)), nil
	}
	end := time.Now().Add(s.life)
	s.tokens[token] = end
	resp := says(200, fmt.Sprintf(`{"users":[{"token":%q,"expires_after":%q}]}`, token, end.Add(s.date).Format(s.form)))
	if s.date != 0 {
		resp.Header.Set("Date", time.Now().Add(s.date).UTC().Format(http.TimeFormat))
	}
	return resp, nil
}

const newPassword = "a new one"

func (s *installation) client(t *testing.T, opts ...onpremise.Option) *onpremise.Client {
	t.Helper()
	return clientWith(t, s, append([]onpremise.Option{onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0)}, opts...)...)
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
