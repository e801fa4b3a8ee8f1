package late_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// addressBook returns an in-process server with three contacts.
func addressBook() *latetest.Server {
	server := latetest.NewServer(latetest.InProcess())
	server.AddContacts(
		late.CreateContactRequest{Phone: "+16315550101", Name: "Ada", Tags: []string{"vip"}, Groups: []string{"Berlin"}},
		late.CreateContactRequest{Phone: "+16315550102", Name: "Ben", IsOptedIn: new(false)},
		late.CreateContactRequest{Phone: "+16315550103", Name: "Chloé", Tags: []string{"vip"}, Groups: []string{"Paris"}},
	)
	return server
}

func ExampleContactsService_Create() {
	server := addressBook()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	dmitri := late.CreateContactRequest{
		Phone: "+16315550104", Name: "Dmitri",
		IsOptedIn: new(false), // nil would mean the server's default, true
		Tags:      []string{"newsletter"},
	}
	contact, err := client.Contacts.Create(ctx, dmitri)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contact.Name, contact.Tags, contact.IsOptedIn)

	_, err = client.Contacts.Create(ctx, dmitri)
	if errors.Is(err, late.ErrConflict) {
		fmt.Println("the contact already exists")
	}
	// Output:
	// Dmitri [newsletter] false
	// the contact already exists
}

func ExampleContactsService_List() {
	server := addressBook()
	defer server.Close()
	client := server.Client()

	page, err := client.Contacts.List(context.Background(), late.ListContactsOptions{OptedIn: new(true), Limit: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.Contacts[0].Name, "is the first of", page.Pagination.Total)
	fmt.Println("in use:", page.Filters.Tags, page.Filters.Groups)
	// Output:
	// Ada is the first of 2
	// in use: [vip] [Berlin Paris]
}

func ExampleContactsService_All() {
	server := addressBook()
	defer server.Close()
	client := server.Client()

	for contact, err := range client.Contacts.All(context.Background(), late.ListContactsOptions{Tag: "vip"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.Name, contact.Phone)
	}
	// Output:
	// Ada +16315550101
	// Chloé +16315550103
}

// The loop may delete the contacts it receives, and still sees each one once.
func ExampleContactsService_All_delete() {
	server := addressBook()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	for contact, err := range client.Contacts.All(ctx, late.ListContactsOptions{Limit: 1}) {
		if err == nil && !contact.IsOptedIn {
			err = client.Contacts.Delete(ctx, contact.ID)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.Name, contact.IsOptedIn)
	}
	// Output:
	// Ada true
	// Ben false
	// Chloé true
}

func ExampleWithPrefetch() {
	server := addressBook()
	defer server.Close()
	client := server.Client()

	// While the loop works on a page, the next two are fetched.
	all := client.Contacts.All(context.Background(), late.ListContactsOptions{Limit: 1}, late.WithPrefetch(2))
	for contact, err := range all {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.Name)
	}
	// Output:
	// Ada
	// Ben
	// Chloé
}

func ExampleContactsService_Update() {
	server := addressBook()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	page, err := client.Contacts.List(ctx, late.ListContactsOptions{Search: "Ada"})
	if err != nil {
		fmt.Println(err)
		return
	}
	contact, err := client.Contacts.Update(ctx, page.Contacts[0].ID, late.UpdateContactRequest{
		Tags:         []string{},                              // removes all; nil changes nothing
		CustomFields: map[string]*string{"plan": new("gold")}, // merged; nil removes one
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contact.Name, len(contact.Tags), contact.CustomFields["plan"])
	// Output: Ada 0 gold
}

func ExampleContactsService_Import() {
	server := addressBook()
	defer server.Close()
	client := server.Client()

	imported, err := client.Contacts.Import(context.Background(), late.ImportContactsRequest{
		Contacts: []late.ImportContact{
			{Phone: "+16315550103", Name: "Chloé"}, // is there already
			{Phone: "+16315550104", Name: "Dmitri"},
		},
		DefaultGroups: []string{"Berlin"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(imported.Summary.Created, "created,", imported.Summary.Skipped, "skipped")
	// Output: 1 created, 1 skipped
}

func ExampleContactsService_BulkUpdate() {
	server := addressBook()
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	page, err := client.Contacts.List(ctx, late.ListContactsOptions{Tag: "vip"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var ids []string
	for _, contact := range page.Contacts {
		ids = append(ids, contact.ID)
	}
	changed, err := client.Contacts.BulkUpdate(ctx, late.BulkUpdateContactsRequest{
		Action: late.AddGroups, Groups: []string{"Paris"}, ContactIDs: ids,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(changed.Modified, "of", changed.Matched) // Chloé is in the group already
	// Output: 1 of 2
}

func ExampleGroupsService_List() {
	server := addressBook()
	defer server.Close()
	client := server.Client()

	groups, err := client.Groups.List(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, group := range groups {
		fmt.Println(group.Name, group.TotalCount)
	}
	// Output:
	// Berlin 1
	// Paris 1
}

func ExampleGroupsService_Rename() {
	server := addressBook()
	defer server.Close()
	client := server.Client()

	// A group exists only as long as a contact lists it. Renaming it to an existing group merges
	// the two.
	change, err := client.Groups.Rename(context.Background(), "Berlin", "Paris")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(change.Modified, "contact moved")
	// Output: 1 contact moved
}
