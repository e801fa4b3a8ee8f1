package onpremisetest

import (
	"encoding/json"
	"net"
	"net/url"
	"slices"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// defaultSettings are the settings documented by the contract.
func defaultSettings() onpremiseapi.ApplicationSettings {
	var settings onpremiseapi.ApplicationSettings
	json.Unmarshal([]byte("{}"), &settings) // marshaling an empty object cannot fail
	return settings
}

func (a *api) getSettings(*call) (any, error) { return a.settings, nil }

// updateSettings applies all changes of a request, or none.
func (a *api) updateSettings(c *call, in onpremiseapi.ApplicationSettingsUpdate) (any, error) {
	s := a.settings
	for _, delay := range []struct {
		name     string
		to, from *onpremiseapi.Milliseconds
	}{
		{"callback_backoff_delay_ms", &s.CallbackBackoffDelay, in.CallbackBackoffDelay},
		{"max_callback_backoff_delay_ms", &s.MaxCallbackBackoffDelay, in.MaxCallbackBackoffDelay},
	} {
		if delay.from == nil {
			continue
		}
		if *delay.from < 0 {
			return nil, invalid(delay.name, "must not be negative")
		}
		*delay.to = *delay.from
	}
	for _, seconds := range []struct {
		name     string
		to, from *int
	}{
		{"unhealthy_interval", &s.UnhealthyInterval, in.UnhealthyInterval},
		{"heartbeat_interval", &s.HeartbeatInterval, in.HeartbeatInterval},
	} {
		if seconds.from == nil {
			continue
		}
		if *seconds.from < 0 {
			return nil, invalid(seconds.name, "must not be negative")
		}
		*seconds.to = *seconds.from
	}
	for _, flag := range []struct{ to, from *bool }{
		{&s.CallbackPersist, in.CallbackPersist}, {&s.PassThrough, in.PassThrough}, {&s.SentStatus, in.SentStatus},
	} {
		if flag.from != nil {
			*flag.to = *flag.from
		}
	}
	if in.OnCallPager != nil {
		s.OnCallPager = *in.OnCallPager
	}
	if in.Media != nil && in.Media.AutoDownload != nil {
		s.Media = *in.Media
	}
	if in.Webhooks != nil {
		if err := mergeWebhook(&s.Webhooks, *in.Webhooks); err != nil {
			return nil, err
		}
	}
	a.settings = s
	a.courier.configure(a.settings)
	return done()
}

func mergeWebhook(to *onpremiseapi.WebhookSettings, in onpremiseapi.WebhookSettingsUpdate) error {
	if in.MaxConcurrentRequests != nil {
		if !slices.Contains([]int{6, 12, 18, 24}, *in.MaxConcurrentRequests) {
			return invalid("webhooks.max_concurrent_requests", "must be 6, 12, 18 or 24")
		}
		to.MaxConcurrentRequests = *in.MaxConcurrentRequests
	}
	if in.URL == nil {
		return nil
	}
	u, err := url.Parse(*in.URL)
	switch {
	case *in.URL == "":
	case err != nil || u.Host == "":
		return invalid("webhooks.url", "must be a URL")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return invalid("webhooks.url", "must use HTTPS")
	}
	to.URL = *in.URL
	return nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (a *api) resetSettings(*call) (any, error) {
	a.settings = defaultSettings()
	a.courier.configure(a.settings)
	return done()
}

func (a *api) getProviders(*call) (any, error) {
	response := onpremiseapi.MediaProvidersResponse{Meta: meta}
	response.Settings.Application.Media.Providers = append([]onpremiseapi.MediaProvider{}, a.providers...)
	return response, nil
}

func (a *api) updateProviders(c *call, in []onpremiseapi.MediaProvider) (any, error) {
	for _, p := range in {
		switch {
		case p.Name == "":
			return nil, absent("name")
		case p.Type != "" && p.Type != "www":
			return nil, invalid("type", "must be www")
		case p.Config.Bearer != "" && p.Config.Basic != (onpremiseapi.BasicAuth{}):
			return nil, unneeded("config.basic", "together with bearer")
		case p.Config.Basic.Username == "" && p.Config.Basic.Password != "":
			return nil, absent("config.basic.username")
		}
	}
	providers := slices.Clone(a.providers)
	for _, p := range in {
		if i := slices.IndexFunc(providers, named(p.Name)); i >= 0 {
			providers[i] = p
		} else {
			providers = append(providers, p)
		}
	}
	a.providers = providers
	return done()
}

func (a *api) deleteProvider(c *call) (any, error) {
	i := slices.IndexFunc(a.providers, named(c.PathValue("ProviderName")))
	if i < 0 {
		return nil, missing("Media provider")
	}
	a.providers = slices.Delete(slices.Clone(a.providers), i, i+1)
	return done()
}

func named(name string) func(onpremiseapi.MediaProvider) bool {
	return func(p onpremiseapi.MediaProvider) bool { return p.Name == name }
}
