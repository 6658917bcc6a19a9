package gateway_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

const (
	houseAsks = "<presence from='things.home.test' to='anna@home.test' type='subscribe'><status>So that … <nick xmlns='http://jabber.org/protocol/nick'>House</nick>"
	register  = "jabber:iq:register"
)

func (s *stage) subscription(user, contact string) roster.State {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	sub := s.shelf.subs[[2]string{user, contact}]
	return roster.State{From: roster.From(sub.From), To: roster.To(sub.To)}
}

func TestTheHouseAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		s.expect(s.hear(presence("anna@home.test", "things.home.test", "subscribe")), "type='subscribed'", "things", houseAsks)
		s.expect(s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe")), "type='subscribed'", annaSees) // and asks nothing
		s.expect(s.hear(presence("anna@home.test", "things.home.test", "unsubscribed")))
		s.stop()
		s = newStage(t, keep, settings())
		s.wire.take()
		s.expect(s.hear(presence("anna@home.test", "things.home.test", "subscribe")), "type='subscribed'", "things")
		s.expect(s.hear(presence("anna@home.test", "things.home.test", "subscribed")))
		if got := s.subscription("anna@home.test", "things.home.test"); got != (roster.State{From: roster.FromYes, To: roster.ToYes}) {
			t.Errorf("who changed their mind: %+v", got)
		}
		s.stop()
	})
}

// After a restart nobody has to do anything: who sees a contact is told, and the
// users that contacts see are probed, each once.
func TestRestartTellsAndProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		for _, sub := range []store.Subscription{
			{User: "anna@home.test", Contact: "boiler@things.home.test", From: uint8(roster.FromYes), To: uint8(roster.ToYes)},
			{User: "anna@home.test", Contact: "things.home.test", To: uint8(roster.ToYes)},
			{User: "bert@home.test", Contact: "things.home.test", To: uint8(roster.ToPending)},
		} {
			keep.subs[[2]string{sub.User, sub.Contact}] = sub
		}
		s := newStage(t, keep, settings())
		s.expect(s.wire.take(), "from='things.home.test' to='anna@home.test' type='probe'", annaSees+"21.4 °C")
		s.expect(s.hear(presence("anna@home.test", "things.home.test", "unsubscribed")))
		if got := s.subscription("anna@home.test", "things.home.test"); got.To != roster.ToRefused {
			t.Errorf("after the answer to the probe: %+v", got)
		}
		s.stop()
	})
}

// A device whose adapter has not spoken yet is no reason to refuse.
func TestARequestWaitsForItsDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.expect(s.hear(presence("anna@home.test", "plug@things.home.test", "subscribe")))
		s.expect(s.hear(presence("anna@home.test", "typo@things.home.test", "subscribe")))
		s.apply(devices.Update{Announced: []*devices.Device{{ID: "plug", Name: "Plug", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean}}}}})
		after(time.Second)
		s.expect(s.wire.take(), "from='plug@things.home.test' to='anna@home.test' type='subscribed'", "from='plug@things.home.test/gw'")
		after(3 * time.Minute)
		s.expect(s.wire.take(), "from='typo@things.home.test' to='anna@home.test' type='unsubscribed'")
		s.expect(s.hear(presence("anna@home.test", "typo@things.home.test", "subscribe")), "type='unsubscribed'")
		s.stop()
	})
}

func TestADeviceThatIsAwayStaysAContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "lamp@things.home.test", "subscribe"))
		after(time.Minute)
		s.apply(devices.Update{Removed: []devices.ID{"lamp"}})
		after(50 * time.Minute)
		s.expect(s.wire.take(), "from='lamp@things.home.test/gw' to='anna@home.test' type='unavailable'")
		s.apply(devices.Update{Announced: []*devices.Device{{ID: "lamp", Name: "Lamp", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean}}}}})
		after(2 * time.Hour)
		s.expect(s.wire.take(), "from='lamp@things.home.test/gw' to='anna@home.test'><show>away")
		s.apply(devices.Update{Removed: []devices.ID{"lamp"}})
		after(2 * time.Hour)
		s.expect(s.wire.take(), "type='unavailable'", "type='unavailable'", "from='lamp@things.home.test' to='anna@home.test' type='unsubscribed'")
		s.stop()
	})
}

