package main

import (
	"fmt"
	"strings"
	"testing"

	"thingbridge/deploy/lab/labtest"
)

// What a board says waits until an admin lets it in, and is then a contact and a device
// of Home Assistant, which can set it too.
func TestABoardIsLetInAndPublished(t *testing.T) {
	const contact = "attic@things.home.test"
	hardware := labtest.NewHardware(t, nil)
	h := newTestHouse(t, "")
	h.withPorts(fmt.Sprintf(`
  - name: attic
    kind: serial
    port: %s
    codec: json
    approve: true
    publish: true
`, hardware.Port))
	ha := h.homeAssistant()
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	h.await("the port is open")
	hardware.Say(strings.Repeat(`{"temperature": 21.4, "humidity": 45}`+"\n", 2))
	anna.Expect(messageWith("A new thing wants to come into the house: attic. Write accept all"))
	anna.Send(inboxHouse, "accept attic")
	anna.Expect(messageWith("Let in: 1."))
	anna.Subscribe(contact)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(contact, "21.4 °C · 45 %"))
	ha.has("homeassistant/device/thingbridge_attic/config", `"device_class":"temperature"`)
	ha.has("thingbridge/attic/state", `"temperature":21.4`)
	ha.has("thingbridge/attic/availability", "online")

	hardware.Unplug()
	anna.Expect(unavailableFrom(contact))
	ha.has("thingbridge/attic/availability", "offline")
	hardware.Plug()
	h.awaitTimes("the port is open", 2)
	hardware.Say(`{"temperature": 22.5, "humidity": 45}` + "\n")
	anna.Expect(presenceFrom(contact, "22.5 °C"))
	ha.has("thingbridge/attic/availability", "online")
	ha.has("thingbridge/attic/state", `"temperature":22.5`)
}

// What the configuration describes is let in by that, and what Home Assistant asks for
// arrives at the port.
func TestHomeAssistantSetsWhatIsAtAPort(t *testing.T) {
	hardware := labtest.NewHardware(t, nil)
	h := newTestHouse(t, "")
	h.withPorts(strings.Replace(board("bath", hardware.Port), "    codec: json\n", "    codec: json\n    approve: true\n    publish: true\n", 1))
	ha := h.homeAssistant()
	h.start()
	h.await("the port is open")
	ha.has("homeassistant/device/thingbridge_bath/config", `"platform":"climate"`)
	hardware.Say(saysTemperature(18))
	ha.has("thingbridge/bath/state", `"temperature":18`)
	ha.say("thingbridge/bath/set/target", "22.5")
	hardware.Hear("set 22.5", patience)
	ha.has("thingbridge/bath/state", `"target":22.5`)
}
