package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// Invite returns the link that lets whoever opens it join a group.
//
// It is retried.
//
// GET /groups/{GroupId}/invite
func (s *GroupsService) Invite(ctx context.Context, id string) (link string, err error) {
	if err := checkID("GroupId", id); err != nil {
		return "", err
	}
	resp, err := s.client.api.GetGroupInvite(ctx, id)
	r, err := reply.JSON[onpremiseapi.GroupInviteResponse](resp, err)
	if err != nil {
		return "", err
	}
	if len(r.Groups) == 0 || r.Groups[0].Link == "" {
		return "", lacking(resp, "link")
	}
	return r.Groups[0].Link, nil
}

// RevokeInvite makes the present link worthless. There is another from then on.
//
// It is never repeated on a doubt, because each call makes another link and ends the one before.
//
// DELETE /groups/{GroupId}/invite
func (s *GroupsService) RevokeInvite(ctx context.Context, id string) error {
	if err := checkID("GroupId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteGroupInvite(ctx, id))
}

// RemoveParticipants removes people, by WhatsApp ID, from a group.
//
// It is retried.
//
// DELETE /groups/{GroupId}/participants
func (s *GroupsService) RemoveParticipants(ctx context.Context, id string, waIDs []string) error {
	if err := checkMembers(id, waIDs); err != nil {
		return err
	}
	return reply.None(s.client.api.RemoveGroupParticipant(ctx, id, onpremiseapi.RemoveParticipantsRequest{WaIDs: waIDs}))
}

// AddAdmins makes members of a group, by WhatsApp ID, its administrators.
//
// It is retried.
//
// PATCH /groups/{GroupId}/admins
func (s *GroupsService) AddAdmins(ctx context.Context, id string, waIDs []string) error {
	if err := checkMembers(id, waIDs); err != nil {
		return err
	}
	return reply.None(s.client.api.PromoteToGroupAdmin(ctx, id, onpremiseapi.GroupAdminsRequest{WaIDs: waIDs}))
}

// RemoveAdmins makes administrators of a group, by WhatsApp ID, ordinary members.
//
// It is retried.
//
// DELETE /groups/{GroupId}/admins
func (s *GroupsService) RemoveAdmins(ctx context.Context, id string, waIDs []string) error {
	if err := checkMembers(id, waIDs); err != nil {
		return err
	}
	return reply.None(s.client.api.DemoteGroupAdmin(ctx, id, onpremiseapi.GroupAdminsRequest{WaIDs: waIDs}))
}

func checkMembers(id string, waIDs []string) error {
	if err := checkID("GroupId", id); err != nil {
		return err
	}
	return checkAll("wa_ids", waIDs)
}
