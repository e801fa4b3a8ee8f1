package onpremise_test

import (
	"context"
	"fmt"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// Nobody can be put into a group: people join it by its link.
func ExampleGroupsService_Create() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	group, err := client.Groups.Create(ctx, "Friday shift")
	if err != nil {
		fmt.Println(err) // ErrOutcomeUnknown: look at Groups.List before opening another
		return
	}
	link, err := client.Groups.Invite(ctx, group.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := server.JoinGroup(link, "16315551234"); err != nil { // somebody opens the link
		fmt.Println(err)
		return
	}
	info, err := client.Groups.Get(ctx, group.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Subject, info.Participants)
	// Output: Friday shift [16505551111 16315551234]
}

func ExampleGroupsService_AddAdmins() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, err := shift(ctx, server, client)
	if err != nil {
		fmt.Println(err)
		return
	}

	if err := client.Groups.AddAdmins(ctx, id, []string{"16315551234"}); err != nil {
		fmt.Println(err)
		return
	}
	info, err := client.Groups.Get(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Admins)
	// Output: [16505551111 16315551234]
}

func ExampleGroupsService_RemoveParticipants() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, err := shift(ctx, server, client)
	if err != nil {
		fmt.Println(err)
		return
	}

	if err := client.Groups.RemoveParticipants(ctx, id, []string{"16315551234"}); err != nil {
		fmt.Println(err)
		return
	}
	if err := client.Groups.RevokeInvite(ctx, id); err != nil { // or they come back by the same link
		fmt.Println(err)
		return
	}
	info, err := client.Groups.Get(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Participants)
	// Output: [16505551111]
}

// shift is the id of a group that somebody has joined.
func shift(ctx context.Context, server *onpremisetest.Server, client *onpremise.Client) (id string, err error) {
	group, err := client.Groups.Create(ctx, "Friday shift")
	if err != nil {
		return "", err
	}
	link, err := client.Groups.Invite(ctx, group.ID)
	if err != nil {
		return "", err
	}
	return group.ID, server.JoinGroup(link, "16315551234")
}
