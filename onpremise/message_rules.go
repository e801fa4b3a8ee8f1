package onpremise

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const (
	maxTextBody        = 4096
	maxCaption         = 1024
	maxInteractiveBody = 1024
	maxSmallText       = 60 // header and footer
	maxButtons         = 3
	maxButtonTitle     = 20
	maxButtonID        = 256
	maxRows            = 10
	maxRowID           = 200
	maxRowTitle        = 24
	maxRowDescription  = 72
)

// checkMessage requires the content of the message's type, and no other content.
func checkMessage(m *Message) error {
	if err := checkRequired("to", m.To); err != nil {
		return err
	}
	if m.TTL != nil && *m.TTL < 0 {
		return invalid("ttl", "must not be negative")
	}
	kind := m.Type
	if kind == "" {
		kind = TypeText // the server's default
	}
	var check func() error
	for _, content := range []struct {
		kind  MessageType
		set   bool
		check func() error
	}{
		{TypeText, m.Text != nil, func() error { return checkText("text.body", m.Text.Body, maxTextBody) }},
		{TypeImage, m.Image != nil, func() error { return checkImage("image", m.Image) }},
		{TypeAudio, m.Audio != nil, func() error { return checkMedia("audio", m.Audio.ID, m.Audio.Link, m.Audio.Provider, "") }},
		{TypeVideo, m.Video != nil, func() error { return checkVideo("video", m.Video) }},
		{TypeDocument, m.Document != nil, func() error { return checkDocument("document", m.Document) }},
		{TypeSticker, m.Sticker != nil, func() error {
			return checkMedia("sticker", m.Sticker.ID, m.Sticker.Link, m.Sticker.Provider, "")
		}},
		{TypeLocation, m.Location != nil, func() error {
			if err := checkDegrees("location.latitude", m.Location.Latitude, 90); err != nil {
				return err
			}
			return checkDegrees("location.longitude", m.Location.Longitude, 180)
		}},
		{TypeContacts, len(m.Contacts) > 0, func() error {
			for i, c := range m.Contacts {
				if err := checkRequired(fmt.Sprintf("contacts[%d].name.formatted_name", i), c.Name.FormattedName); err != nil {
					return err
				}
			}
			return nil
		}},
		{TypeTemplate, m.Template != nil, func() error { return checkTemplate(m.Template) }},
		{TypeInteractive, m.Interactive != nil, func() error { return checkInteractive(m.Interactive) }},
		{TypeHSM, m.HSM != nil, func() error { return checkHSM(m.HSM) }},
	} {
		switch {
		case !content.set:
		case content.kind != kind:
			return invalid(string(content.kind), fmt.Sprintf("is not allowed in a message of type %s", kind))
		default:
			check = content.check
		}
	}
	if check == nil {
		return invalid(string(kind), "is required for a message of this type")
	}
	return check()
}

func checkText(field, text string, most int) error {
	if err := checkRequired(field, text); err != nil {
		return err
	}
	return checkLength(field, text, most)
}

func checkImage(field string, m *Image) error {
	return checkMedia(field, m.ID, m.Link, m.Provider, m.Caption)
}

func checkVideo(field string, m *Video) error {
	return checkMedia(field, m.ID, m.Link, m.Provider, m.Caption)
}

func checkDocument(field string, m *Document) error {
	return checkMedia(field, m.ID, m.Link, m.Provider, m.Caption)
}

func checkMedia(field, id, link string, provider *Provider, caption string) error {
	switch {
	case id == "" && link == "":
		return invalid(field, "must have an ID or a link")
	case id != "" && link != "":
		return invalid(field, "must not have both an ID and a link")
	case id != "" && provider != nil:
		return invalid(field+".provider", "is only allowed with a link")
	case provider != nil && provider.Name == "":
		return invalid(field+".provider.name", "is required")
	}
	return checkLength(field+".caption", caption, maxCaption)
}

