package mqtt_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/rs/zerolog"

	"thingbridge/adapters/mqtt"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

// mirror is what a Home Assistant sees of a broker: the last payload of each topic,
// and how often there was one.
type mirror struct {
	t      *testing.T
	client paho.Client

	mu      sync.Mutex
	last    map[string]string
	count   map[string]int
	changed chan struct{}
}

func newMirror(t *testing.T, b *lab.Mosquitto, id string) *mirror {
	t.Helper()
	m := &mirror{t: t, client: client(t, b, id), last: make(map[string]string), count: make(map[string]int), changed: make(chan struct{})}
	done(t, m.client.Subscribe("#", 1, func(_ paho.Client, msg paho.Message) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.last[msg.Topic()] = string(msg.Payload())
		m.count[msg.Topic()]++
		close(m.changed)
		m.changed = make(chan struct{})
	}))
	return m
}

func (m *mirror) await(what string, met func() bool) {
	m.t.Helper()
	deadline := time.After(patience)
	for {
		m.mu.Lock()
		ok, changed := met(), m.changed
		m.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			m.t.Fatalf("%s did not come within %s; the broker has %v", what, patience, m.last)
		}
	}
}

// has waits until a topic has a payload with text in it; "" for a payload that is empty.
func (m *mirror) has(topic, text string) {
	m.t.Helper()
	m.await(topic+" "+text, func() bool {
		got, ok := m.last[topic]
		return ok && strings.Contains(got, text) && (text != "" || got == "")
	})
}

func (m *mirror) say(topic, payload string, retained bool) {
	m.t.Helper()
	done(m.t, m.client.Publish(topic, 1, retained, payload))
}

// hands are an adapter that does what it is told.
type hands struct {
	source *devices.Source
	told   chan devices.Command
}

func (h *hands) Execute(_ context.Context, cmd devices.Command) error {
	h.told <- cmd
	return h.source.Apply(devices.Update{Readings: []devices.Reading{{Device: cmd.Device, Property: cmd.Property, Value: cmd.Value}}})
}

// attic is a lamp of an adapter that is published.
func attic(t *testing.T) (*devices.Registry, *hands) {
	t.Helper()
	r := devices.NewRegistry()
	h := &hands{told: make(chan devices.Command, 100)}
	h.source = r.Source("attic", h)
	h.apply(t, devices.Update{Announced: []*devices.Device{atticLamp()}, Availability: []devices.Presence{{Device: "lamp", Availability: devices.Online}}})
	return r, h
}

func (h *hands) apply(t *testing.T, u devices.Update) {
	t.Helper()
	if err := h.source.Apply(u); err != nil {
		t.Fatal(err)
	}
}

func atticLamp() *devices.Device {
	return &devices.Device{ID: "lamp", Name: "Lamp", Kind: "light", Properties: []devices.Property{
		{Name: "on", Type: devices.TypeBoolean, Writable: true}, {Name: "power", Type: devices.TypeNumber, Unit: "W"},
	}}
}

// publishing runs a publisher until stop.
func publishing(t *testing.T, p *mqtt.Publisher) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { p.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

const lampConfig = "homeassistant/device/thingbridge_lamp/config"

func TestDevicesArePublishedAndObey(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{Persist: true})
	registry, h := attic(t)
	other := registry.Source("cellar", nil)
	if err := other.Apply(devices.Update{Announced: []*devices.Device{{ID: "boiler", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean, Writable: true}}}}}); err != nil {
		t.Fatal(err)
	}
	m := newMirror(t, b, "homeassistant")
	m.say("thingbridge/lamp/set/on", "ON", true) // somebody said so long ago
	stop := publishing(t, mqtt.NewPublisher(config(b.URL), "attic", "1.2", registry, zerolog.Nop()))
	m.has(lampConfig, `"identifiers":["thingbridge_lamp"]`)
	m.has("thingbridge/lamp/state", `{"on":null,"power":null}`)
	m.has("thingbridge/lamp/availability", "online")
	m.has("thingbridge/attic/status", "online")

	m.say("thingbridge/boiler/set/on", "ON", false) // not ours
	m.say("thingbridge/lamp/set/power", "5", false) // measured
	m.say("thingbridge/lamp/set/on", "perhaps", false)
	m.say("thingbridge/lamp/set/on", "OFF", false)
	m.has("thingbridge/lamp/state", `{"on":"OFF","power":null}`)
	if cmd := <-h.told; cmd.Property != "on" || cmd.Value != devices.Boolean(false) || cmd.By != "mqtt" || len(h.told) > 0 {
		t.Errorf("told %+v, and %d more", cmd, len(h.told))
	}

	h.apply(t, devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "power", Value: devices.Number(4.5)}}})
	m.has("thingbridge/lamp/state", `"power":4.5`)
	h.apply(t, devices.Update{Availability: []devices.Presence{{Device: "lamp", Availability: devices.Offline}}})
	m.has("thingbridge/lamp/availability", "offline")
	renamed := atticLamp()
	renamed.Name = "Reading lamp"
	h.apply(t, devices.Update{Announced: []*devices.Device{renamed}})
	m.has(lampConfig, "Reading lamp")

	m.mu.Lock()
	configs := m.count[lampConfig]
	m.mu.Unlock()
	m.say("homeassistant/status", "online", true) // Home Assistant starts
	m.await("another announcement", func() bool { return m.count[lampConfig] > configs })
	m.await("nothing of another adapter", func() bool { return m.last["homeassistant/device/thingbridge_boiler/config"] == "" })

	h.apply(t, devices.Update{Removed: []devices.ID{"lamp"}})
	for _, topic := range []string{lampConfig, "thingbridge/lamp/state", "thingbridge/lamp/availability"} {
		m.has(topic, "")
	}
	h.apply(t, devices.Update{Announced: []*devices.Device{atticLamp()}})
	m.has(lampConfig, "Lamp")
	stop()
	m.has("thingbridge/attic/status", "offline")
	m.has(lampConfig, "Lamp") // it is there when we come back
}

