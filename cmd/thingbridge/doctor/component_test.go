package doctor_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/cmd/thingbridge/doctor"
	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

const upload = `Component "upload.home.test" "http_file_share"` + "\n" + `http_file_share_access = { "things.home.test" }` + "\n"

// outcomes of a component, from where they differ.
const (
	reached = "resolve skipped, connect passed, "
	inClear = reached + "TLS skipped, "
	offline = "ping skipped, routing skipped, clock skipped, file upload skipped, privilege skipped"
)

func TestComponentOfProsody(t *testing.T) {
	t.Parallel()
	server := labtest.Prosody(t, lab.ProsodyConfig{
		Components: map[string]string{domain: secret},
		Privileged: []string{domain},
		Lines:      "http_ports = {}",
		ConfD:      []string{upload},
	})
	testComponent(t, server.XMPPServer, func(t *testing.T) {
		got, checks := examine(t, component(t, server.ComponentAddr, domain, secret), "component", patience)
		expect(t, got, inClear+"stream passed, authenticate passed, ping passed, routing passed, clock passed, file upload passed, privilege passed", checks, "")
		if detail := checks["privilege"].Detail; !strings.Contains(detail, "roster both") {
			t.Errorf("privilege: %s", detail)
		}
	})
	t.Run("a domain that the server does not have", func(t *testing.T) {
		got, checks := examine(t, component(t, server.ComponentAddr, "nothing.home.test", secret), "component", patience)
		expect(t, got, inClear+"stream passed, authenticate failed, "+offline, checks,
			"xmpp.component.domain", "host-unknown", `Component "nothing.home.test"`)
	})
	t.Run("a domain that somebody is connected as", func(t *testing.T) {
		gateway := connect(t, server.ComponentAddr)
		got, checks := examine(t, component(t, server.ComponentAddr, domain, secret), "component", patience)
		expect(t, got, inClear+"stream passed, authenticate failed, "+offline, checks,
			"xmpp.component.domain", "conflict", "stop the other gateway")
		gateway.undisturbed(t)
	})
	t.Run("the port for clients", func(t *testing.T) {
		got, checks := examine(t, component(t, server.C2SAddr, domain, secret), "component", patience)
		expect(t, got, inClear+"stream failed, authenticate skipped, "+offline, checks, "xmpp.component.server", "5347")
	})
}

func TestComponentOfEjabberd(t *testing.T) {
	t.Parallel()
	server := labtest.Ejabberd(t, lab.EjabberdConfig{Components: map[string]string{domain: secret}, Privileged: []string{domain}})
	testComponent(t, server.XMPPServer, func(t *testing.T) {
		got, checks := examine(t, component(t, server.ComponentAddr, domain, secret), "component", patience)
		expect(t, got, inClear+"stream passed, authenticate passed, ping passed, routing passed, clock passed, file upload skipped, privilege passed", checks, "")
	})
	t.Run("a domain that the server does not have", func(t *testing.T) {
		got, checks := examine(t, component(t, server.ComponentAddr, "nothing.home.test", secret), "component", patience)
		expect(t, got, inClear+"stream passed, authenticate failed, "+offline, checks,
			"xmpp.component.secret", "does not know that component", `hosts: {"nothing.home.test"`)
	})
}

// testComponent runs what is the same at both servers; good is the good case.
func testComponent(t *testing.T, server *lab.XMPPServer, good func(t *testing.T)) {
	t.Run("all well", good)
	t.Run("a wrong secret", func(t *testing.T) {
		got, checks := examine(t, component(t, server.ComponentAddr, domain, "wrong"), "component", patience)
		expect(t, got, inClear+"stream passed, authenticate failed, "+offline, checks,
			"xmpp.component.secret", "not-authorized", "the same secret on both sides")
	})
	t.Run("a gateway that is running", func(t *testing.T) {
		c := component(t, server.ComponentAddr, domain, secret)
		opened, err := store.Open(t.Context(), c.Store.Path)
		if err != nil {
			t.Fatal(err)
		}
		defer opened.Close()
		gateway := connect(t, server.ComponentAddr)
		got, checks := examine(t, c, "component", patience)
		expect(t, got, inClear+"stream passed, authenticate skipped, "+offline, checks, "")
		if detail := checks["authenticate"].Detail; !strings.Contains(detail, "the gateway is running") {
			t.Errorf("authenticate: %s", detail)
		}
		gateway.undisturbed(t)
	})
}

