package mqtt_test

import (
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"thingbridge/deploy/lab"
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
	flood(t, b, many)
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

// flood publishes that many announcements of devices, and as many that are wrong.
func flood(t *testing.T, b *lab.Mosquitto, many int) {
	t.Helper()
	conn, err := net.Dial("tcp", b.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	wire := []byte{0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 5, 'f', 'l', 'o', 'o', 'd'}
	for i := range many {
		wire = appendPublish(wire, fmt.Sprintf("beacon/bogus-%d/config", i), []byte(fmt.Sprintf("Bogus %d", i)))
		wire = appendPublish(wire, fmt.Sprintf("beacon/wrong-%d/config", i), []byte("!"))
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
