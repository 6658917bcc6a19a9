package gateway_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"thingbridge/gateway/xmpp"
)

func TestWhoMaySeeWhat(t *testing.T) {
	forbidden, notFound := "<forbidden ", "<item-not-found "
	tests := []struct {
		name   string
		stanza func(device string) *xmpp.Stanza
		user   string
		want   map[string]string // by device
	}{
		{"a stranger's message", func(d string) *xmpp.Stanza { return message("eve@away.test/x", d, "status") }, "eve",
			map[string]string{"boiler": forbidden, "ghost": forbidden, "": forbidden}},
		{"a stranger's question", func(d string) *xmpp.Stanza { return iq("eve@away.test/x", d, "get", "jabber:iq:version", "query") }, "eve",
			map[string]string{"boiler": forbidden, "ghost": forbidden, "": forbidden}},
		{"a stranger's subscription", func(d string) *xmpp.Stanza { return presence("eve@away.test", d, "subscribe") }, "eve",
			map[string]string{"boiler": "type='unsubscribed'", "ghost": "type='unsubscribed'"}},
		{"a stranger's probe", func(d string) *xmpp.Stanza { return presence("eve@away.test", d, "probe") }, "eve",
			map[string]string{"boiler": "type='unsubscribed'", "ghost": "type='unsubscribed'"}},
		{"a user's message", func(d string) *xmpp.Stanza { return message("bert@home.test/x", d, "status") }, "bert",
			map[string]string{"boiler": "Boiler", "lamp": notFound, "ghost": notFound, "": "Boiler: 21.4"}},
		{"a user's question", func(d string) *xmpp.Stanza { return iq("bert@home.test/x", d, "get", "jabber:iq:last", "query") }, "bert",
			map[string]string{"boiler": "seconds='0'", "lamp": notFound, "ghost": notFound}},
		{"a user's subscription", func(d string) *xmpp.Stanza { return presence("bert@home.test", d, "subscribe") }, "bert",
			map[string]string{"lamp": "type='unsubscribed'", "ghost": "type='unsubscribed'"}},
		{"a viewer's command", func(d string) *xmpp.Stanza { return message("bert@home.test/x", d, "set 60") }, "bert",
			map[string]string{"boiler": "not change anything"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, newShelf(), settings())
				for device, want := range test.want {
					to := device + "@things.home.test"
					if device == "" {
						to = "things.home.test"
					}
					got := s.hear(test.stanza(to))
					if len(got) != 1 || !strings.Contains(got[0], want) {
						t.Errorf("%s: %q, want %q", device, got, want)
					}
					if strings.Contains(got[0], "Lamp") {
						t.Errorf("%s: tells of the lamp: %q", device, got)
					}
				}
				s.stop()
			})
		})
	}
}

func TestEveryIQIsAnswered(t *testing.T) {
	tests := []struct {
		to, iqType, space, local, want string
	}{
		{"boiler@things.home.test", "get", "http://jabber.org/protocol/disco#info", "query", `category="account" type="registered"`},
		{"boiler@things.home.test/gw", "get", "http://jabber.org/protocol/disco#info", "query", `category="client" type="bot"`},
		{"things.home.test", "get", "http://jabber.org/protocol/disco#info", "query", `category="gateway" type="iot"`},
		{"things.home.test", "get", "http://jabber.org/protocol/disco#items", "query", `jid="boiler@things.home.test"`},
		{"boiler@things.home.test", "get", "http://jabber.org/protocol/disco#items", "query", "disco#items"},
		{"boiler@things.home.test", "get", "jabber:iq:version", "query", "<version>test</version>"},
		{"boiler@things.home.test", "get", "urn:xmpp:ping", "ping", "type='result'"},
		{"boiler@things.home.test", "get", "urn:xmpp:time", "time", "<utc>2000-01-01T00:00:00Z</utc>"},
		{"boiler@things.home.test", "get", "urn:example:unknown", "x", "<service-unavailable "},
		{"boiler@things.home.test", "set", "jabber:iq:version", "query", "<service-unavailable "},
	}
	for _, test := range tests {
		t.Run(test.to+" "+test.iqType+" "+test.space, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, newShelf(), settings())
				s.expect(s.hear(iq("anna@home.test/phone", test.to, test.iqType, test.space, test.local)), "id='i1' … "+test.want)
				s.stop()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		empty := iq("anna@home.test/phone", "boiler@things.home.test", "get", "x", "x")
		empty.Children = nil
		s.expect(s.hear(empty), "<bad-request ")
		s.expect(s.hear(iq("anna@home.test/phone", "boiler@things.home.test", "result", "x", "x")))
		s.expect(s.hear(iq("home.test", "things.home.test", "get", "urn:xmpp:ping", "ping")), "type='result'")
		s.expect(s.hear(iq("home.test", "things.home.test", "get", "jabber:iq:version", "query")), "<forbidden ")
		s.stop()
	})
}
