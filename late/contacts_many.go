package late

import (
	"context"
	"iter"

	"github.com/wabakit/wabakit-go/internal/batch"
)

// ImportOptions is what all contacts of an import have in common.
type ImportOptions struct {
	DefaultTags   []string // tags for every contact
	DefaultGroups []string // groups for every contact
	// SkipDuplicates says whether a phone number that the account has already is skipped, as
	// the server does where it is nil, or refused.
	SkipDuplicates *bool
}

// ImportMany imports any number of contacts, 1000 in a call, and accounts for each by its
// phone number. A contact without a usable phone number or a name is refused unsent.
//
// A call is retried, but not on a doubt where SkipDuplicates is false.
//
// POST /v1/whatsapp/contacts/import
func (s *ContactsService) ImportMany(ctx context.Context, contacts iter.Seq[ImportContact], opts ImportOptions, batchOpts ...BatchOption) (*BatchReport, error) {
	if _, err := s.client.accountFor(""); err != nil {
		return &BatchReport{}, err
	}
	return run(ctx, "import contacts", maxImport, contacts, batch.Job[ImportContact]{
		Key: func(c ImportContact) string { return c.Phone },
		Check: func(c ImportContact) error {
			if err := checkPhone("phone", c.Phone); err != nil {
				return err
			}
			return checkRequired("name", c.Name)
		},
		Send: func(ctx context.Context, chunk []ImportContact) ([]batch.Result, error) {
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

// UpdateMany makes one change to any number of contacts, 500 in a call, and accounts for each
// by its id. One that is as the change makes it already is skipped.
//
// Of a call, the server tells only how many contacts it found and changed: where it did not
// find all, they are ItemUnknown.
//
// A call is retried.
//
// POST /v1/whatsapp/contacts/bulk
func (s *ContactsService) UpdateMany(ctx context.Context, ids iter.Seq[string], change ContactChange, opts ...BatchOption) (*BatchReport, error) {
	if err := checkChange(change); err != nil {
		return &BatchReport{}, err
	}
	return run(ctx, "update contacts in bulk", maxBulkContacts, ids, batch.Job[string]{
		Key:   func(id string) string { return id },
		Check: func(id string) error { return checkID("contactId", id) },
		Send: func(ctx context.Context, chunk []string) ([]batch.Result, error) {
			resp, err := s.BulkUpdate(ctx, BulkUpdateContactsRequest{
				Action: change.Action, ContactIDs: chunk, Tags: change.Tags, Groups: change.Groups,
			})
			if err != nil {
				return nil, err
			}
			again := len(chunk) - distinct(chunk)
			return countedResults("update contacts in bulk", chunk, resp.Modified, resp.Matched-resp.Modified+again), nil
		},
	}, opts)
}

// DeleteMany deletes any number of contacts for good, 500 in a call, and accounts for each by
// its id. One that is not there is skipped.
//
// Of a call, the server tells only how many contacts it deleted: where some were not there,
// those that stand in the call twice are ItemSkipped, and of the others the last ones.
//
// A call is retried.
//
// DELETE /v1/whatsapp/contacts/bulk
func (s *ContactsService) DeleteMany(ctx context.Context, ids iter.Seq[string], opts ...BatchOption) (*BatchReport, error) {
	return run(ctx, "delete contacts in bulk", maxBulkContacts, ids, batch.Job[string]{
		Key:   func(id string) string { return id },
		Check: func(id string) error { return checkID("contactId", id) },
		Send: func(ctx context.Context, chunk []string) ([]batch.Result, error) {
			resp, err := s.BulkDelete(ctx, chunk)
			if err != nil {
				return nil, err
			}
			return countedResults("delete contacts in bulk", chunk, resp.Deleted, len(chunk)-resp.Deleted), nil
		},
	}, opts)
}

func distinct(ids []string) int {
	seen := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		seen[id] = struct{}{}
	}
	return len(seen)
}
