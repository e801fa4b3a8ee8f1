package onpremisetest

import (
	"net/http"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// user is an account of the installation.
type user struct {
	onpremiseapi.User
	password string
	fresh    bool // has to set a password before anything else
}

func (u *user) answer() onpremiseapi.UserResponse {
	return onpremiseapi.UserResponse{Meta: meta, Users: []onpremiseapi.User{u.User}}
}

// named is the account as answers name it that do not tell its role.
func (u *user) named() onpremiseapi.UserResponse {
	return onpremiseapi.UserResponse{Meta: meta, Users: []onpremiseapi.User{{Username: u.Username}}}
}

func (a *api) createUser(c *call, in onpremiseapi.CreateUserRequest) (any, error) {
	if err := filled("username", in.Username, "password", in.Password); err != nil {
		return nil, err
	}
	if a.users[in.Username] != nil {
		return nil, refuse(http.StatusConflict, codeExists, "User %s exists already", in.Username)
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
	return u.answer(), nil
}

// updateUser leaves the tokens of the account as they are.
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
		return nil, refuse(http.StatusForbidden, codeDenied, "The administrator cannot be removed")
	}
	delete(a.users, u.Username)
	for text, t := range a.tokens {
		if t.user == u {
			delete(a.tokens, text)
		}
	}
	return u.named(), nil
}

// user finds the user of the path.
func (a *api) user(c *call) (*user, error) {
	u := a.users[c.params["UserUsername"]]
	if u == nil {
		return nil, missing("User")
	}
	return u, nil
}
