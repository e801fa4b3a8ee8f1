package onpremise

import (
	"context"
	"errors"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// RegistrationService registers a phone number with WhatsApp.
type RegistrationService service

// RequestCodeResult is the result of requesting a code: a [CodeSent] or an [AlreadyRegistered],
// and nothing else.
type RequestCodeResult interface{ requestCodeResult() }

// CodeSent reports that a code was sent. Pass it to [RegistrationService.Register].
type CodeSent struct {
	VerifiedName string // the name of the business in its certificate
}

// AlreadyRegistered reports that the phone number is registered already.
type AlreadyRegistered struct{}

func (CodeSent) requestCodeResult()          {}
func (AlreadyRegistered) requestCodeResult() {}

// RequestCode requests the code that registers a phone number. CountryCode and PhoneNumber, which
// have only digits, Method and Certificate are required. PIN is required if two-step verification
// protects the account.
//
//	switch r := result.(type) {
//	case onpremise.CodeSent: // pass the code to Register
//	case onpremise.AlreadyRegistered: // done
//	}
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], wait for the code
// before requesting another, which would invalidate it.
//
// POST /account
func (s *RegistrationService) RequestCode(ctx context.Context, req RequestCodeRequest) (RequestCodeResult, error) {
	if err := checkDigits("cc", req.CountryCode); err != nil {
		return nil, err
	}
	if err := checkDigits("phone_number", req.PhoneNumber); err != nil {
		return nil, err
	}
	if req.Method != CodeSMS && req.Method != CodeVoice {
		return nil, invalid("method", "must be sms or voice")
	}
	if err := checkRequired("cert", req.Certificate); err != nil {
		return nil, err
	}
	if req.PIN != "" {
		if err := checkPIN(req.PIN); err != nil {
			return nil, err
		}
	}
	r, err := codeResult(s.client.api.RequestCode(ctx, req))
	return r, redactIn(err, req.PIN)
}

// codeResult distinguishes the two results by the status.
func codeResult(resp *http.Response, err error) (RequestCodeResult, error) {
	if err := reply.OK(resp, err); err != nil {
		return nil, err
	}
	switch resp.StatusCode {
	case http.StatusCreated:
		return AlreadyRegistered{}, nil
	case http.StatusAccepted:
		r, err := reply.JSON[onpremiseapi.RequestCodeResponse](resp, nil)
		if err != nil && len(transport.Bytes(resp)) > 0 {
			return nil, err
		}
		var sent CodeSent
		if r != nil && len(r.Accounts) > 0 {
			sent.VerifiedName = r.Accounts[0].VerifiedName
		}
		return sent, nil
	}
	return nil, transport.CallOf(resp).Fail(resp, errors.New("unexpected status: want 201 (already registered) or 202 (code sent)"))
}

// Register completes the registration with the code from the SMS or the voice call.
//
// Retried only if the request was not processed.
//
// POST /account/verify
func (s *RegistrationService) Register(ctx context.Context, code string) error {
	if err := checkSecret("code", code); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.RegisterAccount(ctx, onpremiseapi.RegisterAccountRequest{Code: code})), code)
}
