package late

import (
	"fmt"
	"strings"
)

// The parts of a template, and the kinds of its buttons, by the API's names.
const (
	componentHeader  = "header"
	componentBody    = "body"
	componentFooter  = "footer"
	componentButtons = "buttons"

	buttonQuickReply = "QUICK_REPLY"
	buttonURL        = "URL"
	buttonPhone      = "PHONE_NUMBER"
	buttonOTP        = "OTP"

	maxButtons = 10
)

// HeaderText is a header of text. One that holds the placeholder {{1}} takes a sample value
// for the reviewer.
func HeaderText(text string, example ...string) TemplateComponent {
	return TemplateComponent{
		Type: componentHeader, Format: "TEXT", Text: text, Example: TemplateExample{HeaderText: example},
	}
}

// HeaderMedia is a header of another format: IMAGE, VIDEO or DOCUMENT. The handle is that of a
// sample file from a resumable upload.
func HeaderMedia(format, handle string) TemplateComponent {
	return TemplateComponent{
		Type: componentHeader, Format: format, Example: TemplateExample{HeaderHandle: []string{handle}},
	}
}

// Body is the text of the message. Its placeholders are {{1}}, {{2}} and so on; examples are
// sample values for them, for the reviewer.
func Body(text string, examples ...string) TemplateComponent {
	c := TemplateComponent{Type: componentBody, Text: text}
	if len(examples) > 0 {
		c.Example.BodyText = [][]string{examples}
	}
	return c
}

// Footer is the small print below the body.
func Footer(text string) TemplateComponent {
	return TemplateComponent{Type: componentFooter, Text: text}
}

// Buttons is the buttons below the message, ten at the most.
func Buttons(buttons ...TemplateButton) TemplateComponent {
	return TemplateComponent{Type: componentButtons, Buttons: buttons}
}

// QuickReply is a button that answers with its label.
func QuickReply(text string) TemplateButton {
	return TemplateButton{Type: buttonQuickReply, Text: text}
}

// URLButton is a button that opens an address. One that ends in the placeholder {{1}} takes a
// whole sample address for the reviewer.
func URLButton(text, url string, example ...string) TemplateButton {
	return TemplateButton{Type: buttonURL, Text: text, URL: url, Example: example}
}

// PhoneButton is a button that calls a phone number in E.164 form.
func PhoneButton(text, phone string) TemplateButton {
	return TemplateButton{Type: buttonPhone, Text: text, PhoneNumber: phone}
}

// CopyCodeButton is a button that copies a one-time code, for an authentication template.
func CopyCodeButton(text string) TemplateButton {
	return TemplateButton{Type: buttonOTP, OTPType: "COPY_CODE", Text: text}
}

// checkComponents refuses what no review would let pass.
func checkComponents(components []TemplateComponent) error {
	if err := checkCount("components", len(components), 0); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, c := range components {
		field := fmt.Sprintf("components[%d]", i)
		kind := strings.ToLower(c.Type)
		if err := checkRequired(field+".type", kind); err != nil {
			return err
		}
		if seen[kind] {
			return invalid(field, "is a second "+kind)
		}
		seen[kind] = true
		if kind == componentButtons {
			if err := checkButtons(field+".buttons", c.Buttons); err != nil {
				return err
			}
		}
	}
	if !seen[componentBody] {
		return invalid("components", "have no body")
	}
	return nil
}

func checkButtons(field string, buttons []TemplateButton) error {
	if err := checkCount(field, len(buttons), maxButtons); err != nil {
		return err
	}
	for i, b := range buttons {
		field := fmt.Sprintf("%s[%d]", field, i)
		if err := checkRequired(field+".type", b.Type); err != nil {
			return err
		}
		switch strings.ToUpper(b.Type) {
		case buttonQuickReply:
			if err := checkRequired(field+".text", b.Text); err != nil {
				return err
			}
		case buttonURL:
			if err := checkRequired(field+".url", b.URL); err != nil {
				return err
			}
		case buttonPhone:
			if err := checkPhone(field+".phone_number", b.PhoneNumber); err != nil {
				return err
			}
		}
	}
	return nil
}
