package onpremise

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/wabakit/wabakit-go/internal/batch"
)

// maxCheck is how many phone numbers CheckMany asks for in a call. The contract has no limit;
// an answer for this many comes well within the time of an attempt.
const maxCheck = 100

var errNoLookup = fmt.Errorf("onpremise: check contacts: the answer says nothing of this number (%w)", ErrOutcomeUnknown)

// CheckMany looks up any number of phone numbers, 100 in a call that waits until they are
// looked up. The outcome for each goes to found, one at a time and in no particular order, unless
// that is nil, and the report accounts for each phone number: one that is not on WhatsApp is done like one
// that is. An empty one is refused unsent. One that the server is still looking up then is
// ItemUnknown with [ErrStillProcessing], and can be left to [ContactsService.Wait].
//
// A call is retried.
//
// POST /contacts
func (s *ContactsService) CheckMany(ctx context.Context, phones iter.Seq[string], found func(CheckedContact), opts ...BatchOption) (*BatchReport, error) {
	var mu sync.Mutex
	return run(ctx, "check contacts", maxCheck, phones, batch.Job[string]{
		Key:   func(phone string) string { return phone },
		Check: func(phone string) error { return checkRequired("contacts", phone) },
		Send: func(ctx context.Context, chunk []string) ([]batch.Result, error) {
			contacts, err := s.Check(ctx, chunk, CheckBlocking)
			if err != nil {
				return nil, err
			}
			results := make([]batch.Result, len(chunk))
			mu.Lock()
			defer mu.Unlock()
			for i, row := range matchRows(chunk, contacts) {
				switch {
				case row == nil:
					results[i] = batch.Result{State: batch.Unknown, Err: errNoLookup}
				case row.Status == ContactProcessing:
					results[i] = batch.Result{State: batch.Unknown, Err: ErrStillProcessing}
				default:
					results[i] = batch.Result{State: batch.Done}
					if found != nil {
						found(*row)
					}
				}
			}
			return results, nil
		},
	}, opts)
}

// matchRows finds the row of an answer for each phone number: the one at its place, or, where
// the answer does not have one for each in order, the one of that number.
func matchRows(phones []string, all []CheckedContact) []*CheckedContact {
	rows := make([]*CheckedContact, len(phones))
	inOrder := len(all) == len(phones)
	for i := 0; inOrder && i < len(all); i++ {
		inOrder = all[i].Input == phones[i]
		rows[i] = &all[i]
	}
	if inOrder {
		return rows
	}
	clear(rows)
	byPhone := make(map[string]*CheckedContact, len(all))
	for i := range all {
		byPhone[all[i].Input] = &all[i]
	}
	for i, phone := range phones {
		rows[i] = byPhone[phone]
	}
	return rows
}
