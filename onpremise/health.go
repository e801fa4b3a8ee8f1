package onpremise

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// HealthService reports the state of the installation and its metrics, as JSON or in the text
// format of Prometheus. The names of the metrics differ between releases.
type HealthService service

// Check returns the gateway status of each node.
//
// Retried on any transient failure.
//
// GET /health
func (s *HealthService) Check(ctx context.Context) (*Health, error) {
	return health(s.client.api.CheckHealth(ctx))
}

var health = reply.Part("health", func(r *onpremiseapi.HealthResponse) (*Health, bool) {
	return &r.Health, r.Health.Status != "" || len(r.Health.Nodes) > 0
})

var prometheus = new("prometheus")

// AppStats returns metrics of the application.
//
// Retried on any transient failure.
//
// GET /stats/app
func (s *HealthService) AppStats(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetAppStats(ctx, nil))
}

// AppStatsText returns the same as AppStats in the text format of Prometheus.
//
// Retried on any transient failure.
//
// GET /stats/app
func (s *HealthService) AppStatsText(ctx context.Context) (string, error) {
	return metrics(s.client.api.GetAppStats(ctx, &onpremiseapi.GetAppStatsParams{Format: prometheus}))
}

// DBStats returns metrics of the database.
//
// Retried on any transient failure.
//
// GET /stats/db
func (s *HealthService) DBStats(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetDBStats(ctx, nil))
}

// DBStatsText returns the same as DBStats in the text format of Prometheus.
//
// Retried on any transient failure.
//
// GET /stats/db
func (s *HealthService) DBStatsText(ctx context.Context) (string, error) {
	return metrics(s.client.api.GetDBStats(ctx, &onpremiseapi.GetDBStatsParams{Format: prometheus}))
}

// Metrics returns the metrics of the installation. It requires release 2.21.3 or later.
//
// Retried on any transient failure.
//
// GET /metrics
func (s *HealthService) Metrics(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetMetrics(ctx, nil))
}

// MetricsText returns the same as Metrics in the text format of Prometheus.
//
// Retried on any transient failure.
//
// GET /metrics
func (s *HealthService) MetricsText(ctx context.Context) (string, error) {
	return metrics(s.client.api.GetMetrics(ctx, &onpremiseapi.GetMetricsParams{Format: prometheus}))
}

// Support returns the information that a support request needs.
//
// Retried on any transient failure.
//
// GET /support
func (s *HealthService) Support(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetSupportInfo(ctx))
}

// object returns a response that may be any JSON object.
func object(resp *http.Response, err error) (json.RawMessage, error) {
	r, err := reply.JSON[json.RawMessage](resp, err)
	if err != nil {
		return nil, err
	}
	return *r, nil
}

// metrics returns a response in the text format of Prometheus. JSON and HTML are errors.
func metrics(resp *http.Response, err error) (string, error) {
	if err := reply.OK(resp, err); err != nil {
		return "", err
	}
	body := transport.Bytes(resp)
	if start := bytes.TrimSpace(body); len(start) > 0 && (start[0] == '{' || start[0] == '<') {
		return "", missingField(resp, "Prometheus metrics")
	}
	return string(body), nil
}
