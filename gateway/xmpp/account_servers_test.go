package xmpp_test

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/xmpp"
)

// accountServers are the real ones as a host of accounts. This ejabberd keeps
// passwords for SCRAM-SHA-256, Prosody for SCRAM-SHA-1.
var accountServers = []struct {
	name  string
	start func(t *testing.T) *lab.XMPPServer
}{
	{"Prosody", func(t *testing.T) *lab.XMPPServer {
		return labtest.Prosody(t, lab.ProsodyConfig{
			Users: accountUsers, Lines: `disable_sasl_mechanisms = { "PLAIN" }`,
		}).XMPPServer
	}},
	{"ejabberd", func(t *testing.T) *lab.XMPPServer {
		return labtest.Ejabberd(t, lab.EjabberdConfig{
			Users: accountUsers, Lines: "auth_scram_hash: sha256\ndisable_sasl_mechanisms: [PLAIN, SCRAM-SHA-1]",
		}).XMPPServer
	}},
}

var accountUsers = map[string]string{"gateway": "pässword", "anna": "pw"}

func onAccountServers(t *testing.T, test func(t *testing.T, server *lab.XMPPServer)) {
	for _, s := range accountServers {
		t.Run(s.name, func(t *testing.T) { test(t, s.start(t)) })
	}
}

// accountOn is how gateway@home.test logs in.
func accountOn(t *testing.T, server *lab.XMPPServer) xmpp.AccountConfig {
	t.Helper()
	pem, err := os.ReadFile(server.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", server.CAFile)
	}
	return xmpp.AccountConfig{
		JID: mustJID(accountJID), Password: xmpp.Secret(accountUsers["gateway"]), Server: server.C2SAddr, CAs: pool,
	}
}

// logIn runs a link until the test ends.
func logIn(t *testing.T, cfg xmpp.AccountConfig) (*xmpp.Link, *recorder) {
	t.Helper()
	link, told := xmpp.NewAccount(cfg, zerolog.New(zerolog.NewTestWriter(t))), newRecorder()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- link.Run(ctx, told) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run() = %v", err)
		}
	})
	return link, told
}

// message waits for one from a user; servers send some of their own.
func (r *recorder) message(t *testing.T) *xmpp.Stanza {
	t.Helper()
	for {
		if s := soon(t, "message", r.stanzas); s.Kind == xmpp.Message && s.Body() != "" {
			return s
		}
	}
}

func say(t *testing.T, link *xmpp.Link, to, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stanza := "<message type='chat' to='" + to + "'><body>" + body + "</body></message>"
	if err := link.Send(ctx, []byte(stanza)); err != nil {
		t.Fatalf("Send() = %v", err)
	}
}

func settle(t *testing.T, link *xmpp.Link) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := link.Fence(ctx); err != nil {
		t.Errorf("Fence() = %v", err)
	}
}

func saying(body string) func(labtest.Event) bool {
	return func(e labtest.Event) bool { return e.Kind == labtest.Message && e.Body == body }
}

func TestAccountTalksThroughAServer(t *testing.T) {
	onAccountServers(t, func(t *testing.T, server *lab.XMPPServer) {
		anna := labtest.Slixmpp(t, labtest.Login{Account: server.Account("anna")})
		for _, address := range []string{server.C2SAddr, "tls://" + server.DirectTLSAddr} {
			cfg := accountOn(t, server)
			cfg.Server = address
			link, told := logIn(t, cfg)
			soon(t, "stream", told.ups)
			if err := link.Send(t.Context(), []byte("<presence/>")); err != nil {
				t.Fatal(err)
			}
			say(t, link, "anna@home.test", "hello through "+address)
			event := anna.Expect(saying("hello through " + address))
			anna.Send(event.From, "to "+event.From)
			got := told.message(t)
			if got.Body() != "to "+event.From || got.From.String() != anna.JID || got.Space != xmpp.NSClient || got.To.String() != event.From {
				t.Errorf("got %+v, want a message from %s to %s", got, anna.JID, event.From)
			}
			begin := time.Now()
			for range 100 {
				say(t, link, "gateway@home.test", "note")
				settle(t, link)
			}
			t.Logf("a message and its acknowledgement take %v", time.Since(begin)/100)
			ping(t, link, "home.test")
			ping(t, link, accountJID)
			if len(told.downs) > 0 {
				t.Errorf("the stream ended: %v", <-told.downs)
			}
			// The second login has the same resource and so replaces this one.
		}
	})
}

