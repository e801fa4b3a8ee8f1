package onpremise

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
)

// ApplicationService manages the settings of the installation, its shards and its media providers.
type ApplicationService service

// Settings returns the settings. A setting that the server omits has the default of the API.
//
// Retried on any transient failure.
//
// GET /settings/application
func (s *ApplicationService) Settings(ctx context.Context) (*ApplicationSettings, error) {
	resp, err := s.client.api.GetApplicationSettings(ctx)
	return readSettings[ApplicationSettings](resp, err, []string{"settings", "application"}, nil)
}

// UpdateSettings changes the settings that are not nil; new(false) turns one off. The URL of the
// webhook must begin with https://, and the number of its concurrent requests must be 6, 12, 18
// or 24.
//
// Retried on any transient failure.
//
// PATCH /settings/application
func (s *ApplicationService) UpdateSettings(ctx context.Context, settings ApplicationSettingsUpdate) error {
	if w := settings.Webhooks; w != nil {
		if w.URL != nil && *w.URL != "" && !strings.HasPrefix(strings.ToLower(*w.URL), "https://") {
			return invalid("webhooks.url", "must be an https URL")
		}
		if n := w.MaxConcurrentRequests; n != nil && !slices.Contains([]int{6, 12, 18, 24}, *n) {
			return invalid("webhooks.max_concurrent_requests", fmt.Sprintf("is %d, must be 6, 12, 18 or 24", *n))
		}
	}
	for field, value := range map[string]*int{
		"heartbeat_interval": settings.HeartbeatInterval, "unhealthy_interval": settings.UnhealthyInterval,
	} {
		if value != nil && *value < 0 {
			return invalid(field, "must not be negative")
		}
	}
	for field, value := range map[string]*Milliseconds{
		"callback_backoff_delay_ms":     settings.CallbackBackoffDelay,
		"max_callback_backoff_delay_ms": settings.MaxCallbackBackoffDelay,
	} {
		if value != nil && *value < 0 {
			return invalid(field, "must not be negative")
		}
	}
	if m := settings.Media; m != nil && m.AutoDownload == nil {
		settings.Media = nil // servers refuse an empty object
	}
	return reply.None(s.client.api.UpdateApplicationSettings(ctx, settings))
}

// ResetSettings resets every setting to its default.
//
// Retried on any transient failure.
//
// DELETE /settings/application
func (s *ApplicationService) ResetSettings(ctx context.Context) error {
	return reply.None(s.client.api.ResetApplicationSettings(ctx))
}

// SetShards distributes the account over 1, 2, 4, 8, 16 or 32 nodes. All fields are required.
//
// Retried only if the request was not processed.
//
// POST /account/shards
func (s *ApplicationService) SetShards(ctx context.Context, req SetShardsRequest) error {
	if err := checkDigits("cc", req.CountryCode); err != nil {
		return err
	}
	if err := checkDigits("phone_number", req.PhoneNumber); err != nil {
		return err
	}
	if err := checkPIN(req.PIN); err != nil {
		return err
	}
	if !slices.Contains([]int{1, 2, 4, 8, 16, 32}, req.Shards) {
		return invalid("shards", fmt.Sprintf("is %d, must be 1, 2, 4, 8, 16 or 32", req.Shards))
	}
	return redactIn(reply.None(s.client.api.SetShards(ctx, req)), req.PIN)
}
