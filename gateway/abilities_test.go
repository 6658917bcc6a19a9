package gateway_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const nodeURI = "urn:x-thingbridge:gateway"

// ask sends an iq of anna's with a payload.
func (s *stage) ask(to string, payload xmpp.Element) string {
	s.t.Helper()
	return s.askAs("anna@home.test/phone", to, payload)
}

func (s *stage) askAs(from, to string, payload xmpp.Element) string {
	s.t.Helper()
	stanza := iq(from, to, "get", payload.Space, payload.Local)
	stanza.Children[0] = payload
	got := s.hear(stanza)
	if len(got) != 1 {
		s.t.Fatalf("%d answers: %q", len(got), got)
	}
	return got[0]
}

func info(node string) xmpp.Element {
	return xmpp.Element{Space: xep.NSDiscoInfo, Local: "query", Attrs: []xmpp.Attr{{Local: "node", Value: node}}}
}

// verOf returns what a presence says of its sender's abilities.
func verOf(t *testing.T, presence string) string {
	t.Helper()
	m := regexp.MustCompile(`<c xmlns="http://jabber.org/protocol/caps" hash="sha-1" node="` + nodeURI + `" ver="([^"]+)"/>`).FindStringSubmatch(presence)
	if m == nil {
		t.Fatalf("no caps in %s", presence)
	}
	return m[1]
}

func TestAbilitiesAreTheSameForAllDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		boiler := verOf(t, s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))[1])
		lamp := verOf(t, s.hear(presence("anna@home.test", "lamp@things.home.test", "subscribe"))[1])
		house := verOf(t, s.hear(presence("anna@home.test", "things.home.test", "subscribe"))[1])
		if boiler != lamp || boiler == house {
			t.Errorf("boiler %s, lamp %s, house %s", boiler, lamp, house)
		}
		for to, ver := range map[string]string{"boiler@things.home.test/gw": boiler, "lamp@things.home.test/gw": lamp, "things.home.test/gw": house} {
			got := s.ask(to, info(nodeURI+"#"+ver))
			for _, secret := range []string{"Boiler", "Lamp", "capabilities"} {
				if strings.Contains(got, secret) {
					t.Errorf("%s: what is hashed holds %s: %s", to, secret, got)
				}
			}
			if !strings.Contains(got, nodeURI+"#"+ver) || !strings.Contains(got, "urn:xmpp:dataforms:softwareinfo") {
				t.Errorf("%s: %s", to, got)
			}
			for _, other := range []string{nodeURI + "#old", nodeURI, "urn:example:x#" + ver} {
				if got := s.ask(to, info(other)); !strings.Contains(got, "<item-not-found ") {
					t.Errorf("%s, node %s: %s", to, other, got)
				}
			}
		}
		s.stop()
	})
}

func TestDiscoOfADevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.apply(devices.Update{Announced: []*devices.Device{{
			ID: "ally", Name: "Ally", Area: "Kitchen", Manufacturer: "Danfoss", Model: "eTRV", Serial: "007", Kind: "thermostat",
			Properties: []devices.Property{{Name: "target", Type: devices.TypeNumber, Unit: "°C", Writable: true}},
		}}})
		full := s.ask("ally@things.home.test/gw", info(""))
		s.expect([]string{full}, `<identity name="Ally" category="client" type="bot"/> … <value>urn:x-thingbridge:device</value>`+
			` … 'manufacturer'><value>Danfoss< … 'model'><value>eTRV< … 'serial'><value>007< … 'area'><value>Kitchen< … 'kind'><value>thermostat<`+
			` … 'capabilities'><value>target number [°C] writable<`)
		s.expect([]string{s.ask("ally@things.home.test", info(""))}, `category="account" type="registered"/> … category="pubsub" type="pep"/>`)
		s.expect([]string{s.ask("things.home.test", info(""))}, `category="gateway" type="iot"/> … category="component" type="generic"/>`)
		s.expect([]string{s.ask("ally@things.home.test", xmpp.Element{Space: xep.NSDiscoItems, Local: "query"})},
			`node="urn:xmpp:avatar:data" … node="urn:xmpp:avatar:metadata" … node="urn:xmpp:vcard4"`)
		s.stop()
	})
}

