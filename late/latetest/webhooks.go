package latetest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// maxWebhooks is how many webhooks there can be.
const maxWebhooks = 10

// logsKept is how long logs are kept.
const logsKept = 7 * 24 * time.Hour

// webhook is the settings of a webhook.
type webhook struct {
	id, name, url, secret string
	events                []string
	all                   bool // subscribes to every event
	headers               map[string]string
	active                bool
	failures              int // consecutive failed attempts
	fired                 time.Time
}

func (h *webhook) subscribes(kind late.EventKind) bool {
	return h.all || slices.Contains(h.events, string(kind))
}

func (h *webhook) json() object {
	o := object{
		"_id": h.id, "name": h.name, "url": h.url, "events": append([]string{}, h.events...),
		"isActive": h.active, "failureCount": h.failures,
	}
	if h.secret != "" {
		o["secret"] = h.secret
	}
	if h.headers != nil {
		o["customHeaders"] = h.headers
	}
	if !h.fired.IsZero() {
		o["lastFiredAt"] = h.fired
	}
	return o
}

func (a *api) listWebhooks(*call) (any, error) {
	rows := []object{}
	for _, h := range a.webhooks {
		rows = append(rows, h.json())
	}
	return object{"webhooks": rows}, nil
}

// webhookRequest is a request to create or update a webhook.
type webhookRequest struct {
	ID            string            `json:"_id"`
	Name          *string           `json:"name"`
	URL           *string           `json:"url"`
	Secret        *string           `json:"secret"`
	Events        []string          `json:"events"`
	CustomHeaders map[string]string `json:"customHeaders"`
	IsActive      *bool             `json:"isActive"`
}

// apply changes the fields that the request contains.
func (in webhookRequest) apply(h *webhook) error {
	if in.URL != nil {
		if u, err := url.Parse(*in.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return invalid("url", "%q is not a URL", *in.URL)
		}
		h.url = *in.URL
	}
	if in.Name != nil {
		if utf8.RuneCountInString(*in.Name) > 50 {
			return invalid("name", "name must not be longer than 50 characters")
		}
		h.name = *in.Name
	}
	if slices.Contains(in.Events, string(late.EventTest)) {
		return invalid("events", "%s cannot be subscribed to", late.EventTest)
	}
	if in.Secret != nil {
		h.secret = *in.Secret
	}
	if in.Events != nil {
		h.events, h.all = in.Events, false
	}
	if in.CustomHeaders != nil {
		h.headers = in.CustomHeaders
	}
	if in.IsActive != nil {
		h.active, h.failures = *in.IsActive, 0
	}
	return nil
}

// createWebhook creates another webhook each time, even for the same URL.
func (a *api) createWebhook(_ *call, in webhookRequest) (any, error) {
	h := &webhook{active: true}
	if err := in.apply(h); err != nil {
		return nil, err
	}
	switch {
	case h.url == "":
		return nil, invalid("url", "url is required")
	case len(h.events) == 0:
		return nil, invalid("events", "events must not be empty")
	case len(a.webhooks) >= maxWebhooks:
		return nil, refuse(http.StatusBadRequest, "webhook_limit_reached", "", "At most %d webhooks are allowed", maxWebhooks)
	}
	h.id = a.id()
	a.webhooks = append(a.webhooks, h)
	return object{"success": true, "webhook": h.json()}, nil
}

func (a *api) updateWebhook(_ *call, in webhookRequest) (any, error) {
	h, err := a.webhook("_id", in.ID)
	if err != nil {
		return nil, err
	}
	changed := *h
	if err := in.apply(&changed); err != nil {
		return nil, err
	}
	*h = changed
	if !h.active {
		a.abandon(h)
	}
	return object{"success": true, "webhook": h.json()}, nil
}

func (a *api) deleteWebhook(c *call) (any, error) {
	h, err := a.webhook("id", c.query.Get("id"))
	if err != nil {
		return nil, err
	}
	a.abandon(h)
	a.webhooks = slices.DeleteFunc(a.webhooks, func(one *webhook) bool { return one == h })
	return object{"success": true}, nil
}

// webhook returns the webhook with the ID in a parameter.
func (a *api) webhook(param, id string) (*webhook, error) {
	if id == "" {
		return nil, invalid(param, "%s is required", param)
	}
	i := slices.IndexFunc(a.webhooks, func(h *webhook) bool { return h.id == id })
	if i < 0 {
		return nil, missing("Webhook")
	}
	return a.webhooks[i], nil
}

// testWebhook responds 500 if the webhook fails. It calls the webhook without the lock.
func (a *api) testWebhook(c *call, in lateapi.TestWebhookRequest) (any, error) {
	h, err := a.webhook("webhookId", in.WebhookID)
	if err != nil {
		return nil, err
	}
	event := late.WebhookEvent{EventID: a.eventID(), Kind: late.EventTest}
	body := marshal(object{
		"id": event.EventID, "event": event.Kind, "timestamp": c.now, "message": "This is a test of your webhook",
	})
	called := *h
	a.mu.Unlock()
	try := a.courier.post(&called, event, body, c.now)
	a.mu.Lock()
	a.logAttempt(h, event, body, 1, try)
	if !try.succeeded() {
		return reply{http.StatusInternalServerError, object{"success": false, "message": "Failed to send test webhook: " + try.problem()}}, nil
	}
	return object{"success": true, "message": "Test webhook sent successfully"}, nil
}

// problem says why an attempt failed.
func (t attempt) problem() string {
	switch {
	case t.succeeded():
		return ""
	case t.Err != nil:
		return t.Err.Error()
	}
	return "HTTP " + cmp.Or(http.StatusText(t.Status), "error")
}

func (a *api) logAttempt(h *webhook, event late.WebhookEvent, body []byte, number int, try attempt) {
	h.fired = try.Time.Truncate(time.Millisecond)
	row := object{
		"_id": a.id(), "webhookId": h.id, "webhookName": h.name, "url": h.url, "event": event.Kind,
		"status": "success", "attemptNumber": number, "createdAt": h.fired,
		"responseTime": try.took.Milliseconds(), "responseBody": try.response,
	}
	var payload map[string]any
	if json.Unmarshal(body, &payload) == nil {
		row["requestPayload"] = payload
	}
	if try.Status != 0 {
		row["statusCode"] = try.Status
	}
	if problem := try.problem(); problem != "" {
		row["status"], row["errorMessage"] = "failed", problem
	}
	a.webhookLogs = append(a.webhookLogs, row)
}

// listWebhookLogs lists the latest attempts first.
func (a *api) listWebhookLogs(c *call) (any, error) {
	limit, err := limited(c, 50, 100)
	if err != nil {
		return nil, err
	}
	if err := oneOf(c, "status", "success", "failed"); err != nil {
		return nil, err
	}
	rows := []object{}
	for _, row := range slices.Backward(a.webhookLogs) {
		if len(rows) == limit {
			break
		}
		if row.matches(c, "webhookId", "event", "status") && c.now.Sub(row["createdAt"].(time.Time)) < logsKept {
			rows = append(rows, row)
		}
	}
	return object{"logs": rows}, nil
}
