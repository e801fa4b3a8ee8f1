package late

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
)

// UsageService reports how much of the plan is used.
type UsageService service

// Get returns the plan, its limits and their usage.
//
// Retried on any transient failure.
//
// GET /v1/usage-stats
func (s *UsageService) Get(ctx context.Context) (*UsageStats, error) {
	return usageStats(s.client.api.GetUsageStats(ctx))
}

var usageStats = reply.Part("plan", func(r *UsageStats) (*UsageStats, bool) { return r, r.PlanName != "" })
