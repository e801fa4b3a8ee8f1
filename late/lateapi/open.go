package lateapi

import "github.com/wabakit/wabakit-go/internal/openjson"

// UnmarshalJSON keeps fields that the struct does not have in AdditionalProperties.
func (c *TemplateComponent) UnmarshalJSON(b []byte) error {
	type plain TemplateComponent
	return openjson.Unmarshal(b, (*plain)(c), &c.AdditionalProperties)
}

// MarshalJSON writes AdditionalProperties beside the fields of the struct.
func (c TemplateComponent) MarshalJSON() ([]byte, error) {
	type plain TemplateComponent
	return openjson.Marshal(plain(c), c.AdditionalProperties)
}

// UnmarshalJSON keeps fields that the struct does not have in AdditionalProperties.
func (b *TemplateButton) UnmarshalJSON(data []byte) error {
	type plain TemplateButton
	return openjson.Unmarshal(data, (*plain)(b), &b.AdditionalProperties)
}

// MarshalJSON writes AdditionalProperties beside the fields of the struct.
func (b TemplateButton) MarshalJSON() ([]byte, error) {
	type plain TemplateButton
	return openjson.Marshal(plain(b), b.AdditionalProperties)
}

// UnmarshalJSON keeps fields that the struct does not have in AdditionalProperties.
func (e *TemplateExample) UnmarshalJSON(b []byte) error {
	type plain TemplateExample
	return openjson.Unmarshal(b, (*plain)(e), &e.AdditionalProperties)
}

// MarshalJSON writes AdditionalProperties beside the fields of the struct.
func (e TemplateExample) MarshalJSON() ([]byte, error) {
	type plain TemplateExample
	return openjson.Marshal(plain(e), e.AdditionalProperties)
}

// UnmarshalJSON keeps fields that the struct does not have in AdditionalProperties.
func (n *AvailableNumber) UnmarshalJSON(b []byte) error {
	type plain AvailableNumber
	return openjson.Unmarshal(b, (*plain)(n), &n.AdditionalProperties)
}

// MarshalJSON writes AdditionalProperties beside the fields of the struct.
func (n AvailableNumber) MarshalJSON() ([]byte, error) {
	type plain AvailableNumber
	return openjson.Marshal(plain(n), n.AdditionalProperties)
}
