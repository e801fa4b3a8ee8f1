package onpremisetest

import (
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

func (a *api) getBusiness(*call) (any, error) {
	response := onpremiseapi.BusinessProfileResponse{Meta: meta}
	response.Settings.Business.Profile = a.business
	response.Settings.Business.Profile.Websites = append([]string{}, a.business.Websites...)
	return response, nil
}

func (a *api) updateBusiness(c *call, in onpremiseapi.BusinessProfile) (any, error) {
	for _, text := range []struct {
		name, value string
		most        int
	}{
		{"address", in.Address, 256}, {"description", in.Description, 256},
		{"email", in.Email, 128}, {"vertical", in.Vertical, 128},
	} {
		if err := atMost(text.most, text.name, text.value); err != nil {
			return nil, err
		}
	}
	if _, err := mail.ParseAddress(in.Email); in.Email != "" && err != nil {
		return nil, invalid("email", "must be an email address")
	}
	if len(in.Websites) > 2 {
		return nil, invalid("websites", "must have at most 2 items")
	}
	for i, site := range in.Websites {
		param := fmt.Sprintf("websites[%d]", i)
		if err := atMost(256, param, site); err != nil {
			return nil, err
		}
		if !webAddress(site) {
			return nil, invalid(param, "must be a URL")
		}
	}
	a.business = in
	a.business.Websites = slices.Clone(in.Websites)
	return done()
}

func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func (a *api) getAbout(*call) (any, error) {
	// The generated type would omit an empty value and everything around it.
	about := map[string]any{"about": onpremiseapi.ProfileAbout{Text: a.about}}
	return map[string]any{"settings": map[string]any{"profile": about}}, nil
}

func (a *api) updateAbout(c *call, in onpremiseapi.ProfileAbout) (any, error) {
	if err := filled("text", in.Text); err != nil {
		return nil, err
	}
	if err := atMost(139, "text", in.Text); err != nil {
		return nil, err
	}
	a.about = in.Text
	return done()
}

func (a *api) getPhoto(c *call) (any, error) {
	if a.photo == nil {
		return nil, missing("Profile photo")
	}
	switch format := c.URL.Query().Get("format"); format {
	case "":
		return a.photo, nil
	case "link":
		var response onpremiseapi.ProfilePhotoResponse
		response.Settings.Profile.Photo.Link = "https://pps.whatsapp.net/v/" + a.account.waID() + ".jpg"
		return response, nil
	default:
		return nil, invalid("format", "must be link")
	}
}

func (a *api) updatePhoto(c *call) (any, error) {
	if len(c.body) == 0 {
		return nil, absent("File")
	}
	if contentType := http.DetectContentType(c.body); !strings.HasPrefix(contentType, "image/") {
		return nil, invalid("File", "must be an image, and is %s", contentType)
	}
	a.photo = newFile(c.Header.Get("Content-Type"), c.body)
	return done()
}

func (a *api) deletePhoto(*call) (any, error) {
	if a.photo == nil {
		return nil, missing("Profile photo")
	}
	a.photo = nil
	return done()
}
