package lateapi

import "encoding/json"

// texts reads an object of which each member is to be text. One that is none, such as a
// number that somebody else has put in a custom field, is its JSON: the answer that holds it
// would be lost otherwise.
type texts map[string]string

func (t *texts) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil || members == nil {
		return err
	}
	*t = make(texts, len(members))
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		(*t)[name] = text
	}
	return nil
}

// UnmarshalJSON reads custom fields of any type as text.
func (c *Contact) UnmarshalJSON(b []byte) error {
	type plain Contact
	if json.Unmarshal(b, (*plain)(c)) == nil {
		return nil // as nearly always, and without the price of reading each field by itself
	}
	in := struct {
		*plain
		CustomFields texts `json:"customFields"`
	}{plain: (*plain)(c)}
	err := json.Unmarshal(b, &in)
	c.CustomFields = in.CustomFields
	return err
}

// UnmarshalJSON reads variables of any type as text.
func (r *RecipientDelivery) UnmarshalJSON(b []byte) error {
	type plain RecipientDelivery
	if json.Unmarshal(b, (*plain)(r)) == nil {
		return nil
	}
	in := struct {
		*plain
		Variables texts `json:"variables"`
	}{plain: (*plain)(r)}
	err := json.Unmarshal(b, &in)
	r.Variables = in.Variables
	return err
}
