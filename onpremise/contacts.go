package onpremise

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// ContactsService looks up which phone numbers are on WhatsApp.
type ContactsService service

// Check looks up phone numbers, in any usual notation, and returns the outcome for each that
// the server tells of. With [CheckBlocking] the answer waits until all are looked up; with
// [CheckNoWait], which the server does where blocking is empty, some can be
// [ContactProcessing]: see [ContactsService.Wait]. The ID to send to is in WaID.
//
// It is retried.
//
// POST /contacts
func (s *ContactsService) Check(ctx context.Context, phones []string, blocking Blocking) ([]CheckedContact, error) {
	if err := checkAll("contacts", phones); err != nil {
		return nil, err
	}
	if blocking != "" && blocking != CheckBlocking && blocking != CheckNoWait {
		return nil, invalid("blocking", fmt.Sprintf("%q is neither wait nor no_wait", blocking))
	}
	return checked(s.client.api.CheckContact(ctx, onpremiseapi.CheckContactsRequest{Contacts: phones, Blocking: blocking}))
}

func checked(resp *http.Response, err error) ([]CheckedContact, error) {
	r, err := reply.JSON[onpremiseapi.CheckContactsResponse](resp, err)
	if err != nil {
		return nil, err
	}
	if len(r.Contacts) == 0 {
		return nil, lacking(resp, "contacts")
	}
	return r.Contacts, nil
}

// Wait looks phone numbers up until none of them is [ContactProcessing], asking only for those
// that are, and returns the outcome for each in the order of phones. Where the context ends, or
// looks keep failing, the error is a [*WaitError] and the outcomes are the last ones seen.
//
// It is retried.
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
	look := func(ctx context.Context) (*[]CheckedContact, error) {
		contacts, err := s.Check(ctx, pending, CheckNoWait)
		if err != nil {
			return nil, err
		}
		for i, row := range matchRows(pending, contacts) {
			if row != nil {
				seen[pending[i]] = *row
			}
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
	last, err := wait(ctx, fmt.Sprintf("the lookup of contacts (%d)", len(phones)), opts, look,
		func(*[]CheckedContact) bool { return len(pending) == 0 },
		func(*[]CheckedContact) string { return fmt.Sprintf("still processing %d", len(pending)) })
	if last == nil {
		return nil, err
	}
	return *last, err
}
