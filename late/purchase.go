package late

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// Purchase is the result of a purchase: [CheckoutRequired] or [NumberProvisioned].
type Purchase interface{ purchase() }

// CheckoutRequired is the result of the first purchase of a profile. The number is provisioned
// once somebody has paid at CheckoutURL.
type CheckoutRequired struct {
	CheckoutURL string
}

// NumberProvisioned is the result of every later purchase. The number was added to the
// subscription.
type NumberProvisioned struct {
	PhoneNumber PhoneNumber
}

func (CheckoutRequired) purchase()  {}
func (NumberProvisioned) purchase() {}

// UnexpectedPurchaseError reports a 2xx response to a purchase that contains neither a checkout URL
// nor a number, or both. Since a number may have been paid for, it matches [ErrOutcomeUnknown].
// Log its Body; the text of the error quotes only the beginning.
type UnexpectedPurchaseError struct {
	StatusCode int
	Body       string // all of it
	RequestID  string
}

// Error quotes the beginning of the body.
func (e *UnexpectedPurchaseError) Error() string { return "late: " + e.text() }

func (e *UnexpectedPurchaseError) text() string {
	return fmt.Sprintf("purchase phone number: %d response has neither a checkout URL nor a number: %q (%v; request %s)",
		e.StatusCode, e.Body[:min(len(e.Body), maxQuoted)], ErrOutcomeUnknown, e.RequestID)
}

// Is reports whether target is [ErrOutcomeUnknown].
func (e *UnexpectedPurchaseError) Is(target error) bool { return target == ErrOutcomeUnknown }

// Purchase buys a number for a profile. The server chooses the number. The first number of a
// profile must be paid for on a checkout page and appears in [PhoneNumbersService.List]
// afterwards; later ones are provisioned at once:
//
//	switch p := purchase.(type) {
//	case late.CheckoutRequired: // send the payer to p.CheckoutURL
//	case late.NumberProvisioned: // p.PhoneNumber is ready
//	}
//
// It returns [ErrForbidden] without a paid plan, and [ErrInvalidRequest] if the plan's limit is
// reached or the profile does not exist.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], compare the numbers of
// the profile with those before:
//
//	numbers, err := client.PhoneNumbers.List(ctx, late.ListPhoneNumbersOptions{ProfileID: profileID})
//
// POST /v1/whatsapp/phone-numbers/purchase
func (s *PhoneNumbersService) Purchase(ctx context.Context, profileID string) (Purchase, error) {
	if err := checkRequired("profileId", profileID); err != nil {
		return nil, err
	}
	resp, err := s.client.api.PurchaseWhatsAppPhoneNumber(ctx, lateapi.PurchaseRequest{ProfileID: profileID})
	if err := reply.OK(resp, err); err != nil {
		return nil, err
	}
	body := transport.Bytes(resp)
	purchase, failed := readPurchase(body), reply.None(resp, nil)
	switch {
	case failed != nil && !errors.Is(failed, ErrOutcomeUnknown):
		return nil, failed
	case failed != nil || purchase == nil:
		return nil, &UnexpectedPurchaseError{
			StatusCode: resp.StatusCode, Body: string(redact.Sent(body, s.client.secrets.Hide)), RequestID: transport.CallOf(resp).RequestID,
		}
	}
	return purchase, nil
}

// readPurchase goes by the members that are present, since the contract's alternatives have
// neither a discriminator nor a required property.
func readPurchase(body []byte) Purchase {
	var r struct {
		CheckoutURL string `json:"checkoutUrl"`
		PhoneNumber *PhoneNumber
	}
	if json.Unmarshal(body, &r) != nil {
		return nil
	}
	provisioned := r.PhoneNumber != nil && (r.PhoneNumber.ID != "" || r.PhoneNumber.PhoneNumber != "")
	switch {
	case r.CheckoutURL != "" && r.PhoneNumber == nil:
		return CheckoutRequired{CheckoutURL: r.CheckoutURL}
	case provisioned && r.CheckoutURL == "":
		return NumberProvisioned{PhoneNumber: *r.PhoneNumber}
	}
	return nil
}
