package lab_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

const (
	domain = "things.home.test"
	secret = `it's "secret"`

	// silence is how long a server that says nothing is listened to.
	silence = 200 * time.Millisecond
)

// servers starts each XMPP server that the lab knows, with user anna and a
// privileged component.
var servers = map[string]func(t *testing.T) *lab.XMPPServer{
	"prosody": func(t *testing.T) *lab.XMPPServer {
		return labtest.Prosody(t, lab.ProsodyConfig{
			Components: map[string]string{domain: secret},
			Users:      map[string]string{"anna": "one"},
			Privileged: []string{domain},
		}).XMPPServer
	},
	"ejabberd": func(t *testing.T) *lab.XMPPServer {
		return labtest.Ejabberd(t, lab.EjabberdConfig{
			Components: map[string]string{domain: secret},
			Users:      map[string]string{"anna": "one"},
			Privileged: []string{domain},
		}).XMPPServer
	},
}

func TestXMPPServers(t *testing.T) {
	t.Parallel()
	checks := []struct {
		name  string
		check func(t *testing.T, s *lab.XMPPServer)
	}{
		{"components shake hands with the right secret only", checkHandshake},
		{"privileged components are told", checkPrivileges},
		{"a paused server is silent until resumed", checkPause},
		{"users survive a kill and a stop", checkSurvival},
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			for _, c := range checks {
				t.Run(c.name, func(t *testing.T) { c.check(t, s) })
			}
		})
	}
}

func checkHandshake(t *testing.T, s *lab.XMPPServer) {
	if _, answer := handshake(t, s.ComponentAddr, domain, secret); !accepts(answer) {
		t.Errorf("right secret: %s", answer)
	}
	if _, answer := handshake(t, s.ComponentAddr, domain, "wrong"); !refuses(answer) {
		t.Errorf("wrong secret: %s", answer)
	}
}

func checkPrivileges(t *testing.T, s *lab.XMPPServer) {
	component, answer := handshake(t, s.ComponentAddr, domain, secret)
	if !accepts(answer) {
		t.Fatalf("handshake: %s", answer)
	}
	advertised := component.until(t, regexp.MustCompile(`</message>`))
	for _, access := range []string{"urn:xmpp:privilege:", "roster", "message", "presence"} {
		if !strings.Contains(advertised, access) {
			t.Errorf("advertised privileges lack %s: %s", access, advertised)
		}
	}
}

func checkPause(t *testing.T, s *lab.XMPPServer) {
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	// The kernel accepts connections for a server that does not.
	client := dial(t, s.C2SAddr)
	fmt.Fprint(client.conn, "<stream:stream xmlns='jabber:client' version='1.0'"+
		" xmlns:stream='http://etherx.jabber.org/streams' to='home.test'>")
	client.conn.SetReadDeadline(time.Now().Add(silence))
	if n, err := client.conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("paused server: %d bytes, error %v; want silence", n, err)
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	client.until(t, regexp.MustCompile(`<stream:features`))
}

func checkSurvival(t *testing.T, s *lab.XMPPServer) {
	if err := s.Register(t.Context(), "ben", "two"); err != nil {
		t.Fatal(err)
	}
	if err := s.Register(t.Context(), "anna", "changed"); err != nil {
		t.Fatal(err)
	}
	restart(t, s, s.Kill)
	labtest.Slixmpp(t, labtest.Login{Account: s.Account("anna")})
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	restart(t, s, func() {
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
	labtest.Slixmpp(t, labtest.Login{Account: s.Account("ben")})
}

// restart ends a server in the given way and starts it again.
func restart(t *testing.T, s *lab.XMPPServer, end func()) {
	t.Helper()
	pid := s.PID()
	end()
	if s.PID() != 0 || alive(pid) {
		t.Errorf("process %d still runs", pid)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestCertificatesAreForHostAndComponents(t *testing.T) {
	t.Parallel()
	authority, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	p := labtest.Prosody(t, lab.ProsodyConfig{Authority: authority})
	conn, err := tls.Dial("tcp", p.DirectTLSAddr, &tls.Config{RootCAs: authority.Pool(), ServerName: p.Host})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	certificate := conn.ConnectionState().PeerCertificates[0]
	for _, name := range []string{p.Host, domain, p.IP} {
		if err := certificate.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if certificate.VerifyHostname("evil.test") == nil {
		t.Error("the certificate counts for evil.test")
	}
}

func TestAFolderThatWasGivenIsKeptWithItsUsers(t *testing.T) {
	t.Parallel()
	dir := reachableFolder(t)
	first := labtest.Prosody(t, lab.ProsodyConfig{Dir: dir, Users: map[string]string{"anna": "one"}})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := labtest.Prosody(t, lab.ProsodyConfig{Dir: dir})
	account := again.Account("anna")
	account.Password = "one"
	labtest.Slixmpp(t, labtest.Login{Account: account})
}

// reachableFolder makes a folder that the users of servers can reach, unlike
// t.TempDir.
func reachableFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// alive reports whether a process exists.
func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// gone waits for a process to end.
func gone(ctx context.Context, pid int) bool {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for alive(pid) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
