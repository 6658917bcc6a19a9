package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// privilegedProsody lets the gateway write the rosters of its users.
func privilegedProsody(t *testing.T) *lab.XMPPServer {
	t.Helper()
	return labtest.Prosody(t, lab.ProsodyConfig{
		Host: "home.test", Users: users(), Components: components(), Privileged: []string{houseJID},
	}).XMPPServer
}

// privilegedEjabberd promises the same, and fails at each attempt: the version that
// Debian has looks for the roster's rules at the component.
func privilegedEjabberd(t *testing.T) *lab.XMPPServer {
	t.Helper()
	return labtest.Ejabberd(t, lab.EjabberdConfig{
		Host: "home.test", Users: users(), Components: components(), Privileged: []string{houseJID},
	}).XMPPServer
}

const (
	houseJID   = "things.home.test"
	formOf     = "<query xmlns='jabber:iq:register'/>"
	joinHouse  = "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'/></query>"
	leaveHouse = "<query xmlns='jabber:iq:register'><remove/></query>"
)

// register registers a client with the house, and fails the test unless that works.
func register(t *testing.T, c *labtest.Client) {
	t.Helper()
	if form := c.Get(houseJID, formOf); form.Type != "result" || !strings.Contains(form.XML, "instructions") || strings.Contains(form.XML, "<registered") {
		t.Fatalf("the form: %s", form.XML)
	}
	if got := c.Set(houseJID, joinHouse); got.Type != "result" {
		t.Fatalf("the registration: %s", got.XML)
	}
	if form := c.Get(houseJID, formOf); !strings.Contains(form.XML, "<registered") {
		t.Fatalf("the form of who is registered: %s", form.XML)
	}
}

// twoThings is a house with a boiler and, in the hall, a lamp.
func twoThings(h *testHouse) {
	h.t.Helper()
	h.write("thingbridge.yml", strings.Replace(h.text(), "    devices:\n", `    devices:
      - id: lamp
        name: Lamp
        area: Hall
        properties:
          - {name: on, type: boolean, topic: lamp/on, command_topic: lamp/on/set}
`, 1))
}

// Who registers where the server lets us write rosters has all contacts at once,
// and is never asked anything: not by what comes, goes or is renamed, and not after
// a restart. What a user renamed or took out stays so.
func TestRegistrationFillsTheRoster(t *testing.T) {
	t.Parallel()
	h := newTestHouseAt(t, place{"Prosody", privilegedProsody, false}, "")
	h.publish("boiler/state", `{"temp": 20}`)
	h.publish("lamp/on", "true")
	h.start()
	h.await("the server says what the gateway may do")
	anna, second := h.client("anna"), labtest.Slixmpp(t, labtest.Login{Account: h.server.Account("anna"), Resource: "second"})
	register(t, anna)
	for _, client := range []*labtest.Client{anna, second} {
		client.ExpectAll(rosterPushOf(h.thing), presenceFrom(h.thing, "20 °C"), presenceFrom(houseJID+"/gw", "1 thing"))
	}
	want := map[string]labtest.RosterItem{
		h.thing:  {JID: h.thing, Name: "Boiler", Subscription: "to", Groups: []string{}},
		houseJID: {JID: houseJID, Name: "House", Subscription: "both", Groups: []string{}},
	}
	expectRoster(t, anna, want)

	// A device that comes.
	twoThings(h)
	h.reload()
	lamp := "lamp@" + houseJID
	anna.ExpectAll(rosterPushOf(lamp), presenceFrom(lamp, "on"))
	want[lamp] = labtest.RosterItem{JID: lamp, Name: "Lamp", Subscription: "to", Groups: []string{"Hall"}}
	expectRoster(t, anna, want)

	// The user has a name for the boiler and wants no lamp; the house renames both.
	anna.Set("", "<query xmlns='jabber:iq:roster'><item jid='"+h.thing+"' name='My boiler'/></query>")
	anna.Remove(lamp)
	h.await(`"contact":"` + lamp + `","sees":false`)
	h.write("thingbridge.yml", strings.NewReplacer("name: Boiler", "name: Heater\n        area: Cellar", "name: Lamp", "name: Light").Replace(h.text()))
	h.reload()
	anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.RosterPush && strings.Contains(e.XML, "Cellar") })
	delete(want, lamp)
	want[h.thing] = labtest.RosterItem{JID: h.thing, Name: "My boiler", Subscription: "to", Groups: []string{"Cellar"}}
	expectRoster(t, anna, want)

	// A restart changes nothing, even if no device is there after it.
	h.stop()
	anna.Expect(unavailableFrom(houseJID))
	h.start()
	anna.ExpectAll(presenceFrom(h.thing, "20 °C"), presenceFrom(houseJID+"/gw", "2 things"))
	expectRoster(t, anna, want)
	text := h.text()
	h.write("thingbridge.yml", text[:strings.Index(text, "adapters:")]+text[strings.Index(text, "access:"):])
	h.stop()
	anna.Expect(unavailableFrom(houseJID))
	h.start()
	anna.Expect(presenceFrom(houseJID+"/gw", "0 things"))
	expectRoster(t, anna, want)

	if n := anna.SubscriptionRequests() + second.SubscriptionRequests(); n != 0 {
		t.Errorf("%d subscription requests, want none", n)
	}

	// Away again.
	if got := anna.Set(houseJID, leaveHouse); got.Type != "result" {
		t.Fatalf("to unregister: %s", got.XML)
	}
	anna.ExpectAll(rosterPushOf(h.thing), unavailableFrom(houseJID))
	expectRoster(t, anna, map[string]labtest.RosterItem{})
}

