package latetest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// listGroups derives the groups from the contacts.
func (a *api) listGroups(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	groups := map[string]lateapi.Group{}
	resp := lateapi.GroupList{Success: true, Groups: []lateapi.Group{}}
	for _, one := range acc.sorted() {
		resp.Summary.TotalContacts++
		if one.IsOptedIn {
			resp.Summary.OptedInContacts++
		}
		for _, name := range one.Groups {
			g := groups[name]
			g.Name = name
			g.TotalCount++
			if one.IsOptedIn {
				g.OptedInCount++
			}
			groups[name] = g
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		resp.Groups = append(resp.Groups, groups[name])
	}
	resp.Summary.GroupCount = len(groups)
	return resp, nil
}

// renameGroup merges the group with the one that already has the new name, if any.
func (a *api) renameGroup(c *call, in lateapi.RenameGroupRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	switch {
	case in.OldName == "":
		return nil, invalid("oldName", "oldName is required")
	case strings.TrimSpace(in.NewName) == "":
		return nil, invalid("newName", "newName is required")
	}
	return acc.regroup(in.OldName, in.NewName, "Group renamed", c.now)
}

func (a *api) deleteGroup(c *call, in lateapi.DeleteGroupRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	if in.GroupName == "" {
		return nil, invalid("groupName", "groupName is required")
	}
	return acc.regroup(in.GroupName, "", "Group deleted", c.now)
}

// regroup moves the members of a group to another, or out of the group if to is empty.
func (acc *account) regroup(from, to, message string, now time.Time) (any, error) {
	resp := lateapi.GroupChange{}
	for _, one := range acc.sorted() {
		i := slices.Index(one.Groups, from)
		if i < 0 {
			continue
		}
		resp.Modified++
		groups := slices.Clone(one.Groups)
		if to == "" {
			groups = slices.Delete(groups, i, i+1)
		} else {
			groups[i] = to
		}
		one.setGroups(unique(groups))
		one.changed(now)
	}
	if resp.Modified == 0 {
		return nil, missing("Group")
	}
	return response{Success: true, Message: message, Result: resp}, nil
}
