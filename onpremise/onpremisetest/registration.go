package onpremisetest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// account is the number that the business writes from.
type account struct {
	CountryCode, PhoneNumber string
	Registered               bool
	PIN                      string // empty without two-step verification
	Shards                   int
}

// waID is the number as messages name it.
func (a account) waID() string { return a.CountryCode + a.PhoneNumber }

var (
	digits    = regexp.MustCompile(`^\d+$`)
	sixDigits = regexp.MustCompile(`^\d{6}$`)
)

// requestCode sends a code, unless the number is the account's and registered already.
func (a *api) requestCode(c *call, in onpremiseapi.RequestCodeRequest) (any, error) {
	if !digits.MatchString(in.CountryCode) {
		return nil, invalid("cc", "must be digits alone")
	}
	if !digits.MatchString(in.PhoneNumber) {
		return nil, invalid("phone_number", "must be digits alone")
	}
	if _, err := base64.StdEncoding.DecodeString(in.Certificate); err != nil || in.Certificate == "" {
		return nil, invalid("cert", "must be base64")
	}
	wanted := account{CountryCode: in.CountryCode, PhoneNumber: in.PhoneNumber}
	if wanted.waID() == a.account.waID() {
		if a.account.Registered {
			return reply{http.StatusCreated, nil}, nil
		}
		if err := a.checkPIN(in.PIN); err != nil {
			return nil, err
		}
	}
	a.pending = &in
	a.codes++
	a.code = fmt.Sprintf("%06d", a.codes*271828%1000000)
	return reply{http.StatusAccepted, onpremiseapi.RequestCodeResponse{
		Accounts: []onpremiseapi.RequestCodeAccount{{VerifiedName: "Example Business"}},
	}}, nil
}

func (a *api) register(c *call, in onpremiseapi.RegisterAccountRequest) (any, error) {
	if a.pending == nil {
		return nil, refuse(http.StatusBadRequest, codeRequest, "No code was requested")
	}
	if in.Code != a.code {
		return nil, invalid("code", "is wrong")
	}
	if number := a.pending.CountryCode + a.pending.PhoneNumber; number != a.account.waID() {
		a.account = account{Shards: 1} // what belonged to another number does not belong to this
	}
	a.account.CountryCode, a.account.PhoneNumber, a.account.Registered = a.pending.CountryCode, a.pending.PhoneNumber, true
	a.pending, a.code = nil, ""
	return done()
}

func (a *api) setShards(c *call, in onpremiseapi.SetShardsRequest) (any, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	switch {
	case in.CountryCode != a.account.CountryCode:
		return nil, invalid("cc", "is not that of the account")
	case in.PhoneNumber != a.account.PhoneNumber:
		return nil, invalid("phone_number", "is not that of the account")
	case !slices.Contains([]int{1, 2, 4, 8, 16, 32}, in.Shards):
		return nil, invalid("shards", "must be 1, 2, 4, 8, 16 or 32")
	}
	if err := a.checkPIN(in.PIN); err != nil {
		return nil, err
	}
	a.account.Shards = in.Shards
	return done()
}

// checkPIN refuses another PIN than the one that protects the account, if one does.
func (a *api) checkPIN(pin string) error {
	switch {
	case a.account.PIN == "":
		return nil
	case pin == "":
		return absent("pin")
	case pin != a.account.PIN:
		return refuse(http.StatusForbidden, codeDenied, "The PIN is wrong")
	}
	return nil
}

func (a *api) enableTwoStep(c *call, in onpremiseapi.EnableTwoStepRequest) (any, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	if !sixDigits.MatchString(in.PIN) {
		return nil, invalid("pin", "must have six digits")
	}
	a.account.PIN = in.PIN
	return done()
}

func (a *api) disableTwoStep(*call) (any, error) {
	if a.account.PIN == "" {
		return nil, missing("PIN")
	}
	a.account.PIN = ""
	return done()
}

// Code is the code that the last request for one has sent, until it is used up.
func (s *Server) Code() string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.code
}

// WaID is the WhatsApp id of the business.
func (s *Server) WaID() string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.account.waID()
}
