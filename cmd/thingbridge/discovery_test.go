package main

import (
	"fmt"
	"testing"
)

// A device announces itself once, and is not retained. Then everything is killed,
// and the gateway is back before its broker, which has forgotten all: the device
// is the contact that it was.
func TestADiscoveredDeviceStaysAContact(t *testing.T) {
	for _, at := range servers() {
		t.Run(at.name, func(t *testing.T) { aDiscoveredDeviceStaysAContact(newTestHouseAt(t, at, "")) })
	}
}

func aDiscoveredDeviceStaysAContact(h *testHouse) {
	const thing = "bath-sensor@things.home.test"
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	h.await("connected to the broker")
	h.announce("homeassistant/sensor/bath/temperature/config", `{"state_topic": "bath/state", "unique_id": "bath_t",
		"device": {"identifiers": ["bath-1"], "name": "Bath Sensor"}, "device_class": "temperature",
		"unit_of_measurement": "°C", "value_template": "{{ value_json.t }}"}`)
	h.publish("bath/state", `{"t": 21.4}`)
	anna.Subscribe(thing)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(thing, "21.4"))

	for round, kill := range []func(){h.kill, func() { h.stop() }} {
		kill()
		h.broker.Kill()
		h.start()
		h.awaitTimes("connected to the XMPP server", round+2)
		anna.Send(thing, "get temperature")
		anna.Expect(messageWith(fmt.Sprintf("Temperature: 2%d.4 °C", round+1)))
		if err := h.broker.Start(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		h.awaitTimes("connected to the broker", round+2)
		h.publish("bath/state", fmt.Sprintf(`{"t": 2%d.4}`, round+2))
		anna.Expect(presenceFrom(thing, fmt.Sprintf("2%d.4", round+2)))
	}

	h.announce("homeassistant/sensor/bath/temperature/config", "")
	anna.Expect(unavailableFrom(thing))
}

// announce publishes what the broker does not keep.
func (h *testHouse) announce(topic, payload string) {
	h.t.Helper()
	if token := h.device.Publish(topic, 1, false, payload); !token.WaitTimeout(patience) || token.Error() != nil {
		h.t.Fatalf("publish %s: %v", topic, token.Error())
	}
}
