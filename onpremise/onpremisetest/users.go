package onpremisetest

import (
	"net/http"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// user is a user of the installation.
type user struct {
	onpremiseapi.User
	password string
	fresh    bool // must set a password first
}

func (u *user) response() onpremiseapi.UserResponse {
	return onpremiseapi.UserResponse{Meta: meta, Users: []onpremiseapi.User{u.User}}
}

// named returns the user without its role, as some responses show it.
func (u *user) named() onpremiseapi.UserResponse {
	return onpremiseapi.UserResponse{Meta: meta, Users: []onpremiseapi.User{{Username: u.Username}}}
}

func (a *api) createUser(c *call, in onpremiseapi.CreateUserRequest) (any, error) {
	if err := filled("username", in.Username, "password", in.Password); err != nil {
		return nil, err
	}
	if a.users[in.Username] != nil {
		return nil, refuse(http.StatusConflict, codeExists, "User %s already exists", in.Username)
	}
	u := &user{User: onpremiseapi.User{Username: in.Username, Role: onpremiseapi.UserRoleUser}, password: in.Password}
	a.users[in.Username] = u
	return reply{a.cfg.created, u.named()}, nil
}

func (a *api) getUser(c *call) (any, error) {
	u, err := a.user(c)
	if err != nil {
		return nil, err
	}
	return u.response(), nil
}

// updateUser keeps the tokens of the user valid.
func (a *api) updateUser(c *call, in onpremiseapi.UpdateUserRequest) (any, error) {
	u, err := a.user(c)
	if err != nil {
		return nil, err
	}
	if err := filled("password", in.Password); err != nil {
		return nil, err
	}
	u.password = in.Password
	return u.named(), nil
}

func (a *api) deleteUser(c *call) (any, error) {
	u, err := a.user(c)
	if err != nil {
		return nil, err
	}
	if u.Role == onpremiseapi.UserRoleAdmin {
		return nil, refuse(http.StatusForbidden, codeDenied, "The administrator cannot be deleted")
	}
	delete(a.users, u.Username)
	for text, t := range a.tokens {
		if t.user == u {
			delete(a.tokens, text)
		}
	}
	return u.named(), nil
}

// user returns the user in the path.
func (a *api) user(c *call) (*user, error) {
	u := a.users[c.PathValue("UserUsername")]
	if u == nil {
		return nil, missing("User")
	}
	return u, nil
}
