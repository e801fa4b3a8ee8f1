package onpremisetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"
)

// identity is a certificate authority and a certificate that it signed.
type identity struct {
	authority *x509.Certificate
	leaf      tls.Certificate
}

// newIdentity creates certificates that are valid at any time, including that of a
// testing/synctest bubble.
func newIdentity() identity {
	from, to := time.Unix(0, 0), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "onpremisetest CA"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "onpremisetest"}, NotBefore: from, NotAfter: to,
		DNSNames: []string{"localhost", "onpremise.invalid"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signer, key := newKey(), newKey()
	id := identity{authority: sign(authority, authority, signer, signer)}
	leaf = sign(leaf, id.authority, key, signer)
	id.leaf = tls.Certificate{Certificate: [][]byte{leaf.Raw, id.authority.Raw}, PrivateKey: key, Leaf: leaf}
	return id
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(fmt.Sprintf("onpremisetest: %v", err))
	}
	return key
}

func sign(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err == nil {
		template, err = x509.ParseCertificate(der)
	}
	if err != nil {
		panic(fmt.Sprintf("onpremisetest: %v", err))
	}
	return template
}
