package mqtt_test

import (
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

// TestAFloodOfAnnouncementsIsBounded has strangers announce 100,000 devices, and
// as many that are wrong, on a broker with one real device.
func TestAFloodOfAnnouncementsIsBounded(t *testing.T) {
	const many, most = 100_000, 200
	b := broker(t, lab.MosquittoConfig{Lines: "max_queued_messages 0"})
	other := client(t, b, "other")
	var log logBuffer
	state := newArchive()
	s := newRegistrySink(state)
	cfg := discovering(b.URL, "beacon")
	cfg.MaxDevices = most
	h, stop := discover(t, cfg, s, &log, newBeacon("beacon", 0))
	h.subscribed(t)
	done(t, other.Publish("beacon/real/config", 1, true, "Real"))
	s.known(t, "real Real")
	done(t, other.Publish("beacon/real/state", 1, true, "1"))
	s.value(t, "real", 1, 1)

	before := heap()
	flood(t, b, many, func(i int) (topic string, payload []byte) {
		return fmt.Sprintf("beacon/bogus-%d/config", i), fmt.Appendf(nil, "Bogus %d", i)
	}, func(i int) (topic string, payload []byte) {
		return fmt.Sprintf("beacon/wrong-%d/config", i), []byte("!")
	})
	deadline := time.After(4 * patience)
	for tick := time.Tick(20 * time.Millisecond); ; {
		c := h.Counts()
		if c.Crowd == many-most+1 && c.Fault == many {
			break
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("passed over %d, want %d; faults %d, want %d", c.Crowd, many-most+1, c.Fault, many)
		}
	}
	done(t, other.Publish("beacon/real/state", 1, true, "2"))
	s.value(t, "real", 2, 1)
	if n := len(s.All()); n != most {
		t.Errorf("%d devices are known, want %d", n, most)
	}
	if lines := strings.Count(log.String(), "max_devices"); lines != 1 {
		t.Errorf("it is said %d times that there are too many, want once", lines)
	}
	if lines := strings.Count(log.String(), "passed over\""); lines < 10 || lines > 150 {
		t.Errorf("%d lines about announcements that are wrong, want enough to mend them and no more than 150", lines)
	}
	grown := heap() - before
	t.Logf("the heap grew by %d KiB", grown>>10)
	const limit = 64 << 20
	if grown > limit {
		t.Errorf("the heap grew by %d bytes, want at most %d", grown, limit)
	}
	stop()
	s = newRegistrySink(state)
	discover(t, cfg, s, &log, newBeacon("beacon", 0))
	s.value(t, "real", 2, 1)
	if n := len(s.All()); n != most {
		t.Errorf("after a restart %d devices are known, want %d", n, most)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestAFloodForHomeAssistantIsBounded is the same with what devices really announce
// themselves by, and the bounds that are the default.
func TestAFloodForHomeAssistantIsBounded(t *testing.T) {
	const many = 100_000
	b := broker(t, lab.MosquittoConfig{Lines: "max_queued_messages 0"})
	other := client(t, b, "other")
	var log logBuffer
	s := newRegistrySink(newArchive())
	cfg := config(b.URL)
	h, _ := discover(t, cfg, s, &log, mqtt.Known()...)
	h.subscribed(t)
	announce := func(name string) []byte {
		return fmt.Appendf(nil, `{"name": null, "state_topic": "t/%s", "unique_id": %q, "device": {"identifiers": [%q], "name": %q}}`, name, name, name, name)
	}
	done(t, other.Publish("homeassistant/sensor/real/config", 1, true, announce("real")))
	s.known(t, "boiler ", "real real")
	before, began := heap(), time.Now()
	flood(t, b, many, func(i int) (topic string, payload []byte) {
		return fmt.Sprintf("homeassistant/sensor/bogus-%d/config", i), announce(fmt.Sprint("bogus ", i))
	}, func(i int) (topic string, payload []byte) {
		return fmt.Sprintf("homeassistant/sensor/wrong-%d/config", i), []byte(`{"state_topic": `)
	})
	deadline := time.After(4 * patience)
	for tick := time.Tick(20 * time.Millisecond); h.Counts().Fault < many; {
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("%d faults, want %d", h.Counts().Fault, many)
		}
	}
	took := time.Since(began)
	done(t, other.Publish("boiler/target", 1, false, "2"))
	s.await(t, "a reading of the device in the configuration", func(all []devices.Twin) bool {
		return slices.ContainsFunc(all, func(w devices.Twin) bool { return w.Reported("target") == devices.Number(2) })
	})
	if n := len(s.All()); n != cfg.MaxDevices+1 {
		t.Errorf("%d devices are known, want %d and one of the configuration", n, cfg.MaxDevices)
	}
	if c := h.Counts(); c.Crowd == 0 || strings.Count(log.String(), "max_devices") != 1 {
		t.Errorf("%d were passed over, said %d times, want it counted, and said once", c.Crowd, strings.Count(log.String(), "max_devices"))
	}
	if lines := strings.Count(log.String(), "\n"); lines > 200 {
		t.Errorf("%d lines in the log, want at most 200", lines)
	}
	grown := heap() - before
	t.Logf("%d announcements in %v; the heap grew by %d KiB", 2*many, took, grown>>10)
	const limit = 128 << 20
	if grown > limit {
		t.Errorf("the heap grew by %d bytes, want at most %d", grown, limit)
	}
}

// flood publishes that many announcements of devices, and as many that are wrong.
func flood(t *testing.T, b *lab.Mosquitto, many int, bogus, wrong func(i int) (topic string, payload []byte)) {
	t.Helper()
	conn, err := net.Dial("tcp", b.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	wire := []byte{0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 5, 'f', 'l', 'o', 'o', 'd'}
	for i := range many {
		for _, message := range []func(int) (string, []byte){bogus, wrong} {
			topic, payload := message(i)
			wire = appendPublish(wire, topic, payload)
		}
	}
	go func() { // what the broker answers
		var sink [64]byte
		for {
			if _, err := conn.Read(sink[:]); err != nil {
				return
			}
		}
	}()
	if _, err := conn.Write(append(wire, 0xc0, 0)); err != nil {
		t.Fatal(err)
	}
}

// appendPublish appends a message of QoS 0.
func appendPublish(wire []byte, topic string, payload []byte) []byte {
	n := 2 + len(topic) + len(payload)
	wire = append(wire, 0x30)
	for ; n > 0x7f; n >>= 7 {
		wire = append(wire, byte(n)|0x80)
	}
	wire = append(wire, byte(n), byte(len(topic)>>8), byte(len(topic)))
	return append(append(wire, topic...), payload...)
}
