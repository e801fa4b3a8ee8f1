package late

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// checkPathID reports an ID that is malformed, or that would turn the path of the operation into that
// of another one: the contact "bulk" is not a contact.
func checkPathID(operation, id string) error {
	param := pathParams()[operation]
	if err := checkID(param.field, id); err != nil {
		return err
	}
	for _, segment := range param.reserved {
		if strings.EqualFold(segment, id) {
			return invalid(param.field, fmt.Sprintf("%q is a reserved word of the API", id))
		}
	}
	return nil
}

// pathParam is the first parameter in the path of an operation.
type pathParam struct {
	field    string
	reserved []string // what paths of other operations have in its place
}

// pathParams returns the parameters by operation ID.
var pathParams = sync.OnceValue(func() map[string]pathParam {
	params := make(map[string]pathParam, len(operations))
	for _, op := range operations {
		before, after, _ := strings.Cut(op.Path, "{")
		var p pathParam
		p.field, _, _ = strings.Cut(after, "}")
		for _, other := range operations {
			if rest, ok := strings.CutPrefix(other.Path, before); ok {
				if segment, _, _ := strings.Cut(rest, "/"); !slices.Contains(p.reserved, segment) {
					p.reserved = append(p.reserved, segment)
				}
			}
		}
		params[op.ID] = p
	}
	return params
})

// checkID reports an ID that is malformed.
func checkID(field, id string) error {
	if id == "" {
		return invalid(field, "is required")
	}
	if id == "." || id == ".." || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return invalid(field, fmt.Sprintf("%q is not a valid ID", id))
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

// checkCount requires at least one item, and at most the given number unless it is 0.
func checkCount(field string, n, most int) error {
	if n == 0 {
		return invalid(field, "is required")
	}
	if most > 0 {
		return checkMost(field, n, most, "items")
	}
	return nil
}

func checkMost(field string, n, most int, unit string) error {
	if n > most {
		return invalid(field, fmt.Sprintf("has %d %s, at most %d are allowed", n, unit, most))
	}
	return nil
}

func checkLength(field, text string, most int) error {
	return checkMost(field, utf8.RuneCountInString(text), most, "characters")
}

func checkRequired(field, value string) error {
	if strings.TrimSpace(value) == "" {
		return invalid(field, "is required")
	}
	return nil
}

// consistsOf reports whether value has only characters of the set, and at least one. Package
// regexp would add a tenth to the size that the SDK adds to a program.
func consistsOf(value, set string) bool { return value != "" && strings.Trim(value, set) == "" }

const (
	digits           = "0123456789"
	lowercaseLetters = "abcdefghijklmnopqrstuvwxyz"
)

func checkPhone(field, phone string) error {
	number, ok := strings.CutPrefix(phone, "+")
	if !ok || len(number) < 7 || len(number) > 15 || number[0] == '0' || !consistsOf(number, digits) {
		return invalid(field, fmt.Sprintf("%q is not in E.164 form, such as +16315551234", phone))
	}
	return nil
}

func checkPage(limit, skip int) error {
	if limit < 0 {
		return invalid("limit", "must not be negative")
	}
	if skip < 0 {
		return invalid("skip", "must not be negative")
	}
	return nil
}

// optional returns a query parameter that is sent only if it is set.
func optional[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// count stores a count that a response has, and reports whether it has it.
func count(got *int, to *int) bool {
	if got == nil {
		return false
	}
	*to = *got
	return true
}
