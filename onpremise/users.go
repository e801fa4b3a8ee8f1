package onpremise

import (
	"context"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// UsersService manages the users of the installation and the token of the client.
type UsersService service

// Login logs in with the credentials of the client, even if its token is still valid, and returns
// the new session. Other methods log in by themselves; Login checks the credentials early. It
// returns a [*ValidationError] without [WithCredentials].
//
// Retried on any transient failure.
//
// POST /users/login
func (s *UsersService) Login(ctx context.Context) (*Session, error) {
	if s.client.auth.login == nil {
		return nil, errNoCredentials
	}
	return s.client.auth.login.renew(ctx)
}

// Logout invalidates the token of the client; the next call logs in again. Without a token
// nothing is sent. An expired token is not an error.
//
// Retried only if the request was not processed.
//
// POST /users/logout
func (s *UsersService) Logout(ctx context.Context) error {
	resp, err := s.client.auth.logout(ctx)
	if err != nil || resp == nil || resp.StatusCode == http.StatusUnauthorized {
		return err
	}
	return reply.None(resp, nil)
}

// Create creates a user. Username and Password are required. It returns [ErrConflict] if the user
// exists. The role is empty if the server does not include it.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call Get to see whether
// it happened.
//
// POST /users
func (s *UsersService) Create(ctx context.Context, req CreateUserRequest) (*User, error) {
	if err := checkID("username", req.Username); err != nil {
		return nil, err
	}
	if err := checkSecret("password", req.Password); err != nil {
		return nil, err
	}
	resp, err := s.client.api.CreateUser(ctx, req)
	u, err := user(resp, err, req.Username)
	return u, redactIn(err, req.Password)
}

// Get returns a user. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /users/{UserUsername}
func (s *UsersService) Get(ctx context.Context, username string) (*User, error) {
	if err := checkID("UserUsername", username); err != nil {
		return nil, err
	}
	resp, err := s.client.api.GetUser(ctx, username)
	return user(resp, err, "")
}

// Update sets the password of a user. If the client logs in as this user, it uses the new password
// from then on. The role of the result is empty if the server does not include it.
//
// Retried on any transient failure.
//
// PUT /users/{UserUsername}
func (s *UsersService) Update(ctx context.Context, username string, req UpdateUserRequest) (*User, error) {
	if err := checkID("UserUsername", username); err != nil {
		return nil, err
	}
	if err := checkSecret("password", req.Password); err != nil {
		return nil, err
	}
	resp, err := s.client.api.UpdateUser(ctx, username, req)
	u, err := user(resp, err, username)
	if s.client.auth.login != nil && err == nil {
		s.client.auth.login.passwordChanged(username, req.Password) // even if the response lacks the user
	}
	return u, redactIn(err, req.Password)
}

// Delete deletes a user.
//
// Retried on any transient failure.
//
// DELETE /users/{UserUsername}
func (s *UsersService) Delete(ctx context.Context, username string) error {
	if err := checkID("UserUsername", username); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteUser(ctx, username))
}

// user returns the user of a response. Some servers respond to a write without it, which is success:
// the result then has only the username.
func user(resp *http.Response, err error, written string) (*User, error) {
	r, err := reply.JSON[onpremiseapi.UserResponse](resp, err)
	if err != nil {
		return nil, err
	}
	switch {
	case len(r.Users) > 0:
		return &r.Users[0], nil
	case written != "":
		return &User{Username: written}, nil
	}
	return nil, missingField(resp, "user")
}
