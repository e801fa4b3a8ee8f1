package onpremiseapi

import "encoding/json"

// UnmarshalJSON sets omitted settings to the contract's defaults, some of which are true.
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
