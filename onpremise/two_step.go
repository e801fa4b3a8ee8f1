package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// TwoStepService is the PIN that protects the registration.
type TwoStepService service

// Enable protects the registration with a PIN of six digits, or changes it.
//
// It is retried.
//
// POST /settings/account/two-step
func (s *TwoStepService) Enable(ctx context.Context, pin string) error {
	if err := checkPIN(pin); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.EnableTwoStep(ctx, onpremiseapi.EnableTwoStepRequest{PIN: pin})), pin)
}

// Disable takes the PIN off the registration.
//
// It is retried; a repeat that finds nothing is success.
//
// DELETE /settings/account/two-step
func (s *TwoStepService) Disable(ctx context.Context) error {
	return reply.None(s.client.api.DisableTwoStep(ctx))
}