func ping(t *testing.T, link *xmpp.Link, to string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := link.Request(ctx, mustJID(to), func(dst []byte, id string) []byte {
		return append(dst, "<iq type='get' id='"+id+"' to='"+to+"'><ping xmlns='urn:xmpp:ping'/></iq>"...)
	})
	if refused := (*xmpp.StanzaError)(nil); err != nil && !errors.As(err, &refused) {
		t.Errorf("Request() to %s = %v", to, err)
	}
}

func TestBoundLoginOnAServer(t *testing.T) {
	servers := map[string]func(t *testing.T) *lab.XMPPServer{
		"Prosody": func(t *testing.T) *lab.XMPPServer {
			return labtest.Prosody(t, lab.ProsodyConfig{
				Users: accountUsers, Lines: `disable_sasl_mechanisms = { "PLAIN", "SCRAM-SHA-1" }`, HostLines: `ssl = { protocol = "tlsv1_2" }`,
			}).XMPPServer
		},
		"ejabberd": func(t *testing.T) *lab.XMPPServer {
			return labtest.Ejabberd(t, lab.EjabberdConfig{Users: accountUsers, Lines: "auth_scram_hash: sha256\n" +
				"c2s_protocol_options: [no_tlsv1_3]\ndisable_sasl_mechanisms: [PLAIN, SCRAM-SHA-1, SCRAM-SHA-256]"}).XMPPServer
		},
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			link, told := logIn(t, accountOn(t, start(t)))
			soon(t, "stream", told.ups)
			settle(t, link)
		})
	}
}

func TestSubscriptionReachesAnAccount(t *testing.T) {
	onAccountServers(t, func(t *testing.T, server *lab.XMPPServer) {
		link, told := logIn(t, accountOn(t, server))
		soon(t, "stream", told.ups)
		if err := link.Send(t.Context(), []byte("<presence/>")); err != nil {
			t.Fatal(err)
		}
		anna := labtest.Slixmpp(t, labtest.Login{Account: server.Account("anna")})
		anna.Subscribe(accountJID)
		for s := soon(t, "subscription", told.stanzas); s.Type != "subscribe"; s = soon(t, "subscription", told.stanzas) {
			if s.Kind == xmpp.IQ && s.Type == "set" {
				t.Errorf("the handler gets news of the roster: %+v", s)
			}
		}
		if err := link.Send(t.Context(), []byte("<presence type='subscribed' to='anna@home.test'/>")); err != nil {
			t.Fatal(err)
		}
		anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Subscription && e.Type == "subscribed" })
		settle(t, link) // the roster push was answered, or a server would end the stream
	})
}

func TestAccountsServerIsRestarted(t *testing.T) {
	onAccountServers(t, func(t *testing.T, server *lab.XMPPServer) {
		link, told := logIn(t, accountOn(t, server))
		soon(t, "stream", told.ups)
		ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
		defer cancel()
		for _, end := range []func(){func() { _ = server.Stop(ctx) }, server.Kill} {
			end()
			if err := server.Start(ctx); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			soon(t, "end of the stream", told.downs)
			soon(t, "stream", told.ups)
			if d := time.Since(begin); d > 3*time.Second {
				t.Errorf("up %v after the server, want 3 seconds at most", d)
			}
			settle(t, link)
		}
	})
}

func TestResumptionOnAServer(t *testing.T) {
	onAccountServers(t, func(t *testing.T, server *lab.XMPPServer) {
		line := newLine(server.C2SAddr)
		cfg := accountOn(t, server)
		cfg.Dial = line.dial
		link, told := logIn(t, cfg)
		soon(t, "stream", told.ups)
		if err := link.Send(t.Context(), []byte("<presence/>")); err != nil {
			t.Fatal(err)
		}
		settle(t, link)
		anna := labtest.Slixmpp(t, labtest.Login{Account: server.Account("anna")})
		for _, round := range []string{"one", "two", "three"} {
			line.swallow() // what is sent from here on does not arrive
			say(t, link, "anna@home.test", "lost "+round)
			line.cut()
			say(t, link, "anna@home.test", "kept "+round)
			anna.Send(accountJID, "meanwhile "+round)
			settle(t, link)
			anna.Expect(saying("lost " + round))
			anna.Expect(saying("kept " + round))
			if got := told.message(t).Body(); got != "meanwhile "+round {
				t.Errorf("got %q", got)
			}
		}
		if len(told.ups)+len(told.downs) > 0 {
			t.Error("the handler was told of a lost connection")
		}
		if s := link.Status(); s.Streams != 1 || s.Resumed != 3 {
			t.Errorf("Status() = %+v, want one stream, resumed three times", s)
		}
		line.expectSecrecy(t, 4)
	})
}

