package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// validity is how long certificates of an Authority count, before and after they
// are made: longer than any test, and forgiving of a clock that is a bit off.
const validity = 48 * time.Hour

// Authority is a certificate authority that lives in memory, for one lab. Its
// methods can be called from any goroutine.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes an authority with a key of its own. Certificates of one
// authority do not count for those who trust another.
func NewAuthority() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: make key: %w", err)
	}
	template, err := certificateTemplate("thingbridge lab")
	if err != nil {
		return nil, err
	}
	template.IsCA = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: sign: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: read back: %w", err)
	}
	return &Authority{cert: cert, key: key}, nil
}

// PEM returns the authority's own certificate, as one writes it to a CA file.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Pool returns a pool that trusts this authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Issue makes a certificate for names, which are DNS names (with wildcards such as
// *.home.test), IP addresses or, for clients, plain words. It counts for servers
// and for clients; the first name is its common name.
func (a *Authority) Issue(names ...string) (Certificate, error) {
	now := time.Now()
	return a.IssueBetween(now.Add(-validity), now.Add(validity), names...)
}

// IssueBetween is Issue, for a certificate that counts between two times.
func (a *Authority) IssueBetween(from, until time.Time, names ...string) (Certificate, error) {
	return issue(a, from, until, names)
}

// SelfSigned makes a certificate that nobody vouches for but itself.
func SelfSigned(names ...string) (Certificate, error) {
	now := time.Now()
	return issue(nil, now.Add(-validity), now.Add(validity), names)
}

// issue makes a certificate that is signed by a, or by itself where a is nil.
func issue(a *Authority, from, until time.Time, names []string) (Certificate, error) {
	if len(names) == 0 {
		return Certificate{}, fmt.Errorf("issue certificate: no names given")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Certificate{}, fmt.Errorf("issue certificate for %s: make key: %w", names[0], err)
	}
	template, err := certificateTemplate(names[0])
	if err != nil {
		return Certificate{}, err
	}
	template.NotBefore, template.NotAfter = from, until
	template.KeyUsage = x509.KeyUsageDigitalSignature
	// Servers act as clients towards other servers, so both uses are wanted.
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	parent, signer := template, key
	if a != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return Certificate{}, fmt.Errorf("issue certificate for %s: sign: %w", names[0], err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Certificate{}, fmt.Errorf("issue certificate for %s: write key: %w", names[0], err)
	}
	return Certificate{
		CertPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		KeyPEM:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}, nil
}

func certificateTemplate(commonName string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("certificate for %s: make serial: %w", commonName, err)
	}
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: commonName},
		NotBefore:             time.Now().Add(-validity),
		NotAfter:              time.Now().Add(validity),
		BasicConstraintsValid: true,
	}, nil
}

// Certificate is a certificate with its private key, both as PEM.
type Certificate struct {
	CertPEM []byte
	KeyPEM  []byte
}

// TLS returns the certificate in the form that crypto/tls takes.
func (c Certificate) TLS() (tls.Certificate, error) {
	return tls.X509KeyPair(c.CertPEM, c.KeyPEM)
}

// WriteFiles writes name.crt and name.key (readable by the owner alone) into dir
// and returns their paths.
func (c Certificate) WriteFiles(dir, name string) (certFile, keyFile string, err error) {
	certFile = filepath.Join(dir, name+".crt")
	keyFile = filepath.Join(dir, name+".key")
	if err := os.WriteFile(certFile, c.CertPEM, 0o644); err != nil {
		return "", "", fmt.Errorf("write certificate: %w", err)
	}
	if err := os.WriteFile(keyFile, c.KeyPEM, 0o600); err != nil {
		return "", "", fmt.Errorf("write key: %w", err)
	}
	return certFile, keyFile, nil
}
