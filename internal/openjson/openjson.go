// Package openjson decodes and encodes JSON objects of which only some members have a field,
// without losing the others.
package openjson

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"strings"
)

// Unmarshal decodes the object in b into the struct that v points to, and members without a field
// into rest. Numbers in rest are json.Number, which keeps all digits.
func Unmarshal(b []byte, v any, rest *map[string]any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var all map[string]any
	if err := dec.Decode(&all); err != nil {
		return err
	}
	for name := range all {
		if known(reflect.TypeOf(v).Elem(), name) {
			delete(all, name)
		}
	}
	if len(all) == 0 {
		all = nil
	}
	*rest = all
	return nil
}

// Marshal encodes the struct v and adds rest to the object. Fields of the struct take precedence
// over members of the same name in rest.
func Marshal(v any, rest map[string]any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil || len(rest) == 0 {
		return b, err
	}
	typed := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &typed); err != nil {
		return nil, err
	}
	all := maps.Clone(rest)
	for name, value := range typed {
		all[name] = value
	}
	return json.Marshal(all)
}

// known reports whether encoding/json decodes a member of this name into a field of t. It ignores
// case, as encoding/json does.
func known(t reflect.Type, name string) bool {
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag != "-" && strings.EqualFold(tag, name) {
			return true
		}
	}
	return false
}
