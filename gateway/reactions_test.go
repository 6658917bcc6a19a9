package gateway_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

func reaction(id string, emojis ...string) *xmpp.Stanza {
	e := child("urn:xmpp:reactions:0", "reactions", "id", id)
	for _, emoji := range emojis {
		e.Children = append(e.Children, xmpp.Element{Space: e.Space, Local: "reaction", Text: emoji})
	}
	return bodiless(anna, boiler, e)
}

func (s *stage) stove() {
	s.apply(devices.Update{
		Announced: []*devices.Device{{ID: "stove", Name: "Stove", Properties: []devices.Property{
			{Name: "target", Type: devices.TypeNumber, Unit: "°C", Min: 1, Max: 80, Step: 0.5, Writable: true},
			{Name: "mode", Type: devices.TypeEnum, Options: []string{"off", "heat", "auto"}, Writable: true},
			{Name: "preset", Type: devices.TypeEnum, Options: []string{"comfort", "eco"}, Writable: true},
			{Name: "boost", Type: devices.TypeNumber, Unit: "min", Min: 0, Max: 120, Step: 1, Writable: true},
			{Name: "reason", Type: devices.TypeText},
		}}},
		Availability: []devices.Presence{{Device: "stove", Availability: devices.Online}},
		Readings: []devices.Reading{
			{Device: "stove", Property: "target", Value: devices.Number(21)},
			{Device: "stove", Property: "reason", Value: devices.Text("window")},
		},
	})
}

func TestReactionsAreObeyedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		id := s.idOf(s.hear(message(anna, boiler, "status")))
		s.expect(s.hear(reaction(id, "⬆️")), "Target: 22 °C. … <reply xmlns='urn:xmpp:reply:0' to='boiler@things.home.test/gw' id='"+id+"'/>")
		s.expect(s.hear(reaction(id, "⬆", "👍"))) // no variation selector, and a kind word
		s.expectTarget("22")
		s.expect(s.hear(reaction(id, "⬆", "⬇")), "Target: 21 °C.")
		s.expect(s.hear(reaction(id)))
		s.expectTarget("21")
		s.expect(s.hear(reaction(id, "⬆️")), "Target: 22 °C.")
		s.stop()

		s = newStage(t, keep, settings())
		s.reading("target", devices.Number(22))
		s.expect(s.hear(reaction(id, "⬆️")))
		s.expectTarget("22")
		s.expect(s.hear(reaction(id, "🔥")), "type='error' … not-acceptable … I understand these reactions: ⬆️ ⬇️ 👍 👎")
		s.expect(s.hear(reaction("somebody-elses", "⬆️")))
		late := plus(reaction(id, "⬆️", "⬇️"), child("urn:xmpp:delay", "delay", "stamp", time.Now().Add(-time.Hour).Format(time.RFC3339)))
		s.expect(s.hear(late), "Your message was 1 h on its way")
		s.expectTarget("22")
		after(48 * time.Hour)
		s.wire.take()
		s.expect(s.hear(reaction(id, "⬆️")), "type='error' … not-acceptable … too old for reactions")
		s.expectTarget("22")
		s.stop()
	})
}

func TestReactionsFitTheDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.stove()
		to := func(thing string, m *xmpp.Stanza) *xmpp.Stanza {
			m.To = must(xmpp.ParseJID(thing + "@things.home.test"))
			return m
		}
		id := s.idOf(s.hear(message(anna, "stove@things.home.test", "zeige target")))
		s.expect(s.hear(to("stove", reaction(id, "🔥"))), "xml:lang='de'")
		s.expect(s.hear(to("stove", reaction(id, "🔥", "❓"))), "Ein Fenster ist offen")
		s.expect(s.hear(to("stove", reaction(id, "🔥", "❓", "❄️"))), "<body>Programm: sparen.")
		s.expect(s.hear(to("stove", reaction(id, "💡"))), "not-acceptable")
		for key, want := range map[string]string{"boost": "30", "preset": "eco"} {
			if twin, _ := s.registry.Get("stove"); twin.Reported(key).String() != want {
				t.Errorf("%s is %v, want %s", key, twin.Reported(key), want)
			}
		}
		s.expect(s.hear(message(anna, "lamp@things.home.test", "show on")), "Light: –")
		id = s.idOf(s.hear(message(anna, "lamp@things.home.test", "status")))
		s.expect(s.hear(to("lamp", reaction(id, "💡"))), "Light: on.")
		s.expect(s.hear(to("lamp", reaction(id))))
		s.expect(s.hear(to("lamp", reaction(id, "💡"))), "Light: off.")
		s.expect(s.hear(iq(anna, "lamp@things.home.test/gw", "get", "http://jabber.org/protocol/disco#info", "query")),
			"urn:xmpp:reactions:0\" … urn:xmpp:reactions:0:restrictions</value> … allowlist … <value>💡</value><value>👍</value><value>👎</value>")
		s.stop()
	})
}

func TestChoices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		s.stove()
		const stove = "stove@things.home.test"
		mode := func(want string) {
			t.Helper()
			if twin, _ := s.registry.Get("stove"); twin.Reported("mode").String() != want {
				t.Errorf("the mode is %v, want %s", twin.Reported("mode"), want)
			}
		}
		question := "<body>To what shall I set Mode?\n1) off\n2) heat\n3) auto</body>"
		s.expect(s.hear(message(anna, stove, "set mode")), question+
			" … <response xmlns='urn:xmpp:tmp:quick-response' value='set mode heat' label='heat'/>"+
			" … <query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'>"+
			"<item jid='stove@things.home.test/gw' node='say:set mode off' name='off'/>")
		s.expect(s.hear(message(anna, stove, "2")), "Mode: heat.")
		mode("heat")
		s.expect(s.hear(message(anna, stove, "2")), "Target: 2 °C.") // no question is open
		s.hear(message(anna, stove, "set mode"))
		s.expect(s.hear(message(anna, stove, "Auto")), "Mode: auto.")
		s.hear(message(anna, stove, "set mode"))
		s.expect(s.hear(message(anna, stove, "30")), "Target: 30 °C.") // no such choice
		s.hear(message(anna, stove, "set mode"))
		after(time.Hour)
		s.wire.take()
		s.expect(s.hear(message(anna, stove, "1")), "Target: 1 °C.") // an hour ago

		// The house asks about a thing; what is chosen names it.
		s.expect(s.hear(message(anna, "things.home.test", "stove set mode")), question+" … value='stove set mode heat' … jid='things.home.test/gw' node='say:stove set mode heat'")
		s.expect(s.hear(message(anna, "things.home.test", "2")), "Mode: heat.")
		mode("heat")

		// A question is still open after a restart, once.
		id := s.idOf(s.hear(message(anna, stove, "set mode")))
		s.stop()
		s = newStage(t, keep, settings())
		s.stove()
		yes := reaction(id, "👍")
		yes.To = must(xmpp.ParseJID(stove))
		s.expect(s.hear(yes), "Mode: off.")
		mode("off")
		s.expect(s.hear(message(anna, stove, "3")), "Target: 3 °C.")
		no := reaction(s.idOf(s.hear(message(anna, stove, "set mode"))), "👎")
		no.To = yes.To
		s.expect(s.hear(no), "Fine, all stays as it is.")
		mode("off")
		s.expect(s.hear(message(anna, stove, "3")), "Target: 3 °C.")
		s.stop()
		for key := range keep.words {
			if strings.HasPrefix(key, "dialogue/") && strings.Contains(string(keep.words[key]), "set mode") {
				t.Errorf("an answered question is kept: %s", keep.words[key])
			}
		}
	})
}
