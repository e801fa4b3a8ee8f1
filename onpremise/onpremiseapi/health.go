package onpremiseapi

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Health is the gateway status of an installation. An installation of one node sends a word or the
// status of the node, an installation of several nodes the status of each.
type Health struct {
	// Status is the status of the only node. It is empty if Nodes is set.
	Status GatewayStatus
	// Role is the role of the only node, if the server includes it.
	Role NodeRole
	// Nodes maps the name of each of several nodes to its status.
	Nodes map[string]NodeStatus
}

// Connected reports whether there is a node and every node is connected.
func (h *Health) Connected() bool {
	for _, node := range h.Nodes {
		if node.GatewayStatus != GatewayStatusConnected {
			return false
		}
	}
	return len(h.Nodes) > 0 || h.Status == GatewayStatusConnected
}

// UnmarshalJSON reads a word, a node or a map of nodes.
func (h *Health) UnmarshalJSON(data []byte) error {
	var word GatewayStatus
	if json.Unmarshal(data, &word) == nil {
		*h = Health{Status: word}
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("health must be a string or an object: %w", err)
	}
	if node, ok := onlyNode(members); ok {
		*h = Health{Status: node.GatewayStatus, Role: node.Role}
		return nil
	}
	nodes := make(map[string]NodeStatus, len(members))
	for name, member := range members {
		var node NodeStatus
		// The status of a node may be a word, too.
		if json.Unmarshal(member, &node.GatewayStatus) != nil {
			if member[0] != '{' {
				continue // not a node
			}
			if err := json.Unmarshal(member, &node); err != nil {
				return fmt.Errorf("health of node %q: %w", name, err)
			}
		}
		nodes[name] = node
	}
	if len(nodes) == 0 && len(members) > 0 {
		return errors.New("health has no node")
	}
	*h = Health{Nodes: nodes}
	return nil
}

// MarshalJSON writes Nodes, or the only node, which is a word if it has no role.
func (h Health) MarshalJSON() ([]byte, error) {
	switch {
	case h.Nodes != nil:
		return json.Marshal(h.Nodes)
	case h.Role != "":
		return json.Marshal(NodeStatus{GatewayStatus: h.Status, Role: h.Role})
	default:
		return json.Marshal(h.Status)
	}
}

// onlyNode decodes an object that is itself a node. In a map of nodes, a node named gateway_status
// has an object as its value.
func onlyNode(members map[string]json.RawMessage) (NodeStatus, bool) {
	var node NodeStatus
	status, hasStatus := members["gateway_status"]
	role, hasRole := members["role"]
	if !hasStatus && !hasRole {
		return node, false
	}
	ok := (!hasStatus || json.Unmarshal(status, &node.GatewayStatus) == nil) &&
		(!hasRole || json.Unmarshal(role, &node.Role) == nil)
	return node, ok
}
