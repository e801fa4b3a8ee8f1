package late

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	maxHeaderText = 60
	maxBodyText   = 1024
	maxFooterText = 60
	maxButtons    = 10
	maxButtonText = 25
)

// checkComponents reports components that no review would accept. Unknown kinds of components and
// buttons are valid, since WhatsApp adds some. The category is empty if it is not known.
func checkComponents(category TemplateCategory, components []TemplateComponent) error {
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
		if err := checkComponent(field, kind, category, c); err != nil {
			return err
		}
	}
	if !seen[componentBody] {
		return invalid("components", "must include a body component")
	}
	return nil
}

func checkComponent(field, kind string, category TemplateCategory, c TemplateComponent) error {
	switch kind {
	case componentHeader:
		if c.Format != "" && !strings.EqualFold(c.Format, "TEXT") {
			return nil
		}
		return checkText(field, c.Text, maxHeaderText, 1, [][]string{c.Example.HeaderText})
	case componentBody:
		// Meta writes the text of authentication templates.
		if c.Text == "" && (category == TemplateAuthentication || category == "") {
			return nil
		}
		return checkText(field, c.Text, maxBodyText, maxBodyText, c.Example.BodyText)
	case componentFooter:
		return checkText(field, c.Text, maxFooterText, 0, nil)
	case componentButtons:
		return checkButtons(field+".buttons", c.Buttons)
	}
	return nil
}

// checkText checks the length of a text, the number of its placeholders, and the rows of sample
// values for them.
func checkText(field, text string, most, variables int, examples [][]string) error {
	if err := checkRequired(field+".text", text); err != nil {
		return err
	}
	if err := checkLength(field+".text", text, most); err != nil {
		return err
	}
	n, err := countPlaceholders(field+".text", text)
	if err != nil {
		return err
	}
	if n > variables {
		return invalid(field+".text", fmt.Sprintf("has %d placeholders, at most %d are allowed", n, variables))
	}
	for _, row := range examples {
		if len(row) > 0 && len(row) != n {
			return invalid(field+".example", fmt.Sprintf("has %d values for %d placeholders", len(row), n))
		}
	}
	return nil
}

// placeholder is a {{name}} in a text.
type placeholder struct {
	name string
	end  int
}

func placeholdersOf(text string) []placeholder {
	var found []placeholder
	for i := 0; ; {
		open := strings.Index(text[i:], "{{")
		if open < 0 {
			return found
		}
		i += open + len("{{")
		length := strings.IndexAny(text[i:], "{}")
		switch {
		case length < 0:
			return found
		case strings.HasPrefix(text[i+length:], "}}"):
			end := i + length + len("}}")
			found = append(found, placeholder{strings.TrimSpace(text[i : i+length]), end})
			i = end
		default:
			i-- // the second brace may be the first of another pair
		}
	}
}

// countPlaceholders counts the distinct placeholders of a text. Numbered ones must be numbered from
// 1 without a gap.
func countPlaceholders(field, text string) (int, error) {
	seen, highest := map[string]bool{}, 0
	for _, p := range placeholdersOf(text) {
		if n, err := strconv.Atoi(p.name); err == nil {
			if n < 1 {
				return 0, invalid(field, "{{"+p.name+"}} is not numbered from 1")
			}
			highest = max(highest, n)
		}
		seen[p.name] = true
	}
	if highest > len(seen) {
		return 0, invalid(field, fmt.Sprintf("has {{%d}}, but only %d placeholders", highest, len(seen)))
	}
	return len(seen), nil
}

func checkButtons(field string, buttons []TemplateButton) error {
	if err := checkCount(field, len(buttons), maxButtons); err != nil {
		return err
	}
	for i, b := range buttons {
		if err := checkButton(fmt.Sprintf("%s[%d]", field, i), b); err != nil {
			return err
		}
	}
	return nil
}

func checkButton(field string, b TemplateButton) error {
	kind := strings.ToUpper(b.Type)
	if err := checkRequired(field+".type", kind); err != nil {
		return err
	}
	if err := checkLength(field+".text", b.Text, maxButtonText); err != nil {
		return err
	}
	switch kind {
	case buttonQuickReply, buttonURL, buttonPhone:
		if err := checkRequired(field+".text", b.Text); err != nil {
			return err
		}
	}
	switch kind {
	case buttonURL:
		return checkButtonURL(field, b)
	case buttonPhone:
		return checkPhone(field+".phone_number", b.PhoneNumber)
	case buttonOTP:
		return checkRequired(field+".otp_type", b.OTPType)
	}
	return nil
}

// checkButtonURL requires a URL with at most one placeholder, at its end.
func checkButtonURL(field string, b TemplateButton) error {
	if !strings.HasPrefix(b.URL, "https://") && !strings.HasPrefix(b.URL, "http://") {
		return invalid(field+".url", fmt.Sprintf("%q is not an http or https URL", b.URL))
	}
	switch found := placeholdersOf(b.URL); {
	case len(found) == 0 && len(b.Example) > 0:
		return invalid(field+".example", "has values, but the URL has no placeholder")
	case len(found) > 1, len(found) == 1 && found[0].end != len(b.URL):
		return invalid(field+".url", "can have one placeholder, at its end")
	}
	return nil
}
