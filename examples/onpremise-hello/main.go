// Command onpremise-hello sends a first message through an in-process installation.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func main() {
	server := onpremisetest.NewServer(onpremisetest.WithTLS()) // no installation, no network
	defer server.Close()

	client, err := onpremise.NewClient(server.URL, // yours: "https://wa.example.internal/v1"
		onpremise.WithCredentials(server.Username(), server.Password()),
		onpremise.WithRootCAs(server.RootCAs())) // its certificate is self-signed
	if err != nil {
		log.Fatal(err)
	}
	id, err := client.Messages.Send(context.Background(), onpremise.TextMessage("16315551234", "hello"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("sent as", id)
}
