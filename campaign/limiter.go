package campaign

import (
	"context"
	"errors"
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

// Wait waits for one event. It returns an error if ctx ends first, or the database keeps failing.
func (l *Limiter) Wait(ctx context.Context) (err error) {
	defer prefix("limiter", &err)
	return l.wait(ctx, 1)
}

// ahead is how long before its event a wait takes it. Waits that end before that, because their
// context or their process ends, cost others nothing.
const ahead = 250 * time.Millisecond

// wait waits for n events. The first of them happens at once if the limiter was idle.
func (l *Limiter) wait(ctx context.Context, n int) error {
	cost := float64(n) / l.rate * 1e6 // in microseconds, as delay
	if !(cost > 0) || cost > math.MaxInt32*1e6 {
		return errors.New("the rate must be positive")
	}
	for taken := false; !taken && ctx.Err() == nil; {
		var delay time.Duration
		if err := retry(ctx, busyTimeout, func(ctx context.Context) (err error) {
			taken, delay, err = l.take(ctx, int64(cost))
			return err
		}); err != nil {
			return err
		}
		sleep(ctx, delay)
	}
	return ctx.Err()
}

// take takes events that cost the given time if they happen soon. It returns how long to wait for
// them, or before the next attempt.
func (l *Limiter) take(ctx context.Context, cost int64) (taken bool, delay time.Duration, err error) {
	var us int64
	_, err = l.store.row(ctx, []any{&us}, `SELECT next - {now} * 1000 FROM wabakit_limiters WHERE name = $1`, l.name)
	if delay = time.Duration(us)*time.Microsecond - ahead; err != nil || delay > 0 {
		return false, delay, err
	}
	taken, err = l.store.row(ctx, []any{&us}, `
		INSERT INTO wabakit_limiters AS l (name, next) VALUES ($1, {now} * 1000 + $2)
		ON CONFLICT (name) DO UPDATE SET next = {greatest}(l.next, {now} * 1000) + $2 WHERE l.next <= {now} * 1000 + $3
		RETURNING next - $2 - {now} * 1000`, l.name, cost, ahead.Microseconds())
	if !taken {
		return false, 0, err // others took theirs first
	}
	return true, time.Duration(us) * time.Microsecond, err
}