func TestNothingIsSaidBeforeTLS(t *testing.T) {
	onAccountServers(t, func(t *testing.T, server *lab.XMPPServer) {
		line := newLine(server.C2SAddr)
		cfg := accountOn(t, server)
		cfg.Dial = line.dial
		_, told := logIn(t, cfg)
		ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
		defer cancel()
		soon(t, "stream", told.ups)
		for range 2 {
			server.Kill()
			if err := server.Start(ctx); err != nil {
				t.Fatal(err)
			}
			soon(t, "end of the stream", told.downs)
			soon(t, "stream", told.ups)
		}
		line.expectSecrecy(t, 3)
	})
}

func TestServerRefusesAnAccount(t *testing.T) {
	tests := []struct {
		name, remedy string
		change       func(server *lab.XMPPServer, cfg *xmpp.AccountConfig)
	}{
		{"the password", "xmpp.accounts[].password_file", func(_ *lab.XMPPServer, cfg *xmpp.AccountConfig) { cfg.Password = "wrong" }},
		{"the account", "xmpp.accounts[].jid", func(_ *lab.XMPPServer, cfg *xmpp.AccountConfig) { cfg.JID = mustJID("nobody@home.test") }},
		{"registration", "xmpp.accounts[].register", func(_ *lab.XMPPServer, cfg *xmpp.AccountConfig) {
			cfg.JID, cfg.Register = mustJID("nobody@home.test"), true
		}},
		{"the domain", "is no server of things.away.test", func(_ *lab.XMPPServer, cfg *xmpp.AccountConfig) {
			cfg.JID = mustJID("gateway@things.away.test")
		}},
		{"the authority", "xmpp.accounts[].ca_file", func(_ *lab.XMPPServer, cfg *xmpp.AccountConfig) { cfg.CAs = nil }},
		{"direct TLS on the port for STARTTLS", "xmpp.accounts[].server", func(server *lab.XMPPServer, cfg *xmpp.AccountConfig) {
			cfg.Server = "tls://" + server.C2SAddr
		}},
	}
	onAccountServers(t, func(t *testing.T, server *lab.XMPPServer) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				cfg := accountOn(t, server)
				test.change(server, &cfg)
				link, told := logIn(t, cfg)
				expectRefusal(t, link, test.remedy)
				if len(told.ups) > 0 {
					t.Error("logged in")
				}
			})
		}
	})
}

func TestAccountIsRegistered(t *testing.T) {
	servers := map[string]func(t *testing.T) *lab.XMPPServer{
		"Prosody": func(t *testing.T) *lab.XMPPServer {
			return labtest.Prosody(t, lab.ProsodyConfig{
				Users: accountUsers, Modules: []string{"register_ibr"}, Lines: "allow_registration = true",
			}).XMPPServer
		},
		"ejabberd": func(t *testing.T) *lab.XMPPServer {
			return labtest.Ejabberd(t, lab.EjabberdConfig{
				Users: accountUsers, Modules: []string{"mod_register"}, Lines: "registration_timeout: infinity",
			}).XMPPServer
		},
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			for range 2 { // the second time it exists
				cfg := accountOn(t, server)
				cfg.JID, cfg.Register = mustJID("heater@home.test"), true
				link, told := logIn(t, cfg)
				soon(t, "stream", told.ups)
				settle(t, link)
			}
			cfg := accountOn(t, server)
			cfg.JID, cfg.Password, cfg.Register = mustJID("heater@home.test"), "another", true
			link, _ := logIn(t, cfg)
			expectRefusal(t, link, "xmpp.accounts[].password_file")
		})
	}
}
