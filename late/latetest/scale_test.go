//go:build !race

package latetest_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// TestLongListIsReadInLinearTime reads each list within most: it takes below a second, and much
// longer than most if the server sorts or filters all rows for each page.
func TestLongListIsReadInLinearTime(t *testing.T) {
	t.Parallel()
	const rows, most = 30_000, 10 * time.Second
	for _, tt := range []struct {
		name string
		fill func(*latetest.Server)
		read func(context.Context, *late.Client) iter.Seq[error]
	}{
		{"conversations", func(s *latetest.Server) {
			for i := range rows {
				s.ReceiveText(phone(i), "hello")
			}
		}, func(ctx context.Context, c *late.Client) iter.Seq[error] {
			return errs(c.Conversations.All(ctx, late.ListConversationsOptions{Limit: 100}))
		}},
		{"messages", func(s *latetest.Server) {
			for range rows {
				s.ReceiveText(phone(1), "hello")
			}
		}, func(ctx context.Context, c *late.Client) iter.Seq[error] {
			return func(yield func(error) bool) {
				inbox, err := c.Conversations.List(ctx, late.ListConversationsOptions{})
				for page := new(late.MessagePage); err == nil; {
					page, err = c.Conversations.Messages(ctx, inbox.Conversations[0].ID, late.ListMessagesOptions{Cursor: page.NextCursor})
					if err != nil {
						break
					}
					for range page.Messages {
						yield(nil)
					}
					if page.NextCursor == "" {
						return
					}
				}
				yield(err)
			}
		}},
		{"connection log", func(s *latetest.Server) {
			for i := range rows {
				s.FailAccount(s.AccountID(), []string{"disconnected", ""}[i%2])
			}
		}, func(ctx context.Context, c *late.Client) iter.Seq[error] {
			return errs(c.Accounts.AllConnectionLog(ctx, late.ConnectionLogOptions{Limit: 100}))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := latetest.NewServer(latetest.WithRateLimit(rows))
			t.Cleanup(s.Close)
			tt.fill(s)
			ctx, cancel := context.WithTimeout(t.Context(), most)
			defer cancel()
			n := 0
			for err := range tt.read(ctx, s.Client()) {
				require.NoError(t, err)
				n++
			}
			assert.Equal(t, rows, n)
		})
	}
}

func errs[T any](rows iter.Seq2[T, error]) iter.Seq[error] {
	return func(yield func(error) bool) {
		rows(func(_ T, err error) bool { return yield(err) })
	}
}
