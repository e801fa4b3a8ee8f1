package campaign

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

// Errors that a [Sender] returns, wrapped or not, to say what became of an item.
var (
	// ErrRefused reports that the item was refused and not sent.
	ErrRefused = errors.New("campaign: refused")
	// ErrNotProcessed reports that the item was not processed and can be sent again later.
	ErrNotProcessed = errors.New("campaign: not processed")
	// ErrStop reports that the item was not processed, and that no other would be. It ends the run.
	ErrStop = errors.New("campaign: cannot send")
)

// Sender sends items. [LateMessages], [LateConversations] and [OnPremiseMessages] return senders for
// the APIs of this module; a function of your own can send in any other way.
type Sender struct {
	// Max is the maximum number of items of a call. Values below 1 mean 1.
	Max int
	// Send sends the items, at most Max, and returns what became of them. The error is that of the
	// items for which there is no result. An error is judged as follows:
	//
	//   - One that matches ErrNotProcessed, late.ErrRateLimited or late.ErrNotSent, or status 503 if
	//     the server did not process the request: the items become pending again.
	//   - Status 400, 413 or 422, or a ValidationError: the call is repeated with each half of the
	//     items, until the item at fault is alone. It is refused.
	//   - One that matches ErrRefused, or an ItemError: the item is refused.
	//   - One that matches ErrStop, or any other refusal by the server, such as 401, 402, 403, or a
	//     template that is not approved: the run ends, and the items become pending again.
	//   - Everything else, and no result without an error: the items are unknown.
	//
	// The errors of package late match those of package onpremise. Send is called concurrently. Its
	// context ends when the grace period of the run is over, or the lease of the items has expired.
	Send func(ctx context.Context, plan Plan, items []Item) ([]Result, error)
}

// Result is what became of an item: it was sent if Err is nil.
type Result struct {
	Key       string // of the item
	MessageID string
	Err       error
}

// A judgment says what follows from a call.
type judgment struct {
	settlements []settlement
	split       []Item // refused together, and not in settlements if more than one
	stop        error  // ends the run
	unknown     error  // the reason of an unknown item
	progress    bool   // an item was sent or refused
}

func judge(items []Item, results []Result, err error) judgment {
	var j judgment
	byKey := make(map[string]Result, len(results))
	for _, result := range results {
		byKey[result.Key] = result
	}
	if err == nil {
		err = errors.New("campaign: the sender returned no result")
	}
	var rest []Item
	for _, item := range items {
		result, ok := byKey[item.Key]
		switch {
		case !ok:
			rest = append(rest, item)
		case result.Err == nil:
			j.settlements = append(j.settlements, settlement{ID: item.id, State: Sent, MessageID: clean(result.MessageID)})
			j.progress = true
		default:
			j.add([]Item{item}, result.MessageID, result.Err)
		}
	}
	if len(rest) > 0 {
		j.add(rest, "", err)
	}
	return j
}

// add judges an error that items have in common.
func (j *judgment) add(items []Item, messageID string, err error) {
	s := settlement{MessageID: clean(messageID), Reason: clean(err.Error())}
	switch f := fateOf(err); {
	case f == together && len(items) > 1:
		j.split, j.progress = items, true
		return
	case f == together || f == refused:
		s.State, j.progress = Refused, true
	case f == notProcessed || f == final:
		s = settlement{State: Pending, Delay: delayOf(err).Milliseconds()}
		if f == final {
			s.Delay, j.stop = 0, err
		}
	default:
		s.State, j.unknown = Unknown, err
	}
	for _, item := range items {
		s.ID = item.id
		j.settlements = append(j.settlements, s)
	}
}

// A fate is what an error says about the items of a call.
type fate int

const (
	unknown      fate = iota
	notProcessed      // send again later
	refused
	together // refused together, perhaps because of one of them
	final    // all calls are going to be refused
)

func fateOf(err error) fate {
	status, isRefusal := refusalOf(err)
	var lateItem *late.ItemError
	switch {
	case errors.Is(err, transport.ErrOutcomeUnknown):
		return unknown
	case errors.Is(err, ErrStop):
		return final
	case errors.Is(err, ErrNotProcessed), errors.Is(err, transport.ErrRateLimited):
		return notProcessed
	case errors.Is(err, ErrRefused), errors.As(err, &lateItem):
		return refused
	case errors.Is(err, late.ErrNoAccount), isTemplate(err):
		return final
	case errors.Is(err, transport.ErrInvalidRequest), status == http.StatusRequestEntityTooLarge:
		return together
	case errors.Is(err, transport.ErrNotSent), isRefusal && status == http.StatusServiceUnavailable:
		return notProcessed
	case isRefusal && status >= 400:
		return final
	}
	return unknown
}

// refusalOf returns the status of an error of a client, and whether the call had no effect.
func refusalOf(err error) (status int, refused bool) {
	var l *late.Error
	var o *onpremise.Error
	switch {
	case errors.As(err, &l):
		return l.StatusCode, l.Outcome == late.OutcomeRefused
	case errors.As(err, &o):
		return o.StatusCode, o.Outcome == onpremise.OutcomeRefused
	}
	return 0, false
}

func delayOf(err error) time.Duration {
	var l *late.Error
	var o *onpremise.Error
	switch {
	case errors.As(err, &l):
		return max(l.RetryAfter, retryDelay)
	case errors.As(err, &o):
		return max(o.RetryAfter, retryDelay)
	}
	return retryDelay
}

// isTemplate reports whether a call was refused because its template cannot be sent to anybody.
func isTemplate(err error) bool {
	var l *late.Error
	return errors.As(err, &l) && l.Code == "template_not_approved"
}

// clean returns text that both databases can store.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// LateMessages returns a sender that sends the plan's template by [late.MessagesService.SendBulk],
// 100 items per call. The variables of an item are the values of the template's placeholders.
func LateMessages(client *late.Client) Sender {
	return Sender{Max: 100, Send: func(ctx context.Context, plan Plan, items []Item) ([]Result, error) {
		client := client
		if plan.Account != "" {
			client = client.ForAccount(plan.Account)
		}
		recipients := make([]late.BulkRecipient, len(items))
		for i, item := range items {
			recipients[i] = late.BulkRecipient{Phone: item.Phone, Variables: item.Variables}
		}
		var results []Result
		var failed error // the call, for the items without a result
		_, err := client.Messages.SendMany(ctx, plan.Template, late.FromSlice(recipients), late.WithOutcome(func(o late.ItemOutcome) {
			var call *late.Error
			switch {
			case errors.As(o.Err, &call):
				failed = o.Err
				return
			case o.State == late.ItemRefused:
				o.Err = errors.Join(ErrRefused, o.Err)
			case o.State == late.ItemNotSent:
				o.Err = errors.Join(ErrNotProcessed, o.Err)
			}
			results = append(results, Result{Key: items[o.Index].Key, MessageID: o.ID, Err: o.Err})
		}))
		if failed == nil && len(results) == 0 && err != nil {
			failed = errors.Join(ErrStop, err) // the account or the template is invalid
		}
		return results, failed
	}}
}
