package dbtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/campaign"
)

func TestOpenRefusesDatabasesThatForget(t *testing.T) {
	t.Parallel()
	inMemory := database{campaign.SQLite, "sqlite", ":memory:"}
	_, err := campaign.Open(t.Context(), inMemory.open(t), inMemory.dialect)
	require.ErrorContains(t, err, "in memory")

	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		d := database{campaign.Postgres, "pgx", newDatabase(t) + "&synchronous_commit=off"}
		_, err := campaign.Open(t.Context(), d.open(t), d.dialect)
		require.ErrorContains(t, err, "synchronous_commit")
	})
}
