package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// Invite returns the link with which people join a group.
//
// Retried on any transient failure.
//
// GET /groups/{GroupId}/invite
func (s *GroupsService) Invite(ctx context.Context, id string) (link string, err error) {
	if err := checkID("GroupId", id); err != nil {
		return "", err
	}
	return inviteLink(s.client.api.GetGroupInvite(ctx, id))
}

var inviteLink = reply.Part("link", func(r *onpremiseapi.GroupInviteResponse) (string, bool) {
	link := first(r.Groups).Link
	return link, link != ""
})

// RevokeInvite makes the current invite link invalid and replaces it with a new one.
//
// Retried only if the request was not processed.
//
// DELETE /groups/{GroupId}/invite
func (s *GroupsService) RevokeInvite(ctx context.Context, id string) error {
	if err := checkID("GroupId", id); err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteGroupInvite(ctx, id))
}

// RemoveParticipants removes members, given by WhatsApp ID, from a group.
//
// Retried on any transient failure.
//
// DELETE /groups/{GroupId}/participants
func (s *GroupsService) RemoveParticipants(ctx context.Context, id string, waIDs []string) error {
	if err := checkMembers(id, waIDs); err != nil {
		return err
	}
	return reply.None(s.client.api.RemoveGroupParticipant(ctx, id, onpremiseapi.RemoveParticipantsRequest{WaIDs: waIDs}))
}

// AddAdmins makes members of a group, given by WhatsApp ID, administrators.
//
// Retried on any transient failure.
//
// PATCH /groups/{GroupId}/admins
func (s *GroupsService) AddAdmins(ctx context.Context, id string, waIDs []string) error {
	if err := checkMembers(id, waIDs); err != nil {
		return err
	}
	return reply.None(s.client.api.PromoteToGroupAdmin(ctx, id, onpremiseapi.GroupAdminsRequest{WaIDs: waIDs}))
}

// RemoveAdmins makes administrators of a group, given by WhatsApp ID, ordinary members.
//
// Retried on any transient failure.
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