// What a Home Assistant finds after the broker was away is what it found before.
func TestPublishedDevicesSurviveTheBroker(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	registry, h := attic(t)
	log := newLogWaiter("no connection to the broker")
	publishing(t, mqtt.NewPublisher(config(b.URL), "attic", "", registry, zerolog.New(log)))
	newMirror(t, b, "before").has(lampConfig, "Lamp")
	b.Kill()
	log.wait(t)
	h.apply(t, devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "power", Value: devices.Number(7)}}})
	if err := b.Start(t.Context()); err != nil { // nothing was kept
		t.Fatal(err)
	}
	m := newMirror(t, b, "after")
	m.has(lampConfig, "Lamp")
	m.has("thingbridge/lamp/state", `"power":7`)
	m.has("thingbridge/attic/status", "online")
	m.say("thingbridge/lamp/set/on", "ON", false)
	if cmd := <-h.told; cmd.Value != devices.Boolean(true) {
		t.Errorf("told %+v", cmd)
	}
}

// Withdrawn means that nothing is left, also of what an earlier run announced.
func TestPublishedDevicesAreWithdrawn(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	registry, _ := attic(t)
	first := publishing(t, mqtt.NewPublisher(config(b.URL), "attic", "", registry, zerolog.Nop()))
	m := newMirror(t, b, "homeassistant")
	m.has(lampConfig, "Lamp")
	first()

	r := devices.NewRegistry()
	source := r.Source("attic", nil)
	if err := source.Apply(devices.Update{Announced: []*devices.Device{{ID: "fan", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean}}}}}); err != nil {
		t.Fatal(err)
	}
	p := mqtt.NewPublisher(config(b.URL), "attic", "", r, zerolog.Nop())
	publishing(t, p)
	m.has("homeassistant/device/thingbridge_fan/config", "fan")
	m.has("thingbridge/attic/status", "online")
	m.has(lampConfig, "Lamp") // it may only sleep
	p.Withdraw()
	for _, id := range []string{"fan", "lamp"} {
		for _, topic := range []string{fmt.Sprintf("homeassistant/device/thingbridge_%s/config", id), "thingbridge/" + id + "/state", "thingbridge/" + id + "/availability"} {
			m.has(topic, "")
		}
	}
	m.has("thingbridge/attic/status", "")
}

// An announcement for which no device has come for long is taken back.
func TestAnnouncementsOfTheGoneAreTakenBack(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	registry, _ := attic(t)
	first := publishing(t, mqtt.NewPublisher(config(b.URL), "attic", "", registry, zerolog.Nop()))
	m := newMirror(t, b, "homeassistant")
	m.has(lampConfig, "Lamp")
	first()
	p := mqtt.NewPublisher(config(b.URL), "attic", "", devices.NewRegistry(), zerolog.Nop())
	mqtt.BuryAfter(p, time.Second)
	publishing(t, p)
	m.has(lampConfig, "")
	m.has("thingbridge/lamp/state", "")
}

// A secret that is said over the broker reaches its device, and no log.
func TestSecretsOfThePublishedAreNotLogged(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	registry, h := attic(t)
	lamp := atticLamp()
	lamp.Properties = append(lamp.Properties, devices.Property{Name: "key", Type: devices.TypeText, Writable: true, Secret: true})
	h.apply(t, devices.Update{Announced: []*devices.Device{lamp}})
	log := &logBuffer{}
	publishing(t, mqtt.NewPublisher(config(b.URL), "attic", "", registry, zerolog.New(log)))
	m := newMirror(t, b, "homeassistant")
	m.has(lampConfig, "password")
	m.say("thingbridge/lamp/set/key", "hunter2", false)
	m.say("thingbridge/lamp/set/on", "ON", false) // logged after the one before
	m.has("thingbridge/lamp/state", `{"on":"ON","power":null,"key":null}`)
	if cmd := <-h.told; cmd.Value != devices.Text("hunter2") {
		t.Errorf("told %+v", cmd)
	}
	if text := log.String(); strings.Contains(text, "hunter2") || !strings.Contains(text, `"property":"key","value":"…"`) {
		t.Errorf("log: %s", text)
	}
}
