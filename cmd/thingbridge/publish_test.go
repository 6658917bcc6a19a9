package main

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	mqttclient "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/deploy/lab/labtest"
)

// homeAssistant is what another program sees of a broker: the last payload of each topic.
type homeAssistant struct {
	h      *testHouse
	client mqttclient.Client

	mu   sync.Mutex
	last map[string]string
	seen map[string]int
}

func (h *testHouse) homeAssistant() *homeAssistant {
	h.t.Helper()
	ha := &homeAssistant{h: h, last: make(map[string]string), seen: make(map[string]int)}
	options := mqttclient.NewClientOptions().AddBroker("tcp://" + h.broker.Addr).SetClientID("homeassistant").
		SetMaxReconnectInterval(200 * time.Millisecond).SetConnectRetry(true)
	options.SetDefaultPublishHandler(func(_ mqttclient.Client, m mqttclient.Message) {
		ha.mu.Lock()
		defer ha.mu.Unlock()
		ha.last[m.Topic()] = string(m.Payload())
		ha.seen[m.Topic()]++
	})
	options.SetOnConnectHandler(func(c mqttclient.Client) {
		c.SubscribeMultiple(map[string]byte{"homeassistant/#": 1, "thingbridge/#": 1}, nil)
	})
	ha.client = mqttclient.NewClient(options)
	if token := ha.client.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		h.t.Fatalf("log in: %v", token.Error())
	}
	h.t.Cleanup(func() { ha.client.Disconnect(100) })
	return ha
}

// await waits until the last payload of a topic is such, and returns it.
func (ha *homeAssistant) await(topic string, such func(payload string, times int) bool) string {
	ha.h.t.Helper()
	deadline := time.After(patience)
	for {
		ha.mu.Lock()
		payload, times := ha.last[topic], ha.seen[topic]
		ha.mu.Unlock()
		if times > 0 && such(payload, times) {
			return payload
		}
		select {
		case <-deadline:
			ha.h.t.Fatalf("%s: after %d messages %q", topic, times, payload)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (ha *homeAssistant) has(topic, text string) string {
	ha.h.t.Helper()
	return ha.await(topic, func(payload string, _ int) bool { return payload != "" && strings.Contains(payload, text) })
}

func (ha *homeAssistant) gone(topic string) {
	ha.h.t.Helper()
	ha.await(topic, func(payload string, _ int) bool { return payload == "" })
}

func (ha *homeAssistant) say(topic, payload string) {
	ha.h.t.Helper()
	if token := ha.client.Publish(topic, 1, false, payload); !token.WaitTimeout(patience) || token.Error() != nil {
		ha.h.t.Fatalf("publish %s: %v", topic, token.Error())
	}
}

const lampAnnounced = "homeassistant/device/thingbridge_lamp/config"

// A house that runs Home Assistant sees the devices of other adapters too, and can
// control them; a contact on XMPP sees what became of it. None of them comes back as a
// device of the broker.
func TestDevicesArePublishedToHomeAssistant(t *testing.T) {
	h := newTestHouse(t, "")
	h.demoHouse("    publish: true\n")
	h.publish("boiler/state", `{"temp": 21.4}`)
	ha := h.homeAssistant()
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	var bundle struct {
		Components map[string]struct {
			Platform string `json:"platform"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(ha.has(lampAnnounced, `"origin":{"name":"thingbridge"`)), &bundle); err != nil {
		t.Fatal(err)
	}
	if got := bundle.Components["on"].Platform; got != "light" {
		t.Errorf("the lamp is a %s: %+v", got, bundle)
	}
	ha.has("homeassistant/device/thingbridge_living-room/config", `"platform":"climate"`)
	ha.has("thingbridge/living-room/state", `"temperature":`)
	ha.has("thingbridge/lamp/availability", "online")
	ha.has("thingbridge/demo/status", "online")

	anna.Subscribe("lamp@things.home.test")
	for word, payload := range map[string]string{"on": "ON", "off": "OFF"} {
		ha.say("thingbridge/lamp/set/on", payload)
		ha.has("thingbridge/lamp/state", `"on":"`+payload+`"`)
		anna.Send("lamp@things.home.test", "get on")
		anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Message && e.Body == "Light: "+word })
	}
	anna.Send("living-room@things.home.test", "set 23.5")
	ha.has("thingbridge/living-room/state", `"target":23.5`)

	ha.mu.Lock()
	before := ha.seen[lampAnnounced]
	ha.mu.Unlock()
	ha.say("homeassistant/status", "online")
	ha.await(lampAnnounced, func(_ string, times int) bool { return times > before })
	h.broker.Kill()
	if err := h.broker.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.awaitTimes("devices are announced to Home Assistant", 2)
	h.kill()
	ha.has("thingbridge/demo/status", "offline") // its will
	h.start()
	h.awaitTimes("connected to the XMPP server", 2)
	ha.has("thingbridge/demo/status", "online")

	anna.Send("things.home.test", "devices")
	names := strings.Split(anna.Expect(messageWith("I am the house.")).Body, "\n")
	slices.Sort(names)
	if len(names) != 8 { // the boiler, five simulated ones, and a line before and behind
		t.Errorf("the house has %q", names)
	}

	h.write("thingbridge.yml", strings.Replace(h.text(), "    publish: true\n", "", 1))
	if err := h.gateway.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{lampAnnounced, "thingbridge/lamp/state", "thingbridge/lamp/availability", "homeassistant/device/thingbridge_meter/config"} {
		ha.gone(topic)
	}
	anna.Send("lamp@things.home.test", "get on") // is there all the same
	anna.Expect(messageWith("Light: o"))
}
