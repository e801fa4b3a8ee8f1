package onpremise_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func ExampleApplicationService_UpdateSettings() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	err := client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{ // nil leaves a setting as it is
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

// How soon, and how late at the most, an event that was not acknowledged is delivered again.
func ExampleMilliseconds() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	err := client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
		CallbackBackoffDelay:    new(onpremise.Milliseconds(3000)),
		MaxCallbackBackoffDelay: new(onpremise.Milliseconds(900_000)),
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
	fmt.Println(settings.CallbackBackoffDelay.Duration() == 3*time.Second)
	// Output: true
}

func ExampleApplicationService_SetShards() {
	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithPhoneNumber("49", "3012345678"))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	if err := client.TwoStep.Enable(ctx, "271828"); err != nil {
		fmt.Println(err)
		return
	}

	err := client.Application.SetShards(ctx, onpremise.SetShardsRequest{
		CountryCode: "49", PhoneNumber: "3012345678", PIN: "271828", Shards: 4,
	})
	fmt.Println(err)
	// Output: <nil>
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
	// Kept with care, it brings the registration back, on another machine if need be.
	err = client.Backup.Restore(ctx, onpremise.RestoreRequest{Data: data, Password: "correct horse battery"})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleBusinessProfileService_Update() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	err := client.BusinessProfile.Update(ctx, onpremise.BusinessProfile{ // every field, also those that stay empty
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

func ExampleProfileService_UpdateAbout() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	if err := client.Profile.UpdateAbout(ctx, "Open Monday to Saturday, 9 to 18"); err != nil {
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
		Certificate: "Q2VydGlmaWNhdGU=", // as the business manager shows it
	})
	if err != nil {
		fmt.Println(err) // ErrOutcomeUnknown: wait for the code before asking for another
		return
	}
	switch r := request.(type) {
	case onpremise.CodeSent:
		fmt.Println("a code is on its way to", r.VerifiedName)
		err = client.Registration.Register(ctx, server.Code()) // as the person reads it
	case onpremise.AlreadyRegistered:
		fmt.Println("nothing left to do")
	}
	fmt.Println(err)
	// Output:
	// a code is on its way to Example Business
	// <nil>
}
