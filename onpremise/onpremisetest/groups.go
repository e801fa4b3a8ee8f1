package onpremisetest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// group is a group that the account is a member of.
type group struct {
	onpremiseapi.GroupInfo
	id     string
	invite string
	icon   *file
}

func (g *group) listed() onpremiseapi.Group {
	return onpremiseapi.Group{ID: g.id, CreationTime: g.CreationTime}
}

func (a *api) group(id string) *group {
	if i := slices.IndexFunc(a.groups, func(g *group) bool { return g.id == id }); i >= 0 {
		return a.groups[i]
	}
	return nil
}

// called returns the group in the path.
func (a *api) called(c *call) (*group, error) {
	if g := a.group(c.PathValue("GroupId")); g != nil {
		return g, nil
	}
	return nil, missing("Group")
}

func (a *api) listGroups(*call) (any, error) {
	response := onpremiseapi.GroupsResponse{Meta: meta, Groups: []onpremiseapi.Group{}}
	for _, g := range a.groups {
		response.Groups = append(response.Groups, g.listed())
	}
	return response, nil
}

func (a *api) createGroup(c *call, in onpremiseapi.CreateGroupRequest) (any, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	if err := filled("subject", in.Subject); err != nil {
		return nil, err
	}
	me := a.account.waID()
	g := &group{id: fmt.Sprintf("%s-%d", me, c.now.Unix()+int64(a.next())), GroupInfo: onpremiseapi.GroupInfo{
		Subject: in.Subject, Creator: me, CreationTime: c.now.Unix(), Admins: []string{me}, Participants: []string{me},
	}}
	g.invite = a.invitation()
	a.groups = append(a.groups, g)
	return reply{a.cfg.created, onpremiseapi.GroupsResponse{Meta: meta, Groups: []onpremiseapi.Group{g.listed()}}}, nil
}

func (a *api) invitation() string {
	return fmt.Sprintf("https://chat.whatsapp.com/%022d", a.next())
}

func (a *api) getGroup(c *call) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	return onpremiseapi.GroupResponse{Meta: meta, Groups: []onpremiseapi.GroupInfo{g.GroupInfo}}, nil
}

func (a *api) updateGroup(c *call, in onpremiseapi.UpdateGroupRequest) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	if err := filled("subject", in.Subject); err != nil {
		return nil, err
	}
	g.Subject = in.Subject
	return done()
}

func (a *api) getInvite(c *call) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	return onpremiseapi.GroupInviteResponse{Meta: meta, Groups: []onpremiseapi.GroupInvite{{Link: g.invite}}}, nil
}

func (a *api) revokeInvite(c *call) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	g.invite = a.invitation()
	return done()
}

// removeParticipants ignores people who are not members.
func (a *api) removeParticipants(c *call, in onpremiseapi.RemoveParticipantsRequest) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	if err := a.others(in.WaIDs); err != nil {
		return nil, err
	}
	g.Participants, g.Admins = without(g.Participants, in.WaIDs), without(g.Admins, in.WaIDs)
	return done()
}

// others returns an error response if the list is empty or includes the account itself.
func (a *api) others(ids []string) error {
	if len(ids) == 0 {
		return invalid("wa_ids", "must not be empty")
	}
	if slices.Contains(ids, a.account.waID()) {
		return invalid("wa_ids", "must not include the account itself")
	}
	return nil
}

func (a *api) leaveGroup(c *call) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	a.groups = slices.DeleteFunc(a.groups, func(one *group) bool { return one == g })
	return done()
}

func (a *api) promote(c *call, in onpremiseapi.GroupAdminsRequest) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	if len(in.WaIDs) == 0 {
		return nil, invalid("wa_ids", "must not be empty")
	}
	for _, id := range in.WaIDs {
		if !slices.Contains(g.Participants, id) {
			return nil, invalid("wa_ids", "includes %s, who is not a member", id)
		}
	}
	g.Admins = union(g.Admins, in.WaIDs)
	return done()
}

// demote ignores people who are not administrators.
func (a *api) demote(c *call, in onpremiseapi.GroupAdminsRequest) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	if err := a.others(in.WaIDs); err != nil {
		return nil, err
	}
	g.Admins = without(g.Admins, in.WaIDs)
	return done()
}

func (a *api) getIcon(c *call) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	if g.icon == nil {
		return nil, missing("Group icon")
	}
	return g.icon, nil
}

func (a *api) setIcon(c *call) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	icon, err := picture(c)
	if err != nil {
		return nil, err
	}
	g.icon = icon
	return done()
}

func (a *api) deleteIcon(c *call) (any, error) {
	g, err := a.called(c)
	if err != nil {
		return nil, err
	}
	if g.icon == nil {
		return nil, missing("Group icon")
	}
	g.icon = nil
	return done()
}

// JoinGroup makes people join a group by its invite link, and notifies the webhook. It returns an
// error if the link is invalid.
func (s *Server) JoinGroup(link string, phones ...string) error {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.groups, func(g *group) bool { return g.invite == link })
	if i < 0 {
		return &refusal{http.StatusNotFound, codeNotFound, "Invitation not found"}
	}
	g := a.groups[i]
	var ids []string
	for _, phone := range phones {
		ids = append(ids, mustWaID(phone))
	}
	g.Participants = union(g.Participants, ids)
	a.notify(onpremiseapi.WebhookSystem{
		Type: onpremiseapi.SystemTypeGroupUserJoined, GroupID: g.id, Users: ids,
		Body: strings.Join(ids, ", ") + " joined using this group's invite link",
	})
	return nil
}
