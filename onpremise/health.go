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

// HealthService is the state of the installation and its counters, whose names differ from
// release to release: they come as JSON, or as text for Prometheus.
type HealthService service

// Check tells how the nodes of the installation stand towards the WhatsApp servers.
//
// It is retried.
//
// GET /health
func (s *HealthService) Check(ctx context.Context) (*Health, error) {
	resp, err := s.client.api.CheckHealth(ctx)
	r, err := reply.JSON[onpremiseapi.HealthResponse](resp, err)
	if err != nil {
		return nil, err
	}
	if r.Health.Status == "" && len(r.Health.Nodes) == 0 {
		return nil, lacking(resp, "health")
	}
	return &r.Health, nil
}

var prometheus = new("prometheus")

// AppStats returns counters of the application.
//
// It is retried.
//
// GET /stats/app
func (s *HealthService) AppStats(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetAppStats(ctx, nil))
}

// AppStatsText is AppStats as text for Prometheus.
//
// It is retried.
//
// GET /stats/app
func (s *HealthService) AppStatsText(ctx context.Context) (string, error) {
	return metrics(s.client.api.GetAppStats(ctx, &onpremiseapi.GetAppStatsParams{Format: prometheus}))
}

// DBStats returns counters of the database.
//
// It is retried.
//
// GET /stats/db
func (s *HealthService) DBStats(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetDBStats(ctx, nil))
}

// DBStatsText is DBStats as text for Prometheus.
//
// It is retried.
//
// GET /stats/db
func (s *HealthService) DBStatsText(ctx context.Context) (string, error) {
	return metrics(s.client.api.GetDBStats(ctx, &onpremiseapi.GetDBStatsParams{Format: prometheus}))
}

// Metrics returns the metrics of the installation, from its release 2.21.3 on.
//
// It is retried.
//
// GET /metrics
func (s *HealthService) Metrics(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetMetrics(ctx, nil))
}

// MetricsText is Metrics as text for Prometheus.
//
// It is retried.
//
// GET /metrics
func (s *HealthService) MetricsText(ctx context.Context) (string, error) {
	return metrics(s.client.api.GetMetrics(ctx, &onpremiseapi.GetMetricsParams{Format: prometheus}))
}

// Support returns what support asks for when it is called for help.
//
// It is retried.
//
// GET /support
func (s *HealthService) Support(ctx context.Context) (json.RawMessage, error) {
	return object(s.client.api.GetSupportInfo(ctx))
}

// object is an answer of which nothing is known but that it is a JSON object.
func object(resp *http.Response, err error) (json.RawMessage, error) {
	r, err := reply.JSON[json.RawMessage](resp, err)
	if err != nil {
		return nil, err
	}
	return *r, nil
}

// metrics is an answer in the text format of Prometheus, which begins neither as JSON does nor
// as a proxy's page.
func metrics(resp *http.Response, err error) (string, error) {
	if err := reply.OK(resp, err); err != nil {
		return "", err
	}
	body := transport.Bytes(resp)
	if start := bytes.TrimSpace(body); len(start) > 0 && (start[0] == '{' || start[0] == '<') {
		return "", lacking(resp, "text for Prometheus")
	}
	return string(body), nil
}
