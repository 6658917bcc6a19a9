package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

const (
	mucUser = "http://jabber.org/protocol/muc#user"
	den     = "den@rooms.home.test"
)

func element(space, local, text string, attrs ...string) xmpp.Element {
	e := xmpp.Element{Space: space, Local: local, Text: text}
	for i := 0; i < len(attrs); i += 2 {
		e.Attrs = append(e.Attrs, xmpp.Attr{Local: attrs[i], Value: attrs[i+1]})
	}
	return e
}

// mediated is an invitation that a room passes on.
func mediated(in, by, to string) *xmpp.Stanza {
	m := message(in, to, by+" invited you")
	m.Type = ""
	x := element(mucUser, "x", "")
	x.Children = []xmpp.Element{element(mucUser, "invite", "", "from", by), element(mucUser, "password", "pw")}
	m.Children = append(m.Children, x)
	return m
}

// direct is an invitation that a user sends.
func direct(in, by, to string) *xmpp.Stanza {
	m := message(by, to, "come to "+in)
	m.Children = append(m.Children, element("jabber:x:conference", "x", "", "jid", in))
	return m
}

// occupant is the presence of somebody in a room; address may be hidden.
func occupant(in, nick, address, presenceType string, codes ...int) *xmpp.Stanza {
	p := presence(in+"/"+nick, "boiler@things.home.test/gw", presenceType)
	x := element(mucUser, "x", "")
	item := element(mucUser, "item", "")
	if address != "" {
		item.Attrs = []xmpp.Attr{{Local: "jid", Value: address}}
	}
	x.Children = append(x.Children, item)
	for _, code := range codes {
		x.Children = append(x.Children, element(mucUser, "status", "", "code", fmt.Sprint(code)))
	}
	p.Children = []xmpp.Element{x}
	return p
}

func groupchat(in, nick, body string, more ...xmpp.Element) *xmpp.Stanza {
	m := message(in+"/"+nick, "boiler@things.home.test/gw", body)
	m.Type = "groupchat"
	m.Children = append(m.Children, more...)
	return m
}

// inDen brings the boiler into a room with anna, bert and eve.
func (s *stage) inDen(codes ...int) {
	s.t.Helper()
	s.hear(direct(den, "anna@home.test/phone", "boiler@things.home.test"))
	after(time.Second)
	if got := strings.Join(s.wire.take(), ""); !strings.Contains(got, "to='den@rooms.home.test/Boiler'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/>") {
		s.t.Fatalf("not entered: %s", got)
	}
	for _, nick := range []string{"anna", "bert", "eve"} {
		s.wire.handler.Stanza(occupant(den, nick, nick+"@home.test/x", ""))
	}
	s.wire.handler.Stanza(occupant(den, "Boiler", "boiler@things.home.test/gw", "", append(codes, 110)...))
	synctest.Wait()
	s.expect(s.wire.take(), "to='anna@home.test' … <body>I am in den@rooms.home.test now, as \"Boiler\".")
}

// stay lets time pass in a room that answers pings, and returns all else that was
// sent to it.
func (s *stage) stay(d time.Duration) (sent []string) {
	for end := time.Now().Add(d); !time.Now().After(end); after(30 * time.Second) {
		for _, stanza := range s.wire.take() {
			_, id, ping := strings.Cut(stanza, "type='get' id='")
			if !ping {
				sent = append(sent, stanza)
				continue
			}
			pong := iq(den+"/Boiler", "boiler@things.home.test/gw", "result", "", "")
			pong.ID, _, _ = strings.Cut(id, "'")
			s.wire.handler.Stanza(pong)
		}
	}
	return sent
}

// inHouse runs a test on a stage in a bubble.
func inHouse(t *testing.T, test func(s *stage)) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		test(s)
		s.stop()
	})
}

