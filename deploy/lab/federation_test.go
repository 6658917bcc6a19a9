package lab_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// members starts each XMPP server that the lab knows for a domain with one user,
// called user, as a member of a federation.
var members = map[string]func(t *testing.T, f *lab.Federation, domain string) *lab.XMPPServer{
	"prosody": func(t *testing.T, f *lab.Federation, domain string) *lab.XMPPServer {
		return labtest.Prosody(t, lab.ProsodyConfig{
			Federation: f, Host: domain, Users: map[string]string{"user": "pw"},
		}).XMPPServer
	},
	"ejabberd": func(t *testing.T, f *lab.Federation, domain string) *lab.XMPPServer {
		return labtest.Ejabberd(t, lab.EjabberdConfig{
			Federation: f, Host: domain, Users: map[string]string{"user": "pw"},
		}).XMPPServer
	},
}

// impostor starts a server that trusts the members of a federation, but has a
// certificate of another authority.
func impostor(t *testing.T, f *lab.Federation, domain string) *lab.XMPPServer {
	t.Helper()
	other, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	dir := reachableFolder(t)
	if err := os.WriteFile(filepath.Join(dir, "federation.crt"), f.Authority.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return labtest.Prosody(t, lab.ProsodyConfig{
		Dir: dir, Federation: f, Authority: other, Host: domain, Users: map[string]string{"user": "pw"},
		Lines: fmt.Sprintf("ssl = { certificate = %q, key = %q, cafile = %q }",
			filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"), filepath.Join(dir, "federation.crt")),
	}).XMPPServer
}

func login(t *testing.T, s *lab.XMPPServer) *labtest.Client {
	t.Helper()
	return labtest.Slixmpp(t, labtest.Login{Account: s.Account("user")})
}

// says matches a message with a body; an error that returns the body counts not.
func says(body string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.Message && e.Type == "chat" && e.Body == body
	}
}

func bounced(e labtest.Event) bool { return e.Kind == labtest.Message && e.Type == "error" }

func TestMembersOfAFederationTalk(t *testing.T) {
	t.Parallel()
	f := labtest.Federation(t)
	home, away := members["prosody"](t, f, "home.test"), members["ejabberd"](t, f, "away.test")
	anna, carl := login(t, home), login(t, away)
	carl.Send(anna.JID, "from ejabberd")
	anna.Expect(says("from ejabberd"))
	anna.Send(carl.JID, "from Prosody")
	carl.Expect(says("from Prosody"))
	carl.Send("user@nowhere.test", "to nobody")
	carl.Expect(bounced)
}

// An impostor finds the members, and they find it; but nothing passes.
func TestAFederationTrustsOneAuthority(t *testing.T) {
	t.Parallel()
	for name, start := range members {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := labtest.Federation(t)
			user, stranger := login(t, start(t, f, "home.test")), login(t, impostor(t, f, "evil.test"))
			user.Send(stranger.JID, "hello")
			user.Expect(bounced)
			stranger.Send(user.JID, "hello")
			stranger.Expect(bounced)
			for _, c := range []*labtest.Client{user, stranger} {
				for _, e := range c.Fence("") {
					if e.Kind == labtest.Message {
						t.Errorf("%s received %s", c.JID, e)
					}
				}
			}
		})
	}
}

// A member offers other servers nothing but encryption, and delivers nothing before.
func TestAFederationTalksTLSOnly(t *testing.T) {
	t.Parallel()
	for name, start := range members {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := start(t, labtest.Federation(t), "home.test")
			user := login(t, home)
			s := dial(t, home.S2SAddr)
			fmt.Fprint(s.conn, "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback'"+
				" xmlns:stream='http://etherx.jabber.org/streams' from='away.test' to='home.test' version='1.0'>")
			features := s.until(t, regexp.MustCompile(`</stream:features>`))
			if !strings.Contains(features, "<required") {
				t.Errorf("encryption is not required: %s", features)
			}
			for _, other := range []string{"mechanism", "dialback"} {
				if _, offer, _ := strings.Cut(features, "features>"); strings.Contains(offer, other) {
					t.Errorf("it offers %s before encryption: %s", other, features)
				}
			}
			fmt.Fprintf(s.conn, "<message from='carl@away.test' to='%s' type='chat'><body>in the clear</body></message>"+
				"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", user.JID)
			s.until(t, regexp.MustCompile(`<proceed|</stream:stream>`))
			for _, e := range user.Fence("") {
				if e.Kind == labtest.Message {
					t.Errorf("it let through %s", e)
				}
			}
		})
	}
}

func TestADomainIsPointedToAnAddressOnly(t *testing.T) {
	t.Parallel()
	f := labtest.Federation(t)
	for _, address := range []string{"", "127.0.0.1", "localhost:5269", "[::1]:5269"} {
		if err := f.Point("home.test", address); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
