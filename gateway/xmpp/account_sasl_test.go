package xmpp_test

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"hash"
	"strings"
	"testing"

	"mellium.im/sasl"
)

func TestStrongestMechanism(t *testing.T) {
	tests := []struct{ name, offered, want string }{
		{"SHA-256 first", "PLAIN SCRAM-SHA-1 SCRAM-SHA-256", "SCRAM-SHA-256"},
		{"SHA-1 before PLAIN", "PLAIN SCRAM-SHA-1 DIGEST-MD5", "SCRAM-SHA-1"},
		{"PLAIN when there is nothing else", "EXTERNAL PLAIN", "PLAIN"},
		{"no binding of which the server does not tell the type", "SCRAM-SHA-256-PLUS SCRAM-SHA-1", "SCRAM-SHA-1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				p := b.secured()
				p.greet(offer(test.offered))
				p.expect("<auth" + saslNS + " mechanism='" + test.want + "'>")
				p.cut()
			})
		})
	}
}

func offer(mechanisms string) string {
	return "<mechanisms" + saslNS + "><mechanism>" +
		strings.ReplaceAll(mechanisms, " ", "</mechanism><mechanism>") + "</mechanism></mechanisms>"
}

func TestLoginIsBoundToTheChannel(t *testing.T) {
	tests := []struct {
		name, header, types string
		version             uint16
		key                 func(s tls.ConnectionState) []byte
	}{
		{"tls-exporter with TLS 1.3", "p=tls-exporter,,", "<channel-binding type='tls-exporter'/>", tls.VersionTLS13, exported},
		{"tls-unique with TLS 1.2", "p=tls-unique,,", "", tls.VersionTLS12, func(s tls.ConnectionState) []byte { return s.TLSUnique }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				b.tls.MaxVersion = test.version
				p := b.secured()
				types := ""
				if test.types != "" {
					types = "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>" + test.types + "</sasl-channel-binding>"
				}
				p.greet(offer("SCRAM-SHA-256-PLUS SCRAM-SHA-256") + types)
				p.expect("mechanism='SCRAM-SHA-256-PLUS'>")
				first := p.decoded("</auth>")
				_, nonce, _ := strings.Cut(first, "r=")
				p.challenge("r=" + nonce + "x,s=c2FsdA==,i=4096")
				p.expect("<response" + saslNS + ">")
				bound, _, _ := strings.Cut(strings.TrimPrefix(p.decoded("</response>"), "c="), ",")
				got, err := base64.StdEncoding.DecodeString(bound)
				if err != nil {
					t.Error(err)
				}
				want := append([]byte(test.header), test.key(p.conn.(*tls.Conn).ConnectionState())...)
				if !strings.HasPrefix(first, test.header) || !bytes.Equal(got, want) {
					t.Errorf("bound to %q, want %q", got, want)
				}
				p.cut()
			})
		})
	}
}

func exported(s tls.ConnectionState) []byte {
	key, err := s.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
	if err != nil {
		panic(err)
	}
	return key
}

// decoded reads base64 up to a tag.
func (p *peer) decoded(tag string) string {
	p.t.Helper()
	data, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(p.expect(tag), tag))
	if err != nil {
		p.t.Error(err)
	}
	return string(data)
}

func (p *peer) challenge(text string) {
	p.t.Helper()
	p.write("<challenge" + saslNS + ">" + base64.StdEncoding.EncodeToString([]byte(text)) + "</challenge>")
}

func TestSCRAMWithAnIndependentServer(t *testing.T) {
	tests := []struct {
		mechanism sasl.Mechanism
		hash      func() hash.Hash
	}{{sasl.ScramSha1, sha1.New}, {sasl.ScramSha256, sha256.New}}
	for _, test := range tests {
		t.Run(test.mechanism.Name, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				p := b.secured()
				p.scram(test.mechanism, test.hash)
				p.greet(bindOnly)
				p.bindAs(accountJID + "/one")
				p.expect(rosterGet)
				<-b.told.ups
				p.cut()
			})
		})
	}
}

// scram is the server's side of a login with the password "pw".
func (p *peer) scram(m sasl.Mechanism, hash func() hash.Hash) {
	p.t.Helper()
	salted, err := pbkdf2.Key(hash, "pw", []byte("salt"), 4096, hash().Size())
	if err != nil {
		p.t.Fatal(err)
	}
	server := sasl.NewServer(m, func(*sasl.Negotiator) bool { return true },
		sasl.SaltedCredentials(func(_, _ []byte, _ string) ([]byte, []byte, int64, error) {
			return []byte("salt"), salted, 4096, nil
		}))
	p.greet(offer(m.Name))
	p.expect("mechanism='" + m.Name + "'>")
	_, challenge, err := server.Step([]byte(p.decoded("</auth>")))
	if err != nil {
		p.t.Fatal(err)
	}
	p.challenge(string(challenge))
	p.expect("<response" + saslNS + ">")
	_, proof, err := server.Step([]byte(p.decoded("</response>")))
	if err != nil {
		p.t.Fatal(err)
	}
	p.write("<success" + saslNS + ">" + base64.StdEncoding.EncodeToString(proof) + "</success>")
}

func TestServerMustKnowThePassword(t *testing.T) {
	proof := base64.StdEncoding.EncodeToString([]byte("v=c29tZSBvdGhlciBwYXNzd29yZCBvZiB0d2VudHk="))
	tests := []struct{ name, first, last, remedy string }{
		{"success without a challenge", "", "<success" + saslNS + "/>", "without knowing its password"},
		{"success without a proof", "s=c2FsdA==,i=4096", "<success" + saslNS + "/>", "without knowing its password"},
		{"another proof", "s=c2FsdA==,i=4096", "<success" + saslNS + ">" + proof + "</success>", "without knowing its password"},
		{"too few iterations", "s=c2FsdA==,i=1", "", "refuses the login"},
		{"too many iterations", "s=c2FsdA==,i=2000000000", "", "refuses the login"},
		{"a challenge that never ends for the library", "s=c2FsdA==,i=4096,", "", "refuses the login"},
		{"an extension that must be understood", "s=c2FsdA==,i=4096,m=x", "", "refuses the login"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asAccount(t, nil, func(_ *testing.T, b *accountBench) {
				p := b.secured()
				p.greet(offer("SCRAM-SHA-1"))
				p.expect("mechanism='SCRAM-SHA-1'>")
				_, nonce, _ := strings.Cut(p.decoded("</auth>"), "r=")
				if test.first != "" {
					p.challenge("r=" + nonce + "x," + test.first)
				}
				if test.last != "" {
					if test.first != "" {
						p.expect("</response>")
					}
					p.write(test.last)
				}
				p.drain()
				b.expectRemedy(test.remedy)
			})
		})
	}
}
