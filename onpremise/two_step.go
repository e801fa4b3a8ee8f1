package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// TwoStepService manages the PIN that protects the registration.
type TwoStepService service

// Enable sets or changes the PIN, which has six digits.
//
// Retried on any transient failure.
//
// POST /settings/account/two-step
func (s *TwoStepService) Enable(ctx context.Context, pin string) error {
	if err := checkPIN(pin); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.EnableTwoStep(ctx, onpremiseapi.EnableTwoStepRequest{PIN: pin})), pin)
}

// Disable removes the PIN.
//
// Retried on any transient failure.
//
// DELETE /settings/account/two-step
func (s *TwoStepService) Disable(ctx context.Context) error {
	return reply.None(s.client.api.DisableTwoStep(ctx))
}
