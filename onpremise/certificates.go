package onpremise

import (
	"context"
	"encoding/pem"
	"net/http"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// CertificatesService manages the certificates of the installation and of its webhook, in PEM.
type CertificatesService service

// ExternalCA returns the certificate of the authority that signed the installation's
// certificate. Compare it with another source before passing it to [WithRootCAs]: it is sent over
// the connection that it would authenticate.
//
// Retried on any transient failure.
//
// GET /certificates/external/ca
func (s *CertificatesService) ExternalCA(ctx context.Context) ([]byte, error) {
	return certificate(s.client.api.DownloadCACertificate(ctx))
}

// UploadExternal replaces the certificate of the installation. The PEM data must contain the
// certificate, its private key and the certificate of its authority.
//
// Retried on any transient failure.
//
// POST /certificates/external
func (s *CertificatesService) UploadExternal(ctx context.Context, certificate []byte) error {
	if err := checkPEM(certificate); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.UploadCertificateWithTextBody(ctx, string(certificate))), keysOf(certificate)...)
}

// WebhookCA returns the certificate of the authority that the installation trusts for its webhook.
// It returns [ErrNotFound] if there is none.
//
// Retried on any transient failure.
//
// GET /certificates/webhooks/ca
func (s *CertificatesService) WebhookCA(ctx context.Context) ([]byte, error) {
	return certificate(s.client.api.DownloadWebhookCACertificate(ctx))
}

// UploadWebhookCA sets the certificate of the authority that signed the webhook's certificate.
//
// Retried on any transient failure.
//
// POST /certificates/webhooks/ca
func (s *CertificatesService) UploadWebhookCA(ctx context.Context, certificate []byte) error {
	if err := checkPEM(certificate); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.UploadWebhookCACertificateWithTextBody(ctx, string(certificate))), keysOf(certificate)...)
}

// DeleteWebhookCA removes the certificate of the webhook's authority.
//
// Retried on any transient failure.
//
// DELETE /certificates/webhooks/ca
func (s *CertificatesService) DeleteWebhookCA(ctx context.Context) error {
	return reply.None(s.client.api.DeleteWebhookCACertificate(ctx))
}

func certificate(resp *http.Response, err error) ([]byte, error) {
	if err := reply.OK(resp, err); err != nil {
		return nil, err
	}
	body := transport.Bytes(resp)
	if checkPEM(body) != nil {
		return nil, missingField(resp, "certificate")
	}
	return body, nil
}

func checkPEM(data []byte) error {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return nil
		}
	}
	return invalid("certificate", "has no PEM certificate")
}

// keysOf returns the private keys in the form in which a server might quote them.
func keysOf(data []byte) []string {
	var keys []string
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			keys = append(keys, strings.TrimSpace(string(pem.EncodeToMemory(block))))
		}
	}
	return keys
}
