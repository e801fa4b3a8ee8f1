package campaign

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Limiter limits a rate across all processes that use a limiter of the same name in one database.
type Limiter struct {
	store *Store
	name  string
	rate  float64
}

// NewLimiter returns a limiter of rate events per second, which must be positive. A run counts each
// item as an event. With [late.WithLimiter] or [onpremise.WithLimiter], each attempt of a call is
// one.
func (s *Store) NewLimiter(name string, rate float64) *Limiter { return &Limiter{s, name, rate} }

// Wait waits for one event. It returns an error if ctx ends first, or the database fails.
func (l *Limiter) Wait(ctx context.Context) error { return l.wait(ctx, 1) }

// wait waits for n events. The first of them happens at once if the limiter was idle.
func (l *Limiter) wait(ctx context.Context, n int) error {
	us := float64(n) / l.rate * 1e6
	if !(us > 0) || us > math.MaxInt32*1e6 {
		return errors.New("campaign: limiter: the rate must be positive")
	}
	var delay int64
	_, err := l.store.row(ctx, []any{&delay}, `
		INSERT INTO wabakit_limiters AS l (name, next) VALUES ($1, {now} * 1000 + $2)
		ON CONFLICT (name) DO UPDATE SET next = {greatest}(l.next, {now} * 1000) + $2
		RETURNING next - $2 - {now} * 1000`, l.name, int64(us))
	if err != nil {
		return fmt.Errorf("campaign: limiter: %w", err)
	}
	sleep(ctx, time.Duration(delay)*time.Microsecond)
	return ctx.Err()
}
