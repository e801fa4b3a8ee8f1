package onpremise

import (
	"context"
	"fmt"

	"github.com/wabakit/wabakit-go/internal/reply"
)

const maxWebsites = 2

// BusinessProfileService manages the profile that customers see.
type BusinessProfileService service

// Get returns the profile.
//
// Retried on any transient failure.
//
// GET /settings/business/profile
func (s *BusinessProfileService) Get(ctx context.Context) (*BusinessProfile, error) {
	resp, err := s.client.api.GetBusinessProfile(ctx)
	return readSettings[BusinessProfile](resp, err, []string{"settings", "business", "profile"},
		[]string{"address", "description", "email", "vertical", "websites"})
}

// Update replaces every field of the profile. Address and Description have at most 256
// characters, Email and Vertical at most 128. There are at most two Websites of at most 256
// characters.
//
// Retried on any transient failure.
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
