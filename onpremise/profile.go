package onpremise

import (
	"bytes"
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const maxAbout = 139

// ProfileService manages the about text and the photo of the account.
type ProfileService service

// About returns the text below the name of the account.
//
// Retried on any transient failure.
//
// GET /settings/profile/about
func (s *ProfileService) About(ctx context.Context) (string, error) {
	resp, err := s.client.api.GetProfileAbout(ctx)
	about, err := readSettings[onpremiseapi.ProfileAbout](resp, err, []string{"settings", "profile", "about"}, []string{"text"})
	if err != nil {
		return "", err
	}
	return about.Text, nil
}

// SetAbout sets the text below the name of the account, which has at most 139 characters.
//
// Retried on any transient failure.
//
// PATCH /settings/profile/about
func (s *ProfileService) SetAbout(ctx context.Context, text string) error {
	if err := checkLength("text", text, maxAbout); err != nil {
		return err
	}
	return reply.None(s.client.api.UpdateProfileAbout(ctx, onpremiseapi.ProfileAbout{Text: text}))
}

// Photo returns the photo of the account. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /settings/profile/photo
func (s *ProfileService) Photo(ctx context.Context) (*Picture, error) {
	return picture(s.client.api.GetProfilePhoto(ctx, nil))
}

// PhotoLink returns a URL of the photo of the account. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /settings/profile/photo
func (s *ProfileService) PhotoLink(ctx context.Context) (string, error) {
	return photoLink(s.client.api.GetProfilePhoto(ctx, &onpremiseapi.GetProfilePhotoParams{Format: new("link")}))
}

var photoLink = reply.Part("link", func(r *onpremiseapi.ProfilePhotoResponse) (string, bool) {
	link := r.Settings.Profile.Photo.Link
	return link, link != ""
})

// SetPhoto sets the photo of the account.
//
// Retried on any transient failure.
//
// POST /settings/profile/photo
func (s *ProfileService) SetPhoto(ctx context.Context, photo Picture) error {
	contentType, _, err := photo.contentType()
	if err != nil {
		return err
	}
	return reply.None(s.client.api.UpdateProfilePhotoWithBody(ctx, contentType, bytes.NewReader(photo.Data)))
}

// DeletePhoto removes the photo of the account.
//
// Retried on any transient failure.
//
// DELETE /settings/profile/photo
func (s *ProfileService) DeletePhoto(ctx context.Context) error {
	return reply.None(s.client.api.DeleteProfilePhoto(ctx))
}
