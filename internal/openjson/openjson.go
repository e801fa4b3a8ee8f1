// Package openjson reads and writes JSON objects of which only some fields are typed,
// without losing the others.
package openjson

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// Unmarshal decodes the object in b into the struct that v points to, and what the struct
// has no field for into rest. Numbers in rest are json.Number, so none loses digits.
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

// Marshal encodes the struct v and adds rest to the object. A field of the struct that is
// set wins over one of the same name in rest.
func Marshal(v any, rest map[string]any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil || len(rest) == 0 {
		return b, err
	}
	typed := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &typed); err != nil {
		return nil, err
	}
	all := make(map[string]any, len(typed)+len(rest))
	for name, value := range rest {
		all[name] = value
	}
	for name, value := range typed {
		all[name] = value
	}
	return json.Marshal(all)
}

// known reports whether encoding/json decodes name into a field of t, whose names it
// matches in any case.
func known(t reflect.Type, name string) bool {
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag != "-" && strings.EqualFold(tag, name) {
			return true
		}
	}
	return false
}
