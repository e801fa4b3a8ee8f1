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

// ContactsService is the address book of an account.
type ContactsService service

// ListContactsOptions chooses contacts. What is not set does not choose.
type ListContactsOptions struct {
	Search  string // text in the name, phone, email or company
	Tag     string
	Group   string
	OptedIn *bool // new(true): those who agreed to get messages; new(false): the others
	Limit   int   // contacts a page; the server's default is 50
	Skip    int   // contacts to pass over
}

// List returns one page of contacts, by name.
//
// It is retried.
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
	return reply.JSON[ContactPage](s.client.api.GetWhatsAppContacts(ctx, params))
}

// All iterates over the contacts that opts chooses, by name, from the Skip-th on, in pages of
// Limit. Each is yielded once, also if the loop deletes contacts or changes them so that opts
// no longer chooses them. An error is the last thing it yields.
//
// It is retried.
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
	return each(ctx, checkPage(opts.Limit, opts.Skip), opts.Skip, iterOpts, fetch, func(c Contact) string { return c.ID })
}

// Create creates a contact. Its phone number is in E.164 form and unique in the account; one
// that is taken is [ErrConflict]. Where IsOptedIn is nil, the server takes the person to have
// agreed to get messages.
//
// It is never repeated on a doubt, because the repeat would be told of a conflict with the first.
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
	return contact(reply.JSON[lateapi.ContactResponse](s.client.api.CreateWhatsAppContact(ctx, req)))
}

// Get returns one contact, or [ErrNotFound].
//
// It is retried.
//
// GET /v1/whatsapp/contacts/{contactId}
func (s *ContactsService) Get(ctx context.Context, id string) (*Contact, error) {
	if err := checkID("contactId", id); err != nil {
		return nil, err
	}
	return contact(reply.JSON[lateapi.ContactResponse](s.client.api.GetWhatsAppContact(ctx, id)))
}

// Update changes the fields of a contact that are not nil. Tags and Groups replace the present
// ones, CustomFields are merged with them, and one that is nil is removed.
//
// It is retried.
//
// PUT /v1/whatsapp/contacts/{contactId}
func (s *ContactsService) Update(ctx context.Context, id string, req UpdateContactRequest) (*Contact, error) {
	if err := checkID("contactId", id); err != nil {
		return nil, err
	}
	return contact(reply.JSON[lateapi.ContactResponse](s.client.api.UpdateWhatsAppContact(ctx, id, req)))
}

func contact(r *lateapi.ContactResponse, err error) (*Contact, error) {
	if err != nil {
		return nil, err
	}
	return &r.Contact, nil
}

// Delete deletes a contact for good.
//
// It is retried; a repeat that finds nothing is success.
//
// DELETE /v1/whatsapp/contacts/{contactId}
func (s *ContactsService) Delete(ctx context.Context, id string) error {
	if err := checkID("contactId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteWhatsAppContact(ctx, id))
}

// Import creates up to 1000 contacts in one call and says for each how it went. Phone numbers
// that the account has already are skipped, unless SkipDuplicates is false: then they fail.
//
// It is retried, but not on a doubt where SkipDuplicates is false, because the repeat would
// report the contacts of the first as failed.
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
	return reply.JSON[ImportContactsResponse](s.client.api.ImportWhatsAppContacts(ctx, req))
}

// BulkUpdate makes one change to up to 500 contacts. AddTags and RemoveTags need Tags,
// AddGroups and RemoveGroups need Groups.
//
// It is retried.
//
// POST /v1/whatsapp/contacts/bulk
func (s *ContactsService) BulkUpdate(ctx context.Context, req BulkUpdateContactsRequest) (*BulkUpdateContactsResponse, error) {
	if err := checkIDs("contactIds", req.ContactIDs, maxBulkContacts); err != nil {
		return nil, err
	}
	if err := checkChange(ContactChange{Action: req.Action, Tags: req.Tags, Groups: req.Groups}); err != nil {
		return nil, err
	}
	return reply.JSON[BulkUpdateContactsResponse](s.client.api.BulkUpdateWhatsAppContacts(ctx, req))
}

// BulkDelete deletes up to 500 contacts for good.
//
// It is retried.
//
// DELETE /v1/whatsapp/contacts/bulk
func (s *ContactsService) BulkDelete(ctx context.Context, ids []string) (*BulkDeleteContactsResponse, error) {
	if err := checkIDs("contactIds", ids, maxBulkContacts); err != nil {
		return nil, err
	}
	return reply.JSON[BulkDeleteContactsResponse](s.client.api.BulkDeleteWhatsAppContacts(ctx,
		lateapi.BulkDeleteContactsRequest{ContactIDs: ids}))
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
