package gateway_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xmpp"
)

const (
	anna   = "anna@home.test/phone"
	boiler = "boiler@things.home.test"
)

// plus adds children to a message.
func plus(s *xmpp.Stanza, children ...xmpp.Element) *xmpp.Stanza {
	s.Children = append(s.Children, children...)
	return s
}

// child returns an element with attributes given as name, value, name, value.
func child(space, local string, attrs ...string) xmpp.Element {
	e := xmpp.Element{Space: space, Local: local}
	for i := 0; i+1 < len(attrs); i += 2 {
		e.Attrs = append(e.Attrs, xmpp.Attr{Local: attrs[i], Value: attrs[i+1]})
	}
	return e
}

// bodiless is a message with children alone.
func bodiless(from, to string, children ...xmpp.Element) *xmpp.Stanza {
	s := message(from, to, "")
	s.Children = children
	return s
}

// reaction puts emojis on the message with that id.
var messageIDs = regexp.MustCompile(`<message type='chat' from='[^']*' to='[^']*' id='([^']*)'`)

// idOf returns the id of a message that was sent.
func (s *stage) idOf(sent []string) string {
	s.t.Helper()
	if len(sent) != 1 || messageIDs.FindStringSubmatch(sent[0]) == nil {
		s.t.Fatalf("not one message: %q", sent)
	}
	return messageIDs.FindStringSubmatch(sent[0])[1]
}

// markersFirst puts the displayed markers before the answers: both come when
// something is done, on ways of their own.
func markersFirst(sent []string) []string {
	slices.SortStableFunc(sent, func(a, b string) int {
		isMarker := func(stanza string) int { return strings.Count(stanza, "<displayed") }
		return isMarker(b) - isMarker(a)
	})
	return sent
}

// target returns what the boiler is set to.
func (s *stage) target() string {
	twin, _ := s.registry.Get("boiler")
	return twin.Reported("target").String()
}

func (s *stage) expectTarget(want string) {
	s.t.Helper()
	if got := s.target(); got != want {
		s.t.Errorf("the target is %s, want %s", got, want)
	}
}

// stove announces a device with choices.
// An answer carries what clients make use of, and it is the same on the way to the
// outbox and after a restart.
func TestWhatAnAnswerCarries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		s.expect(s.hear(message(anna, boiler, "get temperature")), "Temperature: 21.4 °C</body><unstyled xmlns='urn:xmpp:styling:0'/><request")
		s.wire.slow = true // the outbox keeps what no fence has confirmed
		asked := plus(message(anna, boiler, "get target"), child("http://jabber.org/protocol/chatstates", "active"))
		sent := s.hear(asked)
		id := s.idOf(sent)
		want := "<body>Target: 21 °C</body><unstyled xmlns='urn:xmpp:styling:0'/><active xmlns='http://jabber.org/protocol/chatstates'/>" +
			"<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='" + id + "'/></message>"
		s.expect(sent, want)
		if !strings.HasPrefix(id, "tb-") {
			t.Errorf("id %q", id)
		}
		s.stop()
		s = newStage(t, keep, settings())
		after(time.Minute)
		if got := s.wire.take(); len(got) != 1 || got[0] != sent[0] {
			t.Errorf("after the restart: %q", got)
		}
		s.stop()
	})
}

func TestReceiptsAndMarkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		request, markable := child("urn:xmpp:receipts", "request"), child("urn:xmpp:chat-markers:0", "markable")
		received := func(id string) string {
			return "<message type='chat' from='boiler@things.home.test/gw' to='anna@home.test/phone' id='tb- … <received xmlns='urn:xmpp:receipts' id='" + id + "'/><store"
		}
		asked := plus(message(anna, boiler, "set 22"), request, markable)
		sent := s.hear(asked)
		s.expect(sent[:1], received(asked.ID))
		s.expect(markersFirst(sent[1:]), "to='anna@home.test/phone' … <displayed xmlns='urn:xmpp:chat-markers:0' id='"+asked.ID+"'/>", "Target: 22 °C.")

		// The receipt does not wait for a slow device; the marker does.
		s.relay.mute = true
		slow := plus(message(anna, boiler, "set 23"), request, markable)
		s.expect(s.hear(slow), received(slow.ID))
		behind := plus(message(anna, boiler, "get target"), request)
		s.expect(s.hear(behind), received(behind.ID))
		after(3 * time.Second)
		s.expect(markersFirst(s.wire.take()), "<displayed xmlns='urn:xmpp:chat-markers:0' id='"+slow.ID+"'/>",
			"is asked for; … <reply xmlns='urn:xmpp:reply:0' to='anna@home.test' id='"+slow.ID+"'/>", "Target: 22 °C")
		s.relay.mute = false

		// Ours are noted.
		id := s.idOf(s.hear(message(anna, boiler, "status")))
		user := must(xmpp.ParseJID("anna@home.test"))
		s.expect(s.hear(bodiless(anna, boiler, child("urn:xmpp:receipts", "received", "id", id))))
		if fate := s.bridge.Fate(user, id); fate.Delivered.IsZero() || !fate.Displayed.IsZero() {
			t.Errorf("delivered: %+v", fate)
		}
		s.expect(s.hear(bodiless(anna, boiler, child("urn:xmpp:chat-markers:0", "displayed", "id", id))))
		if fate := s.bridge.Fate(user, id); fate.Displayed.IsZero() {
			t.Errorf("displayed: %+v", fate)
		}
		if fate := s.bridge.Fate(must(xmpp.ParseJID("bert@home.test")), id); fate != (gateway.Fate{}) {
			t.Errorf("somebody else's: %+v", fate)
		}

		// Who may not see a thing learns nothing by a receipt, and nobody gets one for one.
		s.expect(s.hear(plus(message("eve@home.test/x", boiler, "status"), request)), "type='error' … forbidden")
		s.expect(s.hear(bodiless("eve@home.test/x", boiler, request)))
		s.expect(s.hear(bodiless(anna, boiler, request)))
		s.expect(s.hear(bodiless(anna, boiler, child("urn:xmpp:receipts", "received", "id", "tb-1-x"), request)))
		s.stop()
	})
}

func TestChatStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.relay.mute = true
		state := func(name string) xmpp.Element { return child("http://jabber.org/protocol/chatstates", name) }
		s.expect(s.hear(message(anna, boiler, "set 22")))
		after(1500 * time.Millisecond)
		s.expect(s.wire.take()) // this client has never told a state
		after(time.Second)
		s.expect(s.wire.take(), "is asked for")
		s.expect(s.hear(bodiless(anna, boiler, state("composing"))))
		s.expect(s.hear(plus(message(anna, boiler, "set 23"), state("active"))))
		after(900 * time.Millisecond)
		s.expect(s.wire.take())
		after(200 * time.Millisecond)
		s.expect(s.wire.take(), "to='anna@home.test/phone' … <composing xmlns='http://jabber.org/protocol/chatstates'/><no-store")
		after(time.Second)
		s.expect(s.wire.take(), "is asked for … <active xmlns='http://jabber.org/protocol/chatstates'/>")
		s.relay.mute = false
		s.expect(s.hear(plus(message(anna, boiler, "set 24"), state("active"))), "Target: 24 °C. … <active")
		after(3 * time.Second)
		s.expect(s.wire.take()) // who was quick has composed nothing
		s.stop()
	})
}

func TestWhatComesTwiceIsDoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		asked := plus(message(anna, boiler, "warmer"), child("urn:xmpp:receipts", "request"), child("urn:xmpp:sid:0", "origin-id", "id", "o1"))
		s.expect(s.hear(asked), "<received", "Target: 22 °C.")
		again := *asked
		again.ID = "changed-on-the-way"
		s.expect(s.hear(&again), "<received xmlns='urn:xmpp:receipts' id='changed-on-the-way'/>")
		s.expectTarget("22")
		s.expect(s.hear(message(anna, boiler, "warmer")), "Target: 23 °C.")
		s.stop()
	})
}

func TestCorrections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		correct := func(old *xmpp.Stanza, body string) *xmpp.Stanza {
			return plus(message(anna, boiler, body), child("urn:xmpp:message-correct:0", "replace", "id", old.ID))
		}
		first := message(anna, boiler, "set 12")
		answer := s.idOf(s.hear(first))
		corrects := " … <replace xmlns='urn:xmpp:message-correct:0' id='" + answer + "'/>"
		s.expect(s.hear(correct(first, "set 21")), "Target: 21 °C."+corrects)
		s.expect(s.hear(correct(first, "set 22")), "Target: 22 °C."+corrects)
		s.expect(s.hear(correct(first, "set 22"))) // says nothing else
		s.expectTarget("22")

		// What is relative counts from before the words that are corrected.
		relative := message(anna, boiler, "warmer")
		s.hear(relative)
		s.expectTarget("23")
		s.expect(s.hear(correct(relative, "warmer 2")), "Target: 24 °C.")

		older := message(anna, boiler, "set 30")
		s.hear(older)
		s.hear(message(anna, boiler, "status"))
		s.expect(s.hear(correct(older, "set 31")), "I take a correction only of your last message")
		last := message(anna, boiler, "set 32")
		s.hear(last)
		after(10 * time.Minute)
		s.expect(s.hear(correct(last, "set 33")), "I take a correction only of your last message")
		s.expectTarget("32")
		s.stop()
	})
}

func TestEncryptedMessagesAreExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		secret := func() *xmpp.Stanza {
			e := child("eu.siacs.conversations.axolotl", "encrypted")
			e.Children = []xmpp.Element{child(e.Space, "payload")}
			return plus(message(anna, boiler, "set 60"), e)
		}
		s.expect(s.hear(secret()), "Your message is encrypted with OMEMO. I cannot read that")
		s.expect(s.hear(secret()))
		other := secret()
		other.To = must(xmpp.ParseJID("lamp@things.home.test"))
		other.Lang = "de"
		s.expect(s.hear(other), "Deine Nachricht ist mit OMEMO verschlüsselt.")
		s.expectTarget("21")
		after(2 * time.Hour)
		s.wire.take()
		s.expect(s.hear(secret()), "ist mit OMEMO verschlüsselt")
		s.expect(s.hear(bodiless(anna, boiler, child("urn:xmpp:hints", "store"))))
		s.stop()
	})
}

func TestWhatIsNotAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		for _, messageType := range []string{"error", "headline"} {
			m := message(anna, boiler, "set 60")
			m.Type = messageType
			s.expect(s.hear(plus(m, child("urn:xmpp:receipts", "request"))))
		}
		s.expect(s.hear(plus(message(anna, boiler, "set 60"), child("urn:xmpp:carbons:2", "received"))))
		s.expect(s.hear(plus(message(anna, boiler, "set 60"), child("urn:xmpp:forward:0", "forwarded"))))
		s.expect(s.hear(message("lamp@things.home.test/gw", boiler, "set 60"))) // one of us
		s.expect(s.hear(message("home.test", boiler, "Welcome to this server!")))
		s.expectTarget("21")
		s.stop()
	})
}

// An echo ends at once; a robot that answers whatever we say ends soon.
func TestRobotsDoNotKeepEachOtherTalking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.expect(s.hear(message(anna, boiler, "get target")), "Target: 21 °C<")
		s.expect(s.hear(message(anna, boiler, "Target: 21 °C")))
		answered := 0
		for i := range 200 {
			for _, got := range s.hear(message(anna, boiler, fmt.Sprintf("I am only a robot and do not understand, ticket %d", i))) {
				if !strings.Contains(got, "type='error'") {
					answered++
				}
			}
			after(100 * time.Millisecond)
		}
		if answered < 10 || answered > 15 {
			t.Errorf("%d answers in 20 s to a robot, want about 13", answered)
		}
		s.expect(s.hear(message(anna, boiler, "get target")), "Target: 21 °C<")
		s.stop()
	})
}

// Who returns what we say, as who takes no messages does, is obeyed and no more.
func TestWhoTakesNoAnswersGetsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		bounce := func(id, errorType string) {
			m := bodiless(anna, boiler, child(xmpp.NSComponent, "error", "type", errorType))
			m.Type, m.ID = "error", id
			s.expect(s.hear(m))
		}
		for range 3 {
			bounce("tb-tp1tzd-any", "wait") // a server that is away for a moment
		}
		for i := range 3 {
			bounce(s.idOf(s.hear(message(anna, boiler, fmt.Sprintf("set 4%d", i)))), "cancel")
		}
		s.expect(s.hear(message(anna, boiler, "set 50")))
		s.expectTarget("50")
		after(time.Hour)
		s.wire.take()
		s.expect(s.hear(message(anna, boiler, "set 51")), "Target: 51 °C.")
		s.stop()
	})
}

func TestQuotesAreNotCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		fallback := child("urn:xmpp:fallback:0", "fallback", "for", "urn:xmpp:reply:0")
		fallback.Children = []xmpp.Element{child(fallback.Space, "body", "start", "0", "end", "9")}
		s.expect(s.hear(plus(message(anna, boiler, "> set 60\nset 22"), child("urn:xmpp:reply:0", "reply", "id", "x"), fallback)), "Target: 22 °C.")
		s.expect(s.hear(message(anna, boiler, "> Target: 60 °C\nset 23")), "Target: 23 °C.")
		s.stop()
	})
}

// A list that is longer than a message comes in several.
func TestLongAnswersAreSplit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		var all []*devices.Device
		for i := range 300 {
			all = append(all, &devices.Device{ID: devices.ID(fmt.Sprintf("thing-%03d", i)), Name: fmt.Sprintf("A thing with quite a long name %03d", i),
				Properties: []devices.Property{{Name: "temperature", Type: devices.TypeNumber, Unit: "°C"}}})
		}
		s.apply(devices.Update{Announced: all})
		parts := s.hear(message(anna, "things.home.test", "devices"))
		if len(parts) < 2 || len(parts) > 4 {
			t.Fatalf("%d messages", len(parts))
		}
		whole := strings.Join(parts, "")
		for _, want := range []string{"long name 000:", "long name 299:", "id='" + s.idOf(parts[:1]) + ".2'"} {
			if !strings.Contains(whole, want) {
				t.Errorf("no %q", want)
			}
		}
		s.stop()
	})
}
