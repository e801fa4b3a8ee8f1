package late

import (
	"context"
	"fmt"
	"iter"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	maxImport       = 1000
	maxBulkContacts = 500
)

// ContactsService manages the contacts of an account.
type ContactsService service

// ListContactsOptions filters and pages a list of contacts. Zero fields are ignored.
type ListContactsOptions struct {
	Search  string // text in the name, phone, email or company
	Tag     string
	Group   string
	OptedIn *bool // new(true): only contacts that agreed to receive messages; new(false): only the others
	Limit   int   // contacts per page; the server's default is 50
	Skip    int   // contacts before the page
}

// List returns a page of contacts, sorted by name.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/contacts
func (s *ContactsService) List(ctx context.Context, opts ListContactsOptions) (*ContactPage, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	if err := checkPage(opts.Limit, opts.Skip); err != nil {
		return nil, err
	}
	params := &lateapi.GetWhatsAppContactsParams{
		AccountID: account, Search: optional(opts.Search), Tag: optional(opts.Tag), Group: optional(opts.Group),
		Limit: optional(opts.Limit), Skip: optional(opts.Skip),
	}
	if opts.OptedIn != nil {
		params.OptedIn = new(lateapi.OptedInFilter(fmt.Sprint(*opts.OptedIn)))
	}
	return contactPage(s.client.api.GetWhatsAppContacts(ctx, params))
}

// All returns an iterator over the contacts that match opts, sorted by name. It omits the first
// Skip contacts and fetches pages of Limit. Each contact is yielded once, even if the loop deletes
// contacts or changes them so that they no longer match. An error is yielded last.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/contacts
func (s *ContactsService) All(ctx context.Context, opts ListContactsOptions, iterOpts ...IterOption) iter.Seq2[Contact, error] {
	fetch := func(ctx context.Context, skip int) ([]Contact, Pagination, error) {
		opts := opts
		opts.Skip = skip
		page, err := s.List(ctx, opts)
		if err != nil {
			return nil, Pagination{}, err
		}
		return page.Contacts, page.Pagination, nil
	}
	return each(ctx, checkPage(opts.Limit, opts.Skip), opts.Skip, iterOpts, fetch, func(c Contact) (string, string) { return c.ID, c.Name })
}

// Create creates a contact. The phone number must be in E.164 form. It returns [ErrConflict] if
// another contact of the account has the number. If IsOptedIn is nil, the server assumes that the
// person agreed to receive messages.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call ByPhone to see
// whether it happened.
//
// POST /v1/whatsapp/contacts
func (s *ContactsService) Create(ctx context.Context, req CreateContactRequest) (*Contact, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if err := checkPhone("phone", req.Phone); err != nil {
		return nil, err
	}
	if err := checkRequired("name", req.Name); err != nil {
		return nil, err
	}
	return contact(s.client.api.CreateWhatsAppContact(ctx, req))
}

// Get returns a contact. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/contacts/{contactId}
func (s *ContactsService) Get(ctx context.Context, id string) (*Contact, error) {
	if err := checkPathID(OpGetWhatsAppContact, id); err != nil {
		return nil, err
	}
	return contact(s.client.api.GetWhatsAppContact(ctx, id))
}

// ByPhone returns the contact that has a phone number, in E.164 form. It returns [ErrNotFound] if
// there is none.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/contacts
func (s *ContactsService) ByPhone(ctx context.Context, phone string) (*Contact, error) {
	if err := checkPhone("phone", phone); err != nil {
		return nil, err
	}
	// Without the plus sign, which a server may treat as part of a pattern.
	for c, err := range s.All(ctx, ListContactsOptions{Search: phone[1:]}) {
		if err != nil {
			return nil, err
		}
		if c.Phone == phone {
			return &c, nil
		}
	}
	return nil, &sentinel{"get contact by phone: not found", ErrNotFound}
}