func checkDegrees(field, value string, most float64) error {
	degrees, err := strconv.ParseFloat(value, 64)
	if err != nil || !(degrees >= -most && degrees <= most) {
		return invalid(field, fmt.Sprintf("%q is not a number of degrees from %g to %g", value, -most, most))
	}
	return nil
}

func checkTemplate(t *Template) error {
	if err := checkRequired("template.namespace", t.Namespace); err != nil {
		return err
	}
	if err := checkRequired("template.name", t.Name); err != nil {
		return err
	}
	if err := checkRequired("template.language.code", t.Language.Code); err != nil {
		return err
	}
	if t.Language.Policy != LanguageDeterministic {
		return invalid("template.language.policy", "must be deterministic")
	}
	for i, c := range t.Components {
		field := fmt.Sprintf("template.components[%d]", i)
		switch c.Type {
		case onpremiseapi.TemplateComponentTypeHeader, onpremiseapi.TemplateComponentTypeBody:
		case onpremiseapi.TemplateComponentTypeButton:
			if !c.SubType.Valid() {
				return invalid(field+".sub_type", "must be quick_reply or url")
			}
			if n, err := strconv.Atoi(c.Index); err != nil || n < 0 || n >= maxButtons {
				return invalid(field+".index", fmt.Sprintf("%q is not a number from 0 to %d", c.Index, maxButtons-1))
			}
		default:
			return invalid(field+".type", "must be header, body or button")
		}
		for j, p := range c.Parameters {
			if err := checkParameter(fmt.Sprintf("%s.parameters[%d]", field, j), p); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkParameter(field string, p TemplateParameter) error {
	member := field + "." + string(p.Type)
	var missing bool
	switch p.Type {
	case onpremiseapi.TemplateParameterTypeText:
		return checkRequired(member, p.Text)
	case onpremiseapi.TemplateParameterTypePayload:
		return checkRequired(member, p.Payload)
	case onpremiseapi.TemplateParameterTypeCurrency:
		missing = p.Currency == nil
	case onpremiseapi.TemplateParameterTypeDateTime:
		missing = p.DateTime == nil
	case onpremiseapi.TemplateParameterTypeImage:
		if missing = p.Image == nil; !missing {
			return checkImage(member, p.Image)
		}
	case onpremiseapi.TemplateParameterTypeVideo:
		if missing = p.Video == nil; !missing {
			return checkVideo(member, p.Video)
		}
	case onpremiseapi.TemplateParameterTypeDocument:
		if missing = p.Document == nil; !missing {
			return checkDocument(member, p.Document)
		}
	default:
		return invalid(field+".type", fmt.Sprintf("%q is not a type of parameter", p.Type))
	}
	if missing {
		return invalid(member, "is required")
	}
	return nil
}

func checkInteractive(m *Interactive) error {
	if err := checkText("interactive.body.text", m.Body.Text, maxInteractiveBody); err != nil {
		return err
	}
	if m.Footer != nil {
		if err := checkText("interactive.footer.text", m.Footer.Text, maxSmallText); err != nil {
			return err
		}
	}
	if m.Header != nil {
		if err := checkHeader(m.Header, m.Type); err != nil {
			return err
		}
	}
	switch m.Type {
	case InteractiveButtons:
		return checkButtons(m.Action.Buttons)
	case InteractiveList:
		return checkList(m.Action)
	}
	return invalid("interactive.type", fmt.Sprintf("%q is neither button nor list", m.Type))
}

func checkHeader(h *InteractiveHeader, kind InteractiveType) error {
	const field = "interactive.header."
	switch {
	case h.Type == HeaderText:
		return checkText(field+"text", h.Text, maxSmallText)
	case kind == InteractiveList:
		return invalid(field+"type", "must be text in a list")
	case h.Type == HeaderImage && h.Image != nil:
		return checkImage(field+"image", h.Image)
	case h.Type == HeaderVideo && h.Video != nil:
		return checkVideo(field+"video", h.Video)
	case h.Type == HeaderDocument && h.Document != nil:
		return checkDocument(field+"document", h.Document)
	case h.Type.Valid():
		return invalid(field+string(h.Type), "is required")
	}
	return invalid(field+"type", "must be text, image, video or document")
}

func checkButtons(buttons []InteractiveButton) error {
	const field = "interactive.action.buttons"
	if n := len(buttons); n < 1 || n > maxButtons {
		return invalid(field, fmt.Sprintf("has %d items, must have 1 to %d", n, maxButtons))
	}
	seen := make(map[string]bool)
	for i, b := range buttons {
		at := fmt.Sprintf("%s[%d].reply.", field, i)
		if b.Type != onpremiseapi.InteractiveButtonTypeReply {
			return invalid(fmt.Sprintf("%s[%d].type", field, i), "must be reply")
		}
		if err := checkChoice(at, b.Reply.ID, maxButtonID, b.Reply.Title, maxButtonTitle, seen); err != nil {
			return err
		}
	}
	return nil
}

func checkList(action InteractiveAction) error {
	if err := checkText("interactive.action.button", action.Button, maxButtonTitle); err != nil {
		return err
	}
	const field = "interactive.action.sections"
	rows, seen := 0, make(map[string]bool)
	for i, section := range action.Sections {
		at := fmt.Sprintf("%s[%d]", field, i)
		if len(action.Sections) > 1 {
			if err := checkRequired(at+".title", section.Title); err != nil {
				return err
			}
		}
		if err := checkLength(at+".title", section.Title, maxRowTitle); err != nil {
			return err
		}
		if len(section.Rows) == 0 {
			return invalid(at+".rows", "is required")
		}
		for j, row := range section.Rows {
			at := fmt.Sprintf("%s.rows[%d].", at, j)
			if err := checkChoice(at, row.ID, maxRowID, row.Title, maxRowTitle, seen); err != nil {
				return err
			}
			if err := checkLength(at+"description", row.Description, maxRowDescription); err != nil {
				return err
			}
		}
		rows += len(section.Rows)
	}
	if rows < 1 || rows > maxRows {
		return invalid(field, fmt.Sprintf("has %d rows, must have 1 to %d", rows, maxRows))
	}
	return nil
}

// checkChoice checks a button or a row. A program could not tell two with the same ID apart.
func checkChoice(field, id string, maxID int, title string, maxTitle int, seen map[string]bool) error {
	if err := checkText(field+"id", id, maxID); err != nil {
		return err
	}
	if seen[id] {
		return invalid(field+"id", fmt.Sprintf("%q is used more than once", id))
	}
	seen[id] = true
	return checkText(field+"title", title, maxTitle)
}

func checkHSM(t *HSM) error {
	if err := checkRequired("hsm.namespace", t.Namespace); err != nil {
		return err
	}
	if err := checkRequired("hsm.element_name", t.ElementName); err != nil {
		return err
	}
	if err := checkRequired("hsm.language.code", t.Language.Code); err != nil {
		return err
	}
	if p := t.Language.Policy; p != LanguageFallback && p != LanguageDeterministic {
		return invalid("hsm.language.policy", fmt.Sprintf("%q is neither fallback nor deterministic", p))
	}
	for i, p := range t.LocalizableParams {
		field := fmt.Sprintf("hsm.localizable_params[%d]", i)
		if p.Currency != nil && p.DateTime != nil {
			return invalid(field, "must not have both a currency and a date_time")
		}
		if p.DateTime != nil && (p.DateTime.Component == nil) == (p.DateTime.UnixEpoch == nil) {
			return invalid(field+".date_time", "must have either a component or a unix_epoch")
		}
	}
	return nil
}

func checkLength(field, value string, most int) error {
	if n := utf8.RuneCountInString(value); n > most {
		return invalid(field, fmt.Sprintf("has %d characters, at most %d are allowed", n, most))
	}
	return nil
}
