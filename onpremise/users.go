package onpremise

import (
	"context"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// UsersService is the users of the installation, and the token of this client.
type UsersService service

// Login logs in with the credentials of the client, although its token may still hold, and
// returns the new session. No call needs it to be called before; it tells early whether the
// credentials are right. Calls that wait for a login wait for the same one. Without
// [WithCredentials] it is a [*ValidationError].
//
// It is retried.
//
// POST /users/login
func (s *UsersService) Login(ctx context.Context) (*Session, error) {
	own, ok := s.client.auth.tokens.(*sessions)
	if !ok {
		return nil, errNoCredentials
	}
	session, err := own.renewNow(ctx)
	if err != nil {
		return nil, err
	}
	return &session, nil
}

// Logout ends the token of the client and forgets it; the next call logs in again. Where there
// is no token, nothing is sent; one that has ended already is no error.
//
// It is never repeated on a doubt, because the repeat would be refused for the token that the
// first ended.
//
// POST /users/logout
func (s *UsersService) Logout(ctx context.Context) error {
	resp, err := s.client.auth.logout(ctx)
	if err != nil || resp == nil || resp.StatusCode == http.StatusUnauthorized {
		return err
	}
	return reply.None(resp, nil)
}

// Create adds a user. Username and Password are required.
//
// It is never repeated on a doubt, because the repeat would be told of a conflict with the first.
//
// POST /users
func (s *UsersService) Create(ctx context.Context, req CreateUserRequest) (*User, error) {
	if err := checkID("username", req.Username); err != nil {
		return nil, err
	}
	if err := checkSecret("password", req.Password); err != nil {
		return nil, err
	}
	u, err := user(s.client.api.CreateUser(ctx, req))
	return u, redactIn(err, req.Password)
}

// Get returns one user with its role, or [ErrNotFound].
//
// It is retried.
//
// GET /users/{UserUsername}
func (s *UsersService) Get(ctx context.Context, username string) (*User, error) {
	if err := checkID("UserUsername", username); err != nil {
		return nil, err
	}
	return user(s.client.api.GetUser(ctx, username))
}

// Update sets the password of a user. If it is the one that this client logs in as, the client logs
// in with the new one from then on.
//
// It is retried.
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
	_, err = reply.JSON[onpremiseapi.UserResponse](resp, err)
	if own, ok := s.client.auth.tokens.(*sessions); ok && err == nil {
		own.changed(username, req.Password) // also where the answer does not name the user
	}
	u, err := user(resp, err)
	return u, redactIn(err, req.Password)
}

// Delete removes a user.
//
// It is retried; a repeat that finds nothing is success.
//
// DELETE /users/{UserUsername}
func (s *UsersService) Delete(ctx context.Context, username string) error {
	if err := checkID("UserUsername", username); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteUser(ctx, username))
}

func user(resp *http.Response, err error) (*User, error) {
	r, err := reply.JSON[onpremiseapi.UserResponse](resp, err)
	if err != nil {
		return nil, err
	}
	if len(r.Users) == 0 {
		return nil, lacking(resp, "user")
	}
	return &r.Users[0], nil
}
