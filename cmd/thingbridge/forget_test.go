package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A device is gone, and so is what the broker kept of it while the gateway was away: an
// admin has the house forget it. That outlasts a kill, and ends when the device announces
// itself, under the address that it had.
func TestTheHouseForgets(t *testing.T) {
	h := newTestHouse(t, "")
	h.write("thingbridge.yml", strings.Replace(h.text(), "access:\n", "access:\n  admins: [anna@home.test]\n", 1))
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	h.await("connected to the broker")
	const topic, thing, other = "homeassistant/sensor/bath/config", "bath-sensor@things.home.test", "cellar@things.home.test"
	announce := func() {
		h.announce(topic, `{"state_topic": "bath/state", "unique_id": "bath_t", "device": {"identifiers": ["bath-1"], "name": "Bath Sensor"}, "device_class": "temperature"}`)
	}
	announce()
	h.announce("homeassistant/sensor/cellar/config", `{"state_topic": "cellar/state", "unique_id": "cellar_t", "device": {"identifiers": ["cellar-1"], "name": "Cellar"}, "device_class": "humidity"}`)
	h.publish("bath/state", "21.4")
	h.publish("cellar/state", "60")
	anna.Subscribe(thing)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(thing, "21.4"))
	anna.Subscribe(other)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(other, "60"))

	anna.Send(inboxHouse, "forget boiler")
	answer := anna.Expect(messageWith("Boiler is described in the configuration")).Body
	line := 1 + strings.Count(h.text()[:strings.Index(h.text(), "id: boiler")], "\n")
	if want := fmt.Sprintf("%s:%d.", h.file(), line); !strings.Contains(answer, want) {
		t.Errorf("where it is written: %q, want %q", answer, want)
	}
	anna.Send(inboxHouse, "forget bath sensor")
	anna.Expect(messageWith("Shall I forget Bath Sensor? The contact goes"))
	anna.Send(inboxHouse, "no")
	anna.Expect(messageWith("Nothing was changed."))
	anna.Send(inboxHouse, "vergiss bath sensor")
	anna.Expect(messageWith("Soll ich Bath Sensor vergessen?"))
	anna.Send(inboxHouse, "ja")
	anna.ExpectAll(messageWith("Vergessen: 1."), unavailableFrom(thing))
	h.kill()
	h.broker.Kill()
	h.start()
	h.awaitTimes("connected to the XMPP server", 2)
	anna.Expect(presenceFrom(other, "60"))
	anna.Send(inboxHouse, "devices")
	if list := anna.Expect(messageWith("I am the house.")).Body; strings.Contains(list, "Bath") || !strings.Contains(list, "Cellar") {
		t.Errorf("after a kill: %s", list)
	}

	if err := h.broker.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.awaitTimes("connected to the broker", 2)
	announce()
	h.publish("bath/state", "22.5")
	anna.Expect(presenceFrom(thing, "22.5")) // whoever had it has it again

	step := anna.Command(inboxHouse+"/gw", "forget", "", "", nil)
	offered := slices.Clone(step.Field("devices").Options)
	slices.Sort(offered)
	if want := []string{"bath-sensor", "cellar"}; !slices.Equal(offered, want) {
		t.Fatalf("the form offers %q, want %q", offered, want)
	}
	step = anna.Command(inboxHouse+"/gw", "forget", step.Session, "next", map[string][]string{"devices": {"cellar"}})
	if got := step.Field("really"); !slices.Equal(got.Values, []string{"cellar"}) {
		t.Fatalf("the form that makes sure: %+v", step)
	}
	h.noted(anna.Command(inboxHouse+"/gw", "forget", step.Session, "complete", map[string][]string{"really": {"cellar"}}), "info", "Forgotten: 1.")
	anna.Expect(unavailableFrom(other))
	guest := h.client("scripts")
	if got := guest.Command(inboxHouse+"/gw", "forget", "", "", nil); got.Status == "completed" || got.Status == "executing" {
		t.Errorf("a stranger has things forgotten: %+v", got)
	}
	if code, _ := h.stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
}
