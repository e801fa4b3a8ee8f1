package onpremise

import (
	"fmt"
	"mime"
	"strings"
)

// checkID rejects an ID that cannot be a segment of a path, where it would select another operation.
func checkID(field, id string) error {
	if id == "" {
		return invalid(field, "is required")
	}
	if id == "." || id == ".." || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return invalid(field, fmt.Sprintf("%q is not a valid ID", id))
	}
	return nil
}

// checkAll requires at least one value, and none of them blank.
func checkAll(field string, values []string) error {
	if len(values) == 0 {
		return invalid(field, "is required")
	}
	for i, value := range values {
		if err := checkRequired(fmt.Sprintf("%s[%d]", field, i), value); err != nil {
			return err
		}
	}
	return nil
}

func checkRequired(field, value string) error {
	if strings.TrimSpace(value) == "" {
		return invalid(field, "is required")
	}
	return nil
}

// checkSecret accepts spaces.
func checkSecret(field, value string) error {
	if value == "" {
		return invalid(field, "is required")
	}
	return nil
}

func isDigits(value string) bool { return value != "" && strings.Trim(value, "0123456789") == "" }

func checkDigits(field, value string) error {
	if !isDigits(value) {
		return invalid(field, fmt.Sprintf("%q has characters other than digits", value))
	}
	return nil
}

// mediaType returns a media type without its parameters. It reports whether value is one and is valid
// in a header.
func mediaType(value string) (kind string, ok bool) {
	kind, _, err := mime.ParseMediaType(value)
	control := strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f })
	return kind, err == nil && strings.Contains(kind, "/") && !control
}

// checkPIN does not quote the PIN, which is a secret.
func checkPIN(pin string) error {
	if len(pin) != 6 || !isDigits(pin) {
		return invalid("pin", "must be six digits")
	}
	return nil
}
