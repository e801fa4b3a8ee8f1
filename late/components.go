package late

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
)

// HeaderText is a header of text, up to 60 characters. One that holds the placeholder {{1}} takes a sample value
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

// Body is the text of the message, up to 1024 characters. Its placeholders are {{1}}, {{2}} and so on; examples are
// sample values for them, for the reviewer.
func Body(text string, examples ...string) TemplateComponent {
	c := TemplateComponent{Type: componentBody, Text: text}
	if len(examples) > 0 {
		c.Example.BodyText = [][]string{examples}
	}
	return c
}

// Footer is the small print below the body, up to 60 characters without a placeholder.
func Footer(text string) TemplateComponent {
	return TemplateComponent{Type: componentFooter, Text: text}
}

// Buttons is the buttons below the message, ten at the most, each with a label of up to 25
// characters.
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
