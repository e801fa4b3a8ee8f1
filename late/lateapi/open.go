package lateapi

import "github.com/wabakit/wabakit-go/internal/openjson"

// The contract leaves these objects open. Members without a field of their own are kept in
// AdditionalProperties.

// UnmarshalJSON keeps members without a field in AdditionalProperties.
func (r *TemplateRef) UnmarshalJSON(data []byte) error {
	type plain TemplateRef
	return openjson.Unmarshal(data, (*plain)(r), &r.AdditionalProperties)
}

// MarshalJSON includes AdditionalProperties.
func (r TemplateRef) MarshalJSON() ([]byte, error) {
	type plain TemplateRef
	return openjson.Marshal(plain(r), r.AdditionalProperties)
}

// UnmarshalJSON keeps members without a field in AdditionalProperties.
func (c *TemplateComponent) UnmarshalJSON(data []byte) error {
	type plain TemplateComponent
	return openjson.Unmarshal(data, (*plain)(c), &c.AdditionalProperties)
}

// MarshalJSON includes AdditionalProperties.
func (c TemplateComponent) MarshalJSON() ([]byte, error) {
	type plain TemplateComponent
	return openjson.Marshal(plain(c), c.AdditionalProperties)
}

// UnmarshalJSON keeps members without a field in AdditionalProperties.
func (b *TemplateButton) UnmarshalJSON(data []byte) error {
	type plain TemplateButton
	return openjson.Unmarshal(data, (*plain)(b), &b.AdditionalProperties)
}

// MarshalJSON includes AdditionalProperties.
func (b TemplateButton) MarshalJSON() ([]byte, error) {
	type plain TemplateButton
	return openjson.Marshal(plain(b), b.AdditionalProperties)
}

// UnmarshalJSON keeps members without a field in AdditionalProperties.
func (e *TemplateExample) UnmarshalJSON(data []byte) error {
	type plain TemplateExample
	return openjson.Unmarshal(data, (*plain)(e), &e.AdditionalProperties)
}

// MarshalJSON includes AdditionalProperties.
func (e TemplateExample) MarshalJSON() ([]byte, error) {
	type plain TemplateExample
	return openjson.Marshal(plain(e), e.AdditionalProperties)
}

// UnmarshalJSON keeps members without a field in AdditionalProperties.
func (n *AvailableNumber) UnmarshalJSON(data []byte) error {
	type plain AvailableNumber
	return openjson.Unmarshal(data, (*plain)(n), &n.AdditionalProperties)
}

// MarshalJSON includes AdditionalProperties.
func (n AvailableNumber) MarshalJSON() ([]byte, error) {
	type plain AvailableNumber
	return openjson.Marshal(plain(n), n.AdditionalProperties)
}
