package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
	caption    = "Your picture, and thank you for it."
	sorry      = "I can read text and look at pictures, and nothing else yet."
)

// bot answers messages. Its methods are called concurrently.
type bot struct {
	client *onpremise.Client

	mu   sync.Mutex // guards everything below
	done map[string]bool
	out  io.Writer
	tally
}

func newBot(client *onpremise.Client, out io.Writer) *bot {
	return &bot{client: client, done: map[string]bool{}, out: out}
}

// webhook returns the handler that the installation calls.
func (b *bot) webhook(secret string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/webhook/", onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: b.handle,
		SystemReceived: func(_ context.Context, m *onpremise.IncomingMessage) error {
			b.say("notice", "%q needs no answer", string(m.Type))
			return nil
		},
		MessageDelivered: b.status, MessageRead: b.status, MessageFailed: b.status,
		ErrorReported: func(_ context.Context, fault *onpremise.ErrorInfo) error {
			b.say("fault", "%d %s %s", fault.Code, fault.Title, fault.Details)
			return nil
		},
	}, onpremise.WithPathSecret(secret), onpremise.WithHandlerTimeout(answerTime),
		onpremise.WithWebhookLogger(slog.New(slog.DiscardHandler)))) // b.say reports what fails
	return mux
}

// handle takes a message. After an error, the installation delivers it again.
func (b *bot) handle(ctx context.Context, m *onpremise.IncomingMessage) error {
	if m.ID == "" || m.From == "" {
		b.say("notice", "%q needs no answer", string(m.Type))
		return nil
	}
	err := b.message(ctx, *m)
	if err != nil {
		b.say("put off", "%s from %s comes again: %v", kind(*m), m.From, err)
		// No longer matches ErrOutcomeUnknown: the steps that get here do no harm twice.
		return fmt.Errorf("%v", err)
	}
	return nil
}

// message answers a message and marks it as read. If only the second step fails, the next
// delivery repeats only that.
func (b *bot) message(ctx context.Context, m onpremise.IncomingMessage) error {
	if err := b.once("received "+m.ID, func() error { b.show(m); return nil }); err != nil {
		return err
	}
	left := false
	if err := b.once("answer "+m.ID, func() (err error) { left, err = b.answer(ctx, m); return err }); err != nil || left {
		return err
	}
	err := b.client.Messages.MarkRead(ctx, m.ID)
	switch {
	case lasting(err): // another delivery would not help
		b.say("unread", "%s stays so: %v", m.From, err)
		return nil
	case err != nil:
		return fmt.Errorf("not marked as read: %w", err)
	}
	b.add(&b.read)
	return nil
}

// once runs a step unless it succeeded before. The webhook handles one delivery of a message at
// a time.
func (b *bot) once(key string, step func() error) error {
	b.mu.Lock()
	done := b.done[key]
	b.mu.Unlock()
	if done {
		return nil
	}
	err := step()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done[key] = err == nil
	return err
}

// answer sends the answer. What cannot be answered, however often it comes, is left.
func (b *bot) answer(ctx context.Context, m onpremise.IncomingMessage) (left bool, err error) {
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
func (b *bot) compose(ctx context.Context, m onpremise.IncomingMessage) (answer onpremise.Message, err error) {
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

// status counts what became of an answer.
func (b *bot) status(_ context.Context, s *onpremise.MessageStatus) error {
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
	return nil
}
