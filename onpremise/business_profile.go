package onpremise

import (
	"context"
	"fmt"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const maxWebsites = 2

// BusinessProfileService is what customers see of the business.
type BusinessProfileService service

// Get returns the profile.
//
// It is retried.
//
// GET /settings/business/profile
func (s *BusinessProfileService) Get(ctx context.Context) (*BusinessProfile, error) {
	r, err := reply.JSON[onpremiseapi.BusinessProfileResponse](s.client.api.GetBusinessProfile(ctx))
	if err != nil {
		return nil, err
	}
	return &r.Settings.Business.Profile, nil
}

// Update sets the profile, every field of it: Address and Description in up to 256 characters,
// Email and Vertical in up to 128, up to two Websites of up to 256.
//
// It is retried.
//
// POST /settings/business/profile
func (s *BusinessProfileService) Update(ctx context.Context, profile BusinessProfile) error {
	for _, f := range []struct {
		field, value string
		most         int
	}{
		{"address", profile.Address, 256},
		{"description", profile.Description, 256},
		{"email", profile.Email, 128},
		{"vertical", profile.Vertical, 128},
	} {
		if err := checkLength(f.field, f.value, f.most); err != nil {
			return err
		}
	}
	if n := len(profile.Websites); n > maxWebsites {
		return invalid("websites", fmt.Sprintf("has %d items, at most %d are allowed", n, maxWebsites))
	}
	for i, website := range profile.Websites {
		if err := checkLength(fmt.Sprintf("websites[%d]", i), website, 256); err != nil {
			return err
		}
	}
	return reply.None(s.client.api.UpdateBusinessProfile(ctx, profile))
}
