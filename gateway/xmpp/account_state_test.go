package xmpp_test

import (
	"strings"
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

const (
	clientStates = `<csi xmlns='urn:xmpp:csi:0'/>`
	active       = `<active xmlns='urn:xmpp:csi:0'/>`
)

func TestSaysThatItIsActive(t *testing.T) {
	asAccount(t, nil, func(_ *testing.T, b *accountBench) {
		p := b.authenticated()
		p.greet(managed + clientStates)
		p.bindAs(accountJID + "/one")
		p.expect("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
		p.write(enabled)
		p.expect(active + rosterGet + request)
		<-b.told.ups
		b.send(1, 1)
		p.write("<a xmlns='urn:xmpp:sm:3' h='1'/>") // the state is no stanza, and is not counted
		p.expect(text(1) + request)
		p.cut()

		p = b.authenticated()
		p.greet(managed + clientStates)
		p.expect("<resume xmlns='urn:xmpp:sm:3' h='0' previd='some-id'/>")
		p.write("<resumed xmlns='urn:xmpp:sm:3' h='1' previd='some-id'/>")
		p.expect(active + text(1) + request)
		p.cut()
	})
}

func TestSaysNothingOfItsStateWhereNobodyAsks(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.authenticated()
		p.greet(bindOnly)
		p.bindAs(accountJID + "/one")
		if got := p.expect(rosterGet); got != rosterGet {
			t.Errorf("before the roster it says %q", got)
		}
		<-b.told.ups
		p.cut()
	})
}

// activations is a server's log that counts how often a client has said to be
// active.
type activations struct {
	read  string // before an element that the server has read
	heard chan struct{}
}

func (l *activations) Write(b []byte) (int, error) {
	for range strings.Count(string(b), l.read+"<active ") {
		l.heard <- struct{}{}
	}
	return len(b), nil
}

// The servers' own logs tell what they were told.
func TestServersHearThatAnAccountIsActive(t *testing.T) {
	servers := map[string]func(t *testing.T, log *activations) *lab.XMPPServer{
		"Prosody": func(t *testing.T, log *activations) *lab.XMPPServer {
			return labtest.Prosody(t, lab.ProsodyConfig{
				Users: accountUsers, Modules: []string{"stanza_debug"}, LogLevel: "debug", Log: log,
			}).XMPPServer
		},
		"ejabberd": func(t *testing.T, log *activations) *lab.XMPPServer {
			return labtest.Ejabberd(t, lab.EjabberdConfig{Users: accountUsers, LogLevel: "debug", Log: log}).XMPPServer
		},
	}
	reads := map[string]string{"Prosody": "RECV: ", "ejabberd": `= <<"`}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			log := &activations{reads[name], make(chan struct{}, 100)}
			server := start(t, log)
			line := newLine(server.C2SAddr)
			cfg := accountOn(t, server)
			cfg.Dial = line.dial
			link, told := logIn(t, cfg)
			soon(t, "stream", told.ups)
			soon(t, "word after the login", log.heard)
			line.cut()
			say(t, link, accountJID, "a note")
			settle(t, link)
			soon(t, "word after the resumption", log.heard)
			if s := link.Status(); s.Resumed != 1 || s.Streams != 1 || len(log.heard) > 0 {
				t.Errorf("%+v, and it was said %d times more, want one stream resumed once, and no more words", s, len(log.heard))
			}
		})
	}
}
