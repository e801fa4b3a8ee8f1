package onpremise

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const (
	// maxMargin is how long before its end a token is renewed at the most; where it lives for
	// a short time only, a tenth of that.
	maxMargin = 5 * time.Minute
	// maxLoginTime is the longest timeout of an attempt that patience takes into account.
	maxLoginTime = time.Hour
	// nextTry is when to renew a token again, if that failed before its end.
	nextTry = 10 * time.Second
)

// sessions are tokens that the client logs in for.
type sessions struct {
	auth     *authorization
	username string
	patience time.Duration // for a login with all of its attempts

	mu          sync.Mutex
	password    string
	newPassword string // to be set by the next login
	session     Session
	renewal     time.Time // when to get the next one; zero is after a 401
	end         time.Time // of this one
	login       *login    // under way
}

// login is one login, for all who wait for it.
type login struct {
	done     chan struct{} // closed when the rest is set
	session  Session
	lifetime time.Duration // of the token; 0 is not known
	err      error
}

func newSessions(a *authorization, o *options) *sessions {
	s := &sessions{auth: a, username: o.username, password: o.password}
	if o.newPassword != o.password {
		s.newPassword = o.newPassword
	}
	// Longer than the attempts can take one by one, so that the reason is theirs.
	s.patience = time.Second + min(cmp.Or(o.transport.Timeout, defaultTimeout), maxLoginTime)*time.Duration(min(o.transport.MaxRetries, 10)+1)
	a.secrets.AddPassword(o.username, o.password)
	a.secrets.AddPassword(o.username, o.newPassword)
	return s
}

func (s *sessions) token(ctx context.Context, rejected string) (string, error) {
	if rejected != "" {
		s.forget(rejected)
	}
	s.mu.Lock()
	held, now := s.session.Token, time.Now()
	if held != "" && (s.renewal.IsZero() || now.Before(s.renewal)) {
		s.mu.Unlock()
		return held, nil
	}
	holds := held != "" && now.Before(s.end)
	l, err := s.join(ctx)
	s.mu.Unlock()
	if err != nil {
		return "", err
	}
	session, err := l.wait(ctx)
	if err != nil && holds && ctx.Err() == nil {
		return held, nil
	}
	return session.Token, err
}

// forget drops a token that no longer holds, unless another has taken its place.
func (s *sessions) forget(refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session.Token == refused {
		s.session = Session{}
	}
}

func (s *sessions) take(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.session.Token
	s.session = Session{}
	return token, nil
}

// renewNow logs in although the token may hold. Here the login is the call, so its errors are
// those of a call.
func (s *sessions) renewNow(ctx context.Context) (Session, error) {
	s.mu.Lock()
	l, err := s.join(ctx)
	s.mu.Unlock()
	if err != nil {
		return Session{}, s.leave(err, true)
	}
	session, err := l.wait(ctx)
	if failed, ok := err.(*loginError); ok {
		return Session{}, failed.err
	}
	if err != nil {
		return Session{}, s.leave(err, false)
	}
	return session, nil
}

// leave is the error of a caller whose context ends before the login does, which goes on.
func (s *sessions) leave(reason error, unsent bool) error {
	op := slices.IndexFunc(operations, func(op transport.Operation) bool { return op.ID == loginUser })
	return newError(&transport.Failure{Operation: &operations[op], Err: reason, NotSent: unsent}, s.auth.secrets.Hide)
}

func (s *sessions) currentPassword() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.password
}

// changed takes in the new password of a user, if it is the one that logs in here.
func (s *sessions) changed(username, password string) {
	if username != s.username {
		return
	}
	s.auth.secrets.AddPassword(username, password)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password, s.newPassword = password, ""
}

// join returns the login under way, or begins one. It lives on when the caller's context ends:
// others may wait for it, and its token is good for the next call. A context that has ended
// begins none.
func (s *sessions) join(ctx context.Context) (*login, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.login == nil {
		s.login = &login{done: make(chan struct{}), err: errLoginBrokeOff}
		go s.run(context.WithoutCancel(ctx), s.login)
	}
	return s.login, nil
}

var errLoginBrokeOff = errors.New("the login broke off")

