package onpremise_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// A file is read while it is sent, so it may be larger than the memory.
func ExampleMediaService_Upload() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	file := strings.NewReader("Coffee 3.20\nCake 4.50\n") // or what os.Open returns, and is closed by you
	id, err := client.Media.Upload(ctx, "text/plain; charset=utf-8", file)
	if err != nil {
		fmt.Println(err)
		return
	}
	message := onpremise.DocumentMessage("16315551234", onpremise.MediaID(id), "price list.txt", "Valid from March")
	if _, err := client.Messages.Send(ctx, message); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Messages()[0].Document.Filename)
	// Output: price list.txt
}

// A file is written while it comes in. One that breaks off is an error of io.Copy.
func ExampleMediaService_Download() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	voice := server.AddMedia("audio/ogg; codecs=opus", []byte("OggS...")) // in your program, of a message that came
	client := server.Client()

	content, err := client.Media.Download(context.Background(), voice.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer content.Close()
	n, err := io.Copy(io.Discard, content) // a file
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(content.ContentType, n, "of", content.Length, "bytes")
	// Output: audio/ogg; codecs=opus 7 of 7 bytes
}

// A file that comes in can go to somebody else while it does.
func ExampleContent() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	picture := server.AddMedia("image/jpeg", []byte("\xff\xd8\xff\xe0..."))
	client, ctx := server.Client(), context.Background()

	content, err := client.Media.Download(ctx, picture.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer content.Close()
	id, err := client.Media.Upload(ctx, content.ContentType, content)
	if err != nil {
		fmt.Println(err)
		return
	}
	message := onpremise.ImageMessage("16315551234", onpremise.MediaID(id), "")
	if _, err := client.Messages.Send(ctx, message); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(id != picture.ID)
	// Output: true
}

// A media provider is a server of yours from which the installation fetches what messages link
// to. It shows who it is.
func ExampleMediaLink() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	err := client.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{
		{Name: "shop", Type: "www", Auth: onpremise.BearerAuth{Token: "s3cret"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	link := onpremise.MediaLink("https://shop.example.com/invoices/4711.pdf", "shop")
	message := onpremise.DocumentMessage("16315551234", link, "invoice.pdf", "")
	if _, err := client.Messages.Send(ctx, message); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Messages()[0].Document.Provider.Name)
	// Output: shop
}

func ExampleApplicationService_UpdateMediaProviders() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	err := client.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{ // others stay as they are
		{Name: "shop", Type: "www", Auth: onpremise.BearerAuth{Token: "s3cret"}},
		{Name: "archive", Type: "www", Auth: onpremise.BasicAuth{Username: "wa", Password: "s3cret"}},
		{Name: "public", Type: "www"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	providers, err := client.Application.MediaProviders(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range providers {
		fmt.Println(p.Name, p.Auth) // what is secret is not printed
	}
	// Output:
	// shop {Token:[redacted]}
	// archive {Username:wa Password:[redacted]}
	// public <nil>
}

func ExampleProfileService_UpdatePhoto() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	logo := []byte("\x89PNG\r\n\x1a\n...") // os.ReadFile("logo.png")

	if err := client.Profile.UpdatePhoto(ctx, onpremise.Picture{Data: logo}); err != nil {
		fmt.Println(err)
		return
	}
	photo, err := client.Profile.Photo(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(photo.ContentType, len(photo.Data) == len(logo))
	// Output: image/png true
}
