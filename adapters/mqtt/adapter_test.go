package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/adaptertest"
	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

func TestAdapterKeepsTheContract(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	done(t, other.Publish("boiler/state", 1, true, `{"temp": 20}`))
	other.Disconnect(100)
	adaptertest.Run(t, adaptertest.Case{
		New:     func(*testing.T) adapters.Adapter { return mqtt.New("house", config(b.URL), zerolog.Nop()) },
		Command: devices.Command{Device: "boiler", Property: "target", Value: devices.Number(55)},
	})
}

func TestAdapterReadsRetainedAndNewMessages(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	done(t, other.Publish("boiler/state", 1, true, `{"temp": 20}`))
	s := newSink()
	run(t, config(b.URL), s, io.Discard)
	s.reading(t, "boiler temp 20")
	s.available(t, "boiler online")
	for qos := range byte(3) {
		done(t, other.Publish("boiler/state", qos, false, fmt.Sprintf(`{"temp": 2%d.5}`, qos)))
		s.reading(t, fmt.Sprintf("boiler temp 2%d.5", qos))
	}
}

func TestExecuteReachesTheDevice(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	targets, fans := subscribe(t, other, "boiler/target/set"), subscribe(t, other, "boiler/fan/set")
	status := subscribe(t, other, "thingbridge/house/status")
	s := newSink()
	a, stop := run(t, config(b.URL), s, io.Discard)
	next(t, status, "online")
	execute := func(property string, v float64) error {
		return a.Execute(t.Context(), devices.Command{Device: "boiler", Property: property, Value: devices.Number(v)})
	}
	a.subscribed(t)
	if err := execute("target", 55.5); err != nil {
		t.Fatal(err)
	}
	next(t, targets, "55.5")
	if err := execute("fan", 3); err != nil {
		t.Fatal(err)
	}
	next(t, fans, "3")
	s.reading(t, "boiler fan 3")
	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	next(t, status, "offline")
	if err := execute("target", 1); !errors.Is(err, adapters.ErrUnavailable) || !strings.Contains(err.Error(), b.URL) {
		t.Errorf("Execute after the end returned %v, want one that wraps ErrUnavailable and names the broker", err)
	}
}

func TestExecuteEndsWithItsContext(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	a, _ := run(t, config(b.URL), newSink(), io.Discard)
	a.subscribed(t)
	if err := b.Pause(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := a.Execute(ctx, devices.Command{Device: "boiler", Property: "fan", Value: devices.Number(1)})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Execute returned %v, want the context's error", err)
	}
	if err := b.Resume(); err != nil {
		t.Fatal(err)
	}
}

func TestTheWillSaysOffline(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	status := subscribe(t, client(t, b, "other"), "thingbridge/house/status")
	run(t, config(b.URL), newSink(), io.Discard)
	next(t, status, "online")
	client(t, b, "thingbridge-house") // the broker throws us out as a line failure would
	next(t, status, "offline")
	next(t, status, "online")
}

func TestAFreshBrokerHasUsWithinASecond(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	s := newSink()
	run(t, config(b.URL), s, io.Discard)
	first := client(t, b, "first")
	done(t, first.Publish("boiler/state", 1, true, `{"temp": 1}`))
	s.reading(t, "boiler temp 1")

	b.Kill()
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	other := client(t, b, "other")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		done(t, other.Publish("boiler/state", 0, false, `{"temp": 2}`))
		if slices.Contains(s.all(), "boiler temp 2") {
			break
		}
		if time.Since(began) > time.Second {
			t.Fatal("not subscribed within a second of the broker's return")
		}
		<-tick.C
	}
	t.Logf("subscribed %s after the broker's return", time.Since(began).Round(time.Millisecond))
}

