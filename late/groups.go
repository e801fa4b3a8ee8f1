package late

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// GroupsService is the groups that contacts are in. A group is no thing of its own: it exists
// as long as a contact names it, in its Groups.
type GroupsService service

// List returns all groups with their sizes.
//
// It is retried.
//
// GET /v1/whatsapp/groups
func (s *GroupsService) List(ctx context.Context) (*GroupList, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	return reply.JSON[GroupList](s.client.api.GetWhatsAppGroups(ctx, &lateapi.GetWhatsAppGroupsParams{AccountID: account}))
}

// Rename renames a group on every contact that is in it.
//
// It is never repeated on a doubt, because the repeat would not find the old name.
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
	return reply.JSON[GroupChange](s.client.api.RenameWhatsAppGroup(ctx,
		lateapi.RenameGroupRequest{AccountID: account, OldName: oldName, NewName: newName}))
}

// Delete takes every contact out of a group. The contacts stay.
//
// It is retried; a repeat that finds nothing is success.
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
	return reply.JSON[GroupChange](s.client.api.DeleteWhatsAppGroup(ctx,
		lateapi.DeleteGroupRequest{AccountID: account, GroupName: name}))
}
