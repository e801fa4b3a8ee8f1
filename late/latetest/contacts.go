package latetest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// contact is a contact and the account that owns it.
type contact struct {
	lateapi.Contact
	account *account
	deleted bool
}

func (c *contact) resp() lateapi.ContactResponse {
	return lateapi.ContactResponse{Success: true, Contact: c.Contact}
}

func (a *api) listContacts(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	w, err := a.window(c, 50)
	if err != nil {
		return nil, err
	}
	match, err := contactFilter(c)
	if err != nil {
		return nil, err
	}
	found := acc.sorted()
	if match != nil {
		found = acc.listing.list(c, func() (rows []*contact) {
			for _, one := range found {
				if match(one) {
					rows = append(rows, one)
				}
			}
			return rows
		})
	}
	found, pagination := cut(w, found)
	page := lateapi.ContactPage{
		Contacts: make([]lateapi.Contact, 0, len(found)), Pagination: pagination,
		Filters: lateapi.ContactFilters{Tags: acc.tags.list(), Groups: acc.groups.list()},
	}
	for _, one := range found {
		page.Contacts = append(page.Contacts, one.Contact)
	}
	return succeeded(page), nil
}

// labels counts the contacts that have each label.
type labels map[string]int

func (l labels) replace(before, after []string) {
	for _, label := range after {
		l[label]++
	}
	for _, label := range before {
		if l[label]--; l[label] == 0 {
			delete(l, label)
		}
	}
}

func (l labels) list() []string { return append([]string{}, slices.Sorted(maps.Keys(l))...) }

// contactFilter returns the filter that the query describes, or nil if it describes none.
func contactFilter(c *call) (func(*contact) bool, error) {
	q := c.query
	search, tag, group, optedIn := strings.ToLower(q.Get("search")), q.Get("tag"), q.Get("group"), q.Get("optedIn")
	if optedIn != "" && optedIn != "true" && optedIn != "false" {
		return nil, invalid("optedIn", "optedIn must be true or false")
	}
	if search == "" && tag == "" && group == "" && optedIn == "" {
		return nil, nil
	}
	return func(one *contact) bool {
		return (tag == "" || slices.Contains(one.Tags, tag)) &&
			(group == "" || slices.Contains(one.Groups, group)) &&
			(optedIn == "" || one.IsOptedIn == (optedIn == "true")) &&
			(search == "" || slices.ContainsFunc([]string{one.Name, one.Phone, one.Email, one.Company},
				func(text string) bool { return strings.Contains(strings.ToLower(text), search) }))
	}, nil
}

func (a *api) createContact(c *call, in lateapi.CreateContactRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	created, err := a.addContact(acc, in, c.now)
	if err != nil {
		return nil, err
	}
	return created.resp(), nil
}

// addContact creates a contact if its phone number and name are valid.
func (a *api) addContact(acc *account, in lateapi.CreateContactRequest, now time.Time) (*contact, error) {
	if err := checkPhone("phone", in.Phone); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Name) == "" {
		return nil, invalid("name", "name is required")
	}
	if acc.byPhone[in.Phone] != nil {
		return nil, refuse(http.StatusConflict, "duplicate_phone", "phone", "Contact with phone %s already exists", in.Phone)
	}
	now = now.Truncate(time.Millisecond)
	created := &contact{account: acc, Contact: lateapi.Contact{
		ID: a.id(), Phone: in.Phone, WaID: strings.TrimPrefix(in.Phone, "+"), Name: in.Name,
		Email: in.Email, Company: in.Company, Notes: in.Notes,
		CustomFields: map[string]string{},
		IsOptedIn:    in.IsOptedIn == nil || *in.IsOptedIn, CreatedAt: now, UpdatedAt: now,
	}}
	maps.Copy(created.CustomFields, in.CustomFields)
	if created.IsOptedIn {
		created.OptInDate = now
	}
	created.setTags(unique(in.Tags))
	created.setGroups(unique(in.Groups))
	acc.contacts, acc.unsorted = append(acc.contacts, created), true
	acc.listing.changed()
	acc.byPhone[in.Phone] = created
	a.contacts[created.ID] = created
	return created, nil
}

