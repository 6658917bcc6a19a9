package main

import (
	"strings"
	"testing"
	"time"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// peer is an XMPP server of a federation.
type peer struct {
	host       string
	users      map[string]string
	components map[string]string
}

func federatedProsody(t *testing.T, f *lab.Federation, m peer) *lab.XMPPServer {
	t.Helper()
	return labtest.Prosody(t, lab.ProsodyConfig{
		Federation: f, Host: m.host, Users: m.users, Components: m.components,
	}).XMPPServer
}

func federatedEjabberd(t *testing.T, f *lab.Federation, m peer) *lab.XMPPServer {
	t.Helper()
	return labtest.Ejabberd(t, lab.EjabberdConfig{
		Federation: f, Host: m.host, Users: m.users, Components: m.components,
	}).XMPPServer
}

// federatedHouse is a house at home.test whose user carl is at away.test.
type federatedHouse struct {
	*testHouse
	away  *lab.XMPPServer
	wires map[string]*labtest.Wire // what passes, by the way it goes
}

type startPeer func(*testing.T, *lab.Federation, peer) *lab.XMPPServer

func newFederatedHouse(t *testing.T, home, away startPeer) *federatedHouse {
	t.Helper()
	f := labtest.Federation(t)
	h := &federatedHouse{away: away(t, f, peer{
		host: "away.test", users: map[string]string{"carl": "pw-carl", "mallory": "pw-mallory"},
	})}
	h.testHouse = newTestHouseAt(t, place{start: func(t *testing.T) *lab.XMPPServer {
		return home(t, f, peer{host: "home.test", users: users(), components: components()})
	}}, "feeds: [{to: carl@away.test, devices: boiler}]\n")
	h.write("thingbridge.yml", strings.Replace(h.text(), "anna@home.test", "carl@away.test", 1))

	h.wires = map[string]*labtest.Wire{
		"to the server at home": labtest.Tap(t, h.server.S2SAddr),
		"to the other server":   labtest.Tap(t, h.away.S2SAddr),
		"to the user":           labtest.Tap(t, h.away.C2SAddr),
	}
	for domain, way := range map[string]string{
		"home.test": "to the server at home", "things.home.test": "to the server at home",
		"away.test": "to the other server",
	} {
		if err := f.Point(domain, h.wires[way].Addr); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// visitor logs a user of the other server in.
func (h *federatedHouse) visitor(user string) *labtest.Client {
	h.t.Helper()
	account := h.away.Account(user)
	account.Addr = h.wires["to the user"].Addr
	return labtest.Slixmpp(h.t, labtest.Login{Account: account, Resource: "test", Reconnect: true})
}

// What a user of another server has of the house is what a user of its own has, and
// all that passes on the way is TLS.
func TestFederation(t *testing.T) {
	for _, c := range []struct {
		name       string
		home, away startPeer
	}{
		{"from ejabberd to a house at Prosody", federatedProsody, federatedEjabberd},
		{"from Prosody to a house at ejabberd", federatedEjabberd, federatedProsody},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFederatedHouse(t, c.home, c.away)
			carl := h.visitor("carl") // before the first reading: feeds ask after the absent every few seconds only
			h.publish("boiler/state", `{"temp": 21.4}`)
			h.publish("boiler/target", "21")
			h.start()
			h.await("connected to the XMPP server") // ejabberd has no such domain before
			livesWith(h, carl)
			h.tellsNothing(h.visitor("mallory"))
			comesBack(h, carl)
			registersFromAway(h, carl)
			allIsTLS(h)
		})
	}
}

func livesWith(h *federatedHouse, carl *labtest.Client) {
	t := h.t
	began := time.Now()
	carl.Subscribe(h.thing)
	carl.ExpectAll(subscriptionOf("subscribed"), presenceFrom(h.thing, "21.4 °C → 21.0"))
	t.Logf("from the subscription to the presence, connecting both ways: %v", time.Since(began).Round(time.Millisecond))

	began = time.Now()
	h.publish("boiler/state", `{"temp": 22.5}`)
	carl.ExpectAll(presenceFrom(h.thing, "22.5 °C → 21.0"), messageWith("temperature: 22.5 °C"))
	took := time.Since(began)
	t.Logf("from the reading to presence and feed: %v", took.Round(time.Millisecond))
	if took > time.Second {
		t.Errorf("from the reading to presence and feed: %v, want less than a second", took)
	}

	carl.Send(h.thing, "set 21.5")
	if told := h.hear(); told != "21.5" {
		t.Errorf("on the command topic: %q, want 21.5", told)
	}
	carl.Expect(messageWith("Target: 21.5 °C is asked for; the device has not confirmed it yet."))
	h.publish("boiler/target", "21.5")
	carl.Expect(presenceFrom(h.thing, "→ 21.5"))
	carl.Send(h.thing, "get target")
	carl.Expect(messageWith("Target: 21.5 °C"))
}

// comesBack ends first the one server, then the other.
func comesBack(h *federatedHouse, carl *labtest.Client) {
	t := h.t
	h.server.Kill()
	h.publish("boiler/state", `{"temp": 31}`)
	carl.Send(h.thing, "get temperature") // is returned, or lost with the line
	if err := h.server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	carl.Expect(presenceFrom(h.thing, "31 °C"))
	h.right("the server at home was killed; the contact is right", back)
	h.askUntilAnswered(carl)
	h.right("the server at home was killed; a question is answered", back)

	// In order, as ejabberd keeps new rosters in memory for minutes. Nothing is said
	// while it is away: what ejabberd cannot deliver makes it refuse that server for
	// a while, and the answer to the probe would be returned too.
	if err := h.away.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.away.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	back = time.Now()
	carl.Expect(presenceFrom(h.thing, "31 °C"))
	h.right("the other server was restarted; the contact is right", back)
	h.publish("boiler/state", `{"temp": 32}`)
	carl.Expect(presenceFrom(h.thing, "32 °C"))

	if item := carl.Roster()[h.thing]; item.Subscription != "to" {
		t.Errorf("the roster says %+v", item)
	}
	if n := carl.SubscriptionRequests(); n != 0 {
		t.Errorf("%d subscription requests, want none", n)
	}
}

// registersFromAway registers a user whose roster nobody at home may write.
func registersFromAway(h *federatedHouse, carl *labtest.Client) {
	t := h.t
	register(t, carl)
	carl.Expect(subscriptionOf("subscribe"))
	carl.Approve(houseJID)
	carl.Subscribe(houseJID)
	carl.ExpectAll(subscriptionOf("subscribed"), presenceFrom(houseJID, "1 thing"))
	if item := carl.Roster()[houseJID]; item.Subscription != "both" {
		t.Errorf("the house in the roster: %+v", item)
	}
	carl.Set(houseJID, leaveHouse)
	carl.ExpectAll(unavailableFrom(h.thing), unavailableFrom(houseJID))
	for _, jid := range []string{houseJID, h.thing} {
		if item := carl.Roster()[jid]; item.Subscription != "none" && !until(patience, func() bool { return carl.Roster()[jid].Subscription == "none" }) {
			t.Errorf("after the registration, %s: %+v", jid, item)
		}
	}
}

// right says how long something took since a server was back, and fails the test
// when that was long.
func (h *federatedHouse) right(what string, back time.Time) {
	h.t.Helper()
	const within = 10 * time.Second
	took := time.Since(back)
	h.t.Logf("%s after %v", what, took.Round(10*time.Millisecond))
	if took > within {
		h.t.Errorf("%s after %v, want at most %v", what, took, within)
	}
}

// askUntilAnswered asks until the user's server, which after a failure refuses for
// some time to connect, lets a question pass.
func (h *federatedHouse) askUntilAnswered(carl *labtest.Client) {
	for {
		carl.Send(h.thing, "get temperature")
		reply := carl.Expect(func(e labtest.Event) bool {
			return e.Kind == labtest.Message && (e.Type == "error" || strings.Contains(e.Body, "Temperature: 31 °C"))
		})
		if reply.Type != "error" {
			return
		}
		<-time.After(100 * time.Millisecond)
	}
}

// allIsTLS shows that what was said in these tests never passed in the clear.
func allIsTLS(h *federatedHouse) {
	for way, wire := range h.wires {
		if n := wire.Encrypted(); n == 0 {
			h.t.Errorf("%s: nothing passed", way)
		}
		texts := wire.Clear()
		if len(texts) == 0 {
			h.t.Errorf("%s: not even the wish for TLS was seen", way)
		}
		for _, text := range texts {
			for _, word := range []string{"<message", "<presence", "<iq", "<auth", "<response", "<db:", "boiler"} {
				if strings.Contains(text, word) {
					h.t.Errorf("%s, in the clear: %q in %q", way, word, text)
				}
			}
		}
	}
}
