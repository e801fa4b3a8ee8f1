package late

import (
	"context"
	"fmt"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	maxAbout       = 139
	maxDescription = 512
	maxWebsites    = 2
)

// BusinessProfileService manages the profile that customers see of the business.
type BusinessProfileService service

// Get returns the profile.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/business-profile
func (s *BusinessProfileService) Get(ctx context.Context) (*BusinessProfile, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	return businessProfile(s.client.api.GetWhatsAppBusinessProfile(ctx,
		&lateapi.GetWhatsAppBusinessProfileParams{AccountID: account}))
}

// Update changes the fields of the profile that are not nil. About has at most 139 characters,
// Description at most 512. There are at most two Websites; an empty slice removes them. The API
// cannot remove an email address, so an empty one is a [*ValidationError].
//
// Retried on any transient failure.
//
// POST /v1/whatsapp/business-profile
func (s *BusinessProfileService) Update(ctx context.Context, req UpdateBusinessProfileRequest) error {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return err
	}
	if req.About != nil {
		if err := checkLength("about", *req.About, maxAbout); err != nil {
			return err
		}
	}
	if req.Description != nil {
		if err := checkLength("description", *req.Description, maxDescription); err != nil {
			return err
		}
	}
	if req.Email != nil {
		if err := checkRequired("email", *req.Email); err != nil {
			return err
		}
	}
	if err := checkMost("websites", len(req.Websites), maxWebsites, "items"); err != nil {
		return err
	}
	for i, website := range req.Websites {
		if err := checkRequired(fmt.Sprintf("websites[%d]", i), website); err != nil {
			return err
		}
	}
	return reply.None(s.client.api.UpdateWhatsAppBusinessProfile(ctx, req))
}

var businessProfile = reply.Part("business profile", func(r *struct{ BusinessProfile *BusinessProfile }) (*BusinessProfile, bool) {
	return r.BusinessProfile, r.BusinessProfile != nil
})