func (a *api) getContact(c *call) (any, error) {
	one := a.contacts[c.PathValue("contactId")]
	if one == nil {
		return nil, missing("Contact")
	}
	return one.resp(), nil
}

func (a *api) updateContact(c *call, in lateapi.UpdateContactRequest) (any, error) {
	one := a.contacts[c.PathValue("contactId")]
	if one == nil {
		return nil, missing("Contact")
	}
	if in.Name != nil {
		if strings.TrimSpace(*in.Name) == "" {
			return nil, invalid("name", "name must not be empty")
		}
		one.account.unsorted = one.account.unsorted || *in.Name != one.Name
	}
	for _, text := range []struct{ to, from *string }{
		{&one.Name, in.Name}, {&one.Email, in.Email}, {&one.Company, in.Company}, {&one.Notes, in.Notes},
	} {
		if text.from != nil {
			*text.to = *text.from
		}
	}
	if in.Tags != nil {
		one.setTags(unique(in.Tags))
	}
	if in.Groups != nil {
		one.setGroups(unique(in.Groups))
	}
	if len(in.CustomFields) > 0 {
		one.CustomFields = maps.Clone(one.CustomFields) // earlier responses share the old map
	}
	for name, value := range in.CustomFields {
		if value == nil {
			delete(one.CustomFields, name)
		} else {
			one.CustomFields[name] = *value
		}
	}
	if in.IsOptedIn != nil {
		one.optIn(*in.IsOptedIn, c.now)
	}
	if in.IsBlocked != nil {
		one.IsBlocked = *in.IsBlocked
	}
	one.changed(c.now)
	return one.resp(), nil
}

// changed records a change that lists may show.
func (c *contact) changed(now time.Time) {
	c.UpdatedAt = now.Truncate(time.Millisecond)
	c.account.listing.changed()
}

func (c *contact) setTags(tags []string) {
	c.account.tags.replace(c.Tags, tags)
	c.Tags = tags
}

func (c *contact) setGroups(groups []string) {
	c.account.groups.replace(c.Groups, groups)
	c.Groups = groups
}

// optIn records when consent is given or withdrawn.
func (c *contact) optIn(agreed bool, now time.Time) {
	switch {
	case agreed && !c.IsOptedIn:
		c.OptInDate = now.Truncate(time.Millisecond)
	case !agreed && c.IsOptedIn:
		c.OptOutDate = now.Truncate(time.Millisecond)
	}
	c.IsOptedIn = agreed
}

func (a *api) deleteContact(c *call) (any, error) {
	one := a.contacts[c.PathValue("contactId")]
	if one == nil {
		return nil, missing("Contact")
	}
	a.dropContact(one)
	return lateapi.MessageResponse{Success: true, Message: "Contact deleted"}, nil
}

func (a *api) dropContact(one *contact) {
	one.setTags(nil)
	one.setGroups(nil)
	one.deleted = true
	delete(a.contacts, one.ID)
	delete(one.account.byPhone, one.Phone)
	one.account.listing.changed()
}

// sorted returns the contacts sorted by name. It removes deleted contacts and sorts the others only
// now, so that a program can change many contacts quickly.
func (acc *account) sorted() []*contact {
	if len(acc.contacts) > len(acc.byPhone) {
		acc.contacts = slices.DeleteFunc(acc.contacts, func(one *contact) bool { return one.deleted })
	}
	if acc.unsorted {
		slices.SortFunc(acc.contacts, compareContacts)
		acc.unsorted = false
	}
	return acc.contacts
}

func compareContacts(a, b *contact) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// unique returns the distinct strings of the lists, in order of first appearance.
func unique(lists ...[]string) []string {
	all := []string{}
	for _, list := range lists {
		for _, s := range list {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}
