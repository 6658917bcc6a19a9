package main

import (
	"fmt"
	"strings"
	"testing"

	"thingbridge/deploy/lab/labtest"
)

// withPorts adds adapters to the configuration, and makes Anna an admin.
func (h *testHouse) withPorts(adapters string) {
	h.t.Helper()
	h.write("thingbridge.yml", strings.Replace(h.text(), "access:\n", strings.TrimPrefix(adapters, "\n")+"access:\n  admins: [anna@home.test]\n", 1))
}

// adapter writes the part of a configuration that describes w.
func (w *wire) adapter(port string) string {
	return fmt.Sprintf("  - name: %[1]s\n    kind: serial\n    port: %[2]s\n    codec: %[1]s\n%[3]s", w.codec, port, strings.TrimPrefix(w.section, "\n"))
}

// What hardware says at a port becomes a contact, whichever language it speaks; and
// what people ask for arrives there.
func TestFromAPortToAContactAndBack(t *testing.T) {
	h := newTestHouse(t, "")
	var adapters strings.Builder
	all := wires()
	hardware := make([]*labtest.Hardware, len(all))
	for i := range all {
		w := &all[i]
		hardware[i] = labtest.NewHardware(t, func(line string) string { return w.answers[line] })
		adapters.WriteString(w.adapter(hardware[i].Port))
	}
	cable := labtest.Cable(t)
	pump := labtest.NewModbus(t, "serial", cable.Device)
	adapters.WriteString(strings.Replace(heatPump, "PORT", cable.Port, 1))
	h.withPorts(adapters.String())
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	h.awaitTimes("the port is open", len(all)+1)
	for i := range all {
		t.Logf("%s", all[i].codec)
		all[i].play(hardware[i], anna)
	}
	t.Log("modbus")
	askHeatPump(t, pump, anna)
	if code, _ := h.stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
}

// askHeatPump has a user see and ask for what is in the registers of a device.
func askHeatPump(t *testing.T, pump *labtest.Modbus, user *labtest.Client) {
	const thing = "heat-pump@things.home.test"
	user.Subscribe(thing)
	user.ExpectAll(subscriptionOf("subscribed"), presenceFrom(thing, "21.5 °C → 0.0"))
	user.Send(thing, "set 22.5")
	user.Expect(messageWith("Target: 22.5 °C."))
	if got := pump.Holds("holding", 7); got != "16820" { // the first half of 22.5
		t.Errorf("the device holds %s in its register 7, want 16820", got)
	}
	user.Send(thing, "set mode off")
	user.Expect(messageWith("Mode: off."))
	if got := pump.Holds("holding", 1); got != "0" {
		t.Errorf("the device holds %s in its register 1, want 0", got)
	}
}

const heatPump = `
  - name: modbus
    kind: serial
    port: PORT
    codec: modbus
    modbus:
      devices:
        - unit: 17
          id: heat-pump
          name: Heat pump
          every: 1s
          properties:
            - {name: temperature, register: holding, address: 0, scale: 0.1, unit: °C}
            - {name: mode, register: holding, address: 1, values: {0: "off", 1: auto}, writable: true}
            - {name: target, register: holding, address: 7, type: float32, unit: °C, min: 0, max: 60, step: 0.5, writable: true}
`

// play has the hardware speak, and a user see it and ask for something.
func (w *wire) play(hardware *labtest.Hardware, user *labtest.Client) {
	thing := w.thing + "@things.home.test"
	hardware.Say(w.says)
	user.Subscribe(thing)
	user.ExpectAll(subscriptionOf("subscribed"), presenceFrom(thing, w.presence))
	user.Send(thing, "status")
	var lines []func(labtest.Event) bool
	for _, line := range w.status {
		lines = append(lines, messageWith(line))
	}
	user.Expect(func(e labtest.Event) bool {
		for _, has := range lines {
			if !has(e) {
				return false
			}
		}
		return true
	})
	if w.ask == "" {
		return
	}
	user.Send(thing, w.ask)
	hardware.Hear(w.hear, patience)
	user.Expect(messageWith(w.done))
	user.Send(thing, w.get)
	user.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Message && e.Body == w.got })
}
