package late

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	maxAbout       = 139
	maxDescription = 512
	maxWebsites    = 2
)

// BusinessProfileService is what customers see of the business.
type BusinessProfileService service

// Get returns the profile.
//
// It is retried.
//
// GET /v1/whatsapp/business-profile
func (s *BusinessProfileService) Get(ctx context.Context) (*BusinessProfile, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	r, err := reply.JSON[lateapi.BusinessProfileResponse](s.client.api.GetWhatsAppBusinessProfile(ctx,
		&lateapi.GetWhatsAppBusinessProfileParams{AccountID: account}))
	if err != nil {
		return nil, err
	}
	return &r.BusinessProfile, nil
}

// Update changes the fields of the profile that are not nil: About in up to 139 characters,
// Description in up to 512, up to two Websites.
//
// It is retried.
//
// POST /v1/whatsapp/business-profile
func (s *BusinessProfileService) Update(ctx context.Context, req UpdateBusinessProfileRequest) error {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return err
	}
	if err := checkLength("about", req.About, maxAbout); err != nil {
		return err
	}
	if err := checkLength("description", req.Description, maxDescription); err != nil {
		return err
	}
	if n := len(req.Websites); n > maxWebsites {
		return invalid("websites", fmt.Sprintf("has %d items, at most %d are allowed", n, maxWebsites))
	}
	return reply.None(s.client.api.UpdateWhatsAppBusinessProfile(ctx, req))
}

func checkLength(field string, value *string, most int) error {
	if value == nil {
		return nil
	}
	if n := utf8.RuneCountInString(*value); n > most {
		return invalid(field, fmt.Sprintf("has %d characters, at most %d are allowed", n, most))
	}
	return nil
}
