package late

import (
	"context"
	"errors"
	"iter"
)

// ImportOptions holds what all contacts of an import have in common.
type ImportOptions struct {
	DefaultTags   []string // added to every contact
	DefaultGroups []string // added to every contact
	// SkipDuplicates says whether phone numbers that the account already has are skipped (nil or
	// true) or refused.
	SkipDuplicates *bool
}

// ImportMany imports any number of contacts, 1000 per call. The report identifies each by its
// phone number. A contact without a valid phone number or a name is refused and not sent.
//
// Retried on any transient failure, unless SkipDuplicates is false.
//
// POST /v1/whatsapp/contacts/import
func (s *ContactsService) ImportMany(ctx context.Context, opts ImportOptions, contacts iter.Seq2[ImportContact, error], batchOpts ...BatchOption) (*BatchReport, error) {
	if _, err := s.client.accountFor(""); err != nil {
		return &BatchReport{}, err
	}
	return run(ctx, contacts, batchJob[ImportContact]{
		size: maxImport,
		key:  func(c ImportContact) string { return c.Phone },
		check: func(c ImportContact) error {
			if err := checkPhone("phone", c.Phone); err != nil {
				return err
			}
			return checkRequired("name", c.Name)
		},
		send: func(ctx context.Context, chunk []ImportContact) ([]itemResult, error) {
			resp, err := s.Import(ctx, ImportContactsRequest{
				Contacts: chunk, DefaultTags: opts.DefaultTags, DefaultGroups: opts.DefaultGroups,
				SkipDuplicates: opts.SkipDuplicates,
			})
			if err != nil {
				return nil, err
			}
			return importResults(chunk, resp), nil
		},
	}, batchOpts)
}

// ContactChange is one change to many contacts.
type ContactChange struct {
	Action ContactAction
	Tags   []string // for AddTags and RemoveTags
	Groups []string // for AddGroups and RemoveGroups
}

// UpdateMany makes the same change to any number of contacts, 500 per call. The report identifies
// each by its ID. A contact that the change leaves as it is counts as skipped.
//
// The server reports only how many contacts of a call it found and changed. If it did not find
// all of them, UpdateMany marks all contacts of the call as ItemUnknown.
//
// Retried on any transient failure.
//
// POST /v1/whatsapp/contacts/bulk
func (s *ContactsService) UpdateMany(ctx context.Context, change ContactChange, ids iter.Seq2[string, error], opts ...BatchOption) (*BatchReport, error) {
	if err := checkChange(change); err != nil {
		return &BatchReport{}, err
	}
	return run(ctx, ids, idJob(func(ctx context.Context, chunk []string) ([]itemResult, error) {
		resp, err := s.BulkUpdate(ctx, BulkUpdateContactsRequest{
			Action: change.Action, ContactIDs: chunk, Tags: change.Tags, Groups: change.Groups,
		})
		if err != nil {
			return nil, err
		}
		repeated := len(chunk) - distinct(chunk)
		return countedResults(chunk, resp.Modified, resp.Matched-resp.Modified+repeated), nil
	}), opts)
}

// ContactUpdate is a change to one contact.
type ContactUpdate struct {
	ID     string
	Change UpdateContactRequest
}

// UpdateEach makes a different change to each of any number of contacts, one per call. The report
// identifies each by its ID. A contact that does not exist, or whose change the server rejects, is
// refused.
//
// Retried on any transient failure.
//
// PUT /v1/whatsapp/contacts/{contactId}
func (s *ContactsService) UpdateEach(ctx context.Context, updates iter.Seq2[ContactUpdate, error], opts ...BatchOption) (*BatchReport, error) {
	return run(ctx, updates, batchJob[ContactUpdate]{
		size:  1,
		key:   func(u ContactUpdate) string { return u.ID },
		check: func(u ContactUpdate) error { return checkID("contactId", u.ID) },
		send: func(ctx context.Context, chunk []ContactUpdate) ([]itemResult, error) {
			updated, err := s.Update(ctx, chunk[0].ID, chunk[0].Change)
			switch {
			case err == nil:
				return []itemResult{{state: ItemDone, id: updated.ID}}, nil
			case stateOf(err) == ItemRefused && (errors.Is(err, ErrNotFound) || errors.Is(err, ErrInvalidRequest) || errors.Is(err, ErrConflict)):
				return []itemResult{{state: ItemRefused, err: err}}, nil
			}
			return nil, err
		},
	}, opts)
}

// DeleteMany permanently deletes any number of contacts, 500 per call. The report identifies each
// by its ID. A contact that does not exist counts as skipped.
//
// The server reports only a count per call. If some contacts did not exist, DeleteMany marks
// repeated IDs as ItemSkipped first, then the last IDs of the call; the individual states are a
// guess, the totals are exact.
//
// Retried on any transient failure.
//
// DELETE /v1/whatsapp/contacts/bulk
func (s *ContactsService) DeleteMany(ctx context.Context, ids iter.Seq2[string, error], opts ...BatchOption) (*BatchReport, error) {
	return run(ctx, ids, idJob(func(ctx context.Context, chunk []string) ([]itemResult, error) {
		resp, err := s.BulkDelete(ctx, chunk)
		if err != nil {
			return nil, err
		}
		return countedResults(chunk, resp.Deleted, len(chunk)-resp.Deleted), nil
	}), opts)
}

func idJob(send func(context.Context, []string) ([]itemResult, error)) batchJob[string] {
	return batchJob[string]{
		size:  maxBulkContacts,
		key:   func(id string) string { return id },
		check: func(id string) error { return checkID("contactId", id) },
		send:  send,
	}
}

func distinct(ids []string) int {
	seen := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		seen[id] = struct{}{}
	}
	return len(seen)
}