// Update changes the fields of a contact that are not nil. Tags and Groups replace the present
// ones. CustomFields are merged with the present ones; a nil value removes a field.
//
// Retried on any transient failure.
//
// PUT /v1/whatsapp/contacts/{contactId}
func (s *ContactsService) Update(ctx context.Context, id string, req UpdateContactRequest) (*Contact, error) {
	if err := checkPathID(OpUpdateWhatsAppContact, id); err != nil {
		return nil, err
	}
	return contact(s.client.api.UpdateWhatsAppContact(ctx, id, req))
}

// Delete deletes a contact.
//
// Retried on any transient failure.
//
// DELETE /v1/whatsapp/contacts/{contactId}
func (s *ContactsService) Delete(ctx context.Context, id string) error {
	if err := checkPathID(OpDeleteWhatsAppContact, id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteWhatsAppContact(ctx, id))
}

// Import imports at most 1000 contacts and returns a result for each. A phone number that the
// account already has is skipped, or refused if SkipDuplicates is false.
//
// Retried on any transient failure, unless SkipDuplicates is false.
//
// POST /v1/whatsapp/contacts/import
func (s *ContactsService) Import(ctx context.Context, req ImportContactsRequest) (*ImportContactsResponse, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if err := checkCount("contacts", len(req.Contacts), maxImport); err != nil {
		return nil, err
	}
	complete := func(r *ImportContactsResponse) bool { return len(r.Results) == len(req.Contacts) }
	return reply.Report("results", imported, complete)(s.client.api.ImportWhatsAppContacts(ctx, req))
}

// BulkUpdate makes the same change to at most 500 contacts. [AddTags] and [RemoveTags] require
// Tags; [AddGroups] and [RemoveGroups] require Groups.
//
// Retried on any transient failure.
//
// POST /v1/whatsapp/contacts/bulk
func (s *ContactsService) BulkUpdate(ctx context.Context, req BulkUpdateContactsRequest) (*BulkUpdateContactsResponse, error) {
	if err := checkIDs("contactIds", req.ContactIDs, maxBulkContacts); err != nil {
		return nil, err
	}
	if err := checkChange(ContactChange{Action: req.Action, Tags: req.Tags, Groups: req.Groups}); err != nil {
		return nil, err
	}
	return contactsUpdated(s.client.api.BulkUpdateWhatsAppContacts(ctx, req))
}

// BulkDelete deletes at most 500 contacts.
//
// Retried on any transient failure.
//
// DELETE /v1/whatsapp/contacts/bulk
func (s *ContactsService) BulkDelete(ctx context.Context, ids []string) (*BulkDeleteContactsResponse, error) {
	if err := checkIDs("contactIds", ids, maxBulkContacts); err != nil {
		return nil, err
	}
	return contactsDeleted(s.client.api.BulkDeleteWhatsAppContacts(ctx, lateapi.BulkDeleteContactsRequest{ContactIDs: ids}))
}

func checkChange(c ContactChange) error {
	switch c.Action {
	case AddTags, RemoveTags:
		return checkCount("tags", len(c.Tags), 0)
	case AddGroups, RemoveGroups:
		return checkCount("groups", len(c.Groups), 0)
	}
	return checkRequired("action", string(c.Action))
}

var (
	contactPage     = reply.Part("contacts", func(r *ContactPage) (*ContactPage, bool) { return r, r.Contacts != nil })
	contact         = reply.Part("contact", func(r *lateapi.ContactResponse) (*Contact, bool) { return &r.Contact, r.Contact.ID != "" })
	contactsUpdated = reply.Part("counts", func(r *struct {
		BulkUpdateContactsResponse
		Matched *int `json:"matched"`
	},
	) (*BulkUpdateContactsResponse, bool) {
		return &r.BulkUpdateContactsResponse, count(r.Matched, &r.BulkUpdateContactsResponse.Matched)
	})
	contactsDeleted = reply.Part("count", func(r *struct {
		BulkDeleteContactsResponse
		Deleted *int `json:"deleted"`
	},
	) (*BulkDeleteContactsResponse, bool) {
		return &r.BulkDeleteContactsResponse, count(r.Deleted, &r.BulkDeleteContactsResponse.Deleted)
	})
)

func imported(r *ImportContactsResponse) (*ImportContactsResponse, bool) {
	return r, r.Results != nil || r.Summary != (ImportSummary{})
}