// A restart without the device's adapter ends nothing for days.
func TestADeviceThatDoesNotComeBackStaysForAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		keep.words["devices/things.home.test"] = []byte(`{"plug": {"name": "Plug", "missing": "1999-12-25T01:00:00Z"}}`) // it is 2000-01-01
		keep.subs[[2]string{"anna@home.test", "plug@things.home.test"}] = store.Subscription{
			User: "anna@home.test", Contact: "plug@things.home.test", From: uint8(roster.FromYes),
		}
		s := newStage(t, keep, settings())
		after(50 * time.Minute)
		s.wire.take()
		s.expect(s.hear(presence("anna@home.test/x", "plug@things.home.test", "probe")), "from='plug@things.home.test/gw' to='anna@home.test/x' type='unavailable'")
		after(time.Hour)
		s.expect(s.wire.take(), "type='unavailable'", "from='plug@things.home.test' to='anna@home.test' type='unsubscribed'")
		if got := s.subscription("anna@home.test", "plug@things.home.test"); got.From != roster.FromNone {
			t.Errorf("the subscription to who is gone: %+v", got)
		}
		s.stop()
	})
}

func TestPresenceIsPaced(t *testing.T) {
	const many = 300
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Presence.Rate, with.Presence.Interval = 100, 0
		keep := newShelf()
		for n := range many {
			contact := fmt.Sprintf("d%d@things.home.test", n)
			keep.subs[[2]string{"anna@home.test", contact}] = store.Subscription{User: "anna@home.test", Contact: contact, From: uint8(roster.FromYes)}
		}
		keep.subs[[2]string{"anna@home.test", "boiler@things.home.test"}] = store.Subscription{User: "anna@home.test", Contact: "boiler@things.home.test", From: uint8(roster.FromYes)}
		s := newStage(t, keep, with)
		after(time.Minute)
		if n := len(s.wire.take()); n != many+1 {
			t.Fatalf("%d presences after the start, want %d", n, many+1)
		}
		s.wire.reconnect(false)
		after(time.Second)
		got := len(s.wire.take())
		if got < 100 || got > 160 {
			t.Errorf("%d presences in the first second, want about 150", got)
		}
		// What is urgent does not wait behind the others, and is told as it is in the end.
		s.reading("smoke", devices.Boolean(true))
		after(100 * time.Millisecond)
		if soon := s.wire.take(); !slices.ContainsFunc(soon, func(p string) bool { return strings.Contains(p, "SMOKE") }) {
			t.Errorf("an alarm waits behind %q", soon)
		}
		after(3 * time.Second)
		s.wire.take()
		s.stop()
	})
}

// A user who logs in with many contacts probes all of them at once.
func TestALoginWithManyContactsIsAnsweredWhole(t *testing.T) {
	const many = 2000
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		for range many {
			s.wire.handler.Stanza(presence("anna@home.test/pc", "boiler@things.home.test", "probe"))
		}
		for i, answer := range s.wire.take() {
			if !strings.Contains(answer, "to='anna@home.test/pc'><status>21.4") {
				t.Fatalf("answer %d: %s", i, answer)
			}
		}
		s.stop()
	})
}

func TestRegistrationInTheReadersLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		form := iq("anna@home.test/phone", "things.home.test", "get", register, "query")
		form.Lang = "de"
		s.expect(s.hear(form), "<instructions>Du bekommst … var='contacts'")
		s.expect(s.hear(iq("anna@home.test/phone", "boiler@things.home.test", "get", register, "query")), "<service-unavailable ")
		prompt := iq("anna@home.test/phone", "things.home.test", "set", "jabber:iq:gateway", "query")
		prompt.Children[0].Children = []xmpp.Element{{Space: "jabber:iq:gateway", Local: "prompt", Text: "Garage"}}
		s.expect(s.hear(prompt), "<item-not-found … Es gibt kein Ding namens")
		prompt = iq("bert@home.test/phone", "things.home.test", "set", "jabber:iq:gateway", "query")
		prompt.Children[0].Children = []xmpp.Element{{Space: "jabber:iq:gateway", Local: "prompt", Text: "lamp"}}
		s.expect(s.hear(prompt), "<item-not-found ") // which bert may not see
		s.stop()
	})
}

