package xmpp_test

import (
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/deploy/lab"
	"thingbridge/gateway/xmpp"
)

// expectRemedy expects that the link waits for a person, who is told what to do.
func (b *accountBench) expectRemedy(remedy string) {
	b.t.Helper()
	synctest.Wait()
	err := b.link.Status().LastError
	refused := (*xmpp.RefusedError)(nil)
	if !errors.As(err, &refused) || !strings.Contains(refused.Remedy, remedy) {
		b.t.Errorf("LastError = %v, want a remedy with %q", err, remedy)
		return
	}
	if strings.ContainsAny(refused.Error(), "{}\n") || len(refused.Error()) > 500 || strings.Contains(refused.Error(), "target") {
		b.t.Errorf("the remedy is no clear line: %s", refused)
	}
	if n := strings.Count(b.log.String(), `"level":"error"`); n != 1 {
		b.t.Errorf("it is logged %d times, want once:\n%s", n, b.log)
	}
}

func TestCertificateIsRefused(t *testing.T) {
	stranger := func(t *testing.T, b *accountBench) {
		other, err := lab.NewAuthority()
		if err != nil {
			t.Fatal(err)
		}
		b.certify(other, "home.test")
	}
	tests := []struct {
		name, remedy string
		prepare      func(t *testing.T, b *accountBench)
	}{
		{"another name", "is not for home.test", func(_ *testing.T, b *accountBench) { b.certify(b.ca, "server", "other.test") }},
		{"another authority", "xmpp.accounts[].ca_file", stranger},
		{"self-signed", "xmpp.accounts[].ca_file", func(t *testing.T, b *accountBench) {
			b.tls.Certificates = showing(t, must(lab.SelfSigned("home.test")), nil).Certificates
		}},
		{"expired", "has expired", func(t *testing.T, b *accountBench) {
			timer := time.NewTimer(72 * time.Hour)
			<-timer.C
		}},
	}
	for _, test := range tests {
		for _, server := range []string{"server:5222", "tls://server:5223"} {
			t.Run(test.name+" at "+server, func(t *testing.T) {
				change := func(b *accountBench) { b.conf.Server = server; test.prepare(t, b) }
				asAccount(t, change, func(t *testing.T, b *accountBench) {
					p := b.connection()
					connect := p.encrypt
					if strings.HasPrefix(server, "tls:") {
						connect = p.handshake
					}
					if err := connect(b.tls); err == nil {
						t.Error("the client takes the certificate")
					}
					p.cut()
					b.expectRemedy(test.remedy)
					begin := time.Now()
					b.connection().cut()
					if d := time.Since(begin); d < 30*time.Second {
						t.Errorf("tried again after %v, want 30 seconds", d)
					}
				})
			})
		}
	}
}

func TestNoEncryptionNoPassword(t *testing.T) {
	const failure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
	const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
	tests := []struct{ name, features, answer, remedy string }{
		{"no STARTTLS", offer("PLAIN SCRAM-SHA-1"), "", "offers no encryption"},
		{"TLS refused", startTLS, failure, "offers no encryption"},
		{"stanzas behind the go-ahead", startTLS, proceed + "<message><body>injected</body></message>", "meddles"},
		{"no TLS behind the go-ahead", startTLS, proceed + "\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				p := b.connection()
				p.greet(test.features)
				if test.answer != "" {
					p.expect("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
					p.write(test.answer)
				}
				p.drainInto()
				if got := string(p.got); strings.Contains(got, "<auth") || strings.Contains(got, "gateway") {
					t.Errorf("written without encryption: %q", got)
				}
				if test.remedy != "" {
					b.expectRemedy(test.remedy)
				}
			})
		})
	}
}

// drainInto reads into got until the connection is closed.
func (p *peer) drainInto() {
	buf := make([]byte, 4096)
	for {
		n, err := p.conn.Read(buf)
		p.got = append(p.got, buf[:n]...)
		if err != nil {
			return
		}
	}
}

func TestNoClientPort(t *testing.T) {
	const component = "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'>"
	const old = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1'><stream:features/>"
	for name, answer := range map[string]string{
		"a web server": "HTTP/1.1 400 Bad Request\r\n\r\n", "a component port": component, "a server before XMPP 1.0": old,
		"a page": "<html><body>hello</body></html>", "no features": accountHeader + "<message/>",
	} {
		t.Run(name, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				p := b.connection()
				p.expect("'>")
				p.write(answer)
				p.drain()
				b.expectRemedy("xmpp.accounts[].server: host:5222 for STARTTLS, tls://host:5223")
			})
		})
	}
	t.Run("no TLS on a port for it", func(t *testing.T) {
		asAccount(t, func(b *accountBench) { b.conf.Server = "tls://server:5222" }, func(t *testing.T, b *accountBench) {
			p := b.connection()
			go p.write(accountHeader)
			p.drain()
			b.expectRemedy("tls://host:5223 for direct TLS")
		})
	})
	t.Run("perhaps one for direct TLS", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.connection()
			p.expect("'>")
			p.cut()
			synctest.Wait()
			if err := b.link.Status().LastError; err == nil || !strings.Contains(err.Error(), "tls://host:port in xmpp.accounts[].server") {
				t.Errorf("LastError = %v, want a hint", err)
			}
		})
	})
	t.Run("TLS that is too old", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			b.tls.MinVersion, b.tls.MaxVersion = tls.VersionTLS11, tls.VersionTLS11
			p := b.connection()
			if err := p.encrypt(b.tls); err == nil {
				t.Error("the client takes TLS 1.1")
			}
			p.cut()
			b.expectRemedy("TLS 1.2")
		})
	})
	for _, server := range []string{"tls://", "a b:5222", "https://server", ":5222", "user@server"} {
		t.Run("configured as "+server, func(t *testing.T) {
			asAccount(t, func(b *accountBench) { b.conf.Server = server }, func(_ *testing.T, b *accountBench) {
				b.expectRemedy("write host:port, or tls://host:port")
			})
		})
	}
}

