package late

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// Purchase is what came of a purchase: [CheckoutRequired] or [NumberProvisioned], and nothing
// else.
type Purchase interface{ purchase() }

// CheckoutRequired is the first purchase of a profile: send the person who pays to CheckoutURL.
// The number is there once it is paid for.
type CheckoutRequired struct {
	Message     string
	CheckoutURL string
}

// NumberProvisioned is a later purchase: the number was added to the subscription and is there.
type NumberProvisioned struct {
	Message     string
	PhoneNumber PhoneNumber
}

func (CheckoutRequired) purchase()  {}
func (NumberProvisioned) purchase() {}

// UnexpectedPurchaseError is a success that is neither a checkout page nor a number, or both.
// Money may have moved: it matches [ErrOutcomeUnknown]. Log its Body, of which the text of the
// error quotes only the beginning.
type UnexpectedPurchaseError struct {
	StatusCode int
	Body       string // all of it
	RequestID  string
}

// Error quotes the beginning of the body.
func (e *UnexpectedPurchaseError) Error() string {
	return fmt.Sprintf("late: purchase phone number: %d the answer is neither a checkout page nor a number: %q (%v; request %s)",
		e.StatusCode, e.Body[:min(len(e.Body), maxQuoted)], ErrOutcomeUnknown, e.RequestID)
}

// Is reports that it is not known what was bought.
func (e *UnexpectedPurchaseError) Is(target error) bool { return target == ErrOutcomeUnknown }

// Purchase buys a number for a profile. Which number, one cannot choose. The first one has to
// be paid for on a checkout page, and appears in [PhoneNumbersService.List] once that is done;
// later ones are provisioned at once. [ErrForbidden] says that there is no paid plan;
// [ErrInvalidRequest], that the plan allows no more numbers or the profile is none.
//
//	switch p := purchase.(type) {
//	case late.CheckoutRequired: // send the person to p.CheckoutURL
//	case late.NumberProvisioned: // p.PhoneNumber is there
//	}
//
// It is never repeated on a doubt, because a repeat could buy a second number. After one
// ([ErrOutcomeUnknown]), compare the numbers of the profile with those before:
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
	purchase := readPurchase(body)
	if purchase == nil {
		return nil, &UnexpectedPurchaseError{
			StatusCode: resp.StatusCode, Body: string(redact.Sent(body, s.client.hide)), RequestID: transport.CallOf(resp).RequestID,
		}
	}
	return purchase, nil
}

// readPurchase goes by what is there: the contract's alternatives have no discriminator, and
// none of their properties is required.
func readPurchase(body []byte) Purchase {
	var answer struct {
		Message     string
		CheckoutURL string `json:"checkoutUrl"`
		PhoneNumber *PhoneNumber
	}
	if json.Unmarshal(body, &answer) != nil {
		return nil
	}
	switch {
	case answer.CheckoutURL != "" && answer.PhoneNumber == nil:
		return CheckoutRequired{Message: answer.Message, CheckoutURL: answer.CheckoutURL}
	case answer.PhoneNumber != nil && answer.CheckoutURL == "":
		return NumberProvisioned{Message: answer.Message, PhoneNumber: *answer.PhoneNumber}
	}
	return nil
}