func TestInvitations(t *testing.T) {
	const boiler = "boiler@things.home.test"
	join := "to='den@rooms.home.test/Boiler'><x xmlns='http://jabber.org/protocol/muc'>"
	tests := []struct {
		name   string
		stanza *xmpp.Stanza
		want   []string
	}{
		{"mediated at the user's server", mediated(den, "anna@home.test/phone", boiler), []string{join + "<history maxstanzas='0'/><password>pw</password>"}},
		{"direct", direct(den, "anna@home.test/phone", boiler), []string{join}},
		{"direct to a room elsewhere", direct("den@rooms.away.test", "anna@home.test/phone", boiler), []string{"to='den@rooms.away.test/Boiler'"}},
		{"mediated by a room elsewhere", mediated("den@rooms.away.test", "anna@home.test/phone", boiler), []string{"to='anna@home.test' … write “join den@rooms.away.test” if it was you"}},
		{"in anna's name by a user", mediated("eve@home.test/x", "anna@home.test", boiler), []string{"<forbidden "}},
		{"mediated by a stranger", mediated(den, "eve@away.test", boiler), nil},
		{"direct by a stranger", direct(den, "eve@away.test/x", boiler), []string{"type='error' … <forbidden "}},
		{"mediated by who may look", mediated(den, "bert@home.test", boiler), []string{"to='den@rooms.home.test'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='bert@home.test'/>", "to='bert@home.test' … Only who may control me"}},
		{"direct by who may look", direct(den, "bert@home.test/x", boiler), []string{"to='bert@home.test' … Only who may control me"}},
		{"the house, by who may control something", direct(den, "anna@home.test/x", "things.home.test"), []string{"from='things.home.test/gw' to='den@rooms.home.test/House'"}},
		{"the house, by who may look", direct(den, "bert@home.test/x", "things.home.test"), []string{"Only who may control me"}},
		{"a sentence", message("anna@home.test/x", boiler, "join den@rooms.home.test"), []string{join}},
		{"to no room", direct("rooms.home.test", "anna@home.test/x", boiler), []string{"<body>"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inHouse(t, func(s *stage) {
				got := s.hear(test.stanza)
				after(time.Second)
				s.expect(append(got, s.wire.take()...), test.want...)
			})
		})
	}
}

func TestRoomsAreBounded(t *testing.T) {
	inHouse(t, func(s *stage) {
		for i := range 5 {
			s.hear(direct(fmt.Sprintf("r%d@rooms.home.test", i), "anna@home.test/x", "boiler@things.home.test"))
		}
		after(time.Second)
		if joins := len(s.wire.take()); joins != 5 {
			t.Errorf("%d rooms entered, want 5", joins)
		}
		s.expect(s.hear(direct(den, "anna@home.test/x", "boiler@things.home.test")), "as many rooms as I can be (5)")
	})
}

func TestWhoIsObeyedInARoom(t *testing.T) {
	inHouse(t, func(s *stage) {
		s.inDen(100)
		says := func(nick, body string, more ...xmpp.Element) []string {
			return s.hear(groupchat(den, nick, body, more...))
		}
		in := "<message from='boiler@things.home.test/gw' to='den@rooms.home.test' type='groupchat'"
		s.expect(says("anna", "Boiler: 21.5", element("urn:xmpp:sid:0", "stanza-id", "", "by", den, "id", "s1")),
			in+" … <body>anna: Target: 21.5 °C.</body><reply xmlns='urn:xmpp:reply:0' to='den@rooms.home.test/anna' id='s1'/>")
		s.expect(says("anna", "is the Boiler well?"))
		s.expect(says("bert", "boiler, set 60"), in+" … <body>bert: You may look at me")
		s.expect(says("eve", "Boiler: status")) // has no rights
		s.expect(says("nobody", "Boiler: status"), "I cannot see who is who")
		s.expect(says("anna", "Boiler: 60", element("urn:xmpp:delay", "delay", "", "stamp", "2026-01-01T00:00:00Z"))) // history
		s.expect(says("anna", "temp", element("urn:xmpp:reply:0", "reply", "", "to", den+"/Boiler", "id", "x")), "anna: Temperature: 21.4 °C")
		mention := element("urn:xmpp:reference:0", "reference", "", "type", "mention", "begin", "0", "end", "7", "uri", "xmpp:"+den+"/Boiler")
		s.expect(says("anna", "Boiler! temp", mention), "anna: Temperature: 21.4 °C")

		private := message(den+"/anna", "boiler@things.home.test/gw", "temp")
		s.expect(s.hear(private), "to='den@rooms.home.test/anna' type='chat' … <body>Temperature: 21.4 °C</body><x xmlns='http://jabber.org/protocol/muc#user'/>")
		if twin, _ := s.registry.Get("boiler"); twin.Reported("target") != devices.Number(21.5) {
			t.Errorf("target: %v", twin.Reported("target"))
		}
		s.expect(s.hear(iq(den+"/anna", "boiler@things.home.test/gw", "get", "urn:xmpp:ping", "ping")), "type='result'")
		s.expect(s.hear(iq(den+"/anna", "boiler@things.home.test/gw", "get", "jabber:iq:version", "query")), "<forbidden ")
	})
}

