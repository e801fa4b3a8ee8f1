package onpremisetest

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// checkContent checks the content of a message: it must have exactly the member that its type
// names, and that member must be valid.
func (a *api) checkContent(in onpremiseapi.Message) error {
	known, there := false, false
	for _, member := range []struct {
		kind  onpremiseapi.MessageType
		there bool
	}{
		{onpremiseapi.MessageTypeText, in.Text != nil}, {onpremiseapi.MessageTypeImage, in.Image != nil},
		{onpremiseapi.MessageTypeAudio, in.Audio != nil}, {onpremiseapi.MessageTypeVideo, in.Video != nil},
		{onpremiseapi.MessageTypeDocument, in.Document != nil}, {onpremiseapi.MessageTypeLocation, in.Location != nil},
		{onpremiseapi.MessageTypeContacts, in.Contacts != nil}, {onpremiseapi.MessageTypeHSM, in.HSM != nil},
		{onpremiseapi.MessageTypeTemplate, in.Template != nil}, {onpremiseapi.MessageTypeInteractive, in.Interactive != nil},
		{onpremiseapi.MessageTypeSticker, in.Sticker != nil},
	} {
		if member.there && member.kind != in.Type {
			return unneeded(string(member.kind), "in a message of type "+string(in.Type))
		}
		if member.kind == in.Type {
			known, there = true, member.there
		}
	}
	switch {
	case !known:
		return invalid("type", "cannot be %s in an outgoing message", in.Type)
	case !there:
		return absent(string(in.Type))
	case in.PreviewURL != nil && in.Type != onpremiseapi.MessageTypeText:
		return unneeded("preview_url", "in a message of type "+string(in.Type))
	case in.TTL != nil && *in.TTL < 0:
		return invalid("ttl", "must not be negative")
	}
	switch in.Type {
	case onpremiseapi.MessageTypeText:
		return checkText(in)
	case onpremiseapi.MessageTypeLocation:
		return checkLocation(*in.Location)
	case onpremiseapi.MessageTypeContacts:
		return checkCards(in.Contacts)
	case onpremiseapi.MessageTypeHSM:
		return checkTemplate(*in.HSM)
	case onpremiseapi.MessageTypeTemplate:
		return filled("template.namespace", in.Template.Namespace, "template.name", in.Template.Name,
			"template.language.code", in.Template.Language.Code)
	case onpremiseapi.MessageTypeInteractive:
		return filled("interactive.body.text", in.Interactive.Body.Text)
	case onpremiseapi.MessageTypeSticker:
		return a.checkMedia("image", in.Sticker.ID, in.Sticker.Link, in.Sticker.Provider)
	case onpremiseapi.MessageTypeImage:
		return a.checkMedia("image", in.Image.ID, in.Image.Link, in.Image.Provider)
	case onpremiseapi.MessageTypeAudio:
		return a.checkMedia("audio", in.Audio.ID, in.Audio.Link, in.Audio.Provider)
	case onpremiseapi.MessageTypeVideo:
		return a.checkMedia("video", in.Video.ID, in.Video.Link, in.Video.Provider)
	}
	return a.checkMedia("document", in.Document.ID, in.Document.Link, in.Document.Provider)
}

const maxText = 4096

func checkText(in onpremiseapi.Message) error {
	body := in.Text.Body
	if err := filled("text.body", body); err != nil {
		return err
	}
	if n := len([]rune(body)); n > maxText {
		return refuse(http.StatusBadRequest, codeTooLong, "Message length exceeds %d characters", maxText)
	}
	if in.PreviewURL != nil && *in.PreviewURL && !strings.Contains(body, "http://") && !strings.Contains(body, "https://") {
		return invalid("preview_url", "requires a text with a URL that starts with http:// or https://")
	}
	return nil
}

// checkMedia checks that a file is given exactly once and exists.
func (a *api) checkMedia(kind, id, link string, provider *onpremiseapi.Provider) error {
	switch {
	case id == "" && link == "":
		return absent(kind + ".id")
	case id != "" && link != "":
		return unneeded(kind+".link", "together with id")
	case id != "" && provider != nil:
		return unneeded(kind+".provider", "together with id")
	case link != "" && !webAddress(link):
		return invalid(kind+".link", "must be a URL")
	case provider != nil && !slices.ContainsFunc(a.providers, named(provider.Name)):
		return invalid(kind+".provider.name", "is not a media provider of this installation")
	case link != "":
		return nil
	}
	stored := a.media[id]
	if stored == nil {
		return invalid(kind+".id", "is not a file of this installation")
	}
	if kind != "document" && !strings.HasPrefix(stored.contentType, kind+"/") {
		return invalid(kind+".id", "is a file of type %s", stored.contentType)
	}
	return nil
}

func checkLocation(in onpremiseapi.Location) error {
	for _, degrees := range []struct {
		param, text string
		most        float64
	}{{"location.latitude", in.Latitude, 90}, {"location.longitude", in.Longitude, 180}} {
		if v, err := strconv.ParseFloat(degrees.text, 64); err != nil || !(math.Abs(v) <= degrees.most) {
			return invalid(degrees.param, "must be a decimal number from -%[1]v to %[1]v", degrees.most)
		}
	}
	return nil
}

func checkCards(cards []onpremiseapi.ContactCard) error {
	if len(cards) == 0 {
		return invalid("contacts", "must not be empty")
	}
	for i, card := range cards {
		if card.Name.FormattedName == "" {
			return absent(fmt.Sprintf("contacts[%d].name.formatted_name", i))
		}
		if card.Birthday != "" && !date.MatchString(card.Birthday) {
			return invalid(fmt.Sprintf("contacts[%d].birthday", i), "must have the form YYYY-MM-DD")
		}
	}
	return nil
}

var (
	date         = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)
)

func checkTemplate(in onpremiseapi.HSM) error {
	err := filled("hsm.namespace", in.Namespace, "hsm.element_name", in.ElementName, "hsm.language.code", in.Language.Code)
	if err != nil {
		return err
	}
	for i, p := range in.LocalizableParams {
		param := fmt.Sprintf("hsm.localizable_params[%d]", i)
		if err := filled(param+".default", p.Default); err != nil {
			return err
		}
		switch {
		case p.Currency != nil && p.DateTime != nil:
			return unneeded(param+".date_time", "together with currency")
		case p.Currency != nil && !currencyCode.MatchString(p.Currency.CurrencyCode):
			return invalid(param+".currency.currency_code", "must have three letters")
		case p.DateTime != nil:
			if err := checkDateTime(param+".date_time", *p.DateTime); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkDateTime(param string, in onpremiseapi.DateTime) error {
	switch {
	case in.Component == nil && in.UnixEpoch == nil:
		return absent(param + ".component")
	case in.Component != nil && in.UnixEpoch != nil:
		return unneeded(param+".unix_epoch", "together with component")
	case in.UnixEpoch != nil:
		return nil
	}
	c := in.Component
	for _, part := range []struct {
		name        string
		value       *int
		least, most int
	}{
		{"month", orNil(c.Month), 1, 12}, {"day_of_month", orNil(c.DayOfMonth), 1, 31},
		{"hour", c.Hour, 0, 23}, {"minute", c.Minute, 0, 59},
	} {
		if part.value != nil && (*part.value < part.least || *part.value > part.most) {
			return invalid(param+".component."+part.name, "must be from %d to %d", part.least, part.most)
		}
	}
	return nil
}

func orNil(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
