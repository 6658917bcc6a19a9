package gateway_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

// rosters is a server that lets the gateway write them.
type rosters struct {
	items map[string]string
	fail  error
}

func (r *rosters) answer(request string) *xmpp.Stanza {
	result := &xmpp.Stanza{Kind: xmpp.IQ, Space: xmpp.NSComponent, Type: "result"}
	query := xmpp.Element{Space: "jabber:iq:roster", Local: "query"}
	_, rest, set := strings.Cut(request, "<item jid='")
	jid, _, _ := strings.Cut(rest, "'")
	switch {
	case !set:
		for jid, name := range r.items {
			query.Children = append(query.Children, xmpp.Element{Space: query.Space, Local: "item", Attrs: []xmpp.Attr{
				{Local: "jid", Value: jid}, {Local: "name", Value: name}, {Local: "subscription", Value: "both"},
			}})
		}
		result.Children = []xmpp.Element{query}
	case r.fail != nil:
		result.Type = "error"
	case strings.Contains(rest, "'remove'"):
		delete(r.items, jid)
	default:
		_, name, _ := strings.Cut(rest, "name='")
		r.items[jid], _, _ = strings.Cut(name, "'")
	}
	return result
}

func privilege(from, space string) *xmpp.Stanza {
	return &xmpp.Stanza{
		Kind: xmpp.Message, Space: xmpp.NSComponent, From: must(xmpp.ParseJID(from)), To: domain,
		Children: []xmpp.Element{{Space: space, Local: "privilege", Children: []xmpp.Element{
			{Space: space, Local: "perm", Attrs: []xmpp.Attr{{Local: "access", Value: "roster"}, {Local: "type", Value: "both"}}},
		}}},
	}
}

func TestRostersAreFilledWhereThatIsGranted(t *testing.T) {
	for _, space := range []string{"urn:xmpp:privilege:1", "urn:xmpp:privilege:2"} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t, newShelf(), settings())
			server := &rosters{items: make(map[string]string)}
			s.wire.answer = server.answer
			s.hear(privilege("home.test", space))
			s.hear(privilege("mallory@away.test", space))
			s.hear(iq("anna@home.test/phone", "things.home.test", "set", register, "query"))
			after(5 * time.Second)
			if got := fmt.Sprint(server.items); got != "map[boiler@things.home.test:Boiler lamp@things.home.test:Lamp things.home.test:House]" {
				t.Errorf("%s: the roster: %s", space, got)
			}
			for _, stanza := range s.wire.take() {
				if strings.Contains(stanza, "type='subscribe'") {
					t.Errorf("%s: asks: %s", space, stanza)
				}
			}
			// What the user takes out does not come back, unless asked for.
			delete(server.items, "lamp@things.home.test")
			s.hear(presence("anna@home.test", "lamp@things.home.test", "unsubscribe"))
			s.hear(privilege("home.test", space))
			after(5 * time.Second)
			if _, back := server.items["lamp@things.home.test"]; back {
				t.Errorf("%s: the lamp is back", space)
			}
			if err := s.bridge.AddContacts(t.Context(), must(xmpp.ParseJID("anna@home.test")), []devices.ID{"lamp", "boiler", "ghost"}); err != nil {
				t.Errorf("%s: %v", space, err)
			}
			after(5 * time.Second)
			if _, back := server.items["lamp@things.home.test"]; !back {
				t.Errorf("%s: the lamp was asked for and is not there", space)
			}
			remove := iq("anna@home.test/phone", "things.home.test", "set", register, "query")
			remove.Children[0].Children = []xmpp.Element{{Space: register, Local: "remove"}}
			s.hear(remove)
			after(5 * time.Second)
			if len(server.items) != 0 || len(s.shelf.subs) != 0 {
				t.Errorf("%s: left over: %v, %v", space, server.items, s.shelf.subs)
			}
			s.stop()
		})
	}
}

func TestAServerThatPromisesTooMuchIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.wire.answer = (&rosters{items: make(map[string]string), fail: errors.New("no")}).answer
		s.hear(privilege("home.test", "urn:xmpp:privilege:1"))
		sent := strings.Join(s.hear(iq("anna@home.test/phone", "things.home.test", "set", register, "query")), "\n")
		for _, want := range []string{"type='subscribe'", "There are 2 new things: Boiler, Lamp."} {
			if !strings.Contains(sent, want) {
				t.Errorf("lacks %s:\n%s", want, sent)
			}
		}
		s.stop()
	})
}

// Whoever may see more gets more, and whoever may see less loses it.
func TestAccessChangesTheRoster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		server := &rosters{items: make(map[string]string)}
		s.wire.answer = server.answer
		s.hear(privilege("home.test", "urn:xmpp:privilege:2"))
		s.hear(iq("bert@home.test/phone", "things.home.test", "set", register, "query"))
		want := func(items string) {
			t.Helper()
			after(5 * time.Second)
			if got := fmt.Sprint(server.items); got != items {
				t.Errorf("the roster: %s, want %s", got, items)
			}
		}
		want("map[boiler@things.home.test:Boiler things.home.test:House]")
		more := settings()
		more.Access.Grants[1].Devices = "*"
		s.bridge.Configure(more)
		want("map[boiler@things.home.test:Boiler lamp@things.home.test:Lamp things.home.test:House]")
		less := settings()
		less.Access.Grants[1].Devices = "lamp"
		s.bridge.Configure(less)
		want("map[lamp@things.home.test:Lamp things.home.test:House]")
		less.Access.Grants = less.Access.Grants[:1]
		s.bridge.Configure(less)
		want("map[]")
		s.stop()
	})
}
