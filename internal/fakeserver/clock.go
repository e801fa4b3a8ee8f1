package fakeserver

import (
	"context"
	"sync"
	"time"
)

// Clock runs as time.Now does, ahead of it or behind. The zero Clock is in step with it.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration
	moved  chan struct{} // closed when the clock is moved
}

// NewClock returns a clock that shows start now. A zero start is the present.
func NewClock(start time.Time) *Clock {
	c := new(Clock)
	if !start.IsZero() {
		c.offset = time.Until(start)
	}
	return c
}

// Now is the time that the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset).UTC()
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

// WaitUntil returns when the clock shows t, by itself or because it was moved, or with the
// error of ctx.
func (c *Clock) WaitUntil(ctx context.Context, t time.Time) error {
	for {
		c.mu.Lock()
		left := t.Sub(time.Now().Add(c.offset))
		if c.moved == nil {
			c.moved = make(chan struct{})
		}
		moved := c.moved
		c.mu.Unlock()
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-moved:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}
