package onpremiseapi

import (
	"bytes"
	"encoding/json"
)

// UnmarshalJSON keeps the message as it arrived in Raw, beside what is known of
// it, so that the content of a kind that this package does not know is not lost.
func (m *WebhookMessage) UnmarshalJSON(data []byte) error {
	type plain WebhookMessage
	var message plain
	if err := json.Unmarshal(data, &message); err != nil {
		return err
	}
	message.Raw = bytes.Clone(data)
	*m = WebhookMessage(message)
	return nil
}
