package doctor_test

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/cmd/thingbridge/doctor"
	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// secured returns the configuration of a component that connects by TLS.
func secured(t *testing.T, server, caFile string) *config.Config {
	t.Helper()
	c := component(t, "tls://"+server, domain, secret)
	c.XMPP.Component.CAFile = caFile
	return c
}

// unsecured is what comes of a component without TLS.
const unsecured = reached + "TLS failed, stream skipped, authenticate skipped, " + offline

func TestComponentOverTLSOfEjabberd(t *testing.T) {
	t.Parallel()
	server := labtest.Ejabberd(t, lab.EjabberdConfig{
		Components: map[string]string{domain: secret}, Privileged: []string{domain}, SecureLine: true,
		Lines: "  mod_http_upload: {put_url: 'https://upload.home.test/up', access: all}",
	})
	_, port, err := net.SplitHostPort(server.ComponentAddr)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("all well", func(t *testing.T) {
		got, checks := examine(t, secured(t, server.ComponentAddr, server.CAFile), "component", patience)
		expect(t, got, reached+"TLS passed, stream passed, authenticate passed, ping passed, routing passed, clock passed, "+
			"file upload passed, privilege passed", checks, "")
		if detail := checks["TLS"].Detail; !strings.Contains(detail, "TLS 1.") || !strings.Contains(detail, "good until 20") {
			t.Errorf("TLS: %s", detail)
		}
	})
	t.Run("a host that nobody knows", func(t *testing.T) {
		got, checks := examine(t, secured(t, "xmpp.invalid:"+port, server.CAFile), "component", patience)
		expect(t, got, "resolve failed, connect skipped, TLS skipped, stream skipped, authenticate skipped, "+offline, checks,
			"xmpp.component.server", `"xmpp.invalid"`)
	})
	t.Run("an authority that nobody has named", func(t *testing.T) {
		got, checks := examine(t, secured(t, server.ComponentAddr, ""), "component", patience)
		expect(t, got, unsecured, checks, "xmpp.component.ca_file", "does not trust the authority", "name the file")
	})
	t.Run("another authority", func(t *testing.T) {
		other := shared(t, "ca.crt", string(newAuthority(t).PEM()))
		got, checks := examine(t, secured(t, server.ComponentAddr, other), "component", patience)
		expect(t, got, unsecured, checks, "xmpp.component.ca_file", "is not from an authority in "+other)
	})
	t.Run("a file without an authority", func(t *testing.T) {
		got, checks := examine(t, secured(t, server.ComponentAddr, shared(t, "ca.crt", "none")), "component", patience)
		expect(t, got, unsecured, checks, "xmpp.component.ca_file", "holds no certificate")
	})
	t.Run("a wrong secret", func(t *testing.T) {
		c := secured(t, server.ComponentAddr, server.CAFile)
		c.XMPP.Component.Secret = "wrong"
		got, checks := examine(t, c, "component", patience)
		expect(t, got, reached+"TLS passed, stream passed, authenticate failed, "+offline, checks,
			"xmpp.component.secret", "the same secret on both sides")
	})
	t.Run("no TLS where the server wants it", func(t *testing.T) {
		got, checks := examine(t, component(t, server.ComponentAddr, domain, secret), "component", patience)
		expect(t, got, inClear+"stream failed, authenticate skipped, "+offline, checks, "xmpp.component.server", "tls://host:port")
	})
}

func TestCertificateOfAComponentsServer(t *testing.T) {
	t.Parallel()
	now := time.Now()
	tests := []struct {
		name        string
		host        string
		from, until time.Time
		key         string
		words       []string
	}{
		{"that has expired", "127.0.0.1", now.AddDate(-2, 0, 0), now.AddDate(0, 0, -2), "",
			[]string{"has expired on " + now.AddDate(0, 0, -2).UTC().Format(time.DateOnly), "renew it"}},
		{"that is not good yet", "127.0.0.1", now.AddDate(0, 0, 2), now.AddDate(1, 0, 0), "", []string{"set this machine's clock"}},
		{"for another name", "xmpp.example.org", now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0), "xmpp.component.server",
			[]string{`not for "127.0.0.1", but for "xmpp.example.org"`, "a name that the certificate has"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			certificate, ca := selfSigned(t, test.host, test.from, test.until)
			address := listen(t, shaking(&tls.Config{Certificates: []tls.Certificate{certificate}}))
			got, checks := examine(t, secured(t, address, ca), "component", patience)
			expect(t, got, unsecured, checks, test.key, test.words...)
		})
	}
}

// shaking serves connections as far as TLS.
func shaking(config *tls.Config) func(net.Conn) {
	return func(conn net.Conn) {
		secure := tls.Server(conn, config)
		_ = secure.Handshake()
		secure.Close()
	}
}

func TestComponentWithoutTLS(t *testing.T) {
	t.Parallel()
	prosody := labtest.Prosody(t, lab.ProsodyConfig{Components: map[string]string{domain: secret}})
	certificate, ca := selfSigned(t, "127.0.0.1", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	tests := []struct {
		name, server string
		word         string
	}{
		{"a listener that speaks none", prosody.ComponentAddr, "does not speak TLS"},
		{"a listener without a certificate", listen(t, func(conn net.Conn) { conn.Close() }), "certfile: beside tls: true"},
		{"a listener of the last century", listen(t, shaking(&tls.Config{
			Certificates: []tls.Certificate{certificate}, MaxVersion: tls.VersionTLS11,
		})), "allow TLS 1.2"},
		{"a server that never answers", listen(t, mute), "says nothing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			limit := patience
			if test.word == "says nothing" {
				limit = brief
			}
			got, checks := examine(t, secured(t, test.server, ca), "component", limit)
			expect(t, got, unsecured, checks, "xmpp.component.server", test.word)
		})
	}
}

// A component in place of which somebody else is sent elsewhere is told where.
func TestComponentThatIsSentElsewhere(t *testing.T) {
	t.Parallel()
	address := listen(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'>" +
			"<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>other.test:5347</see-other-host></stream:error>"))
		mute(conn)
	})
	got, checks := examine(t, component(t, address, domain, secret), "component", patience)
	expect(t, got, inClear+"stream passed, authenticate failed, "+offline, checks, "xmpp.component.server", `"other.test:5347"`)
	if checks["authenticate"].Outcome != doctor.Failed {
		t.Error("the login did not fail")
	}
}