func (s *sessions) run(ctx context.Context, l *login) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	// Whoever waits hears of it even if something in the transport ends this goroutine.
	defer s.ended(l)
	l.session, l.lifetime, l.err = s.logIn(ctx)
}

func (s *sessions) ended(l *login) {
	defer close(l.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.login = nil
	now := time.Now()
	if l.err != nil {
		if next := now.Add(nextTry); next.Before(s.end) {
			s.renewal = next
		} else {
			s.renewal = s.end
		}
		return
	}
	s.session, s.renewal, s.end = l.session, time.Time{}, time.Time{}
	if l.lifetime > 0 {
		s.end = now.Add(l.lifetime)
		s.renewal = s.end.Add(-min(l.lifetime/10, maxMargin))
	}
}

func (l *login) wait(ctx context.Context) (Session, error) {
	select {
	case <-l.done:
		if l.err != nil {
			return Session{}, &loginError{l.err}
		}
		return l.session, nil
	case <-ctx.Done():
		return Session{}, ctx.Err()
	}
}

// logIn gets a session. Where a new password is to be set, that may have been done before: the
// old one is then refused, and the new one is not.
func (s *sessions) logIn(ctx context.Context) (Session, time.Duration, error) {
	s.mu.Lock()
	password, newPassword := s.password, s.newPassword
	s.mu.Unlock()
	session, lifetime, err := s.post(ctx, password, newPassword)
	if newPassword == "" {
		return session, lifetime, err
	}
	if e, ok := errors.AsType[*Error](err); ok && refusal(e.StatusCode) {
		if again, life, failed := s.post(ctx, newPassword, ""); failed == nil {
			session, lifetime, err = again, life, nil
		}
	}
	if err == nil {
		s.changed(s.username, newPassword)
	}
	return session, lifetime, err
}

// refusal: the server has looked at what was sent, and does not want it.
func refusal(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests
}

// loginAnswer reads the moment by itself: a form of it that nobody knows must keep nobody out.
type loginAnswer struct {
	Users []struct {
		Token        string
		ExpiresAfter json.RawMessage `json:"expires_after"`
	}
}

func (s *sessions) post(ctx context.Context, password, newPassword string) (Session, time.Duration, error) {
	req, err := onpremiseapi.NewLoginUserRequestWithBody(s.auth.server, "", nil)
	if newPassword != "" {
		req, err = onpremiseapi.NewLoginUserRequest(s.auth.server, onpremiseapi.LoginRequest{NewPassword: newPassword})
	}
	if err != nil {
		return Session{}, 0, err
	}
	if newPassword == "" {
		req.Header.Del("Content-Type") // there is no content
	}
	req.SetBasicAuth(s.username, password)
	resp, err := s.auth.Do(req.WithContext(ctx))
	answer, err := reply.JSON[loginAnswer](resp, err)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok && newPassword == "" && refusal(e.StatusCode) && e.wantsPassword() {
			e.Err = errNewPassword
		}
		return Session{}, 0, err
	}
	if len(answer.Users) == 0 || !usableToken(answer.Users[0].Token) {
		return Session{}, 0, lacking(resp, "token")
	}
	session := Session{Token: answer.Users[0].Token}
	s.auth.secrets.Use(session.Token)
	if session.ExpiresAfter.UnmarshalJSON(answer.Users[0].ExpiresAfter) != nil || session.ExpiresAfter.IsZero() {
		return session, 0, nil
	}
	// The server goes by its own clock, so what counts is the time between.
	now := time.Now()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = date
	}
	return session, max(session.ExpiresAfter.Sub(now), 0), nil
}

// loginError is why there is no token, for a call that was not sent for want of one. What
// became of the login is not what became of the call.
type loginError struct{ err error }

func (e *loginError) Error() string { return strings.TrimPrefix(e.err.Error(), "onpremise: ") }

// Is reports whether target stands for what is wrong with the login.
func (e *loginError) Is(target error) bool {
	return target != transport.ErrOutcomeUnknown && target != transport.ErrNotSent && errors.Is(e.err, target)
}

// As finds the error of the login.
func (e *loginError) As(target any) bool { return errors.As(e.err, target) }
