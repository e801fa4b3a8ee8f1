package onpremise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const (
	// maxMargin is how long before its expiry a token is renewed. For short-lived tokens it is a
	// tenth of their lifetime.
	maxMargin = 5 * time.Minute
	// renewalPause is how long a failed renewal of a valid token is not repeated.
	renewalPause = 10 * time.Second
	// refusalPause is how long calls fail with the error of a refused login instead of logging in
	// again: the credentials are wrong, and some servers lock a user out.
	refusalPause = 30 * time.Second
	// maxReplaced is how many rejected tokens are replaced in one replacedWindow. Further 401
	// responses are final: they concern the call, not the token.
	maxReplaced    = 3
	replacedWindow = time.Minute
	// maxLoginTime bounds a login with all of its attempts and pauses, whatever the options say.
	maxLoginTime = 10 * time.Minute
)

// loginTokens gets tokens by logging in.
type loginTokens struct {
	auth            *authorization
	username        string
	initialPassword string

	mu           sync.Mutex
	password     string // the one to log in with
	newPassword  string // the one to set if the server wants initialPassword changed; may be empty
	token        string
	expires      time.Time // zero if unknown
	renewal      time.Time // when to renew; zero if expires is
	replaced     int       // rejected tokens since replacedFrom
	replacedFrom time.Time
	login        *login // in flight
	refusal      error  // of the latest login, until refusedTo
	refusedTo    time.Time
}

// login is one login, shared by all callers that wait for it.
type login struct {
	done     chan struct{} // closed when the other fields are set
	session  Session
	lifetime time.Duration // 0 if unknown
	err      error
	panicked any
}

func newLoginTokens(a *authorization, o *options) *loginTokens {
	t := &loginTokens{auth: a, username: o.username, initialPassword: o.password, password: o.password}
	if o.newPassword != o.password {
		t.newPassword = o.newPassword
	}
	a.secrets.AddPassword(o.username, o.password)
	a.secrets.AddPassword(o.username, o.newPassword)
	return t
}

// Token returns the current token while it is valid, and renews it in the background before it
// expires. Without a valid token it waits for a login.
func (t *loginTokens) Token(ctx context.Context, rejected string) (string, error) {
	if rejected != "" && !t.reject(rejected) {
		return "", transport.ErrNoOtherToken
	}
	t.mu.Lock()
	now := time.Now()
	if t.token != "" && (t.expires.IsZero() || now.Before(t.expires)) {
		defer t.mu.Unlock()
		if !t.renewal.IsZero() && !now.Before(t.renewal) && ctx.Err() == nil {
			t.start(ctx)
		}
		return t.token, nil
	}
	if t.refusal != nil && now.Before(t.refusedTo) {
		defer t.mu.Unlock()
		return "", &loginError{err: t.refusal, retryIn: t.refusedTo.Sub(now)}
	}
	if err := ctx.Err(); err != nil {
		t.mu.Unlock()
		return "", err
	}
	l := t.start(ctx)
	t.mu.Unlock()
	session, err := l.wait(ctx)
	if err != nil && err != ctx.Err() {
		err = &loginError{err: err}
	}
	return session.Token, err
}

// reject drops a token that the server refused, and reports whether another one is worth trying.
func (t *loginTokens) reject(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != token {
		return true // replaced already
	}
	if now := time.Now(); now.Sub(t.replacedFrom) >= replacedWindow {
		t.replaced, t.replacedFrom = 0, now
	}
	if t.replaced == maxReplaced {
		return false
	}
	t.token = ""
	t.replaced++
	return true
}

// forget drops a token that has ended.
func (t *loginTokens) forget(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token = ""
	}
}

func (t *loginTokens) current() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token
}

func (t *loginTokens) currentPassword() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.password
}

// passwordChanged takes over the new password of a user, if it is the one that logs in here.
func (t *loginTokens) passwordChanged(username, password string) {
	if username != t.username {
		return
	}
	t.auth.secrets.AddPassword(username, password)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.password, t.refusal = password, nil
	if t.newPassword != "" {
		t.newPassword = password
	}
}

// renew logs in even if the token is valid.
func (t *loginTokens) renew(ctx context.Context) (*Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, t.abandoned(err, true)
	}
	t.mu.Lock()
	l := t.start(ctx)
	t.mu.Unlock()
	session, err := l.wait(ctx)
	if err != nil {
		if err == ctx.Err() {
			err = t.abandoned(err, false)
		}
		return nil, err
	}
	return &session, nil
}

// abandoned returns the error of a caller of renew whose context ends before the login does, which
// continues.
func (t *loginTokens) abandoned(cause error, notSent bool) error {
	for i := range operations {
		if operations[i].ID == OpLoginUser {
			return newError(&transport.Failure{Operation: &operations[i], Err: cause, NotSent: notSent}, t.auth.secrets.Hide)
		}
	}
	return cause
}

// start returns the login in flight, or begins one. It continues when the context of the caller
// ends, because others may wait for it, and the next call needs its token.
func (t *loginTokens) start(ctx context.Context) *login {
	if t.login == nil {
		t.login = &login{done: make(chan struct{}), err: errLoginExited}
		go t.run(context.WithoutCancel(ctx), t.login)
	}
	return t.login
}

