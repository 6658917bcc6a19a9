package xmpp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/deploy/lab"
	"thingbridge/gateway/xmpp"
)

// tunnel ends TLS in front of a component port, as stunnel does, with a
// certificate for names. It returns its address.
func tunnel(t *testing.T, target string, authority *lab.Authority, names ...string) string {
	t.Helper()
	issued, err := authority.Issue(names...)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := issued.TLS()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
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

func TestComponentOverTLS(t *testing.T) {
	ours, theirs := mustAuthority(t), mustAuthority(t)
	onServers(t, func(t *testing.T, server *lab.XMPPServer) {
		tests := []struct {
			name      string
			server    string
			authority *lab.Authority
			remedy    string // empty: the link comes up
		}{
			{"a certificate of a known authority", "tls://" + tunnel(t, server.ComponentAddr, ours, "127.0.0.1"), ours, ""},
			{"a certificate of another authority", "tls://" + tunnel(t, server.ComponentAddr, theirs, "127.0.0.1"), ours, "xmpp.component.ca_file"},
			{"a certificate for another name", "tls://" + tunnel(t, server.ComponentAddr, ours, "elsewhere.test"), ours, "is for another host"},
			{"a port without TLS", "tls://" + server.ComponentAddr, ours, "does not speak TLS"},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				link := xmpp.NewComponent(xmpp.ComponentConfig{
					Domain: mustJID("things.home.test"), Server: test.server, Secret: "s3cret", CAs: test.authority.Pool(),
				}, zerolog.New(zerolog.NewTestWriter(t)))
				ctx, cancel := context.WithCancel(t.Context())
				var running sync.WaitGroup
				running.Go(func() { _ = link.Run(ctx, newRecorder()) })
				defer running.Wait()
				defer cancel()
				status := settled(t, link)
				if test.remedy == "" {
					if status.State != xmpp.Up {
						t.Fatalf("%+v, want a link that is up", status)
					}
					if err := link.Fence(t.Context()); err != nil {
						t.Errorf("Fence() = %v", err)
					}
					return
				}
				refused := (*xmpp.RefusedError)(nil)
				if !errors.As(status.LastError, &refused) || !strings.Contains(refused.Remedy, test.remedy) {
					t.Errorf("LastError = %v, want a remedy with %q", status.LastError, test.remedy)
				}
			})
		}
	})
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
