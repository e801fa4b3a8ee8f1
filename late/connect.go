package late

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// ConnectService connects accounts to a profile. A person opens the URL and permits the
// connection; the platform then redirects to the application.
type ConnectService service

// ConnectOptions configures a connection. Zero fields are ignored.
type ConnectOptions struct {
	RedirectURL string // where the platform redirects to
	Headless    bool   // skips the selection page; PendingData returns what to select from
}

// URL returns the page on which a person connects an account of a platform, such as whatsapp, to a
// profile. It returns [ErrForbidden] if the plan allows no more accounts, and [ErrNotFound] if the
// profile does not exist.
//
// Retried on any transient failure.
//
// GET /v1/connect/{platform}
func (s *ConnectService) URL(ctx context.Context, platform, profileID string, opts ConnectOptions) (*ConnectURL, error) {
	if err := checkPathID(OpGetConnectUrl, platform); err != nil {
		return nil, err
	}
	if err := checkRequired("profileId", profileID); err != nil {
		return nil, err
	}
	return connectURL(s.client.api.GetConnectURL(ctx, platform, &lateapi.GetConnectURLParams{
		ProfileID: profileID, RedirectURL: optional(opts.RedirectURL), Headless: optional(opts.Headless),
	}))
}

// Complete connects an account with the code and the state that the platform's redirect carries.
//
// Retried only if the request was not processed, since the code works once. After
// [ErrOutcomeUnknown], call [AccountsService.List] to see whether it happened.
//
// POST /v1/connect/{platform}
func (s *ConnectService) Complete(ctx context.Context, platform string, req CompleteConnectionRequest) error {
	if err := checkPathID(OpHandleOAuthCallback, platform); err != nil {
		return err
	}
	for _, field := range [][2]string{{"code", req.Code}, {"state", req.State}, {"profileId", req.ProfileID}} {
		if err := checkRequired(field[0], field[1]); err != nil {
			return err
		}
	}
	s.client.secrets.Use(req.Code)
	return reply.None(s.client.api.HandleOAuthCallback(ctx, platform, req))
}

// PendingData returns what a person can select from in a headless connection. The token of the
// redirect works once. It returns [ErrNotFound] if the token has expired or was used.
//
// Retried only if the request was not processed, although it is a GET. After [ErrOutcomeUnknown],
// begin a new connection.
//
// GET /v1/connect/pending-data
func (s *ConnectService) PendingData(ctx context.Context, token string) (*PendingData, error) {
	if err := checkRequired("token", token); err != nil {
		return nil, err
	}
	s.client.secrets.Use(token)
	return pendingData(s.client.api.GetPendingOAuthData(ctx, &lateapi.GetPendingOAuthDataParams{Token: token}))
}

var (
	connectURL  = reply.Part("URL", func(r *ConnectURL) (*ConnectURL, bool) { return r, r.AuthURL != "" })
	pendingData = reply.Part("platform", func(r *PendingData) (*PendingData, bool) { return r, r.Platform != "" })
)
