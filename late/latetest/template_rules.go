package latetest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// placeholders returns the number of placeholders in a text. They must be numbered from 1 without
// gaps.
func placeholders(param, text string) (int, error) {
	seen := map[int]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 1 {
			return 0, invalid(param, "%s has the placeholder %s; placeholders must be numbered from 1", param, m[0])
		}
		seen[n] = true
	}
	for n := range len(seen) {
		if !seen[n+1] {
			return 0, invalid(param, "%s has %d placeholders, but not {{%d}}", param, len(seen), n+1)
		}
	}
	return len(seen), nil
}

// checkComponents checks the formal rules of a template review.
func checkComponents(category lateapi.TemplateCategory, parts []lateapi.TemplateComponent) error {
	if err := count("components", len(parts), 0); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, part := range parts {
		kind, param := strings.ToLower(part.Type), fmt.Sprintf("components[%d]", i)
		if seen[kind] {
			return invalid(param, "Only one %s is allowed", kind)
		}
		seen[kind] = true
		var err error
		switch kind {
		case "header":
			err = checkHeader(param, part)
		case "body":
			err = checkBody(param, category, part)
		case "footer":
			err = checkText(param, part.Text, 60, 0)
		case "buttons":
			err = checkButtons(param, part.Buttons)
		default:
			err = invalid(param+".type", "%q is not a component type; want header, body, footer or buttons", part.Type)
		}
		if err != nil {
			return err
		}
	}
	if !seen["body"] {
		return invalid("components", "A body is required")
	}
	return nil
}

// checkText checks the text of a component with limits on its characters and placeholders.
func checkText(param, text string, most, variables int) error {
	param += ".text"
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return invalid(param, "%s is required", param)
	case n > most:
		return invalid(param, "%s has %[3]d characters; at most %[2]d are allowed", param, most, n)
	}
	n, err := placeholders(param, text)
	if err != nil {
		return err
	}
	if n > variables {
		return invalid(param, "%s has %[3]d placeholders; at most %[2]d are allowed", param, variables, n)
	}
	return nil
}

func checkHeader(param string, part lateapi.TemplateComponent) error {
	switch strings.ToUpper(part.Format) {
	case "", "TEXT":
		return checkText(param, part.Text, 60, 1)
	case "IMAGE", "VIDEO", "DOCUMENT", "LOCATION":
		return nil
	}
	return invalid(param+".format", "%q is not a header format; want TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION", part.Format)
}

// checkBody allows an authentication template to omit the text, which Meta supplies.
func checkBody(param string, category lateapi.TemplateCategory, part lateapi.TemplateComponent) error {
	if category == lateapi.TemplateCategoryAuthentication && part.Text == "" {
		return nil
	}
	if err := checkText(param, part.Text, 1024, 1024); err != nil {
		return err
	}
	n, _ := placeholders(param, part.Text)
	for _, row := range part.Example.BodyText {
		if len(row) != n {
			return invalid(param+".example", "The example has %d values for %d placeholders", len(row), n)
		}
	}
	return nil
}

func checkButtons(param string, buttons []lateapi.TemplateButton) error {
	if err := count(param+".buttons", len(buttons), 10); err != nil {
		return err
	}
	for i, b := range buttons {
		param := fmt.Sprintf("%s.buttons[%d]", param, i)
		kind := strings.ToUpper(b.Type)
		switch {
		case !slices.Contains([]string{"QUICK_REPLY", "URL", "PHONE_NUMBER", "OTP", "COPY_CODE", "FLOW", "CATALOG", "MPM"}, kind):
			return invalid(param+".type", "%q is not a button type", b.Type)
		case b.Text == "" && kind != "OTP" && kind != "COPY_CODE":
			return invalid(param+".text", "%s.text is required", param)
		case utf8.RuneCountInString(b.Text) > 25:
			return invalid(param+".text", "%s.text must not be longer than 25 characters", param)
		case kind == "URL" && b.URL == "":
			return invalid(param+".url", "%s.url is required", param)
		case kind == "PHONE_NUMBER" && b.PhoneNumber == "":
			return invalid(param+".phone_number", "%s.phone_number is required", param)
		}
	}
	return nil
}

// variables returns how many values a recipient must supply: one per placeholder of the body that
// ref does not fill for everyone.
func variables(t *template, ref lateapi.TemplateRef) int {
	n := 0
	for _, part := range t.Components {
		if strings.EqualFold(part.Type, "body") {
			n, _ = placeholders("", part.Text)
		}
	}
	for _, part := range ref.Components {
		given, _ := part.AdditionalProperties["parameters"].([]any)
		if strings.EqualFold(part.Type, "body") && len(given) >= n {
			return 0
		}
	}
	return n
}
