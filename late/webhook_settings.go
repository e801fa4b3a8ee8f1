package late

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/wabakit/wabakit-go/internal/redact"
	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// WebhooksService manages the webhooks to which the server delivers events. [NewWebhook] receives
// them.
type WebhooksService service

// List returns the webhooks.
//
// Retried on any transient failure.
//
// GET /v1/webhooks/settings
func (s *WebhooksService) List(ctx context.Context) ([]Webhook, error) {
	return webhooks(s.client.api.GetWebhookSettings(ctx))
}

// Create creates a webhook, even if another one has the same URL: then every event is delivered
// twice. [WebhooksService.Ensure] avoids that. There can be at most 10.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call List to see
// whether it happened.
//
// POST /v1/webhooks/settings
func (s *WebhooksService) Create(ctx context.Context, req CreateWebhookRequest) (*Webhook, error) {
	if err := checkWebhookURL(req.URL); err != nil {
		return nil, err
	}
	if err := checkCount("events", len(req.Events), 0); err != nil {
		return nil, err
	}
	if err := checkLength("name", req.Name, maxWebhookName); err != nil {
		return nil, err
	}
	s.hide(req.Secret, req.CustomHeaders)
	return webhookSettings(s.client.api.CreateWebhookSettings(ctx, req))
}

// Ensure updates the webhook that has the URL of req, or creates it if there is none, so that a
// program can call it each time it starts. If IsActive is nil, the webhook is active afterwards,
// even if the server had disabled it after failed deliveries. Two concurrent calls may create two
// webhooks.
//
// Retried on any transient failure, but not once the server may have created a webhook. After
// [ErrOutcomeUnknown], call Ensure again.
//
// GET /v1/webhooks/settings
// PUT /v1/webhooks/settings
// POST /v1/webhooks/settings
func (s *WebhooksService) Ensure(ctx context.Context, req CreateWebhookRequest) (*Webhook, error) {
	if err := checkWebhookURL(req.URL); err != nil {
		return nil, err
	}
	all, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	if req.IsActive == nil {
		req.IsActive = new(true)
	}
	i := slices.IndexFunc(all, func(w Webhook) bool { return w.URL == req.URL })
	if i < 0 {
		return s.Create(ctx, req)
	}
	return s.Update(ctx, all[i].ID, UpdateWebhookRequest{
		URL: &req.URL, Name: optional(req.Name), Secret: optional(req.Secret), Events: req.Events,
		IsActive: req.IsActive, CustomHeaders: req.CustomHeaders,
	})
}

// Update changes the fields of a webhook that are not nil. The ID in req is ignored. It returns
// [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// PUT /v1/webhooks/settings
func (s *WebhooksService) Update(ctx context.Context, id string, req UpdateWebhookRequest) (*Webhook, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if req.URL != nil {
		if err := checkWebhookURL(*req.URL); err != nil {
			return nil, err
		}
	}
	if req.Name != nil {
		if err := checkLength("name", *req.Name, maxWebhookName); err != nil {
			return nil, err
		}
	}
	req.ID = id
	if req.Secret != nil {
		s.hide(*req.Secret, nil)
	}
	s.hide("", req.CustomHeaders)
	return webhookSettings(s.client.api.UpdateWebhookSettings(ctx, req))
}

// Delete deletes a webhook.
//
// Retried on any transient failure.
//
// DELETE /v1/webhooks/settings
func (s *WebhooksService) Delete(ctx context.Context, id string) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteWebhookSettings(ctx, &lateapi.DeleteWebhookSettingsParams{ID: id}))
}

// EndpointError reports that the endpoint of a webhook failed to accept a test event. The call
// itself succeeded.
type EndpointError struct {
	WebhookID string
	Message   string // the server's description of the failure
	RequestID string
}

// Error names the webhook and the reason.
func (e *EndpointError) Error() string { return "late: " + e.text() }

func (e *EndpointError) text() string {
	return fmt.Sprintf("test webhook %s: the endpoint failed: %s (request %s)", e.WebhookID, e.Message, e.RequestID)
}

// Test delivers an event of kind [EventTest] to a webhook. It returns an [*EndpointError] if the
// endpoint does not accept it.
//
// Retried only if the request was not processed.
//
// POST /v1/webhooks/test
func (s *WebhooksService) Test(ctx context.Context, id string) error {
	if err := checkID("webhookId", id); err != nil {
		return err
	}
	resp, err := s.client.api.TestWebhook(ctx, lateapi.TestWebhookRequest{WebhookID: id})
	if err != nil {
		return err
	}
	var result struct {
		Success *bool
		Message string
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusInternalServerError {
		err := json.Unmarshal(transport.Bytes(resp), &result)
		if err == nil && result.Success != nil && !*result.Success && result.Message != "" {
			hide := s.client.secrets.Hide
			return &EndpointError{
				WebhookID: id, Message: redact.Excerpt(hide(result.Message)),
				RequestID: redact.Excerpt(hide(transport.CallOf(resp).RequestID)),
			}
		}
	}
	return reply.None(resp, nil)
}

// WebhookLogOptions filters the log of deliveries. Zero fields are ignored.
type WebhookLogOptions struct {
	WebhookID string
	Event     EventKind
	Status    WebhookLogStatus
	Limit     int // at most 100; the server's default is 50
}

// Log returns the latest deliveries. The server keeps them for 7 days.
//
// Retried on any transient failure.
//
// GET /v1/webhooks/logs
func (s *WebhooksService) Log(ctx context.Context, opts WebhookLogOptions) ([]WebhookLog, error) {
	if err := checkLimit(opts.Limit); err != nil {
		return nil, err
	}
	return webhookLogs(s.client.api.GetWebhookLogs(ctx, &lateapi.GetWebhookLogsParams{
		WebhookID: optional(opts.WebhookID), Event: optional(opts.Event), Limit: optional(opts.Limit),
		Status: optional(lateapi.GetWebhookLogsParamsStatus(opts.Status)),
	}))
}

const maxWebhookName = 50

func checkWebhookURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return invalid("url", "must be an absolute http or https URL")
	}
	return nil
}

// hide keeps the secrets of a request out of errors and logs, in case the server quotes them.
func (s *WebhooksService) hide(secret Secret, headers map[string]Secret) {
	s.client.secrets.Use(string(secret))
	for _, value := range headers {
		s.client.secrets.Use(string(value))
	}
}

var (
	webhooks        = reply.Part("webhooks", func(r *lateapi.WebhookList) ([]Webhook, bool) { return r.Webhooks, r.Webhooks != nil })
	webhookSettings = reply.Part("webhook", func(r *lateapi.WebhookResponse) (*Webhook, bool) {
		return &r.Webhook, r.Webhook.ID != ""
	})
	webhookLogs = reply.Part("logs", func(r *lateapi.WebhookLogList) ([]WebhookLog, bool) { return r.Logs, r.Logs != nil })
)
