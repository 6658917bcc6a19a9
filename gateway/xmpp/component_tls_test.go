package xmpp_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/xmpp"
)

// tunnel ends TLS in front of a component port, as stunnel does, and returns its
// address.
func tunnel(t *testing.T, target string, config *tls.Config) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				_ = near.Close()
				continue
			}
			open.Go(func() { _, _ = io.Copy(far, near); _ = far.Close() })
			open.Go(func() { _, _ = io.Copy(near, far); _ = near.Close() })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); open.Wait() })
	return listener.Addr().String()
}

// showing is a server that shows a certificate.
func showing(t *testing.T, issued lab.Certificate, err error) *tls.Config {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := issued.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}}
}

// secureTest is a component that connects by TLS.
type secureTest struct {
	name, server string
	authority    *lab.Authority
	says         string // what is said when the link does not come up; empty: it does
}

func (test secureTest) run(t *testing.T, dial func(context.Context, string, string) (net.Conn, error)) {
	link := xmpp.NewComponent(xmpp.ComponentConfig{
		Domain: mustJID("things.home.test"), Server: test.server, Secret: "s3cret", CAs: test.authority.Pool(), Dial: dial,
	}, zerolog.New(zerolog.NewTestWriter(t)))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = link.Run(ctx, newRecorder()) })
	defer running.Wait()
	defer cancel()
	status := settled(t, link)
	if test.says != "" {
		if err := status.LastError; err == nil || !strings.Contains(err.Error(), test.says) || strings.ContainsAny(err.Error(), "{}\n") {
			t.Errorf("LastError = %v, want a clear line with %q", err, test.says)
		}
		return
	}
	if status.State != xmpp.Up {
		t.Fatalf("%+v, want a link that is up", status)
	}
	if err := link.Fence(t.Context()); err != nil {
		t.Errorf("Fence() = %v", err)
	}
}

func TestComponentThroughATunnel(t *testing.T) {
	ours, theirs := mustAuthority(t), mustAuthority(t)
	onServers(t, func(t *testing.T, server *lab.XMPPServer) {
		through := func(issued lab.Certificate, err error) string {
			return "tls://" + tunnel(t, server.ComponentAddr, showing(t, issued, err))
		}
		day := 24 * time.Hour
		now := time.Now()
		old := showing(t, must(ours.Issue("127.0.0.1")), nil)
		old.MaxVersion = tls.VersionTLS11
		for _, test := range []secureTest{
			{"a certificate of a known authority", through(ours.Issue("127.0.0.1")), ours, ""},
			{"a certificate of another authority", through(theirs.Issue("127.0.0.1")), ours, "xmpp.component.ca_file"},
			{"a certificate of nobody", through(lab.SelfSigned("127.0.0.1")), ours, "self-signed or of an authority that this machine does not know; if it is the right one, name a file with that authority in xmpp.component.ca_file"},
			{"a certificate for another name", through(ours.Issue("elsewhere.test")), ours, "is for another host; write the name that it is for in xmpp.component.server"},
			{"a certificate that has expired", through(ours.IssueBetween(now.Add(-3*day), now.Add(-day), "127.0.0.1")), ours, "has expired or is not valid yet; correct this machine's clock"},
			{"a certificate that is not valid yet", through(ours.IssueBetween(now.Add(day), now.Add(2*day), "127.0.0.1")), ours, "has expired or is not valid yet; correct this machine's clock"},
			{"TLS that is too old", "tls://" + tunnel(t, server.ComponentAddr, old), ours, "allow TLS 1.2 or newer"},
			{"a port without TLS", "tls://" + server.ComponentAddr, ours, "does not speak TLS from the first byte; let its component listener do so"},
		} {
			t.Run(test.name, func(t *testing.T) { test.run(t, nil) })
		}
		t.Run("a port with TLS, and a component without", func(t *testing.T) {
			at := tunnel(t, server.ComponentAddr, old)
			secureTest{"", at, ours, "write tls://host:port in xmpp.component.server"}.run(t, nil)
		})
	})
}

// The listener of ejabberd itself, which needs its certificate in a file of its own.
func TestComponentOverTLS(t *testing.T) {
	ours, theirs := mustAuthority(t), mustAuthority(t)
	server := labtest.Ejabberd(t, lab.EjabberdConfig{Components: components, Users: users, Authority: ours, SecureLine: true})
	_, port, err := net.SplitHostPort(server.ComponentAddr)
	if err != nil {
		t.Fatal(err)
	}
	// Other names for the same address.
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.ComponentAddr)
	}
	for _, test := range []secureTest{
		{"by its address", "tls://" + server.ComponentAddr, ours, ""},
		{"by a name", "tls://xmpp.home.test:" + port, ours, ""},
		{"by a name that the certificate lacks", "tls://elsewhere.test:" + port, ours, "is for another host"},
		{"with an authority that is not the server's", "tls://" + server.ComponentAddr, theirs, "xmpp.component.ca_file"},
		{"without TLS", server.ComponentAddr, ours, "xmpp.component.server"},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, dial) })
	}
}

// An ejabberd that was told of TLS alone closes each connection without a word.
func TestComponentListenerWithoutACertificate(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().(*net.TCPAddr)
	_ = free.Close()
	labtest.Ejabberd(t, lab.EjabberdConfig{ConfD: []string{fmt.Sprintf(
		"listen: [{module: ejabberd_service, ip: 127.0.0.1, port: %d, tls: true, hosts: {things.home.test: {password: s3cret}}}]\n", address.Port)}})
	for conn, err := net.Dial("tcp", address.String()); ; conn, err = net.Dial("tcp", address.String()) {
		if err == nil {
			_ = conn.Close()
			break
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal(err)
		}
	}
	secureTest{"", "tls://" + address.String(), mustAuthority(t), "certfile: beside tls: true"}.run(t, nil)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func mustAuthority(t *testing.T) *lab.Authority {
	t.Helper()
	a, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// settled waits until the link is up or has failed.
func settled(t *testing.T, link *xmpp.Link) xmpp.Status {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		status := link.Status()
		if status.State == xmpp.Up || status.State == xmpp.Waiting {
			return status
		}
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("neither up nor failed: %+v", status)
		}
	}
}
