package onpremise

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
)

// ApplicationService is the settings of the installation, its shards and its media providers.
type ApplicationService service

// Settings returns the settings. What the server leaves out is the default of the API.
//
// It is retried.
//
// GET /settings/application
func (s *ApplicationService) Settings(ctx context.Context) (*ApplicationSettings, error) {
	r, err := reply.JSON[settingsAnswer](s.client.api.GetApplicationSettings(ctx))
	if err != nil {
		return nil, err
	}
	return &r.ApplicationSettings, nil
}

// settingsAnswer is the settings by themselves, as the contract has it, or below the levels
// that all other settings are answered below.
type settingsAnswer struct{ ApplicationSettings }

func (a *settingsAnswer) UnmarshalJSON(data []byte) error {
	var levels struct {
		Settings struct{ Application json.RawMessage }
	}
	if json.Unmarshal(data, &levels) == nil && len(levels.Settings.Application) > 0 {
		data = levels.Settings.Application
	}
	return json.Unmarshal(data, &a.ApplicationSettings)
}

// UpdateSettings changes the settings that are not nil: new(false) turns one off. Webhooks are
// reported over HTTPS alone, 6, 12, 18 or 24 at once.
//
// It is retried.
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
			return invalid(field, "cannot be negative")
		}
	}
	for field, value := range map[string]*Milliseconds{
		"callback_backoff_delay_ms":     settings.CallbackBackoffDelay,
		"max_callback_backoff_delay_ms": settings.MaxCallbackBackoffDelay,
	} {
		if value != nil && *value < 0 {
			return invalid(field, "cannot be negative")
		}
	}
	return reply.None(s.client.api.UpdateApplicationSettings(ctx, settings))
}

// ResetSettings puts every setting back to its default.
//
// It is retried.
//
// DELETE /settings/application
func (s *ApplicationService) ResetSettings(ctx context.Context) error {
	return reply.None(s.client.api.ResetApplicationSettings(ctx))
}

// SetShards spreads the account over 1, 2, 4, 8, 16 or 32 nodes. All fields are required.
//
// It is never repeated on a doubt, because it moves the account.
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