func TestLoginIsRefused(t *testing.T) {
	tests := []struct{ condition, remedy string }{
		{"not-authorized", "xmpp.accounts[].password_file"},
		{"account-disabled", "is locked"},
		{"credentials-expired", "has expired"},
		{"mechanism-too-weak", "set the password again"},
		{"invalid-authzid", "refuses the login"},
		{"made-up", "refuses the login"},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			change := func(b *accountBench) { // with other servers, which are of the same mind
				b.conf.Server = ""
				b.conf.Resolver = records{"xmpp-client": {{Target: "a.test.", Port: 1}, {Target: "b.test.", Port: 2}}}
			}
			asAccount(t, change, func(t *testing.T, b *accountBench) {
				p := b.secured()
				p.greet(plainOnly)
				p.expect("</auth>")
				p.write("<failure" + saslNS + "><" + test.condition + "/><text>a word</text></failure>")
				p.cut()
				b.expectRemedy(test.remedy)
				if n := b.net.dialled.Load(); n != 1 {
					t.Errorf("the password was tried at %d servers, want 1", n)
				}
				if strings.Contains(b.log.String(), "pw") {
					t.Errorf("the password is in the log: %s", b.log)
				}
			})
		})
	}
}

func TestTemporaryFailureOfALogin(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		begin := time.Now()
		for range 3 {
			p := b.secured()
			p.greet(plainOnly)
			p.expect("</auth>")
			p.write("<failure" + saslNS + "><temporary-auth-failure/></failure>")
			p.cut()
		}
		b.accepted(bindOnly).cut()
		if d := time.Since(begin); d > 5*time.Second {
			t.Errorf("up after %v, want a few seconds", d)
		}
	})
}

func TestNoMechanismInCommon(t *testing.T) {
	for _, offered := range []string{"GSSAPI EXTERNAL", "SCRAM-SHA-512-PLUS", ""} {
		asAccount(t, nil, func(_ *testing.T, b *accountBench) {
			p := b.secured()
			p.greet(offer(offered))
			p.drain()
			b.expectRemedy("SCRAM-SHA-256, SCRAM-SHA-1, PLAIN")
		})
	}
}

func TestStreamIsRefused(t *testing.T) {
	tests := []struct{ condition, remedy string }{
		{"host-unknown", "is no server of home.test"},
		{"conflict", "a resource of its own"},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			asAccount(t, nil, func(_ *testing.T, b *accountBench) {
				p := b.connection()
				p.expect("'>")
				p.write(accountHeader + "<stream:error><" + test.condition + streamsNS + "/></stream:error></stream:stream>")
				p.drain()
				b.expectRemedy(test.remedy)
			})
		})
	}
}

func TestResourceThatWasTakenIsNotTakenBack(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		p.write("<stream:error><conflict" + streamsNS + "/></stream:error></stream:stream>")
		begin := time.Now()
		<-b.told.downs
		p.cut()
		b.expectRemedy("stop the other gateway")
		p = b.authenticated()
		if d := time.Since(begin); d < 30*time.Second {
			t.Errorf("connected again after %v, want 30 seconds", d)
		}
		p.greet(bindOnly)
		if wish := p.bindAs(accountJID + "/other"); strings.Contains(wish, "thingbridge") {
			t.Errorf("wishes for %q again", wish)
		}
		<-b.told.ups
		p.cut()
	})
}

func TestServerBindsSomethingElse(t *testing.T) {
	for _, full := range []string{"other@home.test/a", "", "gateway@home.test/" + repeat(2000, "a")} {
		asAccount(t, nil, func(_ *testing.T, b *accountBench) {
			p := b.authenticated()
			p.greet(bindOnly)
			p.bindAs(full)
			p.drain()
			b.expectRemedy("gives it no address")
		})
	}
}

func TestSeeOtherHost(t *testing.T) {
	sent := func(to string) string {
		return accountHeader + "<stream:error><see-other-host" + streamsNS + ">" + to + "</see-other-host></stream:error></stream:stream>"
	}
	t.Run("is followed", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.connection()
			p.expect("'>")
			p.write(sent("[2001:db8::1]:9222"))
			p.drain()
			p = b.secured() // another one, after the login has begun
			p.expect("'>")
			p.write(sent("other.test"))
			p.drain()
			b.accepted(bindOnly).cut()
		})
	})
	t.Run("leads to a server that must be the domain's", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.connection()
			p.expect("'>")
			p.write(sent("evil.test:5222"))
			p.drain()
			b.certify(b.ca, "evil.test")
			p = b.connection()
			if err := p.encrypt(b.tls); err == nil {
				t.Error("the client takes a certificate for evil.test")
			}
			p.cut()
			b.expectRemedy("is not for home.test")
		})
	})
	t.Run("is not followed for ever", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			for range 5 {
				p := b.connection()
				p.expect("'>")
				p.write(sent("next.test:5222"))
				p.drain()
			}
			b.expectRemedy("from one place to the next")
		})
	})
	t.Run("names no place", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.connection()
			p.expect("'>")
			p.write(sent("a b c"))
			p.drain()
			b.expectRemedy("from one place to the next")
		})
	})
}