// A room says who is behind a nick; that must not give more than who invited has.
func TestARoomGivesNobodyMoreThanWhoInvited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Access.Grants[1].Role = 2 // bert may control the boiler
		s := newStage(t, newShelf(), with)
		s.hear(direct("den@rooms.evil.test", "bert@home.test/x", "things.home.test"))
		after(time.Second)
		s.wire.take()
		for _, p := range []*xmpp.Stanza{occupant("den@rooms.evil.test", "root", "root@home.test/x", ""), occupant("den@rooms.evil.test", "House", "", "", 100, 110)} {
			p.To = must(xmpp.ParseJID("things.home.test/gw"))
			s.wire.handler.Stanza(p)
		}
		s.wire.take()
		ask := func(text string) []string {
			m := groupchat("den@rooms.evil.test", "root", text)
			m.To = must(xmpp.ParseJID("things.home.test/gw"))
			return s.hear(m)
		}
		s.expect(ask("House: boiler 22"), "root: Target: 22 °C.")
		if got := strings.Join(ask("House: lamp on"), ""); strings.Contains(got, "Light: on") {
			t.Errorf("the lamp obeyed: %s", got)
		}
		if twin, _ := s.registry.Get("lamp"); !twin.Reported("on").IsZero() {
			t.Error("the lamp obeyed")
		}
		s.stop()
	})
}

func TestAnonymousRoom(t *testing.T) {
	inHouse(t, func(s *stage) {
		s.hear(direct(den, "anna@home.test/phone", "boiler@things.home.test"))
		after(time.Second)
		s.wire.take()
		s.wire.handler.Stanza(occupant(den, "anna", "", ""))
		s.wire.handler.Stanza(occupant(den, "Boiler", "", "", 110))
		s.expect(s.wire.take(), "the room hides who is who")
		s.expect(s.hear(groupchat(den, "Boiler", "Boiler: 60"))) // its own words

		s.hear(direct(den, "anna@home.test/phone", "lamp@things.home.test")) // and those of another of us
		after(time.Second)
		lamp := occupant(den, "Lamp", "", "", 110)
		lamp.To = must(xmpp.ParseJID("lamp@things.home.test/gw"))
		s.wire.handler.Stanza(lamp)
		s.wire.handler.Stanza(occupant(den, "Lamp", "", ""))
		s.wire.take()
		s.expect(s.hear(groupchat(den, "Lamp", "Boiler: 60")))
		s.expect(s.hear(groupchat(den, "anna", "Boiler: 60")), "anna: I cannot see who is who in this room")
		s.expect(s.hear(groupchat(den, "anna", "Boiler: 60")))
		s.stay(time.Hour)
		s.expect(s.hear(groupchat(den, "anna", "Boiler: 60")), "anna: I cannot see who is who in this room")
		s.reading("smoke", devices.Boolean(true))
		s.expect(s.stay(time.Minute)) // nothing of the device is told
		s.hear(occupant(den, "anna", "anna@home.test/x", ""))
		s.expect(s.hear(groupchat(den, "anna", "Boiler: temp")), "anna: Temperature")
	})
}