func TestComponentWithoutAServer(t *testing.T) {
	t.Parallel()
	broker := labtest.Mosquitto(t, lab.MosquittoConfig{})
	tests := []struct {
		name, server, want string
		words              []string
	}{
		{"a host that nobody knows", "xmpp.invalid:5347", "resolve failed, connect skipped, TLS skipped, stream skipped, authenticate skipped, " + offline, []string{`"xmpp.invalid"`}},
		{"a port where nobody listens", closed(t), "resolve skipped, connect failed, TLS skipped, stream skipped, authenticate skipped, " + offline, []string{"nothing listens"}},
		{"a port of something else", broker.Addr, inClear + "stream failed, authenticate skipped, " + offline, []string{"port for components"}},
		{"a server that never answers", listen(t, mute), inClear + "stream failed, authenticate skipped, " + offline, []string{"says nothing"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			limit := patience
			if strings.Contains(test.name, "never") {
				limit = brief
			}
			got, checks := examine(t, component(t, test.server, domain, secret), "component", limit)
			expect(t, got, test.want, checks, "xmpp.component.server", test.words...)
		})
	}
}

// running is a gateway in a test.
type running struct {
	link *xmpp.Link
	up   chan struct{}
	down chan error
	got  chan string // ids of messages
}

func (r *running) Up()            { close(r.up) }
func (r *running) Down(err error) { r.down <- err }
func (r *running) Stanza(s *xmpp.Stanza) {
	if s.Kind == xmpp.Message {
		r.got <- s.ID
	}
}

// connect logs a gateway in until the test ends.
func connect(t *testing.T, server string) *running {
	t.Helper()
	self, err := xmpp.ParseJID(domain)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{up: make(chan struct{}), down: make(chan error, 1), got: make(chan string, 100)}
	r.link = xmpp.NewComponent(xmpp.ComponentConfig{Domain: self, Server: server, Secret: secret}, zerolog.Nop())
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	runs.Go(func() { _ = r.link.Run(ctx, r) })
	t.Cleanup(func() {
		cancel()
		runs.Wait()
	})
	select {
	case <-r.up:
	case <-time.After(patience):
		t.Fatalf("the gateway cannot log in: %v", r.link.Status().LastError)
	}
	return r
}

// undisturbed fails the test when the gateway has lost its stream, or stanzas of
// it.
func (r *running) undisturbed(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	const messages = 20 // two connections would share them out
	for range messages {
		if err := r.link.Send(ctx, []byte("<message from='"+domain+"' to='"+domain+"' id='own'/>")); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.link.Fence(ctx); err != nil {
		t.Fatal(err)
	}
	own := 0
	for len(r.got) > 0 {
		if <-r.got == "own" {
			own++
		}
	}
	if status := r.link.Status(); status.Streams != 1 || len(r.down) > 0 || own != messages {
		t.Errorf("the gateway was disturbed: %d of %d messages, status %+v", own, messages, status)
	}
}

// While the doctor is logged in, what people write comes back to them, and what
// concerns a subscription is not answered.
func TestDoctorSpeaksForNobody(t *testing.T) {
	t.Parallel()
	server := labtest.Prosody(t, lab.ProsodyConfig{
		Components: map[string]string{domain: secret},
		Users:      map[string]string{"anna": "pw"},
	})
	anna := labtest.Slixmpp(t, labtest.Login{Account: server.Account("anna")})
	in, leave := make(chan struct{}), make(chan struct{})
	groups := doctor.Plan(component(t, server.ComponentAddr, domain, secret))
	for i := range groups {
		if !strings.HasPrefix(groups[i].Name, "component") {
			continue
		}
		groups[i].Steps = append(groups[i].Steps, doctor.Step{Name: "wait", Try: func(ctx context.Context) doctor.Finding {
			close(in)
			<-leave
			return doctor.Finding{}
		}})
	}
	var doctors sync.WaitGroup
	doctors.Go(func() { doctor.Run(context.Background(), groups, patience, func(doctor.Check) {}) })
	defer doctors.Wait()
	defer close(leave)
	<-in
	anna.Subscribe("boiler@" + domain)
	anna.Send("boiler@"+domain, "hello")
	anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Message && e.Type == "error" })
	if got := anna.Get("boiler@"+domain, "<ping xmlns='urn:xmpp:ping'/>"); got.Type != "error" {
		t.Errorf("a ping to a device is answered with %+v", got)
	}
	for _, e := range anna.Fence("") {
		if e.Kind == labtest.Subscription {
			t.Errorf("the doctor answered the subscription: %+v", e)
		}
	}
}
