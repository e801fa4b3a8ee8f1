// Package faultwire holds a client against a server that misbehaves: every operation under
// every fault. It knows neither API.
package faultwire

import (
	"context"
	"time"
)

// Fault is a way in which a call goes wrong, and what it has to come to.
type Fault struct {
	Name string
	// Heavy is one that costs some time, and so is for some of the operations only in the short
	// form.
	Heavy bool
	Fate

	// What happens, in the order in which it can.
	ends    ending // of the context of the call
	dial    func(ctx context.Context, loopback bool) error
	secure  bool // the client speaks TLS; the server does not
	kept    bool // the connection has served before
	unread  bool // it is cut before the request is read
	serve   serving
	then    *Fault        // what strikes after it, and goes on
	timeout time.Duration // of an attempt
	most    int64         // that may be read of an attempt, where it is not the usual

	short bool // it is part of the short form
	wired bool // it is part of the form on sockets
}

// Fate is what a fault does to a call. It says what is so, not what the library makes of it.
type Fate struct {
	Unsent  bool // nothing of the attempt has left
	Doubt   bool // for all that the client can know, the server may have acted
	Acts    bool // the server has acted
	Passing bool // it may go better another time

	Status int           // of the answer; 0 is none
	Is     []error       // what errors.Is finds, but for what follows from the above
	Wait   time.Duration // before the next attempt, where the server tells it

	// Of the answer.
	Worded  bool // an error as the API has it
	Quotes  bool // it quotes the request
	Floods  bool // more garbage than anybody wants
	Broken  bool // it breaks off in its body
	Strange bool // a success of which nothing can be read
	Page    bool // and which is none of the server's
	Octets  bool // that can be taken for a file
	Large   bool // a success that is larger than any can be, but for a file
	Away    bool // it sends the client to another host
	Near    bool // or to another path
}

// Times are how often the fault is to strike.
func (f Fault) Times() []int {
	switch {
	case f.secure: // for the second attempt the server would have to speak TLS
		return []int{Always}
	case f.then != nil:
		return []int{Always}
	case f.Passing && !f.ends.pause && !f.Floods:
		return []int{Once, Always}
	}
	return []int{Once}
}

// Ends tells when the context of the call ends, and how; nil is not at all.
func (f Fault) Ends() (time.Duration, error) { return f.ends.after, f.ends.reason() }

// ending is how the context of a call ends.
type ending struct {
	cancel, deadline bool
	after            time.Duration
	pause            bool // in the wait for the next attempt
}

func (e ending) context(ctx context.Context) (context.Context, context.CancelFunc) {
	switch {
	case e.deadline:
		return context.WithTimeout(ctx, e.after)
	case e.cancel && e.after > 0:
		ctx, cancel := context.WithCancel(ctx)
		timer := time.AfterFunc(e.after, cancel)
		return ctx, func() { timer.Stop(); cancel() }
	}
	ctx, cancel := context.WithCancel(ctx)
	if e.cancel {
		cancel()
	}
	return ctx, cancel
}

// reason is what the context says of its end.
func (e ending) reason() error {
	switch {
	case e.deadline:
		return context.DeadlineExceeded
	case e.cancel:
		return context.Canceled
	}
	return nil
}
