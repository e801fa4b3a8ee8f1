package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/late"
)

// findOutFor is how long to look whether a broadcast was sent after all.
const findOutFor = time.Minute

// run does it all and accounts for it. It returns the status of the program.
func (c *campaign) run(ctx context.Context) int {
	c.nameRows(unusable, duplicate)
	c.say("file", "%s has %s rows, %s to message", c.list.file, grouped(len(c.list.rows)), people(c.list.count(notSent)))
	err := c.prepare(ctx)
	if err == nil {
		err = c.send(ctx)
	}
	if err == nil {
		c.follow(ctx)
	}
	if c.tried {
		if lookErr := c.lookUp(ctx); err == nil {
			err = lookErr
		}
	}
	return c.report(ctx, err)
}

// send sends the broadcast. It is called once, and Send is never repeated: if its answer is
// lost, the server may be at work.
func (c *campaign) send(ctx context.Context) error {
	c.say("sending", "to %s", people(c.list.count(notSent)))
	err := c.whileWatching(ctx, func() error {
		_, err := c.client.Broadcasts.Send(ctx, c.broadcast.ID) // answers when it is through
		return err
	})
	c.tried = err == nil || errors.Is(err, late.ErrOutcomeUnknown)
	if c.tried && err != nil && ctx.Err() == nil {
		return c.findOut(ctx, err)
	}
	return err
}

// findOut waits for a broadcast of which nobody knows whether it was sent. One that stays a
// draft was not.
func (c *campaign) findOut(ctx context.Context, sendErr error) error {
	c.say("sending", "the answer was lost, looking what became of it")
	var b *late.Broadcast
	err := c.whileWatching(ctx, func() (err error) {
		bounded, cancel := context.WithTimeout(ctx, findOutFor)
		defer cancel()
		b, err = c.client.Broadcasts.Wait(bounded, c.broadcast.ID)
		if err != nil && b != nil && b.Status == late.BroadcastSending {
			b, err = c.client.Broadcasts.Wait(ctx, c.broadcast.ID) // it was sent, and takes its time
		}
		return err
	})
	if err != nil && b != nil && b.Status == late.BroadcastDraft {
		return fmt.Errorf("it is still a draft: %w", sendErr)
	}
	return err
}

// whileWatching works, and shows how far the server is with the sending meanwhile.
func (c *campaign) whileWatching(ctx context.Context, work func() error) error {
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		c.watch(watching, "sending", func(s late.DeliverySummary) int { return s.Total - s.Pending })
	})
	defer watch.Wait()
	defer stop()
	return work()
}

// follow watches the messages arrive, for a while: a phone can be off for days.
func (c *campaign) follow(ctx context.Context) {
	watching, stop := context.WithTimeout(ctx, c.options.follow)
	defer stop()
	c.watch(watching, "delivery", func(s late.DeliverySummary) int { return s.Delivered + s.Read + s.Failed })
}

// watch shows how many recipients are done with, until all are. It is only a show: lookUp tells
// what became of them, also if this fails.
func (c *campaign) watch(ctx context.Context, label string, done func(late.DeliverySummary) int) {
	show := c.progress(label, c.broadcast.RecipientCount)
	for {
		page, err := c.client.Broadcasts.Recipients(ctx, c.broadcast.ID, late.ListRecipientsOptions{Limit: 1})
		if err != nil {
			return
		}
		show(done(page.Summary))
		if done(page.Summary) == page.Summary.Total {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.look):
		}
	}
}

// lookUp asks for every recipient what became of the message. It does so also when ctx has
// ended: who stops the program wants to know how far it came.
func (c *campaign) lookUp(ctx context.Context) error {
	if ctx.Err() != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		ctx = last
	}
	var messaged []*recipient
	for r := range c.list.in(notSent) {
		messaged = append(messaged, r)
	}
	for _, r := range messaged {
		r.settle(unknown, "the server told nothing of its message")
	}
	b, err := c.client.Broadcasts.Get(ctx, c.broadcast.ID)
	if err != nil {
		return err
	}
	if c.broadcast = b; b.Status == late.BroadcastDraft {
		for _, r := range messaged {
			r.settle(notSent, "")
		}
		return nil
	}
	strangers := 0
	for d, err := range c.client.Broadcasts.AllRecipients(ctx, b.ID, late.ListRecipientsOptions{Limit: 1000}) {
		if err != nil {
			return err
		}
		if r := c.list.byPhone[d.Phone]; r != nil {
			r.settle(delivered(d))
		} else {
			strangers++
		}
	}
	if strangers > 0 {
		return fmt.Errorf("broadcast %s has %d recipients who are not in %s", b.ID, strangers, c.list.file)
	}
	return nil
}

func delivered(d late.RecipientDelivery) (state, string) {
	switch d.Status {
	case late.DeliveryPending:
		return waiting, ""
	case late.DeliverySent:
		return sent, ""
	case late.DeliveryDelivered:
		return arrived, ""
	case late.DeliveryRead:
		return read, ""
	case late.DeliveryFailed:
		return failed, d.Error
	}
	return unknown, fmt.Sprintf("the server calls its message %q", d.Status)
}