// reload lets the running gateway load its configuration again.
func (h *testHouse) reload() {
	h.t.Helper()
	const done = "the new configuration is in force"
	before := strings.Count(h.log.String(), done)
	_ = h.gateway.Process.Signal(syscall.SIGHUP)
	if !until(patience, func() bool { return strings.Count(h.log.String(), done) > before }) {
		h.t.Fatalf("the log never said %q", done)
	}
}

// until looks until something is met, and reports whether that was in time.
func until(most time.Duration, met func() bool) bool {
	for limit := time.Now().Add(most); !met(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(limit) {
			return false
		}
	}
	return true
}

func rosterPushOf(jid string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.RosterPush && strings.Contains(e.XML, "\""+jid+"\"")
	}
}

// expectRoster waits until the roster is as it should be.
func expectRoster(t *testing.T, c *labtest.Client, want map[string]labtest.RosterItem) {
	t.Helper()
	diff := ""
	if !until(patience, func() bool { diff = cmp.Diff(want, c.Roster()); return diff == "" }) {
		t.Errorf("roster, -want +got:\n%s", diff)
	}
}

// Where nobody lets us write rosters, the house asks, and nobody but the house; once,
// whatever the answer is. A server that promises more than it does is no other case.
func TestRegistrationAsksOnce(t *testing.T) {
	for _, server := range append(servers(), place{"ejabberd that promises", privilegedEjabberd, false}) {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			registrationAsksOnce(newTestHouseAt(t, server, ""))
		})
	}
}

func registrationAsksOnce(h *testHouse) {
	t := h.t
	h.publish("boiler/state", `{"temp": 20}`)
	h.write("thingbridge.yml", strings.Replace(h.text(), "who: anna@home.test", `who: "[as]*@home.test"`, 1))
	h.start()
	h.await("connected to the XMPP server")
	h.await("connected to the broker")
	anna, scripts, eve := h.client("anna"), h.client("scripts"), h.client("eve")
	for _, payload := range []string{formOf, "<query xmlns='jabber:iq:gateway'/>", "<query xmlns='jabber:iq:roster'/>"} {
		if got := eve.Get(houseJID, payload); got.Type != "error" || !strings.Contains(got.XML, "forbidden") {
			t.Errorf("a stranger's %s: %s", payload, got.XML)
		}
	}
	for _, payload := range []string{joinHouse, leaveHouse, "<query xmlns='jabber:iq:gateway'><prompt>boiler</prompt></query>"} {
		if got := eve.Set(houseJID, payload); got.Type != "error" || !strings.Contains(got.XML, "forbidden") {
			t.Errorf("a stranger's %s: %s", payload, got.XML)
		}
	}
	if got := anna.Set(houseJID, "<query xmlns='jabber:iq:gateway'><prompt>the boiler</prompt></query>"); !strings.Contains(got.XML, "<jid>"+h.thing+"</jid>") {
		t.Errorf("the address of the boiler: %s", got.XML)
	}

	register(t, anna)
	register(t, scripts)
	for _, client := range []*labtest.Client{anna, scripts} {
		client.ExpectAll(func(e labtest.Event) bool {
			return e.From == houseJID && e.Type == "subscribe" && strings.Contains(e.XML, ">House</nick>")
		}, messageWith("There is a new thing: Boiler. Write add"))
		client.Subscribe(houseJID)
		client.ExpectAll(subscriptionOf("subscribed"), presenceFrom(houseJID, "1 thing"))
	}
	anna.Approve(houseJID)
	scripts.Deny(houseJID)
	h.await(`"seen":true`)
	anna.Subscribe(h.thing)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(h.thing, "20 °C"))

	asked := anna.SubscriptionRequests() + scripts.SubscriptionRequests()
	for range 2 {
		h.stop()
		anna.Expect(unavailableFrom(h.thing))
		h.start()
		anna.Expect(presenceFrom(h.thing, "20 °C"))
		scripts.Subscribe(houseJID)
		scripts.Expect(presenceFrom(houseJID, "1 thing"))
	}
	anna.Fence(houseJID)
	scripts.Fence(houseJID)
	if n := anna.SubscriptionRequests() + scripts.SubscriptionRequests(); n != asked {
		t.Errorf("%d subscription requests, want %d as before the restarts", n, asked)
	}
	roster := anna.Roster()
	if roster[houseJID].Subscription != "both" || roster[h.thing].Subscription != "to" {
		t.Errorf("roster: %+v", roster)
	}

	anna.Set(houseJID, leaveHouse)
	anna.ExpectAll(unavailableFrom(h.thing), unavailableFrom(houseJID))
	ended := func() bool {
		roster = anna.Roster()
		for _, item := range roster {
			if item.Subscription != "none" || item.Ask != "" {
				return false
			}
		}
		return true
	}
	if !until(patience, ended) {
		t.Errorf("after the end of the registration: %+v", roster)
	}
}
