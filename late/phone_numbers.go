package late

import (
	"context"
	"fmt"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const maxSearch = 100

// PhoneNumbersService buys, verifies and gives back WhatsApp numbers. They belong to a profile,
// not to an account.
type PhoneNumbersService service

// ListPhoneNumbersOptions chooses numbers. What is not set does not choose.
type ListPhoneNumbersOptions struct {
	Status    PhoneNumberStatus // without it, all but the released ones
	ProfileID string
}

// List returns the numbers that were bought.
//
// It is retried.
//
// GET /v1/whatsapp/phone-numbers
func (s *PhoneNumbersService) List(ctx context.Context, opts ListPhoneNumbersOptions) ([]PhoneNumber, error) {
	r, err := reply.JSON[lateapi.PhoneNumberList](s.client.api.GetWhatsAppPhoneNumbers(ctx,
		&lateapi.GetWhatsAppPhoneNumbersParams{Status: optional(opts.Status), ProfileID: optional(opts.ProfileID)}))
	if err != nil {
		return nil, err
	}
	return r.Numbers, nil
}

// SearchNumbersOptions says what a number should be like. What is not set does not matter.
type SearchNumbersOptions struct {
	Prefix   string // area code, such as 212
	Locality string // city
	Contains string // digits of the number
	Limit    int    // at most 100; the server's default is 20
}

// SearchAvailable returns US numbers that can be bought. It tells what there is: a purchase
// does not choose one of them. Without a paid plan it is [ErrForbidden].
//
// It is retried.
//
// GET /v1/whatsapp/phone-numbers/available
func (s *PhoneNumbersService) SearchAvailable(ctx context.Context, opts SearchNumbersOptions) ([]AvailableNumber, error) {
	if opts.Limit < 0 || opts.Limit > maxSearch {
		return nil, invalid("limit", fmt.Sprintf("must be from 1 to %d", maxSearch))
	}
	r, err := reply.JSON[lateapi.AvailableNumberList](s.client.api.SearchAvailableWhatsAppNumbers(ctx,
		&lateapi.SearchAvailableWhatsAppNumbersParams{
			Prefix: optional(opts.Prefix), Locality: optional(opts.Locality),
			Contains: optional(opts.Contains), Limit: optional(opts.Limit),
		}))
	if err != nil {
		return nil, err
	}
	return r.Numbers, nil
}

// Preverified returns the numbers of a profile that Meta has verified, so that Embedded Signup
// asks for no code.
//
// It is retried.
//
// GET /v1/whatsapp/phone-numbers/preverified
func (s *PhoneNumbersService) Preverified(ctx context.Context, profileID string) (*PreverifiedNumberList, error) {
	if err := checkRequired("profileId", profileID); err != nil {
		return nil, err
	}
	return reply.JSON[PreverifiedNumberList](s.client.api.GetPreverifiedWhatsAppNumbers(ctx,
		&lateapi.GetPreverifiedWhatsAppNumbersParams{ProfileID: profileID}))
}

// Get returns one number, or [ErrNotFound].
//
// It is retried.
//
// GET /v1/whatsapp/phone-numbers/{phoneNumberId}
func (s *PhoneNumbersService) Get(ctx context.Context, id string) (*PhoneNumber, error) {
	if err := checkID("phoneNumberId", id); err != nil {
		return nil, err
	}
	r, err := reply.JSON[lateapi.PhoneNumberResponse](s.client.api.GetWhatsAppPhoneNumber(ctx, id))
	if err != nil {
		return nil, err
	}
	return &r.PhoneNumber, nil
}

// Release gives a number back for good: its WhatsApp account is disconnected, and it is no
// longer paid for.
//
// It is never repeated on a doubt, because the repeat would be refused for what the first did;
// after one, Get tells.
//
// DELETE /v1/whatsapp/phone-numbers/{phoneNumberId}
func (s *PhoneNumbersService) Release(ctx context.Context, id string) (*PhoneNumber, error) {
	if err := checkID("phoneNumberId", id); err != nil {
		return nil, err
	}
	r, err := reply.JSON[lateapi.ReleaseResponse](s.client.api.ReleaseWhatsAppPhoneNumber(ctx, id))
	if err != nil {
		return nil, err
	}
	return &r.PhoneNumber, nil
}

// RequestCode has Meta send a verification code to a number, by [CodeSMS] or [CodeVoice]; by
// text message where method is empty.
//
// It is never repeated on a doubt, because a second code voids the first; after one, wait for
// the code before asking for another.
//
// POST /v1/whatsapp/phone-numbers/{phoneNumberId}/request-code
func (s *PhoneNumbersService) RequestCode(ctx context.Context, id string, method CodeMethod) (*RequestCodeResponse, error) {
	if err := checkID("phoneNumberId", id); err != nil {
		return nil, err
	}
	if method != "" && method != CodeSMS && method != CodeVoice {
		return nil, invalid("method", fmt.Sprintf("%q is neither SMS nor VOICE", method))
	}
	return reply.JSON[RequestCodeResponse](s.client.api.RequestWhatsAppVerificationCode(ctx, id,
		lateapi.RequestCodeRequest{Method: method}))
}

// Verify verifies a number with the code of six digits that came, for 90 days.
//
// It is never repeated on a doubt, because the repeat would be refused for a code that is used
// up; after one, Preverified tells.
//
// POST /v1/whatsapp/phone-numbers/{phoneNumberId}/verify
func (s *PhoneNumbersService) Verify(ctx context.Context, id, code string) (*VerifyResponse, error) {
	if err := checkID("phoneNumberId", id); err != nil {
		return nil, err
	}
	if len(code) != 6 || !consists(code, digits) {
		return nil, invalid("code", "must be six digits")
	}
	return reply.JSON[VerifyResponse](s.client.api.VerifyWhatsAppPhoneNumber(ctx, id, lateapi.VerifyRequest{Code: code}))
}

// Wait looks at a number until it is as until wants it, and returns it:
//
//	number, err := client.PhoneNumbers.Wait(ctx, id, func(n *late.PhoneNumber) bool {
//		return n.Status == late.PhoneNumberActive
//	})
//
// Where the context ends, or looks keep failing, the error is a [*WaitError] and the number the last
// one seen.
//
// It is retried.
//
// GET /v1/whatsapp/phone-numbers/{phoneNumberId}
func (s *PhoneNumbersService) Wait(ctx context.Context, id string, until func(*PhoneNumber) bool, opts ...WaitOption) (*PhoneNumber, error) {
	return wait(ctx, "phone number "+id, opts,
		func(ctx context.Context) (*PhoneNumber, error) { return s.Get(ctx, id) }, until,
		func(n *PhoneNumber) string { return string(n.Status) })
}
