package onpremise

import (
	"context"
	"encoding/pem"
	"net/http"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// CertificatesService is the certificates of the installation and of the webhook that it calls,
// all of them PEM.
type CertificatesService service

// ExternalCA returns the certificate of the authority behind the one that the installation
// answers with. It comes over the connection that it would vouch for: compare it with another
// source before it goes into [WithRootCAs].
//
// It is retried.
//
// GET /certificates/external/ca
func (s *CertificatesService) ExternalCA(ctx context.Context) ([]byte, error) {
	return certificate(s.client.api.DownloadCACertificate(ctx))
}

// UploadExternal replaces the certificate that the installation answers with. It holds what the
// server needs for that: the certificate, its private key, and that of its authority.
//
// It is retried.
//
// POST /certificates/external
func (s *CertificatesService) UploadExternal(ctx context.Context, certificate []byte) error {
	if err := checkPEM(certificate); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.UploadCertificateWithTextBody(ctx, string(certificate))), keysOf(certificate)...)
}

// WebhookCA returns the certificate that the webhook is trusted by, or [ErrNotFound].
//
// It is retried.
//
// GET /certificates/webhooks/ca
func (s *CertificatesService) WebhookCA(ctx context.Context) ([]byte, error) {
	return certificate(s.client.api.DownloadWebhookCACertificate(ctx))
}

// UploadWebhookCA sets the certificate that the webhook is trusted by: that of the authority
// which signed the webhook's own.
//
// It is retried.
//
// POST /certificates/webhooks/ca
func (s *CertificatesService) UploadWebhookCA(ctx context.Context, certificate []byte) error {
	if err := checkPEM(certificate); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.UploadWebhookCACertificateWithTextBody(ctx, string(certificate))), keysOf(certificate)...)
}

// DeleteWebhookCA removes the certificate that the webhook is trusted by.
//
// It is retried; a repeat that finds nothing is success.
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
		return nil, lacking(resp, "certificate")
	}
	return body, nil
}

func checkPEM(data []byte) error {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return nil
		}
	}
	return invalid("certificate", "holds no certificate in PEM")
}

// keysOf lists the private keys, as a server might quote them.
func keysOf(data []byte) []string {
	var keys []string
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			keys = append(keys, strings.TrimSpace(string(pem.EncodeToMemory(block))))
		}
	}
	return keys
}
