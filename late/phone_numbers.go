package late

import (
	"context"
	"fmt"
	"slices"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const maxSearch = 100

// PhoneNumbersService buys, verifies and releases WhatsApp numbers. Numbers belong to a profile,
// not to an account.
type PhoneNumbersService service

// ListPhoneNumbersOptions filters a list of numbers. Zero fields are ignored.
type ListPhoneNumbersOptions struct {
	Status    PhoneNumberStatus // the server's default is all but released
	ProfileID string
}

// List returns the purchased numbers.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/phone-numbers
func (s *PhoneNumbersService) List(ctx context.Context, opts ListPhoneNumbersOptions) ([]PhoneNumber, error) {
	params := &lateapi.GetWhatsAppPhoneNumbersParams{Status: optional(opts.Status), ProfileID: optional(opts.ProfileID)}
	if opts.Status == PhoneNumberPendingPayment {
		params.Status = nil // the server's filter does not know this status
	}
	numbers, err := phoneNumbers(s.client.api.GetWhatsAppPhoneNumbers(ctx, params))
	if opts.Status == PhoneNumberPendingPayment {
		numbers = slices.DeleteFunc(numbers, func(n PhoneNumber) bool { return n.Status != opts.Status })
	}
	return numbers, err
}

// SearchNumbersOptions filters the numbers that can be bought. Zero fields are ignored.
type SearchNumbersOptions struct {
	Prefix   string // area code, such as 212
	Locality string // city
	Contains string // digits of the number
	Limit    int    // at most 100; the server's default is 20
}

// SearchAvailable returns US numbers that can be bought. A purchase cannot choose one of them. It
// returns [ErrForbidden] without a paid plan.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/phone-numbers/available
func (s *PhoneNumbersService) SearchAvailable(ctx context.Context, opts SearchNumbersOptions) ([]AvailableNumber, error) {
	if opts.Limit < 0 || opts.Limit > maxSearch {
		return nil, invalid("limit", fmt.Sprintf("must be from 1 to %d", maxSearch))
	}
	return availableNumbers(s.client.api.SearchAvailableWhatsAppNumbers(ctx, &lateapi.SearchAvailableWhatsAppNumbersParams{
		Prefix: optional(opts.Prefix), Locality: optional(opts.Locality),
		Contains: optional(opts.Contains), Limit: optional(opts.Limit),
	}))
}

// Preverified returns the numbers of a profile that Meta has verified. Embedded Signup accepts
// their MetaPreverifiedID without another code.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/phone-numbers/preverified
func (s *PhoneNumbersService) Preverified(ctx context.Context, profileID string) ([]PreverifiedNumber, error) {
	if err := checkRequired("profileId", profileID); err != nil {
		return nil, err
	}
	return preverifiedNumbers(s.client.api.GetPreverifiedWhatsAppNumbers(ctx,
		&lateapi.GetPreverifiedWhatsAppNumbersParams{ProfileID: profileID}))
}

// Get returns a number. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/phone-numbers/{phoneNumberId}
func (s *PhoneNumbersService) Get(ctx context.Context, id string) (*PhoneNumber, error) {
	if err := checkPathID(OpGetWhatsAppPhoneNumber, id); err != nil {
		return nil, err
	}
	return phoneNumber(s.client.api.GetWhatsAppPhoneNumber(ctx, id))
}

// Release releases a number for good. Its WhatsApp account is disconnected, and it is no longer
// paid for.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call Get to see
// whether it happened.
//
// DELETE /v1/whatsapp/phone-numbers/{phoneNumberId}
func (s *PhoneNumbersService) Release(ctx context.Context, id string) (*PhoneNumber, error) {
	if err := checkPathID(OpReleaseWhatsAppPhoneNumber, id); err != nil {
		return nil, err
	}
	return phoneNumber(s.client.api.ReleaseWhatsAppPhoneNumber(ctx, id))
}

// RequestCode makes Meta send a verification code to a number, by [CodeSMS] or [CodeVoice]. An
// empty method means SMS.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], wait for the code
// before requesting another, which would invalidate it.
//
// POST /v1/whatsapp/phone-numbers/{phoneNumberId}/request-code
func (s *PhoneNumbersService) RequestCode(ctx context.Context, id string, method CodeMethod) (*RequestCodeResult, error) {
	if err := checkPathID(OpRequestWhatsAppVerificationCode, id); err != nil {
		return nil, err
	}
	if method != "" && method != CodeSMS && method != CodeVoice {
		return nil, invalid("method", fmt.Sprintf("%q is neither SMS nor VOICE", method))
	}
	return codeRequested(s.client.api.RequestWhatsAppVerificationCode(ctx, id, lateapi.RequestCodeRequest{Method: method}))
}

// Verify verifies a number with the 6-digit code it received. A verification is valid for 90 days.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call Preverified to
// see whether it happened.
//
// POST /v1/whatsapp/phone-numbers/{phoneNumberId}/verify
func (s *PhoneNumbersService) Verify(ctx context.Context, id, code string) (*VerifyResult, error) {
	if err := checkPathID(OpVerifyWhatsAppPhoneNumber, id); err != nil {
		return nil, err
	}
	if len(code) != 6 || !consistsOf(code, digits) {
		return nil, invalid("code", "must be six digits")
	}
	return verified(s.client.api.VerifyWhatsAppPhoneNumber(ctx, id, lateapi.VerifyRequest{Code: code}))
}

// Wait polls a number and returns it once until returns true for it:
//
//	number, err := client.PhoneNumbers.Wait(ctx, id, func(n *late.PhoneNumber) bool {
//		return n.Status == late.PhoneNumberActive
//	})
//
// If ctx is done or polling keeps failing, Wait returns a [*WaitError] along with the last state
// seen.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/phone-numbers/{phoneNumberId}
func (s *PhoneNumbersService) Wait(ctx context.Context, id string, until func(*PhoneNumber) bool, opts ...WaitOption) (*PhoneNumber, error) {
	if until == nil {
		return nil, invalid("until", "is required")
	}
	return wait(ctx, "phone number "+id, opts,
		func(ctx context.Context) (*PhoneNumber, error) { return s.Get(ctx, id) }, until,
		func(n *PhoneNumber) string { return string(n.Status) })
}

var (
	phoneNumbers = reply.Part("numbers", func(r *lateapi.PhoneNumberList) ([]PhoneNumber, bool) {
		return r.Numbers, r.Numbers != nil
	})
	phoneNumber = reply.Part("phone number", func(r *lateapi.PhoneNumberResponse) (*PhoneNumber, bool) {
		return &r.PhoneNumber, r.PhoneNumber.ID != ""
	})
	availableNumbers = reply.Part("numbers", func(r *lateapi.AvailableNumberList) ([]AvailableNumber, bool) {
		return r.Numbers, r.Numbers != nil
	})
	preverifiedNumbers = reply.Part("numbers", func(r *lateapi.PreverifiedNumberList) ([]PreverifiedNumber, bool) {
		return r.Numbers, r.Numbers != nil
	})
	codeRequested = reply.Part("method", func(r *RequestCodeResult) (*RequestCodeResult, bool) { return r, r.Method != "" })
	verified      = reply.Part("verification time", func(r *VerifyResult) (*VerifyResult, bool) {
		return r, !r.MetaVerifiedAt.IsZero()
	})
)
