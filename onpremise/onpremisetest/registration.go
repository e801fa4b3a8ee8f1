package onpremisetest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// account is the phone number of the business.
type account struct {
	CountryCode, PhoneNumber string
	Registered               bool
	PIN                      string // empty without two-step verification
	Shards                   int
}

// waID returns the number as messages contain it.
func (a account) waID() string { return a.CountryCode + a.PhoneNumber }

var (
	digits    = regexp.MustCompile(`^\d+$`)
	sixDigits = regexp.MustCompile(`^\d{6}$`)
)

// requestCode sends a code, unless the number is already registered.
func (a *api) requestCode(c *call, in onpremiseapi.RequestCodeRequest) (any, error) {
	if !digits.MatchString(in.CountryCode) {
		return nil, invalid("cc", "must have only digits")
	}
	if !digits.MatchString(in.PhoneNumber) {
		return nil, invalid("phone_number", "must have only digits")
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
		a.account = account{Shards: 1} // data of another number does not carry over
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
		return nil, invalid("cc", "does not match the account")
	case in.PhoneNumber != a.account.PhoneNumber:
		return nil, invalid("phone_number", "does not match the account")
	case !slices.Contains([]int{1, 2, 4, 8, 16, 32}, in.Shards):
		return nil, invalid("shards", "must be 1, 2, 4, 8, 16 or 32")
	}
	if err := a.checkPIN(in.PIN); err != nil {
		return nil, err
	}
	a.account.Shards = in.Shards
	return done()
}

// checkPIN checks the PIN if the account is protected by one.
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

// Code returns the registration code that was last sent, until it is used.
func (s *Server) Code() string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.code
}

// WaID returns the WhatsApp ID of the business.
func (s *Server) WaID() string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return s.api.account.waID()
}
