package late_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
)

// three are items that any work can do.
var three = slices.Values([]row{{0, phone(0)}, {1, phone(1)}, {2, phone(2)}})

func TestItemsThatWereRefusedAreNotInDoubtWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	for _, w := range works {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := clientOn(t, &wire{answer: func(int, *http.Request) (*http.Response, error) {
					return says(429, "", "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "0",
						"X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10)), nil
				}})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(10*time.Second, cancel)
				report, err := w.run(ctx, client, three)
				require.Equal(t, 3, report.Refused, err)
				require.ErrorIs(t, err, context.Canceled)
				require.NotErrorIs(t, err, late.ErrOutcomeUnknown)
			})
		})
	}
}

func TestAnAnswerThatSaysNothingOfItsItemsLeavesThemInDoubt(t *testing.T) {
	t.Parallel()
	for _, w := range works {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, 200, "{}")
			report, err := w.run(t.Context(), client, three)
			require.Equal(t, 3, report.Unknown, err)
			require.ErrorIs(t, err, late.ErrOutcomeUnknown)
		})
	}
}