func TestDevicesAreOfflineWhileTheBrokerIsAway(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	s := newSink()
	run(t, config(b.URL), s, io.Discard)
	done(t, client(t, b, "first").Publish("boiler/state", 1, true, `{"temp": 1}`))
	s.available(t, "boiler online")
	b.Kill()
	killed := time.Now()
	s.available(t, "boiler offline")
	if took := time.Since(killed); took < 4*time.Second || took > 8*time.Second {
		t.Errorf("offline %s after the broker's end, want about 5s", took)
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.available(t, "boiler online")
}

// TestUnsettledMessagesComeAgain ends the adapter between the arrival of messages
// and their acknowledgement. The broker sends a message only when the one before
// it was acknowledged, so the arrival of one shows the end of the other.
func TestUnsettledMessagesComeAgain(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{Lines: "max_inflight_messages 1"})
	other := client(t, b, "other")
	c := config(b.URL, func(c *mqtt.Config) { c.Devices[0].Properties[0].QoS = new(2) })
	blocked := newSink()
	blocked.settle = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	a, stop := run(t, c, blocked, io.Discard)
	a.subscribed(t)
	var want []string
	for i := range 5 {
		done(t, other.Publish("boiler/target", 1, false, fmt.Sprint(i)))
		done(t, other.Publish("boiler/state", 2, false, fmt.Sprintf(`{"temp": %d}`, i)))
		want = append(want, fmt.Sprintf("boiler target %d", i), fmt.Sprintf("boiler temp %d", i))
	}
	blocked.reading(t, "boiler target 0")
	stop()

	again := newSink()
	_, stop = run(t, c, again, io.Discard)
	again.reading(t, "boiler temp 4")
	if diff := cmp.Diff(want, again.all()); diff != "" {
		t.Errorf("what came again (-want +got):\n%s", diff)
	}
	done(t, other.Publish("boiler/target", 1, false, "9"))
	again.reading(t, "boiler target 9")
	stop()

	third := newSink()
	run(t, c, third, io.Discard)
	done(t, other.Publish("boiler/target", 1, false, "10"))
	third.reading(t, "boiler target 10")
	for _, old := range third.all() {
		if slices.Contains(want, old) {
			t.Errorf("%q came although it was acknowledged", old)
		}
	}
}

func TestSettleThatFailsEndsTheSessionAndNotTheAdapter(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	s := newSink()
	failures := make(chan struct{}, 100)
	s.settle = func(context.Context) error {
		select {
		case failures <- struct{}{}:
		default:
		}
		return errors.New("disk full")
	}
	var log logBuffer
	a, _ := run(t, config(b.URL), s, &log)
	a.subscribed(t)
	done(t, client(t, b, "other").Publish("boiler/target", 1, false, "7"))
	for range 2 { // the broker sends it again in the next session
		select {
		case <-failures:
		case <-time.After(patience):
			t.Fatalf("the message was not settled again; log:\n%s", log.String())
		}
	}
	if !strings.Contains(log.String(), "disk full") {
		t.Errorf("the log does not say why:\n%s", log.String())
	}
}

func TestBadPayloadsDoNotEndTheDevice(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	s := newSink()
	var log logBuffer
	a, _ := run(t, config(b.URL), s, &log)
	a.subscribed(t)
	for range 20 {
		done(t, other.Publish("boiler/state", 1, false, "it is cold"))
	}
	done(t, other.Publish("boiler/state", 1, false, strings.Repeat("x", 10<<20)))
	done(t, other.Publish("boiler/state", 0, false, `{"temp": "`+strings.Repeat("1", 900<<10)+`"}`)) // large, but not too large
	done(t, other.Publish("boiler/state", 1, false, `{"temp": 21}`))
	s.reading(t, "boiler temp 21")
	counts := a.Counts()
	if diff := cmp.Diff(mqtt.Counts{Oversized: 1, Fault: 21}, counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	text := log.String()
	if n := strings.Count(text, "value cannot be read"); n != 1 {
		t.Errorf("the fault was logged %d times, want once:\n%s", n, text)
	}
	for _, want := range []string{"it is cold", "device boiler: temp", "payload of 10485760 bytes", "boiler/state"} {
		if !strings.Contains(text, want) {
			t.Errorf("log has no %q:\n%s", want, text)
		}
	}
}

func TestAFaultThatComesAndGoesDoesNotFillTheLog(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	s := newSink()
	var log logBuffer
	a, _ := run(t, config(b.URL), s, &log)
	a.subscribed(t)
	for range 100 {
		other.Publish("boiler/state", 1, false, `{"temp": "warm"}`)
		other.Publish("boiler/state", 1, false, `{"temp": 20}`)
	}
	done(t, other.Publish("boiler/state", 1, false, `{"temp": 21}`))
	s.reading(t, "boiler temp 21")
	text := log.String()
	if n := strings.Count(text, "value cannot be read"); n < 2 || n > 15 {
		t.Errorf("a fault that came 100 times was logged %d times, want a few:\n%s", n, text)
	}
}

func TestManyTopicsAreSubscribed(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	s := newSink()
	c := config(b.URL, func(c *mqtt.Config) {
		for i := range 1000 {
			c.Devices = append(c.Devices, mapped.Device{ID: fmt.Sprintf("d%d", i),
				Properties: []mapped.Property{{Name: "n", Topic: fmt.Sprintf("many/%d", i)}}})
		}
	})
	a, _ := run(t, c, s, io.Discard)
	a.subscribed(t)
	for _, i := range []int{0, 255, 256, 999} {
		done(t, other.Publish(fmt.Sprintf("many/%d", i), 1, false, "5"))
		s.reading(t, fmt.Sprintf("d%d n 5", i))
	}
}
