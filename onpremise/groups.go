package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// GroupsService manages the groups of the account, their members and their administrators.
type GroupsService service

// List returns all groups.
//
// Retried on any transient failure.
//
// GET /groups
func (s *GroupsService) List(ctx context.Context) ([]Group, error) {
	return groups(s.client.api.GetAllGroups(ctx))
}

// Create creates a group with the account as its only member and administrator.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call List to see
// whether it happened.
//
// POST /groups
func (s *GroupsService) Create(ctx context.Context, subject string) (*Group, error) {
	if err := checkRequired("subject", subject); err != nil {
		return nil, err
	}
	return groupCreated(s.client.api.CreateGroup(ctx, onpremiseapi.CreateGroupRequest{Subject: subject}))
}

// Get returns a group with its members. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /groups/{GroupId}
func (s *GroupsService) Get(ctx context.Context, id string) (*GroupInfo, error) {
	if err := checkID("GroupId", id); err != nil {
		return nil, err
	}
	return group(s.client.api.GetGroupInfo(ctx, id))
}

// SetSubject sets the subject of a group.
//
// Retried on any transient failure.
//
// PUT /groups/{GroupId}
func (s *GroupsService) SetSubject(ctx context.Context, id, subject string) error {
	if err := checkID("GroupId", id); err != nil {
		return err
	}
	if err := checkRequired("subject", subject); err != nil {
		return err
	}
	return reply.None(s.client.api.UpdateGroupInfo(ctx, id, onpremiseapi.UpdateGroupRequest{Subject: subject}))
}

// Leave removes the account from a group. If it was the only administrator, the server appoints
// another one.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call List to see
// whether it happened.
//
// POST /groups/{GroupId}/leave
func (s *GroupsService) Leave(ctx context.Context, id string) error {
	if err := checkID("GroupId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.LeaveGroup(ctx, id))
}

// Icon returns the icon of a group. It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /groups/{GroupId}/icon
func (s *GroupsService) Icon(ctx context.Context, id string) (*Picture, error) {
	if err := checkID("GroupId", id); err != nil {
		return nil, err
	}
	return picture(s.client.api.GetGroupIconBinary(ctx, id))
}

// SetIcon sets the icon of a group.
//
// Retried on any transient failure.
//
// POST /groups/{GroupId}/icon
func (s *GroupsService) SetIcon(ctx context.Context, id string, icon Picture) error {
	if err := checkID("GroupId", id); err != nil {
		return err
	}
	contentType, body, err := icon.form()
	if err != nil {
		return err
	}
	return reply.None(s.client.api.SetGroupIconWithBody(ctx, id, contentType, body))
}

// DeleteIcon removes the icon of a group.
//
// Retried on any transient failure.
//
// DELETE /groups/{GroupId}/icon
func (s *GroupsService) DeleteIcon(ctx context.Context, id string) error {
	if err := checkID("GroupId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteGroupIcon(ctx, id))
}

var (
	groups       = reply.Part("groups", func(r *onpremiseapi.GroupsResponse) ([]Group, bool) { return r.Groups, r.Groups != nil })
	groupCreated = reply.Part("group ID", func(r *onpremiseapi.GroupsResponse) (*Group, bool) {
		g := first(r.Groups)
		return g, g.ID != ""
	})
	group = reply.Part("group", func(r *onpremiseapi.GroupResponse) (*GroupInfo, bool) { return first(r.Groups), len(r.Groups) > 0 })
)

// first returns the first of the objects that the server wraps in a list, or a zero one.
func first[T any](list []T) *T {
	if len(list) == 0 {
		return new(T)
	}
	return &list[0]
}
