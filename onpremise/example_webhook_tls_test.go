package onpremise_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http/httptest"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// Both sides show a certificate: the webhook trusts the authority of the installation, and the
// installation that of the webhook.
func ExampleWithClientCertificate() {
	server := onpremisetest.NewServer(onpremisetest.WithTLS())
	defer server.Close()
	handlers := onpremise.WebhookHandlers{
		MessageReceived: func(_ context.Context, m *onpremise.IncomingMessage) error {
			fmt.Println(m.Text.Body)
			return nil
		},
	}
	webhook := httptest.NewUnstartedServer(onpremise.NewWebhook(handlers,
		onpremise.WithClientCertificate(func(c *x509.Certificate) bool { return c.Subject.CommonName == "onpremisetest" })))
	webhook.TLS = &tls.Config{
		ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: server.RootCAs(), MinVersion: tls.VersionTLS12,
	}
	webhook.StartTLS()
	defer webhook.Close()

	client, ctx := server.Client(), context.Background()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: webhook.Certificate().Raw})
	if err := client.Certificates.UploadWebhookCA(ctx, authority); err != nil {
		fmt.Println(err)
		return
	}
	err := client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
		Webhooks: &onpremise.WebhookSettingsUpdate{URL: new(webhook.URL)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server.ReceiveText("16315551234", "hello")
	if err := server.WaitDelivered(ctx); err != nil {
		fmt.Println(err)
	}
	// Output: hello
}

func ExampleCertificatesService_UploadWebhookCA() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	webhook := httptest.NewTLSServer(nil) // yours, with a certificate of its own making
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
