package onpremiseapi

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Health is how an installation stands towards the WhatsApp servers. An
// installation of one node sends a word or the status of that node; one of several
// nodes sends the status of each.
type Health struct {
	// Status is that of the only node, and empty where Nodes is set.
	Status GatewayStatus
	// Role is the part of the only node, where it told one.
	Role NodeRole
	// Nodes holds the status of each of several nodes by its name.
	Nodes map[string]NodeStatus
}

// Connected reports whether every node is connected, and there is one.
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
		return fmt.Errorf("health is neither a word nor an object: %w", err)
	}
	if node, ok := onlyNode(members); ok {
		*h = Health{Status: node.GatewayStatus, Role: node.Role}
		return nil
	}
	nodes := make(map[string]NodeStatus, len(members))
	for name, member := range members {
		var node NodeStatus
		// A node, too, may answer with a word alone.
		if json.Unmarshal(member, &node.GatewayStatus) != nil {
			if member[0] != '{' {
				continue // what else is told beside the nodes
			}
			if err := json.Unmarshal(member, &node); err != nil {
				return fmt.Errorf("health of node %q: %w", name, err)
			}
		}
		nodes[name] = node
	}
	if len(nodes) == 0 && len(members) > 0 {
		return errors.New("health is told of no node")
	}
	*h = Health{Nodes: nodes}
	return nil
}

// MarshalJSON writes the nodes where there are several, else the only node, as a
// word where that says all.
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

// onlyNode reads an object that is a node itself. In a map of nodes, even a node
// of the name gateway_status has an object for its value.
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
