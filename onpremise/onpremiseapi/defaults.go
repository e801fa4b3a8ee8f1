package onpremiseapi

import "encoding/json"

// UnmarshalJSON reads a setting that the answer leaves out as the default of the
// contract: a reader of plain values would take it for false or 0, and some
// defaults are true.
func (s *ApplicationSettings) UnmarshalJSON(data []byte) error {
	type plain ApplicationSettings
	settings := plain{
		CallbackBackoffDelay:    3000,
		MaxCallbackBackoffDelay: 900000,
		CallbackPersist:         true,
		PassThrough:             true,
		UnhealthyInterval:       30,
		HeartbeatInterval:       5,
		Webhooks:                WebhookSettings{MaxConcurrentRequests: 6},
	}
	if err := json.Unmarshal(data, &settings); err != nil {
		return err
	}
	*s = ApplicationSettings(settings)
	return nil
}
