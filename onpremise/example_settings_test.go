package onpremise_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleApplicationService_UpdateSettings() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	err := client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{ // nil leaves a setting unchanged
		Webhooks:    &onpremise.WebhookSettingsUpdate{URL: new("https://shop.example.com/webhook")},
		SentStatus:  new(true),
		PassThrough: new(false),
		Media:       &onpremise.MediaSettings{AutoDownload: []onpremise.MediaKind{onpremise.MediaImage}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	settings, err := client.Application.Settings(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(settings.Webhooks.URL, settings.SentStatus, settings.Media.AutoDownload)
	// Output: https://shop.example.com/webhook true [image]
}

func ExampleBackupService_Create() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	data, err := client.Backup.Create(ctx, "correct horse battery")
	if err != nil {
		fmt.Println(err)
		return
	}
	// The backup restores the registration, on another machine if necessary.
	err = client.Backup.Restore(ctx, onpremise.RestoreRequest{Data: data, Password: "correct horse battery"})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleBusinessProfileService_Update() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	err := client.BusinessProfile.Update(ctx, onpremise.BusinessProfile{ // replaces every field, also with an empty value
		Description: "Coffee and cake",
		Address:     "Alexanderplatz, Berlin",
		Email:       "shop@example.com",
		Websites:    []string{"https://shop.example.com"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	profile, err := client.BusinessProfile.Get(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(profile.Description, profile.Websites)
	// Output: Coffee and cake [https://shop.example.com]
}

func ExampleProfileService_SetAbout() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	if err := client.Profile.SetAbout(ctx, "Open Monday to Saturday, 9 to 18"); err != nil {
		fmt.Println(err)
		return
	}
	about, err := client.Profile.About(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(about)
	// Output: Open Monday to Saturday, 9 to 18
}

func ExampleTwoStepService_Enable() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	fmt.Println(client.TwoStep.Enable(context.Background(), "2718"))
	fmt.Println(client.TwoStep.Enable(context.Background(), "271828"))
	// Output:
	// onpremise: pin: must be six digits
	// <nil>
}

func ExampleRegistrationService_RequestCode() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithUnregistered())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	request, err := client.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{
		CountryCode: "1", PhoneNumber: "6505551111", Method: onpremise.CodeSMS,
		Certificate: "Q2VydGlmaWNhdGU=", // from the business manager
	})
	if err != nil {
		fmt.Println(err) // after ErrOutcomeUnknown, wait for the code before requesting another
		return
	}
	switch r := request.(type) {
	case onpremise.CodeSent:
		fmt.Println("a code was sent to", r.VerifiedName)
		err = client.Registration.Register(ctx, server.Code()) // from the SMS
	case onpremise.AlreadyRegistered:
		fmt.Println("already registered")
	}
	fmt.Println(err)
	// Output:
	// a code was sent to Example Business
	// <nil>
}

func ExampleHealthService_Check() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithHealthForm(onpremisetest.HealthNodes))
	defer server.Close()
	server.SetHealth(onpremise.GatewayDisconnected)

	health, err := server.Client().Health.Check(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	nodes := health.Nodes
	if nodes == nil { // an installation of one node
		nodes = map[string]onpremise.NodeStatus{"the node": {GatewayStatus: health.Status}}
	}
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		if nodes[name].GatewayStatus != onpremise.GatewayConnected {
			fmt.Println(name, "is", nodes[name].GatewayStatus)
		}
	}
	// Output:
	// coreapp-1 is disconnected
	// master-1 is disconnected
	// master-2 is disconnected
}

func ExampleCertificatesService_UploadWebhookCA() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	webhook := httptest.NewTLSServer(nil) // in your program, the webhook with a self-signed certificate
	defer webhook.Close()
	client, ctx := server.Client(), context.Background()

	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: webhook.Certificate().Raw}) // os.ReadFile
	if err := client.Certificates.UploadWebhookCA(ctx, authority); err != nil {
		fmt.Println(err)
		return
	}
	trusted, err := client.Certificates.WebhookCA(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(trusted) == string(authority))
	// Output: true
}
