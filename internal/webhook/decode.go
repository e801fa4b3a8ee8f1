package webhook

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// Decode decodes data into what v points to, as far as possible: a member of another type than
// expected is left zero. An event that could not be decoded would be delivered again and again. A
// field Raw of v is set to data.
func Decode(data []byte, v any) {
	value := reflect.ValueOf(v).Elem()
	decode(data, value)
	if index := rawIndex(value.Type()); index != nil {
		value.FieldByIndex(index).SetBytes(data)
	}
}

var rawIndexes sync.Map // of rawIndex

// rawIndex returns the index of the field Raw, or nil.
func rawIndex(t reflect.Type) []int {
	if index, ok := rawIndexes.Load(t); ok {
		return index.([]int)
	}
	var index []int
	if t.Kind() == reflect.Struct {
		field, _ := t.FieldByName("Raw")
		index = field.Index
	}
	rawIndexes.Store(t, index)
	return index
}

func decode(data []byte, v reflect.Value) {
	v.SetZero()
	if json.Unmarshal(data, v.Addr().Interface()) == nil {
		return
	}
	v.SetZero()
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		decode(data, v.Elem())
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(data, &items) != nil {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
		for i, item := range items {
			decode(item, v.Index(i))
		}
	case reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(data, &members) == nil {
			decodeMembers(data, members, v)
		}
	}
}

func decodeMembers(data []byte, members map[string]json.RawMessage, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case !field.IsExported() || name == "-":
		case field.Anonymous && name == "":
			decode(data, v.Field(i))
		case members[name] != nil:
			decode(members[name], v.Field(i))
		}
	}
}
