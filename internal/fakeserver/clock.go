package fakeserver

import (
	"context"
	"sync"
	"time"
)

// Clock is the real time plus an offset. The zero Clock shows the real time.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration
	moved  chan struct{} // closed when the clock is moved
}

// NewClock returns a clock that shows start now, or the real time if start is zero.
func NewClock(start time.Time) *Clock {
	c := new(Clock)
	if !start.IsZero() {
		c.offset = time.Until(start)
	}
	return c
}

// Now returns the time that the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset).UTC()
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

// WaitUntil waits until the clock shows t, or returns the error of ctx.
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