func TestRoomSeesTheFaceAtAGentlePace(t *testing.T) {
	inHouse(t, func(s *stage) {
		s.inDen(100)
		after(time.Second)
		s.expect(s.wire.take(), "<presence from='boiler@things.home.test/gw' to='den@rooms.home.test/Boiler'><status>21.4 °C")
		for range 10 {
			s.reading("temperature", devices.Number(30))
			after(15 * time.Second)
			s.reading("temperature", devices.Number(31))
		}
		s.expect(s.wire.take())
		s.expect(s.stay(3*time.Minute), "<status>31 °C")
		s.apply(devices.Update{Availability: []devices.Presence{{Device: "boiler", Availability: devices.Offline}}})
		after(15 * time.Second)
		s.expect(s.wire.take(), "<show>xa</show><status>offline")
	})
}

func TestRoomIsEnteredAgainAndLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		s.inDen(100)
		after(3 * time.Second) // else the last answer is sent again
		s.wire.take()
		s.wire.reconnect(true)
		s.wire.reconnect(false)
		after(time.Second)
		s.expect(s.wire.take(), "<history maxstanzas='0'/>")
		s.hear(occupant(den, "Boiler", "", "", 100, 110))
		s.stop()
		s.expect(s.wire.take(), "to='den@rooms.home.test/Boiler' type='unavailable'/>")

		s = newStage(t, keep, settings())
		after(time.Second)
		s.expect(s.wire.take(), "<history maxstanzas='0'/>")
		s.wire.handler.Stanza(occupant(den, "anna", "anna@home.test/x", ""))
		s.hear(occupant(den, "Boiler", "", "", 100, 110))
		s.expect(s.hear(message("bert@home.test/x", "boiler@things.home.test", "leave den")), "Only who may control me can send me out")
		s.expect(s.hear(message("anna@home.test/x", "boiler@things.home.test", "leave hall")), "I am not in the room hall.")
		s.expect(s.hear(groupchat(den, "anna", "boiler: verlasse!")), "anna: Ich gehe.", "type='unavailable'/>")
		s.expect(s.hear(groupchat(den, "anna", "boiler: status")), "type='error' … <service-unavailable ")
		s.expect(s.hear(message("anna@home.test/x", "boiler@things.home.test", "verlasse")), "Ich bin in keinem Raum.")
		s.stop()
		s = newStage(t, keep, settings())
		after(time.Minute)
		s.expect(s.wire.take())
		s.stop()
	})
}

func TestWhoInvitedAndMayNoMore(t *testing.T) {
	inHouse(t, func(s *stage) {
		s.inDen(100)
		less := settings()
		less.Access.Grants = nil
		s.bridge.Configure(less)
		after(30 * time.Second)
		s.expect(s.wire.take(), "type='unavailable'/>")
	})
}

func TestKickedMeansOut(t *testing.T) {
	inHouse(t, func(s *stage) {
		s.inDen(100)
		s.expect(s.hear(occupant(den, "Boiler", "", "unavailable", 110, 307)), "to='anna@home.test' … I was sent out of den@rooms.home.test")
		s.wire.handler.Up()
		after(time.Hour)
		s.expect(s.wire.take())
	})
}

func TestRoomLimits(t *testing.T) {
	inHouse(t, func(s *stage) {
		s.inDen(100)
		answered := 0
		for range 50 {
			answered += len(s.hear(groupchat(den, "anna", "Boiler: temp")))
		}
		if answered != 5 {
			t.Errorf("%d answered at once, want 5", answered)
		}
	})
}

// A component that says it knows XEP-0045 is taken for a place with rooms.
func TestWhoAnnouncesRooms(t *testing.T) {
	inHouse(t, func(s *stage) {
		t := s.t
		const muc = `var="http://jabber.org/protocol/muc"`
		ask := func(to string) string {
			return strings.Join(s.hear(iq("anna@home.test/x", to, "get", "http://jabber.org/protocol/disco#info", "query")), "")
		}
		device, house := ask("boiler@things.home.test/gw"), ask("things.home.test")
		if !strings.Contains(device, muc) || !strings.Contains(device, "jabber:x:conference") {
			t.Errorf("a device: %s", device)
		}
		if strings.Contains(house, muc) || !strings.Contains(house, "jabber:x:conference") {
			t.Errorf("the house: %s", house)
		}
	})
}
