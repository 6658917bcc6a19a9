package doctor_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/cmd/thingbridge/doctor"
	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

// outcomes of an account.
const (
	aside      = "ping skipped, clock skipped, file upload skipped"
	refused    = reached + "TLS passed, authenticate failed, " + aside
	notSecured = reached + "TLS failed, authenticate skipped, " + aside
)

var users = map[string]string{"boiler": secret, "anna": "pw"}

// accounts returns the configuration of a gateway with two accounts at a server:
// the first is not what a test is about.
func accounts(t *testing.T, server *lab.XMPPServer, change ...func(*config.Account)) *config.Config {
	t.Helper()
	a := config.Account{JID: jid(t, "boiler@home.test"), Password: secret, Device: "boiler", Server: server.C2SAddr, CAFile: server.CAFile}
	for _, f := range change {
		f(&a)
	}
	return &config.Config{
		XMPP:  config.XMPP{Accounts: []config.Account{{JID: jid(t, "house@home.test"), Password: secret}, a}},
		Store: config.Store{Path: filepath.Join(t.TempDir(), "thingbridge.db")},
	}
}

func jid(t *testing.T, text string) xmpp.JID {
	t.Helper()
	j, err := xmpp.ParseJID(text)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestAccountOfProsody(t *testing.T) {
	t.Parallel()
	server := labtest.Prosody(t, lab.ProsodyConfig{
		Users: users, Modules: []string{"register_ibr"}, Lines: "allow_registration = true\nhttp_ports = {}",
		ConfD: []string{upload, `VirtualHost "away.test"` + "\n"},
	})
	testAccount(t, server.XMPPServer, "file upload passed")
	t.Run("an account that register would make", func(t *testing.T) {
		c := accounts(t, server.XMPPServer, func(a *config.Account) { a.JID, a.Register = jid(t, "nobody@home.test"), true })
		for range 2 { // the first must not have made it
			got, checks := examine(t, c, "account nobody", patience)
			expect(t, got, reached+"TLS passed, authenticate skipped, "+aside, checks, "")
			if detail := checks["authenticate"].Detail; !strings.Contains(detail, "would ask the server to make the account") {
				t.Errorf("authenticate: %s", detail)
			}
		}
	})
	t.Run("a certificate for another name", func(t *testing.T) {
		c := accounts(t, server.XMPPServer, func(a *config.Account) { a.JID = jid(t, "boiler@away.test") })
		got, checks := examine(t, c, "account boiler", patience)
		expect(t, got, notSecured, checks, "xmpp.accounts[1].jid", `not for "away.test"`, `"home.test"`, "xmpp.accounts[1].server")
	})
	t.Run("TLS from the first byte on the port for STARTTLS", func(t *testing.T) {
		c := accounts(t, server.XMPPServer, func(a *config.Account) { a.Server = "tls://" + server.C2SAddr })
		got, checks := examine(t, c, "account boiler", patience)
		expect(t, got, notSecured, checks, "xmpp.accounts[1].server", "not a server's port for clients", "host:5222")
	})
}

func TestAccountOfEjabberd(t *testing.T) {
	t.Parallel()
	server := labtest.Ejabberd(t, lab.EjabberdConfig{Users: users})
	testAccount(t, server.XMPPServer, "file upload skipped")
	t.Run("an account that nobody may make", func(t *testing.T) {
		c := accounts(t, server.XMPPServer, func(a *config.Account) { a.JID, a.Register = jid(t, "nobody@home.test"), true })
		got, checks := examine(t, c, "account nobody", patience)
		expect(t, got, refused, checks, "xmpp.accounts[1].register", "lets nobody make an account", "remove register")
	})
}

// testAccount runs what is the same at both servers.
func testAccount(t *testing.T, server *lab.XMPPServer, upload string) {
	well := reached + "TLS passed, authenticate passed, ping passed, clock passed, " + upload
	tests := []struct {
		name   string
		change func(*config.Account)
		want   string
		key    string
		words  []string
	}{
		{"all well", func(*config.Account) {}, well, "", nil},
		{"TLS from the first byte", func(a *config.Account) { a.Server = "tls://" + server.DirectTLSAddr }, well, "", nil},
		{"a wrong password", func(a *config.Account) { a.Password = "wrong" }, refused,
			"xmpp.accounts[1].password", []string{"boiler@home.test with this password", "not-authorized", "correct xmpp.accounts[1].password, or xmpp.accounts[1].jid"}},
		{"an account that is not there", func(a *config.Account) { a.JID = jid(t, "boiler2@home.test") }, refused,
			"xmpp.accounts[1].password", []string{"boiler2@home.test", "xmpp.accounts[1].jid"}},
		{"an authority that nobody has named", func(a *config.Account) { a.CAFile = "" }, notSecured,
			"xmpp.accounts[1].ca_file", []string{"does not trust the authority", "name the file"}},
		{"a domain that is not the server's", func(a *config.Account) { a.JID = jid(t, "boiler@nowhere.test") },
			reached + "TLS skipped, authenticate failed, " + aside, "xmpp.accounts[1].jid", []string{"is no server of nowhere.test", "host-unknown"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, checks := examine(t, accounts(t, server, test.change), "account boiler", patience)
			expect(t, got, test.want, checks, test.key, test.words...)
		})
	}
	t.Run("another authority", func(t *testing.T) {
		other, err := lab.NewAuthority()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(file, other.PEM(), 0o600); err != nil {
			t.Fatal(err)
		}
		c := accounts(t, server, func(a *config.Account) { a.CAFile = file })
		got, checks := examine(t, c, "account boiler", patience)
		expect(t, got, notSecured, checks, "xmpp.accounts[1].ca_file", "not from an authority in "+file)
	})
	t.Run("a gateway that is running", func(t *testing.T) { testBesideGateway(t, server, well) })
}

// testBesideGateway has a gateway logged in to the account while doctor is.
func testBesideGateway(t *testing.T, server *lab.XMPPServer, want string) {
	c := accounts(t, server)
	opened, err := store.Open(t.Context(), c.Store.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	gateway := stay(t, c.XMPP.Accounts[1])
	anna := labtest.Slixmpp(t, labtest.Login{Account: server.Account("anna")})
	gateway.befriend(t, anna)
	in, leave := make(chan struct{}), make(chan struct{})
	plan := doctor.Plan(c)
	groups := plan[slices.IndexFunc(plan, func(g doctor.Group) bool { return strings.HasPrefix(g.Name, "account boiler") }):][:1]
	groups[0].Steps = append(groups[0].Steps, doctor.Step{Name: "wait", Try: func(context.Context) doctor.Finding {
		close(in)
		<-leave
		return doctor.Finding{}
	}})
	checks := make(map[string]doctor.Check)
	var words []string
	var doctors sync.WaitGroup
	doctors.Go(func() {
		doctor.Run(context.Background(), groups, patience, func(check doctor.Check) {
			checks[check.Step] = check
			words = append(words, check.Step+" "+check.Outcome.String())
		})
	})
	<-in
	const messages = 20 // that nobody shares
	for range messages {
		anna.Send("boiler@home.test", "hello")
	}
	for range messages {
		gateway.message(t)
	}
	close(leave)
	doctors.Wait()
	expect(t, strings.Join(words, ", "), want+", wait skipped", checks, "")
	if detail := checks["authenticate"].Detail; !strings.Contains(detail, fmt.Sprintf("the gateway is running (process %d)", os.Getpid())) {
		t.Errorf("authenticate: %s", detail)
	}
	gateway.undisturbed(t)
	for _, e := range anna.Fence("boiler@home.test") { // behind all that doctor has caused
		if strings.Contains(e.From, "doctor") {
			t.Errorf("a contact sees doctor: %+v", e)
		}
	}
}

// resident is a gateway that is logged in to an account.
type resident struct {
	link    *xmpp.Link
	up      chan struct{}
	stanzas chan *xmpp.Stanza
}

func (r *resident) Up()                   { close(r.up) }
func (r *resident) Down(error)            {}
func (r *resident) Stanza(s *xmpp.Stanza) { r.stanzas <- s }

// stay logs a gateway in until the test ends.
func stay(t *testing.T, a config.Account) *resident {
	t.Helper()
	authorities, err := config.Authorities(a.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	r := &resident{up: make(chan struct{}), stanzas: make(chan *xmpp.Stanza, 100)}
	r.link = xmpp.NewAccount(xmpp.AccountConfig{JID: a.JID, Password: a.Password, Server: a.Server, CAs: authorities}, zerolog.Nop())
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
	if err := r.link.Send(t.Context(), []byte("<presence/>")); err != nil {
		t.Fatal(err)
	}
	return r
}

// befriend lets anna see the presence of the account.
func (r *resident) befriend(t *testing.T, anna *labtest.Client) {
	t.Helper()
	anna.Subscribe("boiler@home.test")
	for s := r.next(t); s.Kind != xmpp.Presence || s.Type != "subscribe"; s = r.next(t) {
	}
	if err := r.link.Send(t.Context(), []byte("<presence type='subscribed' to='anna@home.test'/>")); err != nil {
		t.Fatal(err)
	}
	anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Presence && strings.HasPrefix(e.From, "boiler@") })
}

// next waits for what comes to the gateway.
func (r *resident) next(t *testing.T) *xmpp.Stanza {
	t.Helper()
	select {
	case s := <-r.stanzas:
		return s
	case <-time.After(patience):
		t.Fatal("nothing comes to the gateway")
		return nil
	}
}

// message waits for one from a person, and fails the test when presence of doctor
// comes before.
func (r *resident) message(t *testing.T) {
	t.Helper()
	for {
		s := r.next(t)
		r.judge(t, s)
		if s.Kind == xmpp.Message && s.Body() == "hello" {
			return
		}
	}
}

func (r *resident) judge(t *testing.T, s *xmpp.Stanza) {
	t.Helper()
	gone := s.Kind == xmpp.Presence && s.Type == "unavailable" // so ejabberd tells an account of its other logins
	if strings.Contains(s.From.Resource(), "doctor") && !gone {
		t.Errorf("the gateway sees doctor: %+v", s)
	}
}

// undisturbed fails the test when the gateway lost its stream, or has seen doctor.
func (r *resident) undisturbed(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := r.link.Fence(ctx); err != nil {
		t.Fatal(err)
	}
	for len(r.stanzas) > 0 {
		r.judge(t, <-r.stanzas)
	}
	if status := r.link.Status(); status.Streams != 1 || status.Resumed != 0 {
		t.Errorf("the gateway was disturbed: %+v", status)
	}
}

func TestAccountWithoutAServer(t *testing.T) {
	t.Parallel()
	broker := labtest.Mosquitto(t, lab.MosquittoConfig{})
	const nowhere = "TLS skipped, authenticate skipped, " + aside
	tests := []struct {
		name, server, want string
		limit              time.Duration
		words              []string
	}{
		{"a host that nobody knows", "xmpp.invalid:5222", "resolve failed, connect skipped, " + nowhere, patience, []string{`"xmpp.invalid"`}},
		{"a port where nobody listens", closed(t), "resolve skipped, connect failed, " + nowhere, patience, []string{"nothing listens"}},
		{"a port of something else", broker.Addr, notSecured, patience, []string{"ended the connection", "host:5222"}},
		{"a port of something else, with TLS", "tls://" + broker.Addr, notSecured, patience, []string{"tls://host:5223"}},
		{"a port that greets", listen(t, greet), notSecured, patience, []string{"not a server's port for clients"}},
		{"a server that never answers", listen(t, mute), notSecured, brief, []string{"says nothing"}},
		{"a server that never answers, with TLS", "tls://" + listen(t, mute), notSecured, brief, []string{"says nothing"}},
		{"a server without encryption", listen(t, plainly), notSecured, patience, []string{"offers no encryption"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := accounts(t, &lab.XMPPServer{Server: &lab.Server{}, C2SAddr: test.server})
			got, checks := examine(t, c, "account boiler", test.limit)
			expect(t, got, test.want, checks, "xmpp.accounts[1].server", test.words...)
		})
	}
}

// greet is a server of something else that speaks first.
func greet(conn net.Conn) {
	_, _ = io.WriteString(conn, "220 mail.home.test ESMTP <ready>\r\n")
	mute(conn)
}

// plainly is an XMPP server that wants the password at once.
func plainly(conn net.Conn) {
	_, _ = io.WriteString(conn, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='1' from='home.test'>"+
		"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>")
	mute(conn)
}

// Without the key server, the domain is looked up.
func TestAccountOfADomainThatNobodyKnows(t *testing.T) {
	t.Parallel()
	c := accounts(t, &lab.XMPPServer{Server: &lab.Server{}}, func(a *config.Account) { a.JID = jid(t, "boiler@nothing.invalid") })
	got, checks := examine(t, c, "account boiler", patience)
	expect(t, got, "resolve failed, connect skipped, TLS skipped, authenticate skipped, "+aside, checks,
		"xmpp.accounts[1].jid", `"nothing.invalid"`, "xmpp.accounts[1].server")
}
