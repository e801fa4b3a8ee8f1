package lateapi

import "encoding/json"

// StringMap is an object with string values. A value of another type, such as a number that
// another program stored in a custom field, is kept as its JSON.
type StringMap map[string]string

// UnmarshalJSON decodes an object with values of any type.
func (m *StringMap) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, (*map[string]string)(m)) == nil {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	*m = make(StringMap, len(members))
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		(*m)[name] = text
	}
	return nil
}
