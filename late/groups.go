package late

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// GroupsService manages groups of contacts. A group exists only as long as at least one contact
// lists it in Groups.
type GroupsService service

// List returns all groups with their sizes.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/groups
func (s *GroupsService) List(ctx context.Context) ([]Group, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	return groups(s.client.api.GetWhatsAppGroups(ctx, &lateapi.GetWhatsAppGroupsParams{AccountID: account}))
}

// Rename renames a group on all of its contacts.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call List to see
// whether it happened.
//
// POST /v1/whatsapp/groups
func (s *GroupsService) Rename(ctx context.Context, oldName, newName string) (*GroupChange, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	if err := checkRequired("oldName", oldName); err != nil {
		return nil, err
	}
	if err := checkRequired("newName", newName); err != nil {
		return nil, err
	}
	if oldName == newName {
		return nil, invalid("newName", "is the old name")
	}
	return groupChanged(s.client.api.RenameWhatsAppGroup(ctx,
		lateapi.RenameGroupRequest{AccountID: account, OldName: oldName, NewName: newName}))
}

// Delete removes all contacts from a group. The contacts remain.
//
// Retried on any transient failure.
//
// DELETE /v1/whatsapp/groups
func (s *GroupsService) Delete(ctx context.Context, name string) (*GroupChange, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	if err := checkRequired("groupName", name); err != nil {
		return nil, err
	}
	return groupChanged(s.client.api.DeleteWhatsAppGroup(ctx,
		lateapi.DeleteGroupRequest{AccountID: account, GroupName: name}))
}

var (
	groups       = reply.Part("groups", func(r *lateapi.GroupList) ([]Group, bool) { return r.Groups, r.Groups != nil })
	groupChanged = reply.Part("count", func(r *struct{ Modified *int }) (*GroupChange, bool) {
		g := new(GroupChange)
		return g, count(r.Modified, &g.Modified)
	})
)
