package latetest

import (
	"net/mail"
	"net/url"
	"unicode/utf8"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// profile is the business profile of an account.
type profile = lateapi.BusinessProfile

func (a *api) getProfile(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	return lateapi.BusinessProfileResponse{Success: true, BusinessProfile: acc.profile}, nil
}

func (a *api) updateProfile(c *call, in lateapi.UpdateBusinessProfileRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	if err := checkProfile(in); err != nil {
		return nil, err
	}
	p := &acc.profile
	for _, text := range []struct{ to, from *string }{
		{&p.About, in.About}, {&p.Address, in.Address}, {&p.Description, in.Description},
		{&p.Email, in.Email}, {&p.Vertical, in.Vertical},
	} {
		if text.from != nil {
			*text.to = *text.from
		}
	}
	if in.Websites != nil {
		p.Websites = in.Websites
	}
	if in.ProfilePictureHandle != "" {
		p.ProfilePictureURL = "https://pps.whatsapp.net/" + url.PathEscape(in.ProfilePictureHandle)
	}
	return lateapi.MessageResponse{Success: true, Message: "Business profile updated"}, nil
}

func checkProfile(in lateapi.UpdateBusinessProfileRequest) error {
	for _, text := range []struct {
		name  string
		value *string
		most  int
	}{{"about", in.About, 139}, {"description", in.Description, 512}} {
		if text.value != nil && utf8.RuneCountInString(*text.value) > text.most {
			return invalid(text.name, "%s must not be longer than %d characters", text.name, text.most)
		}
	}
	if in.Email != nil && *in.Email != "" {
		if at, err := mail.ParseAddress(*in.Email); err != nil || at.Address != *in.Email {
			return invalid("email", "%q is not an email address", *in.Email)
		}
	}
	if len(in.Websites) > 2 {
		return invalid("websites", "At most 2 websites are allowed")
	}
	for _, site := range in.Websites {
		if u, err := url.Parse(site); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return invalid("websites", "%q is not a URL", site)
		}
	}
	return nil
}
