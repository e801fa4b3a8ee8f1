package late

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// ProfilesService manages profiles. A profile groups the accounts of one business or brand.
type ProfilesService service

// ListProfilesOptions filters a list of profiles. Zero fields are ignored.
type ListProfilesOptions struct {
	IncludeOverLimit bool // includes profiles over the limit of the plan
}

// List returns the profiles.
//
// Retried on any transient failure.
//
// GET /v1/profiles
func (s *ProfilesService) List(ctx context.Context, opts ListProfilesOptions) ([]Profile, error) {
	return profiles(s.client.api.ListProfiles(ctx, &lateapi.ListProfilesParams{IncludeOverLimit: optional(opts.IncludeOverLimit)}))
}

// Create creates a profile. It returns [ErrForbidden] if the plan allows no more.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call List to see
// whether it happened.
//
// POST /v1/profiles
func (s *ProfilesService) Create(ctx context.Context, req CreateProfileRequest) (*Profile, error) {
	if err := checkRequired("name", req.Name); err != nil {
		return nil, err
	}
	return profile(s.client.api.CreateProfile(ctx, req))
}

// Get returns a profile. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /v1/profiles/{profileId}
func (s *ProfilesService) Get(ctx context.Context, id string) (*Profile, error) {
	if err := checkPathID(OpGetProfile, id); err != nil {
		return nil, err
	}
	return profile(s.client.api.GetProfile(ctx, id))
}

// Update changes the fields of a profile that are not nil.
//
// Retried on any transient failure.
//
// PUT /v1/profiles/{profileId}
func (s *ProfilesService) Update(ctx context.Context, id string, req UpdateProfileRequest) (*Profile, error) {
	if err := checkPathID(OpUpdateProfile, id); err != nil {
		return nil, err
	}
	return profile(s.client.api.UpdateProfile(ctx, id, req))
}

// Delete deletes a profile. It returns [ErrInvalidRequest] while the profile has accounts.
//
// Retried on any transient failure.
//
// DELETE /v1/profiles/{profileId}
func (s *ProfilesService) Delete(ctx context.Context, id string) error {
	if err := checkPathID(OpDeleteProfile, id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteProfile(ctx, id))
}

var (
	profiles = reply.Part("profiles", func(r *lateapi.ProfileList) ([]Profile, bool) { return r.Profiles, r.Profiles != nil })
	profile  = reply.Part("profile", func(r *lateapi.ProfileResponse) (*Profile, bool) { return &r.Profile, r.Profile.ID != "" })
)
