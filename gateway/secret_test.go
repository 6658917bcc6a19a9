package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xmpp"
)

// record is a log that is written while it is read.
type record struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

// watched is a shelf of which all is recorded that was ever put on it.
type watched struct {
	*shelf
	put *record
}

func (w watched) Put(ctx context.Context, key string, value []byte) error {
	fmt.Fprintf(w.put, "%s=%s\n", key, value)
	return w.shelf.Put(ctx, key, value)
}

const (
	vaultJID  = "vault@things.home.test"
	vaultFull = vaultJID + "/gw"
)

// newVault is a stage with a lock that wants a code, all of whose readings are fed to
// a script, the log, and what was put on its shelf.
func newVault(t *testing.T) (s *stage, log, put *record) {
	t.Helper()
	with := settings()
	log, put = &record{}, &record{}
	with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}
	s = newStageWith(t, newShelf(), with, func(p *gateway.Parts) {
		p.Log, p.Questions = zerolog.New(log), watched{p.Questions.(*shelf), put}
	})
	s.apply(devices.Update{
		Announced: []*devices.Device{{ID: "vault", Name: "Vault", Kind: "lock", Properties: []devices.Property{
			{Name: "command", Type: devices.TypeEnum, Options: []string{"lock", "unlock"}, Writable: true},
			{Name: "code", Type: devices.TypeText, Class: "code", Writable: true, Secret: true},
		}}},
		Availability: []devices.Presence{{Device: "vault", Availability: devices.Online}},
		Readings:     []devices.Reading{{Device: "vault", Property: "command", Value: devices.Text("lock")}},
	})
	s.hear(presence("anna@home.test", vaultJID, "subscribe"))
	s.hear(presence(annasPhone, vaultJID, ""))
	after(time.Second)
	s.wire.take()
	return s, log, put
}

// kept is all that is on the shelf.
func (s *stage) kept() string {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	var b strings.Builder
	for key, value := range s.shelf.words {
		fmt.Fprintf(&b, "%s=%s\n", key, value)
	}
	for _, item := range s.shelf.items {
		fmt.Fprintf(&b, "%+v %s\n", item, item.Stanza)
	}
	return b.String()
}

// A device that says back what it was told, one that says nothing, and one that takes
// nothing: what was said to it is sent, logged and kept nowhere.
func TestASecretStaysWithWhoSaidItAndTheDevice(t *testing.T) {
	for name, change := range map[string]func(*relay){
		"one that says it back": func(*relay) {}, "one that is mute": func(r *relay) { r.mute = true },
		"one that fails":       func(r *relay) { r.fail = fmt.Errorf("busy") },
		"one that wants more":  func(r *relay) { r.fail = &devices.CodeError{Property: "code"} },
		"one that finds fault": func(r *relay) { r.fail = fmt.Errorf("code: %w", devices.ErrRange) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, log, put := newVault(t)
				change(s.relay)
				var sent []string
				do := func(stanza *xmpp.Stanza) string {
					s.wire.handler.Stanza(stanza)
					kept := s.kept()
					after(5 * time.Second)
					got := s.wire.take()
					if len(got) == 0 {
						t.Error("there is no answer")
					}
					sent = append(append(sent, got...), kept, s.kept())
					return strings.Join(got, "")
				}
				do(request(t, annasPhone, vaultFull, "set", "<subscribe xmlns='"+eventsNS+"' id='e1' s='true' m='true'/>"))
				do(message(annasPhone, vaultJID, "set code hunter2"))
				do(message(annasPhone, vaultJID, "status all"))
				do(message(annasPhone, vaultJID, "code"))
				do(message(annasPhone, houseJID, "vault code hunter2"))
				do(order(annasPhone, vaultFull, "set", "", "", "code", "hunter2", "command", "unlock"))
				session := sessionOf(t, []string{do(order(annasPhone, vaultFull, "set", "", ""))})
				form := do(order(annasPhone, vaultFull, "set", session, "complete", "code", "hunter2", "command", "explode"))
				s.expect([]string{form}, "type='text-private' … var='code' … explode")
				do(request(t, annasPhone, vaultFull, "set", setParameters("<s n='code' v='hunter2'/>")))
				do(request(t, annasPhone, vaultFull, "set", setParameters("<cl n='code' v='hunter2'/>")))
				do(request(t, annasPhone, vaultFull, "get", "<getForm xmlns='"+controlNS+"'/>"))
				do(request(t, annasPhone, vaultFull, "get", readout("all='true'", "")))
				sent = append(sent, s.hear(presence("anna@home.test/desk", vaultJID, "probe"))...)
				after(time.Hour)
				sent = append(append(sent, s.wire.take()...), s.kept())
				for _, text := range append(sent, log.String(), put.String()) {
					if strings.Contains(text, "hunter2") {
						t.Errorf("it has the secret: %s", text)
					}
				}
				if !strings.Contains(put.String(), "code") {
					t.Errorf("the question is not stored: %s", put)
				}
				if !strings.Contains(log.String(), `"property":"code","value":"…"`) && s.relay.fail == nil {
					t.Errorf("the command is not logged: %s", log)
				}
				s.stop()
			})
		})
	}
}

func TestACodeIsSaidBeforeWhatWantsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, log, _ := newVault(t)
		s.say(annasPhone, vaultFull, "set", setParameters("<e n='command' v='unlock'/><s n='code' v='1234'/>"))
		first, second := strings.Index(log.String(), `"property":"code"`), strings.Index(log.String(), `"property":"command"`)
		if first < 0 || second < first {
			t.Errorf("the code is not said first: %s", log)
		}
		s.relay.fail = fmt.Errorf("house: %w", &devices.CodeError{Property: "code"})
		s.wire.take()
		s.wire.handler.Stanza(message(annasPhone, houseJID, "unlock the vault"))
		s.expect(s.wire.take(), "<body>Vault wants a code for that. Say it first: set code 1234.")
		s.stop()
	})
}
