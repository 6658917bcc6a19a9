package main

import (
	"slices"
	"strings"
	"testing"

	"thingbridge/deploy/lab/labtest"
)

const inboxHouse = "things.home.test"

// demoHouse adds a simulated house to the configuration, with these lines, and makes
// Anna an admin.
func (h *testHouse) demoHouse(lines string) {
	h.t.Helper()
	text := strings.Replace(h.text(), "access:\n", "  - name: demo\n    kind: simulated\n    interval: 1s\n"+lines+"access:\n  admins: [anna@home.test]\n", 1)
	h.write("thingbridge.yml", text)
}

// Devices of an adapter with an inbox are nobody's contact before an admin said so, in
// words or by a command, and that is known after a kill.
func TestNewDevicesWaitForAnAdmin(t *testing.T) {
	h := newTestHouse(t, "")
	h.demoHouse("    approve: true\n")
	h.publish("boiler/state", `{"temp": 21.4}`)
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	anna.Expect(messageWith("5 new things want to come into the house: Electricity meter, Lamp, Living room, Outdoor, Window. Write accept all"))
	anna.Send(inboxHouse, "lamp on")
	anna.Expect(messageWith("do not understand"))
	anna.Send(inboxHouse, "boiler status") // is described by the configuration
	anna.Expect(messageWith("Temperature: 21.4 °C"))
	anna.Send(inboxHouse, "inbox")
	anna.Expect(messageWith("New things that wait to be let in: 5\nElectricity meter – thingbridge, Simulated meter (demo)\nLamp – thingbridge, Simulated lamp (demo)"))

	anna.Send(inboxHouse, "accept lamp")
	anna.Expect(messageWith("Let in: 1. They are here now."))
	anna.Subscribe("lamp@things.home.test")
	anna.Expect(presenceFrom("lamp@things.home.test", "")) // complete at once
	anna.Send("lamp@things.home.test", "get on")
	anna.Expect(func(e labtest.Event) bool {
		return e.Kind == labtest.Message && (e.Body == "Light: on" || e.Body == "Light: off")
	})

	anna.Send(inboxHouse, "refuse outdoor, window")
	anna.Expect(messageWith("Refused: 2."))
	step := anna.Command(inboxHouse+"/gw", "accept", "", "", nil)
	if got := step.Field("newcomers"); !slices.Equal(got.Values, []string{"demo/meter", "demo/living-room"}) || len(got.Options) != 4 {
		t.Fatalf("the form: %+v", step)
	}
	h.noted(anna.Command(inboxHouse+"/gw", "accept", step.Session, "complete", map[string][]string{"newcomers": {"demo/living-room"}}), "info", "Let in: 1.")
	eve := h.client("scripts")
	if got := eve.Command(inboxHouse+"/gw", "accept", "", "", nil); got.Status == "completed" || got.Status == "executing" {
		t.Errorf("a stranger lets things in: %+v", got)
	}

	h.kill()
	h.start()
	h.awaitTimes("connected to the XMPP server", 2)
	anna.Send(inboxHouse, "devices")
	list := anna.Expect(messageWith("I am the house.")).Body
	for name, in := range map[string]bool{"Boiler:": true, "Lamp:": true, "Living room:": true, "Electricity meter:": false, "Outdoor:": false, "Window:": false} {
		if strings.Contains(list, "\n"+name) != in {
			t.Errorf("after a kill: %s in the house: %v, want %v\n%s", name, !in, in, list)
		}
	}
	anna.Send(inboxHouse, "neue Geräte")
	anna.Expect(messageWith("Neue Dinge, die eingelassen werden möchten: 1\nElectricity meter – thingbridge, Simulated meter (demo)\nAbgelehnt: Outdoor, Window."))
	anna.Send(inboxHouse, "annehmen outdoor")
	anna.Expect(messageWith("Eingelassen: 1."))
	anna.Send(inboxHouse, "outdoor status")
	anna.Expect(messageWith("Temperatur: "))
	for _, e := range anna.Fence(inboxHouse) {
		if e.Kind == labtest.Message && strings.Contains(e.Body, "want to come into the house") {
			t.Errorf("told twice: %q", e.Body)
		}
	}
	if code, _ := h.stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
}
