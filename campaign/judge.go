package campaign

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/internal/transport"
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/onpremise"
)

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
		if _, isRepeated := byKey[result.Key]; isRepeated {
			result.Err = errors.New("the sender returned several results for the item")
		}
		byKey[result.Key] = result
	}
	if err == nil {
		err = errors.New("the sender returned no result")
	}
	var rest []Item
	for _, item := range items {
		result, ok := byKey[item.Key]
		switch {
		case !ok:
			rest = append(rest, item)
		case result.Err == nil:
			j.settlements = append(j.settlements, settlement{ID: item.id, State: Sent, MessageID: cleanID(result.MessageID)})
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
	s := settlement{MessageID: cleanID(messageID), Reason: clean(err.Error())}
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
	code, hasCode := fateOfCode(err)
	switch {
	case errors.Is(err, transport.ErrOutcomeUnknown):
		return unknown
	case errors.Is(err, ErrStop):
		return final
	case errors.Is(err, ErrNotProcessed), errors.Is(err, transport.ErrRateLimited), isRefusal && status == http.StatusServiceUnavailable:
		return notProcessed
	case errors.Is(err, ErrRefused):
		return refused
	case hasCode:
		return code
	case errors.Is(err, late.ErrNoAccount):
		return final
	case errors.Is(err, transport.ErrInvalidRequest), status == http.StatusRequestEntityTooLarge, isRefusal && status != 0 && status < 300:
		return together
	case errors.Is(err, transport.ErrNotSent):
		return notProcessed
	case isRefusal && status != 0:
		return final
	}
	return unknown
}

// refusalOf returns the status of an error of a client, and whether the call had no effect.
func refusalOf(err error) (status int, refused bool) {
	if e, ok := errors.AsType[*late.Error](err); ok {
		return e.StatusCode, e.Outcome == late.OutcomeRefused
	}
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		return e.StatusCode, e.Outcome == onpremise.OutcomeRefused
	}
	return 0, false
}

var (
	// finalCode finds the codes with which WhatsApp refuses every message: the template is missing,
	// paused or disabled, or the account is locked, has to pay, is restricted or is not registered.
	finalCode = regexp.MustCompile(`\b(132001|132015|132016|131031|131042|131048|131045|133010)\b`)
	// limitCode finds the codes of WhatsApp's rate limits: of the number, and for one recipient.
	limitCode = regexp.MustCompile(`\b(130429|131056)\b`)
)

// fateOfCode judges the code of a refusal. Late passes on those of WhatsApp; in which field of the
// error is not documented.
func fateOfCode(err error) (f fate, ok bool) {
	item, isItem := errors.AsType[*late.ItemError](err)
	if isItem {
		switch text := item.Reason; {
		case finalCode.MatchString(text):
			return final, true
		case limitCode.MatchString(text):
			return notProcessed, true
		}
		return refused, true
	}
	if e, isCall := errors.AsType[*late.Error](err); isCall {
		switch text := e.Code + " " + e.Message + " " + string(e.PlatformError) + " " + string(e.Details); {
		case slices.Contains([]string{"template_not_approved", "template_not_found", "account_disconnected"}, e.Code), finalCode.MatchString(text):
			return final, true
		case limitCode.MatchString(text):
			return notProcessed, true
		}
	}
	if e, isCall := errors.AsType[*onpremise.Error](err); isCall {
		for _, info := range e.Errors {
			switch info.Code {
			case 1011, // service not ready
				2001, 2060, 2061: // template missing, paused, disabled
				return final, true
			case 470, 1006, 1007, 1013, 1021, 1026: // of the recipient: no open window, unknown, blocked, invalid, incapable
				return refused, true
			}
		}
	}
	return unknown, false
}

func delayOf(err error) time.Duration {
	if e, ok := errors.AsType[*late.Error](err); ok {
		return max(e.RetryAfter, retryDelay)
	}
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		return max(e.RetryAfter, retryDelay)
	}
	return retryDelay
}

// maxIndexed is the maximum number of bytes of a text in an index. PostgreSQL refuses more than about
// 2700, and both databases should take the same.
const maxIndexed = 1000

// cleanID returns the ID of a message, or none if it cannot be stored.
func cleanID(id string) string {
	if id = clean(id); len(id) > maxIndexed {
		return ""
	}
	return id
}

// clean returns text that both databases can store.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}
