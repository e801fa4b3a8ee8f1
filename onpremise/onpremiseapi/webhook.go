package onpremiseapi

import (
	"bytes"
	"encoding/json"
)

// UnmarshalJSON keeps the message as it arrived in Raw, beside what is known of
// it, so that the content of a kind that this package does not know is not lost.
func (m *WebhookMessage) UnmarshalJSON(data []byte) error {
	type plain WebhookMessage
	*m = WebhookMessage{} // a list may be read into a used one
	if err := json.Unmarshal(data, (*plain)(m)); err != nil {
		return err
	}
	m.Raw = bytes.Clone(data)
	return nil
}