// Where the roster is not ours to write, contacts ask a few at a time.
func TestContactsAskAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		var ids []devices.ID
		var announced []*devices.Device
		for n := range 12 {
			ids = append(ids, devices.ID(fmt.Sprintf("d%d", n)))
			announced = append(announced, &devices.Device{ID: ids[n], Name: string(ids[n])})
		}
		s.apply(devices.Update{Announced: announced})
		after(time.Second)
		s.wire.take()
		anna := must(xmpp.ParseJID("anna@home.test"))
		if err := s.bridge.AddContacts(t.Context(), anna, ids); err != nil {
			t.Fatal(err)
		}
		asks := func() (jids []string) {
			for _, stanza := range s.wire.take() {
				if strings.Contains(stanza, "type='subscribe'") {
					jids = append(jids, strings.Split(stanza, "'")[1])
				}
			}
			return jids
		}
		first := asks()
		if len(first) != 5 {
			t.Fatalf("asked at first: %v", first)
		}
		s.wire.handler.Stanza(presence("anna@home.test", first[0], "subscribed"))
		s.wire.handler.Stanza(presence("anna@home.test", first[1], "unsubscribed"))
		if got := asks(); len(got) != 2 {
			t.Errorf("asked after two answers: %v", got)
		}
		after(3 * time.Minute)
		if got := asks(); len(got) != 5 {
			t.Errorf("asked after a while: %v", got)
		}
		after(time.Hour)
		if got := asks(); len(got) != 0 {
			t.Errorf("asked twice: %v", got)
		}
		if err := s.bridge.RemoveContacts(t.Context(), anna, ids[:1]); err != nil {
			t.Error(err)
		}
		if got := s.subscription("anna@home.test", "d0@things.home.test"); got.To != roster.ToNone || got.From != roster.FromNone {
			t.Errorf("after the removal: %+v", got)
		}
		s.stop()
	})
}

// A client that understands it is offered all contacts at once.
func TestContactsAreOffered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.wire.answer = func(string) *xmpp.Stanza {
			return &xmpp.Stanza{Kind: xmpp.IQ, Space: xmpp.NSComponent, Type: "result", Children: []xmpp.Element{{
				Space: "http://jabber.org/protocol/disco#info", Local: "query",
				Children: []xmpp.Element{{Space: "http://jabber.org/protocol/disco#info", Local: "feature", Attrs: []xmpp.Attr{{Local: "var", Value: "http://jabber.org/protocol/rosterx"}}}},
			}}}
		}
		here := presence("anna@home.test/pc", "things.home.test", "")
		here.Children = []xmpp.Element{{Space: "http://jabber.org/protocol/caps", Local: "c", Attrs: []xmpp.Attr{
			{Local: "hash", Value: "sha-1"}, {Local: "node", Value: "http://client.test"}, {Local: "ver", Value: "q07IKJEyjvHSyhy//CH0CxmKi8w="},
		}}}
		s.hear(here)
		if err := s.bridge.AddContacts(t.Context(), must(xmpp.ParseJID("anna@home.test")), []devices.ID{"boiler", "lamp"}); err != nil {
			t.Fatal(err)
		}
		s.expect(s.wire.take(), "to='anna@home.test/pc'><query", "to='anna@home.test/pc'><body> … <item jid='boiler@things.home.test' action='add' name='Boiler'> … <item jid='lamp@things.home.test'")
		s.stop()
	})
}

func TestNewThingsAreToldInOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "things.home.test", "subscribe"))
		after(10 * time.Minute)
		s.wire.take()
		plug := func(id devices.ID, name string) *devices.Device { return &devices.Device{ID: id, Name: name} }
		s.apply(devices.Update{Announced: []*devices.Device{plug("plug", "Plug"), plug("fan", "Fan")}})
		after(time.Minute)
		var told []string
		for _, stanza := range s.wire.take() {
			if strings.Contains(stanza, "<message") {
				told = append(told, stanza)
			}
		}
		s.expect(told, "There are 2 new things: Fan, Plug. Write add")
		s.stop()
	})
}
