package onpremisetest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"mime"
	"net/http"
)

// certificate is an uploaded server certificate.
type certificate struct {
	pair      tls.Certificate
	authority []byte // as PEM
}

// getCA returns the last certificate of the served chain.
func (a *api) getCA(*call) (any, error) {
	if a.uploaded != nil {
		return text(a.uploaded.authority), nil
	}
	return text(asPEM(a.identity().authority.Raw)), nil
}

func asPEM(certificate []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
}

// setCertificate stores a certificate and its key, and serves it on new connections.
func (a *api) setCertificate(c *call) (any, error) {
	if err := plainText(c); err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(c.body, c.body)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, codeInvalid, "The body must be a certificate and its key as PEM: %v", err)
	}
	a.uploaded = &certificate{pair, asPEM(pair.Certificate[len(pair.Certificate)-1])}
	return done()
}

// serving returns the certificate for a connection.
func (a *api) serving(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.uploaded != nil {
		return &a.uploaded.pair, nil
	}
	id := a.identity()
	return &id.leaf, nil
}

func (a *api) getWebhookCA(*call) (any, error) {
	if a.webhookCA == nil {
		return nil, missing("Certificate")
	}
	return text(a.webhookCA), nil
}

func (a *api) setWebhookCA(c *call) (any, error) {
	if err := plainText(c); err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(c.body) {
		return nil, refuse(http.StatusBadRequest, codeInvalid, "The body must be a certificate as PEM")
	}
	a.webhookCA = c.body
	a.courier.trust(pool)
	return done()
}

func (a *api) deleteWebhookCA(*call) (any, error) {
	if a.webhookCA == nil {
		return nil, missing("Certificate")
	}
	a.webhookCA = nil
	a.courier.trust(nil)
	return done()
}

func plainText(c *call) error {
	if mt, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); mt != "text/plain" {
		return refuse(http.StatusUnsupportedMediaType, codeRequest, "The body must be text/plain")
	}
	return nil
}
