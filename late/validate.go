package late

import (
	"fmt"
	"strings"
)

// checkID refuses what cannot be one segment of a path: it would name another operation.
func checkID(field, id string) error {
	if id == "" {
		return invalid(field, "is required")
	}
	if id == "." || id == ".." || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return invalid(field, fmt.Sprintf("%q is no id", id))
	}
	return nil
}

func checkIDs(field string, ids []string, most int) error {
	if err := checkCount(field, len(ids), most); err != nil {
		return err
	}
	for i, id := range ids {
		if err := checkID(fmt.Sprintf("%s[%d]", field, i), id); err != nil {
			return err
		}
	}
	return nil
}

// checkCount wants at least one; most is the limit of the contract, or 0.
func checkCount(field string, n, most int) error {
	switch {
	case n == 0:
		return invalid(field, "is required")
	case most > 0 && n > most:
		return invalid(field, fmt.Sprintf("has %d items, at most %d are allowed", n, most))
	}
	return nil
}

func checkRequired(field, value string) error {
	if strings.TrimSpace(value) == "" {
		return invalid(field, "is required")
	}
	return nil
}

// consists reports whether value is made of characters of the set, and of at least one. Package
// regexp would do, and add a tenth to what a program grows by.
func consists(value, set string) bool { return value != "" && strings.Trim(value, set) == "" }

const digits = "0123456789"

func checkPhone(field, phone string) error {
	number, ok := strings.CutPrefix(phone, "+")
	if !ok || len(number) < 7 || len(number) > 15 || number[0] == '0' || !consists(number, digits) {
		return invalid(field, fmt.Sprintf("%q is not in E.164 form, such as +16315551234", phone))
	}
	return nil
}

func checkPage(limit, skip int) error {
	if limit < 0 {
		return invalid("limit", "cannot be negative")
	}
	if skip < 0 {
		return invalid("skip", "cannot be negative")
	}
	return nil
}

// optional is a query parameter that is sent only if it is set.
func optional[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