// In an account the server answers for the bare address, and the house is no
// component.
func TestDiscoOfAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStageAs(t, gateway.Account{JID: must(xmpp.ParseJID("house@rented.test"))}, newShelf(), settings())
		s.wire.take()
		s.expect([]string{s.ask("house@rented.test/x", info(""))}, `category="gateway" type="iot"/> … category="client" type="bot"/>`)
		s.stop()
	})
}

func TestUserVersionsAreVerified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		said := xep.Info{
			Identities: []xep.Identity{{Category: "client", Type: "phone", Name: "Test"}},
			Features:   []string{xep.NSAvatarMetadata + "+notify", xep.NSNick + "+notify"},
		}
		come := func(client, ver string) []string {
			p := presence(client, "things.home.test", "")
			p.Children = []xmpp.Element{{Space: xep.NSCaps, Local: "c", Attrs: []xmpp.Attr{
				{Local: "hash", Value: "sha-1"}, {Local: "node", Value: "http://client.test"}, {Local: "ver", Value: ver},
			}}}
			return s.hear(p)
		}
		answer := func(question, client string, said xep.Info) []string {
			result := iq(client, "things.home.test", "result", xep.NSDiscoInfo, "query")
			result.ID = regexp.MustCompile(`id='(caps-[^']+)'`).FindStringSubmatch(question)[1]
			for _, it := range said.Identities {
				result.Children[0].Children = append(result.Children[0].Children, xmpp.Element{Space: xep.NSDiscoInfo, Local: "identity",
					Attrs: []xmpp.Attr{{Local: "category", Value: it.Category}, {Local: "type", Value: it.Type}, {Local: "name", Value: it.Name}}})
			}
			for _, feature := range said.Features {
				result.Children[0].Children = append(result.Children[0].Children, xmpp.Element{Space: xep.NSDiscoInfo, Local: "feature",
					Attrs: []xmpp.Attr{{Local: "var", Value: feature}}})
			}
			return s.hear(result)
		}

		asked := come("anna@home.test/phone", said.Ver())
		s.expect(asked, "<iq type='get' … to='anna@home.test/phone' … http://client.test#"+said.Ver())
		s.expect(come("anna@home.test/tablet", said.Ver())) // is asked already
		lie := said
		lie.Features = append(slices.Clone(said.Features), "urn:example:poison")
		s.expect(answer(asked[0], "anna@home.test/phone", lie))
		s.expect(answer(asked[0], "anna@home.test/phone", said)) // the question was answered

		asked = come("anna@home.test/phone", said.Ver())
		s.expect(answer(asked[0], "eve@away.test/x", said))
		events := answer(asked[0], "anna@home.test/phone", said)
		slices.Sort(events) // two clients, two nodes
		if len(events) != 4 || !strings.Contains(events[0], "<message type='headline' from='boiler@things.home.test' to='anna@home.test/phone'") ||
			!strings.Contains(strings.Join(events, ""), "to='anna@home.test/tablet'><event xmlns=\"http://jabber.org/protocol/pubsub#event\"><items node=\"urn:xmpp:avatar:metadata\">") {
			t.Errorf("%d: %q", len(events), events)
		}

		// The version is known now, and who is there is told once.
		s.expect(come("anna@home.test/phone", said.Ver()))
		s.expect(come("anna@home.test/desk", said.Ver()), "to='anna@home.test/desk' … avatar:metadata", "to='anna@home.test/desk' … protocol/nick")
		s.expect(come("eve@away.test/x", said.Ver())) // a stranger is nobody

		// A new contact shows its picture at once.
		s.hear(presence("anna@home.test/desk", "things.home.test", "unavailable"))
		s.hear(presence("anna@home.test/tablet", "things.home.test", "unavailable"))
		s.expect(s.hear(presence("anna@home.test", "lamp@things.home.test", "subscribe")),
			"type='subscribed'", "<presence ", "from='lamp@things.home.test' to='anna@home.test/phone' … avatar:metadata", "protocol/nick")
		s.stop()
	})
}
