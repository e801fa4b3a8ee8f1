package onpremisetest_test

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleServer_Client() {
	server := onpremisetest.NewServer()
	defer server.Close()
	client := server.Client(onpremise.WithMaxRetries(0)) // options of the client under test

	_, err := client.Health.Check(context.Background())
	fmt.Println(err)
	// Output: <nil>
}

func ExampleServer_Token() {
	server := onpremisetest.NewServer()
	defer server.Close()

	client, err := onpremise.NewClient(server.URL, onpremise.WithToken(server.Token()),
		onpremise.WithHTTPClient(server.HTTPClient()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Health.Check(context.Background())
	fmt.Println(len(server.Requests("LoginUser")), "logins", err)
	// Output: 0 logins <nil>
}

// Requests returns every attempt: the first failed, the second succeeded.
func ExampleServer_Requests() {
	server := onpremisetest.NewServer()
	defer server.Close()
	server.Inject(onpremisetest.Status(503, "back in a moment").With("Retry-After", "0").On("GetAllGroups").Times(1))

	if _, err := server.Client().Groups.List(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range server.Requests("GetAllGroups") {
		fmt.Println(r.Method, r.Path, r.Status, r.Processed)
	}
	// Output:
	// GET /v1/groups 503 false
	// GET /v1/groups 200 true
}

func ExampleServer_Advance() {
	server := onpremisetest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	if _, err := client.Messages.Send(ctx, onpremise.TextMessage("16315551234", "hello")); err != nil {
		fmt.Println(err)
		return
	}

	fmt.Println(server.Messages()[0].Status)
	server.Advance(10 * time.Second) // until it is delivered and read
	fmt.Println(server.Messages()[0].Status)
	// Output:
	// sent
	// read
}

func ExampleServer_FailPhone() {
	server := onpremisetest.NewServer()
	defer server.Close()
	server.FailPhone("+1 631 555 9999", "not on WhatsApp")
	client := server.Client()

	_, err := client.Messages.Send(context.Background(), onpremise.TextMessage("16315559999", "hello"))
	fmt.Println(err) // The message is accepted, and fails later: the webhook gets its status.
	fmt.Println(server.Messages()[0].Status)
	// Output:
	// <nil>
	// failed
}

func ExampleServer_AddWhatsAppUsers() {
	server := onpremisetest.NewServer()
	defer server.Close()
	server.AddWhatsAppUsers("+1 631 555 1234") // and no one else

	contacts, err := server.Client().Contacts.Check(context.Background(),
		[]string{"+1 631 555 1234", "+1 631 555 9999"}, onpremise.CheckBlocking)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contacts[0].Status, contacts[1].Status)
	// Output: valid invalid
}

func ExampleServer_AddMedia() {
	server := onpremisetest.NewServer()
	defer server.Close()
	media := server.AddMedia("image/jpeg", []byte("\xff\xd8\xff\xe0...")) // used in a message for Receive

	content, err := server.Client().Media.Download(context.Background(), media.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	fmt.Println(content.ContentType, len(data), err)
	// Output: image/jpeg 7 <nil>
}

func ExampleServer_SetHealth() {
	server := onpremisetest.NewServer()
	defer server.Close()
	server.SetHealth(onpremise.GatewayDisconnected)

	health, err := server.Client().Health.Check(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(health.Status)
	// Output: disconnected
}

func ExampleServer_JoinGroup() {
	server := onpremisetest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	group, err := client.Groups.Create(ctx, "Friday shift")
	if err != nil {
		fmt.Println(err)
		return
	}
	link, err := client.Groups.Invite(ctx, group.ID)
	if err != nil {
		fmt.Println(err)
		return
	}

	fmt.Println(server.JoinGroup(link, "16315551234"))
	info, err := client.Groups.Get(ctx, group.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Participants)
	// Output:
	// <nil>
	// [16505551111 16315551234]
}
