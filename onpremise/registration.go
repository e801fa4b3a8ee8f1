package onpremise

import (
	"context"
	"errors"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// RegistrationService makes a phone number an account of WhatsApp.
type RegistrationService service

// CodeRequest is what came of a request for a code: [CodeSent] or [AlreadyRegistered], and
// nothing else.
type CodeRequest interface{ codeRequest() }

// CodeSent is a code that is on its way, for [RegistrationService.Register].
type CodeSent struct {
	VerifiedName string // of the business, as its certificate has it
}

// AlreadyRegistered is an account that exists and is registered: there is nothing left to do.
type AlreadyRegistered struct{}

func (CodeSent) codeRequest()          {}
func (AlreadyRegistered) codeRequest() {}

// RequestCode asks for the code that registers a phone number. CountryCode, PhoneNumber (both
// in digits alone), Method and Certificate are required, PIN where two-step verification
// protects the account.
//
//	switch r := request.(type) {
//	case onpremise.CodeSent: // pass the code that comes to Register
//	case onpremise.AlreadyRegistered: // done
//	}
//
// It is never repeated on a doubt, because a second code voids the first.
//
// POST /account
func (s *RegistrationService) RequestCode(ctx context.Context, req RequestCodeRequest) (CodeRequest, error) {
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
	r, err := codeRequest(s.client.api.RequestCode(ctx, req))
	return r, redactIn(err, req.PIN)
}

// codeRequest goes by the status, which alone tells the two apart.
func codeRequest(resp *http.Response, err error) (CodeRequest, error) {
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
	return nil, transport.CallOf(resp).Fail(resp, errors.New("the status is neither 201, registered already, nor 202, a code is sent"))
}

// Register completes the registration with the code that came by SMS or voice call.
//
// It is never repeated on a doubt, because the repeat would be refused for a code that is used
// up.
//
// POST /account/verify
func (s *RegistrationService) Register(ctx context.Context, code string) error {
	if err := checkSecret("code", code); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.RegisterAccount(ctx, onpremiseapi.RegisterAccountRequest{Code: code})), code)
}
