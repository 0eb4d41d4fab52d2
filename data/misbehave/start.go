package misbehave

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Start starts the server so that it behaves so: with a bad certificate, not at all, or
// in plain HTTP. It ends with the test.
func (s *Server) Start(t testing.TB, b Behaviour) (url string) {
	t.Helper()
	s.Behave(b)
	h := httptest.NewUnstartedServer(s)
	h.Config.ErrorLog = log.New(io.Discard, "", 0) // that clients refuse a certificate is what is wanted
	switch b {
	case Expired, WrongHost, SelfSigned, GoodCertificate:
		h.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t, b)}} //nolint:gosec // of a test
		h.StartTLS()
	default:
		h.Start()
	}
	t.Cleanup(h.Close)
	if b == Refuse {
		h.Close()
	}
	return h.URL
}

// GoodCertificate starts a server with one that is good, which shows that the bad ones
// are refused for what they are.
const GoodCertificate = Well + "a good certificate"

var authority = newAuthority()

type ca struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	err  error
}

func newAuthority() (a ca) {
	if a.key, a.err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); a.err != nil {
		return a
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, of, of, &a.key.PublicKey, a.key)
	if err != nil {
		a.err = err
		return a
	}
	a.cert, a.err = x509.ParseCertificate(raw)
	return a
}

// Trust has a client believe the authority of the certificates.
func Trust(c *http.Client) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(authority.cert)
	if t, ok := c.Transport.(*http.Transport); ok {
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return c
}

func certificate(t testing.TB, b Behaviour) tls.Certificate {
	t.Helper()
	if authority.err != nil {
		t.Fatal(authority.err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "a stand-in"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	parent, signer := authority.cert, authority.key
	switch b {
	case Expired:
		of.NotAfter = time.Unix(1, 0)
	case WrongHost:
		of.IPAddresses, of.DNSNames = nil, []string{"erp.example"}
	case SelfSigned:
		parent, signer = of, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, of, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}
