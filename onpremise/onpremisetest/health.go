package onpremisetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// HealthForm is a format in which installations report their health.
type HealthForm int

const (
	HealthWord  HealthForm = iota // a word: "connected"
	HealthNode                    // the only node: {"gateway_status":"connected"}
	HealthNodes                   // every node by name: two masters, and one node per shard
)

// SetHealth sets the gateway status. The default is connected, or unregistered while the account
// is not registered.
func (s *Server) SetHealth(status onpremiseapi.GatewayStatus) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	s.api.state = status
}

func (a *api) gateway() onpremiseapi.GatewayStatus {
	switch {
	case a.state != "":
		return a.state
	case !a.account.Registered:
		return onpremiseapi.GatewayStatusUnregistered
	}
	return onpremiseapi.GatewayStatusConnected
}

func (a *api) checkHealth(*call) (any, error) {
	node := func(role onpremiseapi.NodeRole) onpremiseapi.NodeStatus {
		return onpremiseapi.NodeStatus{GatewayStatus: a.gateway(), Role: role}
	}
	var health any = a.gateway()
	switch a.cfg.health {
	case HealthNode:
		health = node("")
	case HealthNodes:
		nodes := map[string]onpremiseapi.NodeStatus{
			"master-1": node(onpremiseapi.NodeRolePrimaryMaster), "master-2": node(onpremiseapi.NodeRoleSecondaryMaster),
		}
		for n := range a.account.Shards {
			nodes[fmt.Sprintf("coreapp-%d", n+1)] = node(onpremiseapi.NodeRoleCoreapp)
		}
		health = nodes
	}
	return map[string]any{"meta": meta, "health": health}, nil
}

// counters adapts a function that counts. Its two names wrap the counters in JSON, and prefix
// each counter in the Prometheus text format.
func counters(outer, inner string, count func(*api, *call) map[string]int) handler {
	return func(a *api, c *call) (any, error) {
		counts := count(a, c)
		switch format := c.URL.Query().Get("format"); format {
		case "":
			return map[string]any{"meta": meta, outer: map[string]any{inner: counts}}, nil
		case "prometheus":
			var lines strings.Builder
			for _, name := range slices.Sorted(maps.Keys(counts)) {
				fmt.Fprintf(&lines, "# TYPE %[1]s_%[2]s gauge\n%[1]s_%[2]s %[3]d\n", inner, name, counts[name])
			}
			return text(lines.String()), nil
		default:
			return nil, invalid("format", "must be prometheus")
		}
	}
}

func (a *api) appStats(*call) map[string]int {
	delivered, waiting := a.courier.counts()
	return map[string]int{
		"requests": a.asked, "messages_sent": len(a.messages), "messages_received": len(a.received),
		"callbacks_delivered": delivered, "callbacks_waiting": waiting,
	}
}

func (a *api) dbStats(*call) map[string]int {
	return map[string]int{
		"users": len(a.users), "tokens": len(a.tokens), "contacts": len(a.lookups),
		"groups": len(a.groups), "media": len(a.media),
	}
}

func (a *api) support(*call) (any, error) {
	return map[string]any{"meta": meta, "support": map[string]any{
		"debug_info": map[string]any{"wa_id": a.account.waID(), "version": meta.Version, "shards": a.account.Shards},
	}}, nil
}
