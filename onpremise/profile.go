package onpremise

import (
	"bytes"
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const maxAbout = 139

// ProfileService is the text and the picture of the account.
type ProfileService service

// About returns the short text under the name of the account.
//
// It is retried.
//
// GET /settings/profile/about
func (s *ProfileService) About(ctx context.Context) (string, error) {
	r, err := reply.JSON[onpremiseapi.ProfileAboutResponse](s.client.api.GetProfileAbout(ctx))
	if err != nil {
		return "", err
	}
	return r.Settings.Profile.About.Text, nil
}

// UpdateAbout sets the short text, in up to 139 characters.
//
// It is retried.
//
// PATCH /settings/profile/about
func (s *ProfileService) UpdateAbout(ctx context.Context, text string) error {
	if err := checkLength("text", text, maxAbout); err != nil {
		return err
	}
	return reply.None(s.client.api.UpdateProfileAbout(ctx, onpremiseapi.ProfileAbout{Text: text}))
}

// Photo returns the picture of the account, or [ErrNotFound].
//
// It is retried.
//
// GET /settings/profile/photo
func (s *ProfileService) Photo(ctx context.Context) (*Picture, error) {
	return picture(s.client.api.GetProfilePhoto(ctx, nil))
}

// PhotoLink returns an address that the picture of the account can be fetched from, or
// [ErrNotFound].
//
// It is retried.
//
// GET /settings/profile/photo
func (s *ProfileService) PhotoLink(ctx context.Context) (string, error) {
	resp, err := s.client.api.GetProfilePhoto(ctx, &onpremiseapi.GetProfilePhotoParams{Format: new("link")})
	r, err := reply.JSON[onpremiseapi.ProfilePhotoResponse](resp, err)
	if err != nil {
		return "", err
	}
	if r.Settings.Profile.Photo.Link == "" {
		return "", lacking(resp, "link")
	}
	return r.Settings.Profile.Photo.Link, nil
}

// UpdatePhoto sets the picture of the account.
//
// It is retried.
//
// POST /settings/profile/photo
func (s *ProfileService) UpdatePhoto(ctx context.Context, photo Picture) error {
	contentType, _, err := photo.contentType()
	if err != nil {
		return err
	}
	return reply.None(s.client.api.UpdateProfilePhotoWithBody(ctx, contentType, bytes.NewReader(photo.Data)))
}

// DeletePhoto removes the picture of the account.
//
// It is retried; a repeat that finds nothing is success.
//
// DELETE /settings/profile/photo
func (s *ProfileService) DeletePhoto(ctx context.Context) error {
	return reply.None(s.client.api.DeleteProfilePhoto(ctx))
}
