package onpremise

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// maxCheck is the number of phone numbers in a call of CheckMany. The contract has no limit.
const maxCheck = 100

// ContactsService looks up which phone numbers are on WhatsApp.
type ContactsService service

// Check looks up phone numbers in any usual notation. With [CheckBlocking] the server responds
// when all lookups are complete. With [CheckNoWait], the server's default if blocking is empty,
// some results can be [ContactProcessing]: see [ContactsService.Wait]. The WaID of a result is
// the recipient of messages.
//
// Retried on any transient failure.
//
// POST /contacts
func (s *ContactsService) Check(ctx context.Context, phones []string, blocking Blocking) ([]CheckedContact, error) {
	if err := checkAll("contacts", phones); err != nil {
		return nil, err
	}
	if blocking != "" && blocking != CheckBlocking && blocking != CheckNoWait {
		return nil, invalid("blocking", fmt.Sprintf("%q is neither wait nor no_wait", blocking))
	}
	return checkedContacts(s.client.api.CheckContact(ctx, onpremiseapi.CheckContactsRequest{Contacts: phones, Blocking: blocking}))
}

var checkedContacts = reply.Part("contacts", func(r *onpremiseapi.CheckContactsResponse) ([]CheckedContact, bool) {
	return r.Contacts, len(r.Contacts) > 0
})

// CheckMany looks up any number of phone numbers, 100 in each call, and returns the results in
// the order of phones. It makes a call when the loop asks for the next result. A phone number is
// [ContactInvalid] without a lookup if it is blank, and [ContactProcessing] if the server has no
// result for it yet: see [ContactsService.Wait]. The sequence ends with the first error, also of
// phones.
//
//	for contact, err := range client.Contacts.CheckMany(ctx, onpremise.FromSlice(phones)) {
//
// Retried on any transient failure.
//
// POST /contacts
func (s *ContactsService) CheckMany(ctx context.Context, phones iter.Seq2[string, error]) iter.Seq2[CheckedContact, error] {
	return func(yield func(CheckedContact, error) bool) {
		if phones == nil {
			return
		}
		var chunk []string
		flush := func() bool {
			contacts, err := s.lookUp(ctx, chunk)
			chunk = chunk[:0]
			if err != nil {
				yield(CheckedContact{}, err)
				return false
			}
			for _, c := range contacts {
				if !yield(c, nil) {
					return false
				}
			}
			return true
		}
		for phone, err := range phones {
			if err != nil {
				if flush() {
					yield(CheckedContact{}, fmt.Errorf("onpremise: check contacts: read sequence: %w", err))
				}
				return
			}
			if chunk = append(chunk, phone); len(chunk) == maxCheck && !flush() {
				return
			}
		}
		flush()
	}
}

// lookUp returns a result for each phone number, in order.
func (s *ContactsService) lookUp(ctx context.Context, phones []string) ([]CheckedContact, error) {
	results := make([]CheckedContact, len(phones))
	var known []string
	for i, phone := range phones {
		results[i] = CheckedContact{Input: phone, Status: ContactProcessing}
		if strings.TrimSpace(phone) == "" {
			results[i].Status = ContactInvalid
		} else {
			known = append(known, phone)
		}
	}
	if len(known) == 0 {
		return results, nil
	}
	contacts, err := s.Check(ctx, known, CheckBlocking)
	if err != nil {
		return nil, err
	}
	byPhone := make(map[string]CheckedContact, len(contacts))
	for _, c := range contacts {
		byPhone[c.Input] = c
	}
	for i, phone := range phones {
		if c, ok := byPhone[phone]; ok {
			results[i] = c
		}
	}
	return results, nil
}

// Wait polls phone numbers until none is [ContactProcessing] and returns their results in the
// order of phones. If ctx is done or polling keeps failing, Wait returns a [*WaitError] along
// with the last results.
//
// Retried on any transient failure.
//
// POST /contacts
func (s *ContactsService) Wait(ctx context.Context, phones []string, opts ...WaitOption) ([]CheckedContact, error) {
	if err := checkAll("contacts", phones); err != nil {
		return nil, err
	}
	pending := slices.Clone(phones)
	slices.Sort(pending)
	pending = slices.Compact(pending)
	seen := make(map[string]CheckedContact, len(pending))
	poll := func(ctx context.Context) (*[]CheckedContact, error) {
		contacts, err := s.Check(ctx, pending, CheckNoWait)
		if err != nil {
			return nil, err
		}
		for _, c := range contacts {
			seen[c.Input] = c
		}
		pending = slices.DeleteFunc(pending, func(phone string) bool {
			c, ok := seen[phone]
			return ok && c.Status != ContactProcessing
		})
		all := make([]CheckedContact, len(phones))
		for i, phone := range phones {
			c, ok := seen[phone]
			if !ok {
				c = CheckedContact{Input: phone, Status: ContactProcessing}
			}
			all[i] = c
		}
		return &all, nil
	}
	last, err := wait(ctx, fmt.Sprintf("lookup of %d contacts", len(phones)), opts, poll,
		func(*[]CheckedContact) bool { return len(pending) == 0 },
		func(*[]CheckedContact) string { return fmt.Sprintf("%d processing", len(pending)) })
	if last == nil {
		return nil, err
	}
	return *last, err
}
