package late

// The types of components and buttons, by the API's names.
const (
	componentHeader  = "header"
	componentBody    = "body"
	componentFooter  = "footer"
	componentButtons = "buttons"

	buttonQuickReply = "QUICK_REPLY"
	buttonURL        = "URL"
	buttonPhone      = "PHONE_NUMBER"
	buttonOTP        = "OTP"
)

// HeaderText returns a text header of at most 60 characters. If it contains the placeholder {{1}},
// example is its sample value for the reviewer.
func HeaderText(text string, example ...string) TemplateComponent {
	return TemplateComponent{
		Type: componentHeader, Format: "TEXT", Text: text, Example: TemplateExample{HeaderText: example},
	}
}

// HeaderMedia returns a header of the format IMAGE, VIDEO or DOCUMENT. The handle is that of a sample
// file from a resumable upload.
func HeaderMedia(format, handle string) TemplateComponent {
	return TemplateComponent{
		Type: componentHeader, Format: format, Example: TemplateExample{HeaderHandle: []string{handle}},
	}
}

// Body returns the text of the message, at most 1024 characters with the placeholders {{1}}, {{2}} and
// so on. The examples are their sample values for the reviewer.
func Body(text string, examples ...string) TemplateComponent {
	c := TemplateComponent{Type: componentBody, Text: text}
	if len(examples) > 0 {
		c.Example.BodyText = [][]string{examples}
	}
	return c
}

// Footer returns the text below the body, at most 60 characters without placeholders.
func Footer(text string) TemplateComponent {
	return TemplateComponent{Type: componentFooter, Text: text}
}

// Buttons returns the buttons below the message, at most 10 with labels of at most 25 characters.
func Buttons(buttons ...TemplateButton) TemplateComponent {
	return TemplateComponent{Type: componentButtons, Buttons: buttons}
}

// QuickReply returns a button that replies with its label.
func QuickReply(text string) TemplateButton {
	return TemplateButton{Type: buttonQuickReply, Text: text}
}

// URLButton returns a button that opens a URL. If the URL ends in the placeholder {{1}}, example is a
// complete sample URL for the reviewer.
func URLButton(text, url string, example ...string) TemplateButton {
	return TemplateButton{Type: buttonURL, Text: text, URL: url, Example: example}
}

// PhoneButton returns a button that calls a phone number in E.164 form.
func PhoneButton(text, phone string) TemplateButton {
	return TemplateButton{Type: buttonPhone, Text: text, PhoneNumber: phone}
}

// CopyCodeButton returns a button that copies a one-time code, for an authentication template.
func CopyCodeButton(text string) TemplateButton {
	return TemplateButton{Type: buttonOTP, OTPType: "COPY_CODE", Text: text}
}

// BodyValues is the body component of a template that is sent with [ConversationsService.Reply]. It
// contains the values of the placeholders {{1}}, {{2}} and so on.
func BodyValues(values ...string) TemplateComponent {
	parameters := make([]any, len(values))
	for i, value := range values {
		parameters[i] = map[string]any{"type": "text", "text": value}
	}
	return TemplateComponent{Type: componentBody, AdditionalProperties: map[string]any{"parameters": parameters}}
}
