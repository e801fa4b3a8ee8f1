//go:build unix

package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/postgres"
)

func TestChaosOnPostgres(t *testing.T) {
	t.Parallel()
	url := postgres.ForTest(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-people", "2000", "-rate", "500", "-chaos", "-database", url}, &out), "%s", &out)
	require.Equal(t, map[string]string{
		"sent": "1992", "refused": "2", "suppressed": "4", "unknown": "0", "same phone as an earlier row": "2", "total": "2000",
	}, totals(out.String()), "%s", &out)
}