var errLoginExited = errors.New("login goroutine exited without a result")

func (t *loginTokens) run(ctx context.Context, l *login) {
	ctx, cancel := context.WithTimeout(ctx, maxLoginTime)
	defer cancel()
	// Deferred so that callers are released even if the transport calls runtime.Goexit, as
	// t.FailNow in a test double does.
	defer t.finish(l)
	// The caller's middleware may panic. The caller must be able to recover.
	defer func() {
		if l.panicked = recover(); l.panicked != nil {
			l.err = fmt.Errorf("panic during login: %v", l.panicked)
		}
	}()
	l.session, l.lifetime, l.err = t.logIn(ctx)
}

func (t *loginTokens) finish(l *login) {
	defer close(l.done)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.login = nil
	now := time.Now()
	if l.err != nil {
		if refused(l.err) {
			t.refusal, t.refusedTo = l.err, now.Add(refusalPause)
		}
		if !t.renewal.IsZero() {
			t.renewal = now.Add(renewalPause)
		}
		return
	}
	t.token, t.refusal, t.expires, t.renewal = l.session.Token, nil, time.Time{}, time.Time{}
	if l.lifetime > 0 {
		t.expires = now.Add(l.lifetime)
		t.renewal = t.expires.Add(-min(l.lifetime/10, maxMargin))
	}
}

func (l *login) wait(ctx context.Context) (Session, error) {
	select {
	case <-l.done:
		if l.panicked != nil {
			panic(l.panicked)
		}
		return l.session, l.err
	case <-ctx.Done():
		return Session{}, ctx.Err()
	}
}

// logIn logs in with the current password. If that is refused and there is a new password, the
// server may have been set to it before, or have been reset to the initial one.
func (t *loginTokens) logIn(ctx context.Context) (Session, time.Duration, error) {
	t.mu.Lock()
	password, newPassword := t.password, t.newPassword
	t.mu.Unlock()
	set := "" // the password to set
	if password != newPassword {
		set = newPassword
	}
	session, lifetime, err := t.post(ctx, password, set)
	if newPassword == "" {
		return session, lifetime, err
	}
	if refused(err) {
		if password, set = newPassword, ""; t.currentPassword() == newPassword {
			password, set = t.initialPassword, newPassword
		}
		if again, life, failed := t.post(ctx, password, set); failed == nil {
			session, lifetime, err = again, life, nil
		}
	}
	if err == nil {
		t.passwordChanged(t.username, newPassword)
	}
	return session, lifetime, err
}

// refused reports whether err says that the server refused the credentials.
func refused(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode >= 400 && e.StatusCode < 500 &&
		e.StatusCode != http.StatusRequestTimeout && e.StatusCode != http.StatusTooManyRequests
}

// loginResponse keeps expires_after raw: an expiry that cannot be parsed must not fail the login.
type loginResponse struct {
	Users []struct {
		Token        string
		ExpiresAfter json.RawMessage `json:"expires_after"`
	}
}

func (t *loginTokens) post(ctx context.Context, password, newPassword string) (Session, time.Duration, error) {
	req, err := onpremiseapi.NewLoginUserRequestWithBody(t.auth.server, "", nil)
	if newPassword != "" {
		req, err = onpremiseapi.NewLoginUserRequest(t.auth.server, onpremiseapi.LoginRequest{NewPassword: newPassword})
	}
	if err != nil {
		return Session{}, 0, err
	}
	if newPassword == "" {
		req.Header.Del("Content-Type") // there is no content
	}
	req.SetBasicAuth(t.username, password)
	resp, err := t.auth.Do(req.WithContext(ctx))
	r, err := reply.JSON[loginResponse](resp, err)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok && newPassword == "" && refused(err) && e.wantsPassword() {
			e.Err = errNewPassword
		}
		return Session{}, 0, err
	}
	if len(r.Users) == 0 || !validToken(r.Users[0].Token) {
		return Session{}, 0, missingField(resp, "token")
	}
	session := Session{Token: r.Users[0].Token}
	t.auth.secrets.Use(session.Token)
	if session.ExpiresAfter.UnmarshalJSON(r.Users[0].ExpiresAfter) != nil || session.ExpiresAfter.IsZero() {
		return session, 0, nil
	}
	// Compute the lifetime against the server's Date header; the clocks may differ.
	now := time.Now()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = date
	}
	return session, max(session.ExpiresAfter.Sub(now), 0), nil
}

// loginError is the error of a call that has no token because the login failed. The outcome of the
// login is not that of the call.
type loginError struct {
	err     error
	retryIn time.Duration // until the next login, if this one was not made for the call
}

func (e *loginError) Error() string {
	text := e.err.Error()
	if failed, ok := e.err.(*Error); ok {
		bare := *failed
		bare.RequestID = "" // the call's error has it
		text = bare.text()
	}
	if e.retryIn > 0 {
		text += fmt.Sprintf(" (no login for another %s)", e.retryIn.Round(time.Second))
	}
	return text
}

// Is reports whether target is a reason why the login failed.
func (e *loginError) Is(target error) bool {
	return target != transport.ErrOutcomeUnknown && target != transport.ErrNotSent && errors.Is(e.err, target)
}

// As finds the error of the login.
func (e *loginError) As(target any) bool { return errors.As(e.err, target) }
