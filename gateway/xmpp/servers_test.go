package xmpp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/xmpp"
)

// patience bounds every wait for a real server on a busy machine.
const patience = 20 * time.Second

// servers are the real ones, each with the component things.home.test.
var servers = []struct {
	name  string
	start func(t *testing.T) *lab.XMPPServer
}{
	{"Prosody", func(t *testing.T) *lab.XMPPServer {
		return labtest.Prosody(t, lab.ProsodyConfig{Components: components, Users: users}).XMPPServer
	}},
	{"ejabberd", func(t *testing.T) *lab.XMPPServer {
		return labtest.Ejabberd(t, lab.EjabberdConfig{Components: components, Users: users}).XMPPServer
	}},
}

var (
	components = map[string]string{"things.home.test": "s3cret"}
	users      = map[string]string{"anna": "pw"}
)

func onServers(t *testing.T, test func(t *testing.T, server *lab.XMPPServer)) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) { test(t, s.start(t)) })
	}
}

// connect runs a link until the test ends.
func connect(t *testing.T, server *lab.XMPPServer, domain, secret string) (*xmpp.Link, *recorder) {
	t.Helper()
	link := xmpp.NewComponent(xmpp.ComponentConfig{
		Domain: mustJID(domain), Server: server.ComponentAddr, Secret: xmpp.Secret(secret),
	}, zerolog.New(zerolog.NewTestWriter(t)))
	told := newRecorder()
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

// soon receives from c or fails the test.
func soon[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s after %v", what, patience)
	}
	panic("not reached")
}

func TestServerAnswersFences(t *testing.T) {
	onServers(t, func(t *testing.T, server *lab.XMPPServer) {
		link, told := connect(t, server, "things.home.test", "s3cret")
		soon(t, "stream", told.ups)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		begin := time.Now()
		for range 100 {
			if err := link.Fence(ctx); err != nil {
				t.Fatalf("Fence() = %v", err)
			}
		}
		t.Logf("a fence takes %v", time.Since(begin)/100)
		large := fmt.Sprintf("<message from='things.home.test' to='things.home.test' id='large'><body>%s</body></message>",
			repeat(xmpp.MaxStanza-8<<10, "x"))
		if err := link.Send(ctx, []byte(large)); err != nil {
			t.Fatalf("Send() of the largest stanza = %v", err)
		}
		if err := link.Fence(ctx); err != nil {
			t.Errorf("Fence() after the largest stanza = %v", err)
		}
		if got := soon(t, "large stanza", told.stanzas); len(got.Body()) != xmpp.MaxStanza-8<<10 {
			t.Errorf("the largest stanza came back with %d bytes", len(got.Body()))
		}
	})
}

func TestHostileStanzasThroughAServer(t *testing.T) {
	stanzas := []string{
		`<message to='d@things.home.test'><message/></message>`,
		`<message to='d@things.home.test'><x xmlns='urn:x'><message xmlns='jabber:component:accept'/></x></message>`,
		`<presence to='d@things.home.test'><presence/></presence>`,
		`<presence to='d@things.home.test'><priority>999</priority></presence>`,
		`<message to='d@things.home.test'><body xmlns='jabber:client'>real</body><f xmlns='urn:x'><body>injected</body></f></message>`,
		`<iq type='get' id='1' to='d@things.home.test'>` + repeat(200, "<a xmlns='urn:a'>") + repeat(200, "</a>") + `</iq>`,
		`<message to='d@things.home.test'><a:b xmlns:a='urn:a' a:c='1'/></message>`,
		`<message to='♥@things.home.test'><body>x</body></message>`,
		`<message to='d@things.home.test' type='error'><body>x</body></message>`,
	}
	onServers(t, func(t *testing.T, server *lab.XMPPServer) {
		link, told := connect(t, server, "things.home.test", "s3cret")
		soon(t, "stream", told.ups)
		anna := labtest.Slixmpp(t, labtest.Login{Account: server.Account("anna")})
		for _, s := range stanzas {
			anna.SendXML(s)
		}
		anna.Send("d@things.home.test", "good")
		for body := ""; body != "good"; {
			body = soon(t, "good message", told.stanzas).Body()
			if body == "injected" {
				t.Error("a body inside of another element was taken for the body")
			}
		}
		if len(told.downs) > 0 {
			t.Errorf("the stream ended: %v", <-told.downs)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		to := mustJID(anna.JID)
		reply, err := link.Request(ctx, to, func(dst []byte, id string) []byte {
			return fmt.Appendf(dst, "<iq type='get' id='%s' from='d@things.home.test' to='%s'>"+
				"<query xmlns='http://jabber.org/protocol/disco#info'/></iq>", id, to)
		})
		if err != nil || reply.Child("http://jabber.org/protocol/disco#info", "query") == nil {
			t.Errorf("Request() = %+v, %v, want anna's features", reply, err)
		}
	})
}

func TestServerIsRestarted(t *testing.T) {
	onServers(t, func(t *testing.T, server *lab.XMPPServer) {
		link, told := connect(t, server, "things.home.test", "s3cret")
		soon(t, "stream", told.ups)
		ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
		defer cancel()
		for _, end := range []func(){func() { _ = server.Stop(ctx) }, server.Kill} {
			end()
			soon(t, "end of the stream", told.downs)
			if err := link.Send(ctx, []byte(note)); !errors.Is(err, xmpp.ErrDown) {
				t.Errorf("Send() = %v, want ErrDown", err)
			}
			if err := server.Start(ctx); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			soon(t, "stream", told.ups)
			if d := time.Since(begin); d > 2*time.Second {
				t.Errorf("up %v after the server, want 2 seconds at most", d)
			}
			if err := link.Fence(ctx); err != nil {
				t.Errorf("Fence() = %v", err)
			}
		}
	})
}

func TestServerRefuses(t *testing.T) {
	tests := []struct{ name, domain, secret, remedy string }{
		{"the secret", "things.home.test", "wrong", "xmpp.component.secret_file"},
		{"the domain", "other.home.test", "s3cret", "xmpp.component.domain"},
	}
	onServers(t, func(t *testing.T, server *lab.XMPPServer) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				link, _ := connect(t, server, test.domain, test.secret)
				expectRefusal(t, link, test.remedy)
			})
		}
	})
}

func TestProsodyRefusesASecondConnection(t *testing.T) {
	server := labtest.Prosody(t, lab.ProsodyConfig{Components: components})
	first, told := connect(t, server.XMPPServer, "things.home.test", "s3cret")
	soon(t, "stream", told.ups)
	second, _ := connect(t, server.XMPPServer, "things.home.test", "s3cret")
	expectRefusal(t, second, "stop the other gateway")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := first.Fence(ctx); err != nil {
		t.Errorf("Fence() of the first = %v", err)
	}
}

func expectRefusal(t *testing.T, link *xmpp.Link, remedy string) {
	t.Helper()
	ticks := time.NewTicker(10 * time.Millisecond)
	defer ticks.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-ticks.C {
		if err := link.Status().LastError; err != nil {
			var refused *xmpp.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(refused.Remedy, remedy) {
				t.Errorf("LastError = %v, want a remedy with %q", err, remedy)
			}
			return
		}
	}
	t.Errorf("not refused after %v", patience)
}
