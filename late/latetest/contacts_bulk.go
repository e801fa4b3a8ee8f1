package latetest

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

const (
	maxImport = 1000
	maxBulk   = 500
)

// importContacts returns one result per row: a created row has Success and the new ID, a skipped
// row has the ID of the existing contact and an error, a failed row has only an error.
func (a *api) importContacts(c *call, in lateapi.ImportContactsRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	if err := count("contacts", len(in.Contacts), maxImport); err != nil {
		return nil, err
	}
	skip := in.SkipDuplicates == nil || *in.SkipDuplicates
	resp := lateapi.ImportContactsResponse{Results: []lateapi.ImportResult{}}
	for _, row := range in.Contacts {
		result := lateapi.ImportResult{Phone: row.Phone, Name: row.Name}
		created, err := a.addContact(acc, lateapi.CreateContactRequest{
			Phone: row.Phone, Name: row.Name, Email: row.Email, Company: row.Company, Notes: row.Notes,
			CustomFields: row.CustomFields,
			Tags:         unique(row.Tags, in.DefaultTags), Groups: unique(row.Groups, in.DefaultGroups),
		}, c.now)
		var refused *refusal
		switch duplicate := errors.As(err, &refused) && refused.status == http.StatusConflict; {
		case err == nil:
			result.Success, result.ContactID = true, created.ID
			resp.Summary.Created++
		case duplicate && skip:
			result.ContactID = acc.byPhone[row.Phone].ID
			result.Error = "Skipped: " + err.Error()
			resp.Summary.Skipped++
		default:
			result.Error = err.Error()
			resp.Summary.Failed++
		}
		resp.Summary.Total++
		resp.Results = append(resp.Results, result)
	}
	return succeeded(resp), nil
}

func (a *api) bulkUpdateContacts(c *call, in lateapi.BulkUpdateContactsRequest) (any, error) {
	if err := count("contactIds", len(in.ContactIDs), maxBulk); err != nil {
		return nil, err
	}
	change, err := bulkChange(in, c.now)
	if err != nil {
		return nil, err
	}
	resp := lateapi.BulkUpdateContactsResponse{Action: string(in.Action)}
	for _, id := range unique(in.ContactIDs) {
		one := a.contacts[id]
		if one == nil {
			continue
		}
		resp.Matched++
		if change(one) {
			resp.Modified++
			one.changed(c.now)
		}
	}
	return succeeded(resp), nil
}

// bulkChange returns the function that applies an action to a contact and reports whether the
// contact changed.
func bulkChange(in lateapi.BulkUpdateContactsRequest, now time.Time) (func(*contact) bool, error) {
	switch in.Action {
	case lateapi.ContactActionAddTags, lateapi.ContactActionRemoveTags:
		if err := count("tags", len(in.Tags), 0); err != nil {
			return nil, err
		}
		add := in.Action == lateapi.ContactActionAddTags
		return func(one *contact) bool { return relabel(one.Tags, in.Tags, add, one.setTags) }, nil
	case lateapi.ContactActionAddGroups, lateapi.ContactActionRemoveGroups:
		if err := count("groups", len(in.Groups), 0); err != nil {
			return nil, err
		}
		add := in.Action == lateapi.ContactActionAddGroups
		return func(one *contact) bool { return relabel(one.Groups, in.Groups, add, one.setGroups) }, nil
	case lateapi.ContactActionOptIn, lateapi.ContactActionOptOut:
		agreed := in.Action == lateapi.ContactActionOptIn
		return func(one *contact) bool {
			changed := one.IsOptedIn != agreed
			one.optIn(agreed, now)
			return changed
		}, nil
	case lateapi.ContactActionBlock, lateapi.ContactActionUnblock:
		block := in.Action == lateapi.ContactActionBlock
		return func(one *contact) bool {
			changed := one.IsBlocked != block
			one.IsBlocked = block
			return changed
		}, nil
	}
	return nil, invalid("action", "action %q is unknown", in.Action)
}

// relabel adds labels to a list or removes them, sets the new list, and reports whether it differs.
func relabel(list, labels []string, add bool, set func([]string)) bool {
	var changed []string
	if add {
		changed = unique(list, labels)
	} else {
		changed = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(labels, s) })
	}
	set(changed)
	return len(changed) != len(list)
}

func (a *api) bulkDeleteContacts(c *call, in lateapi.BulkDeleteContactsRequest) (any, error) {
	if err := count("contactIds", len(in.ContactIDs), maxBulk); err != nil {
		return nil, err
	}
	resp := lateapi.BulkDeleteContactsResponse{}
	for _, id := range unique(in.ContactIDs) {
		if one := a.contacts[id]; one != nil {
			a.dropContact(one)
			resp.Deleted++
		}
	}
	return succeeded(resp), nil
}
