package onpremise_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleHealthService_Check() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithHealthForm(onpremisetest.HealthNodes))
	defer server.Close()
	server.SetHealth(onpremise.GatewayDisconnected)

	health, err := server.Client().Health.Check(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	nodes := health.Nodes
	if nodes == nil { // an installation of one node
		nodes = map[string]onpremise.NodeStatus{"the node": {GatewayStatus: health.Status}}
	}
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		if nodes[name].GatewayStatus != onpremise.GatewayConnected {
			fmt.Println(name, "is", nodes[name].GatewayStatus)
		}
	}
	// Output:
	// coreapp-1 is disconnected
	// master-1 is disconnected
	// master-2 is disconnected
}

// What is counted differs from release to release, and so comes as it was sent.
func ExampleHealthService_AppStats() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()

	raw, err := server.Client().Health.AppStats(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	var answer struct {
		Stats struct{ App map[string]int }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Stats.App["messages_sent"], "messages sent")
	// Output: 0 messages sent
}

func ExampleHealthService_MetricsText() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()

	text, err := server.Client().Health.MetricsText(context.Background()) // for Prometheus
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "messages_sent") {
			fmt.Print(line)
		}
	}
	// Output:
	// # TYPE client_messages_sent gauge
	// client_messages_sent 0
}
