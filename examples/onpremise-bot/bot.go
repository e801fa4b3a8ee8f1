package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
)

const (
	// answerTime bounds the answer to an event.
	answerTime = time.Minute
	// remembered is how many messages are not answered again.
	remembered = 1 << 16
	caption    = "Your picture, and thank you for it."
	sorry      = "I can read text and look at pictures, and nothing else yet."
)

// bot answers messages. It is called by as many goroutines as the installation delivers events
// at once.
type bot struct {
	client *onpremise.Client
	done   *onpremise.MemoryStore // what is not to be done again

	mu  sync.Mutex // guards everything below
	out io.Writer
	tally
}

func newBot(client *onpremise.Client, out io.Writer) *bot {
	return &bot{client: client, done: onpremise.NewMemoryStore(3 * remembered), out: out} // received, answered, and done
}

// webhook is what the installation calls. Whoever knows the secret is taken for it.
func (b *bot) webhook(secret string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/webhook/", onpremise.WebhookHandler(b.handle,
		onpremise.WithPathSecret(secret), onpremise.WithDeduplication(duplicates{onpremise.NewMemoryStore(4 * remembered), b})))
	return mux
}

// handle takes an event. An error has it delivered again.
func (b *bot) handle(ctx context.Context, e *onpremise.WebhookEvent) error {
	// The installation may hang up. An answer that is broken off then is one of which nobody
	// knows whether it was sent: it is brought to its end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
	defer cancel()
	var failed []error
	for _, m := range e.Messages {
		if err := b.message(ctx, m); err != nil {
			b.say("put off", "%s from %s comes again: %v", kind(m), m.From, err)
			failed = append(failed, err)
		}
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	for _, s := range e.Statuses {
		b.status(s)
	}
	for _, fault := range e.Errors {
		b.say("fault", "%d %s %s", fault.Code, fault.Title, fault.Details)
	}
	return nil
}

// message answers a message and marks it as read. Both are steps of their own: when the second
// fails, the first has been done. In an event of several messages, one can be done when another
// fails.
func (b *bot) message(ctx context.Context, m onpremise.WebhookMessage) error {
	if m.ID == "" || m.From == "" || m.Type == onpremise.TypeSystem {
		b.say("notice", "%q needs no answer", string(m.Type)) // of a group that has changed, say
		return nil
	}
	return b.once(ctx, "message "+m.ID, func() error {
		if err := b.once(ctx, "received "+m.ID, func() error { b.show(m); return nil }); err != nil {
			return err
		}
		left := false
		if err := b.once(ctx, "answer "+m.ID, func() (err error) { left, err = b.answer(ctx, m); return err }); err != nil || left {
			return err
		}
		err := b.client.Messages.MarkRead(ctx, m.ID)
		switch {
		case lasting(err): // it would come again for ever
			b.say("unread", "%s stays so: %v", m.From, err)
			return nil
		case err != nil:
			return fmt.Errorf("not marked as read: %w", err)
		}
		b.add(&b.read)
		return nil
	})
}

// once does something, unless it was done before.
func (b *bot) once(ctx context.Context, key string, do func() error) (err error) {
	claim, err := b.done.Claim(ctx, key)
	switch {
	case err != nil || claim == onpremise.ClaimHandled:
		return err
	case claim == onpremise.ClaimBusy:
		return errors.New("another delivery of it is being answered")
	}
	handled := false
	defer func() { err = cmp.Or(err, b.done.Settle(ctx, key, handled)) }()
	err = do()
	handled = err == nil
	return err
}

// answer sends the answer. What cannot be answered, however often it comes, is left.
func (b *bot) answer(ctx context.Context, m onpremise.WebhookMessage) (left bool, err error) {
	answer, err := b.compose(ctx, m)
	if err == nil {
		_, err = b.client.Messages.Send(ctx, answer)
		if errors.Is(err, onpremise.ErrOutcomeUnknown) {
			b.add(&b.inDoubt)
			b.say("in doubt", "%s may have been answered, and is not again: %v", m.From, err)
			return true, nil
		}
		if err != nil && answer.Image != nil { // the next attempt makes a copy of its own
			b.client.Media.Delete(ctx, answer.Image.ID)
		}
	}
	switch {
	case lasting(err):
		b.add(&b.givenUp)
		b.say("given up", "%s gets no answer: %v", m.From, err)
		return true, nil
	case err != nil:
		return false, err
	}
	b.add(&b.answered)
	b.say("answered", "%s, with %s", m.From, map[bool]string{true: "a picture", false: "text"}[answer.Image != nil])
	return false, nil
}

// compose makes the answer to a message: to the group, if it was sent to one.
func (b *bot) compose(ctx context.Context, m onpremise.WebhookMessage) (answer onpremise.Message, err error) {
	to := cmp.Or(m.GroupID, m.From)
	switch m.Type {
	case onpremise.TypeText:
		answer = onpremise.TextMessage(to, echo(m.Text.Body))
	case onpremise.TypeImage:
		id, err := b.copyMedia(ctx, m.Image)
		if err != nil {
			return answer, err
		}
		answer = onpremise.ImageMessage(to, onpremise.MediaID(id), caption)
	default:
		answer = onpremise.TextMessage(to, sorry)
	}
	if m.GroupID != "" {
		answer = onpremise.ToGroup(answer)
	}
	return answer, nil
}

// copyMedia stores a file again that came in. It goes through piece by piece, whatever its size.
func (b *bot) copyMedia(ctx context.Context, media onpremise.WebhookMedia) (id string, err error) {
	content, err := b.client.Media.Download(ctx, media.ID)
	if err != nil {
		return "", err
	}
	defer content.Close()
	return b.client.Media.Upload(ctx, cmp.Or(content.ContentType, media.MIMEType), content)
}

// echo is the answer to a text. A text of full length would not fit into it.
func echo(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return "You wrote: " + text
}

// lasting tells of a call whether it would fail again: what is wrong with the request itself is,
// what is wrong with the token, the rate, or the server may pass.
func lasting(err error) bool {
	if _, ok := errors.AsType[*onpremise.ValidationError](err); ok {
		return true
	}
	e, ok := errors.AsType[*onpremise.Error](err)
	passing := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests}
	return ok && e.StatusCode >= 400 && e.StatusCode < 500 && !slices.Contains(passing, e.StatusCode)
}

// status takes note of what became of an answer.
func (b *bot) status(s onpremise.WebhookStatus) {
	switch s.Status {
	case onpremise.StatusDelivered:
		b.add(&b.arrived)
	case onpremise.StatusRead:
		b.add(&b.seen)
	case onpremise.StatusFailed:
		var reasons []string
		for _, reason := range s.Errors {
			reasons = append(reasons, strings.TrimSpace(reason.Title+" "+reason.Details))
		}
		b.add(&b.failed)
		b.say("failed", "the answer to %s did not arrive: %s", s.RecipientID, strings.Join(reasons, "; "))
	}
}
