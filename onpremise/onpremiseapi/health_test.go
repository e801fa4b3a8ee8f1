package onpremiseapi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

func TestAnInstallationIsConnectedIfEachOfItsNodesIs(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`"connected"`:                    true,
		`"disconnected"`:                 false,
		`{"gateway_status":"connected"}`: true,
		`{"a":{"gateway_status":"connected"},"b":{"gateway_status":"connected"}}`:    true,
		`{"a":{"gateway_status":"connected"},"b":{"gateway_status":"disconnected"}}`: false,
	} {
		var h onpremiseapi.Health
		require.NoError(t, json.Unmarshal([]byte(body), &h))
		require.Equal(t, want, h.Connected(), body)
	}
	require.False(t, new(onpremiseapi.Health).Connected())
}
