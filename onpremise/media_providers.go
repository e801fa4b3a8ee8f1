package onpremise

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// MediaProvider is a server from which the installation fetches media that messages refer to by a
// link. Name is required.
type MediaProvider struct {
	Name string
	Type string // "www" for an ordinary web server
	Auth ProviderAuth
}

// ProviderAuth contains the credentials for a media provider: a [BearerAuth] or a [BasicAuth], or
// nil if the provider needs none.
type ProviderAuth interface{ providerAuth() }

// BearerAuth is a token. It is redacted when printed.
type BearerAuth struct{ Token string }

// BasicAuth is a username and a password. The password is redacted when printed.
type BasicAuth struct{ Username, Password string }

func (BearerAuth) providerAuth() {}
func (BasicAuth) providerAuth()  {}

// Format prints the value without its token.
func (a BearerAuth) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "{Token:%s}", mask(a.Token)) }

// LogValue returns the value without its token.
func (a BearerAuth) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// Format prints the value without its password.
func (a BasicAuth) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{Username:%s Password:%s}", a.Username, mask(a.Password))
}

// LogValue returns the value without its password.
func (a BasicAuth) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return redact.Mark
}

// MediaProviders returns all media providers, with their credentials if the server includes them.
//
// Retried on any transient failure.
//
// GET /settings/application/media/providers
func (s *ApplicationService) MediaProviders(ctx context.Context) ([]MediaProvider, error) {
	r, err := reply.JSON[onpremiseapi.MediaProvidersResponse](s.client.api.GetMediaProviders(ctx))
	if err != nil {
		return nil, err
	}
	var providers []MediaProvider
	for _, p := range r.Settings.Application.Media.Providers {
		provider := MediaProvider{Name: p.Name, Type: p.Type}
		switch {
		case p.Config.Bearer != "":
			provider.Auth = BearerAuth{p.Config.Bearer}
		case p.Config.Basic != onpremiseapi.BasicAuth{}:
			provider.Auth = BasicAuth{Username: p.Config.Basic.Username, Password: p.Config.Basic.Password}
		}
		providers = append(providers, provider)
	}
	return providers, nil
}

// UpdateMediaProviders adds media providers and replaces those with the same name. Others are
// kept.
//
// Retried on any transient failure.
//
// POST /settings/application/media/providers
func (s *ApplicationService) UpdateMediaProviders(ctx context.Context, providers []MediaProvider) error {
	if len(providers) == 0 {
		return invalid("providers", "is required")
	}
	var secrets []string
	body := make([]onpremiseapi.MediaProvider, len(providers))
	for i, p := range providers {
		if err := checkID(fmt.Sprintf("providers[%d].name", i), p.Name); err != nil {
			return err
		}
		body[i] = onpremiseapi.MediaProvider{Name: p.Name, Type: p.Type}
		switch auth := p.Auth.(type) {
		case nil:
		case BearerAuth:
			if err := checkSecret(fmt.Sprintf("providers[%d].config.bearer", i), auth.Token); err != nil {
				return err
			}
			body[i].Config.Bearer = auth.Token
			secrets = append(secrets, auth.Token)
		case BasicAuth:
			if err := checkRequired(fmt.Sprintf("providers[%d].config.basic.username", i), auth.Username); err != nil {
				return err
			}
			body[i].Config.Basic.Username, body[i].Config.Basic.Password = auth.Username, auth.Password
			secrets = append(secrets, auth.Password)
		default:
			return invalid(fmt.Sprintf("providers[%d].config", i), "must be a BearerAuth or a BasicAuth")
		}
	}
	return redactIn(reply.None(s.client.api.UpdateMediaProviders(ctx, body)), secrets...)
}

// DeleteMediaProvider removes a media provider.
//
// Retried on any transient failure.
//
// DELETE /settings/application/media/providers/{ProviderName}
func (s *ApplicationService) DeleteMediaProvider(ctx context.Context, name string) error {
	if err := checkID("ProviderName", name); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteMediaProviders(ctx, name))
}
