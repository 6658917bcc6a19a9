package mqtt_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

// fleet is what a thousand devices of zigbee2mqtt say.
type fleet struct {
	announcements, states []said
	models                int
}

type said struct {
	Model, Kind, Topic, Payload string
	Retain                      bool
}

// readFleet reads messages of real software, which lie beside the project.
func readFleet(t testing.TB) *fleet {
	t.Helper()
	f := &fleet{}
	models := make(map[string]bool)
	for _, m := range conventiontest.Records[said](t, "zigbee2mqtt.jsonl.gz") {
		if models[m.Model] = true; m.Kind == "state" {
			f.states = append(f.states, m)
		} else {
			f.announcements = append(f.announcements, m)
		}
	}
	f.models = len(models)
	return f
}

// say publishes messages with QoS 1, and returns when the broker has all of them.
func say(t testing.TB, b *lab.Mosquitto, messages []said) {
	t.Helper()
	conn, err := net.Dial("tcp", b.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	wire := []byte{0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 3, 'z', '2', 'm'}
	for _, m := range messages {
		start := len(wire)
		wire = appendPublish(wire, m.Topic, []byte(m.Payload))
		if m.Retain {
			wire[start] |= 1
		}
	}
	wire = append(wire, 0xc0, 0) // a ping, which is answered after them
	failed := make(chan error, 1)
	go func() {
		_, err := conn.Write(wire)
		failed <- err
	}()
	conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(conn, make([]byte, 4+2)); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
}

// faces is what people see of all devices: a line for each.
func faces(all []devices.Twin) []string {
	var faces []string
	for i := range all {
		d := all[i].Device
		var names []string
		for _, p := range d.Properties {
			names = append(names, p.Name)
		}
		slices.Sort(names)
		faces = append(faces, fmt.Sprintf("%s %q %s: %s", d.ID, d.Name, d.Kind, strings.Join(names, " ")))
	}
	slices.Sort(faces)
	return faces
}

// spoken counts the devices that have said anything.
func spoken(all []devices.Twin) (n int) {
	for i := range all {
		if !all[i].LastSeen.IsZero() {
			n++
		}
	}
	return n
}

// online counts the devices that can be reached.
func online(all []devices.Twin) (n int) {
	for i := range all {
		if all[i].Availability == devices.Online {
			n++
		}
	}
	return n
}

// TestAThousandDevicesSurviveEverything has a house of real announcements on a real
// broker. Whatever ends and is forgotten: the same contacts are there, under the
// same addresses.
func TestAThousandDevicesSurviveEverything(t *testing.T) {
	f := readFleet(t)
	b := broker(t, lab.MosquittoConfig{Lines: "max_queued_messages 0"})
	state := newArchive()
	begin := func() (*registrySink, house, func() error) {
		s := newRegistrySink(state)
		h, stop := discover(t, config(b.URL, func(c *mqtt.Config) { c.Devices = nil }), s, io.Discard, mqtt.Known()...)
		return s, h, stop
	}
	s, h, stop := begin()
	h.subscribed(t)
	began := time.Now()
	say(t, b, f.announcements)
	s.await(t, fmt.Sprintf("%d devices", f.models), func(all []devices.Twin) bool { return len(all) >= f.models })
	t.Logf("%d devices of %d announcements in %v", f.models, len(f.announcements), time.Since(began))
	s.await(t, "that nearly each is online", func(all []devices.Twin) bool { return len(all)-online(all) < f.models/50 })
	speak := func(t *testing.T) {
		t.Helper()
		say(t, b, f.states)
		s.await(t, "a reading of nearly each", func(all []devices.Twin) bool { return len(all)-spoken(all) < f.models/50 })
	}
	speak(t)
	want := faces(s.All())
	if len(want) != f.models {
		t.Errorf("%d devices, want one for each of %d models", len(want), f.models)
	}
	same := func(t *testing.T) {
		t.Helper()
		s.await(t, "as many devices as before", func(all []devices.Twin) bool { return len(all) >= len(want) })
		if diff := cmp.Diff(want, faces(s.All())); diff != "" {
			t.Errorf("contacts (-before +after):\n%s", diff)
		}
	}
	restart := func(t *testing.T) {
		t.Helper()
		b.Kill()
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("the gateway, with what the broker retained", func(t *testing.T) {
		stop()
		s, h, stop = begin()
		h.subscribed(t)
		speak(t)
		same(t)
	})
	t.Run("the broker, which has forgotten all", func(t *testing.T) {
		restart(t)
		next(t, subscribe(t, client(t, b, "listening"), "thingbridge/house/status"), "online")
		same(t)
	})
	t.Run("the gateway, and the broker retains nothing", func(t *testing.T) {
		stop()
		s, h, stop = begin()
		same(t)
		h.subscribed(t)
		speak(t)
		same(t)
	})
	t.Run("the gateway before the broker", func(t *testing.T) {
		stop()
		b.Kill()
		s, h, stop = begin()
		same(t)
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.subscribed(t)
		speak(t)
		same(t)
	})
	t.Run("all is announced again", func(t *testing.T) {
		say(t, b, f.announcements)
		speak(t)
		same(t)
	})
}
