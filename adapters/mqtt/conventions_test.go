package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

// registrySink is a sink as the program has it: a registry, and an archive that
// survives its adapters.
type registrySink struct {
	*devices.Registry
	source *devices.Source
	state  *archive
}

// archive is what survives.
type archive struct {
	mu   sync.Mutex
	kept map[string][]byte
	fail error
}

func newArchive() *archive { return &archive{kept: make(map[string][]byte)} }

func newRegistrySink(state *archive) *registrySink {
	r := devices.NewRegistry()
	return &registrySink{Registry: r, source: r.Source("house", nil), state: state}
}

func (s *registrySink) Apply(u devices.Update) { s.source.Apply(u) }

func (s *registrySink) Settle(ctx context.Context) error { return ctx.Err() }

func (s *registrySink) Records(_ context.Context, each func(string, []byte)) error {
	s.state.mu.Lock()
	kept := maps.Clone(s.state.kept)
	s.state.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(kept)) {
		each(key, kept[key])
	}
	return nil
}

func (s *registrySink) Keep(_ context.Context, records []adapters.Record) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if s.state.fail != nil {
		return s.state.fail
	}
	for _, r := range records {
		if len(r.Value) == 0 {
			delete(s.state.kept, r.Key)
		} else {
			s.state.kept[r.Key] = r.Value
		}
	}
	return nil
}

// await waits until met holds for the devices that are known.
func (s *registrySink) await(t testing.TB, what string, met func(all []devices.Twin) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	changes := s.Changes()
	defer changes.Close()
	for !met(s.All()) {
		if err := changes.Wait(ctx); err != nil {
			t.Fatalf("%s did not come within %s; known are %d: %.1000s", what, patience, len(s.All()), strings.Join(titles(s.All()), ", "))
		}
		changes.Take(nil, 1000)
	}
}

// value waits until a device has a value and an availability.
func (s *registrySink) value(t testing.TB, id devices.ID, v float64, a devices.Availability) {
	t.Helper()
	s.await(t, fmt.Sprintf("%s %g %s", id, v, a), func(all []devices.Twin) bool {
		return slices.ContainsFunc(all, func(w devices.Twin) bool {
			return w.Device.ID == id && w.Availability == a && w.Reported("value") == devices.Number(v)
		})
	})
}

// known waits until these devices are known and no others.
func (s *registrySink) known(t testing.TB, want ...string) {
	t.Helper()
	s.await(t, strings.Join(want, ", "), func(all []devices.Twin) bool { return slices.Equal(titles(all), want) })
}

// titles returns what devices are called, as "id Name".
func titles(all []devices.Twin) []string {
	var titles []string
	for i := range all {
		titles = append(titles, string(all[i].Device.ID)+" "+all[i].Device.Name)
	}
	slices.Sort(titles)
	return titles
}

// discover runs an adapter that knows the conventions given.
func discover(t testing.TB, c mqtt.Config, s adapters.Sink, log io.Writer, known ...mqtt.Dialect) (h house, stop func() error) {
	t.Helper()
	connected := newLogWaiter("connected to the broker")
	a := mqtt.NewSpeaking("house", c, zerolog.New(io.MultiWriter(log, connected)), known...)
	return start(t, a, connected, s)
}

// discovering is a configuration without devices of its own.
func discovering(broker string, conventions ...string) mqtt.Config {
	return config(broker, func(c *mqtt.Config) { c.Devices, c.Conventions = nil, conventions })
}

func TestADeviceThatAnnouncesItselfIsThere(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	questions, orders := subscribe(t, other, "beacon/+/get"), subscribe(t, other, "beacon/1/set")
	done(t, other.Publish("beacon/1/config", 1, true, "Kitchen Lamp"))
	done(t, other.Publish("beacon/1/state", 1, true, "7"))
	s := newRegistrySink(newArchive())
	a, _ := discover(t, discovering(b.URL, "beacon"), s, io.Discard, newBeacon("beacon", 0))
	s.known(t, "kitchen-lamp Kitchen Lamp")
	s.value(t, "kitchen-lamp", 7, devices.Online)
	next(t, questions, "")
	a.subscribed(t)
	if err := a.Execute(t.Context(), devices.Command{Device: "kitchen-lamp", Property: "value", Value: devices.Number(9)}); err != nil {
		t.Fatal(err)
	}
	next(t, orders, "9")
	s.value(t, "kitchen-lamp", 9, devices.Online)

	done(t, other.Publish("beacon/1/config", 1, true, ""))
	s.known(t)
	before := a.Counts().Unknown
	done(t, other.Publish("beacon/2/config", 1, true, "Other"))
	s.known(t, "other Other")
	next(t, questions, "") // is asked after the topics of the one that is gone were given up
	done(t, other.Publish("beacon/1/state", 1, false, "8"))
	done(t, other.Publish("beacon/2/state", 1, true, "8"))
	s.value(t, "other", 8, devices.Online)
	if now := a.Counts().Unknown; now != before {
		t.Errorf("%d messages of a device that is gone came, want none", now-before)
	}
	err := a.Execute(t.Context(), devices.Command{Device: "kitchen-lamp", Property: "value", Value: devices.Number(9)})
	if err == nil {
		t.Error("a device that is gone takes commands")
	}
}

func TestDiscoveredDevicesSurviveEverything(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	state := newArchive()
	begin := func() (*registrySink, house, func() error) {
		s := newRegistrySink(state)
		h, stop := discover(t, discovering(b.URL, "beacon"), s, io.Discard, newBeacon("beacon", 0))
		return s, h, stop
	}
	s, h, stop := begin()
	h.subscribed(t)
	other := client(t, b, "other")
	done(t, other.Publish("beacon/1/config", 1, false, "Lamp"))
	s.known(t, "lamp Lamp")
	done(t, other.Publish("beacon/2/config", 1, false, "Lamp"))
	s.await(t, "another lamp", func(all []devices.Twin) bool { return len(all) == 2 })
	twins := titles(s.All())

	t.Run("a gateway that is started before its broker", func(t *testing.T) {
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		b.Kill()
		s, h, stop = begin()
		s.known(t, twins...)
	})
	t.Run("a broker that has forgotten all", func(t *testing.T) {
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.subscribed(t)
		other := client(t, b, "other")
		done(t, other.Publish("beacon/1/state", 1, false, "5"))
		s.value(t, "lamp", 5, devices.Online)
		s.known(t, twins...)
	})
	t.Run("a broker that is restarted", func(t *testing.T) {
		b.Kill()
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		listening := client(t, b, "listening")
		status := subscribe(t, listening, "thingbridge/house/status")
		next(t, status, "online")
		done(t, listening.Publish("beacon/1/state", 1, false, "6"))
		s.value(t, "lamp", 6, devices.Online)
	})
	t.Run("what was taken back stays away", func(t *testing.T) {
		other := client(t, b, "other")
		done(t, other.Publish("beacon/1/config", 1, true, ""))
		s.await(t, "only the other lamp", func(all []devices.Twin) bool { return len(all) == 1 })
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		s, _, _ = begin()
		s.known(t, twins[1:]...)
		if diff := cmp.Diff(1, len(s.All())); diff != "" {
			t.Error(diff)
		}
	})
}

func TestADeviceThatIsSilentIsOffline(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	done(t, other.Publish("beacon/1/config", 1, true, "Lamp"))
	s := newRegistrySink(newArchive())
	discover(t, discovering(b.URL, "beacon"), s, io.Discard, newBeacon("beacon", 300*time.Millisecond))
	s.known(t, "lamp Lamp")
	for v := range 2 {
		done(t, other.Publish("beacon/1/state", 1, true, fmt.Sprint(v)))
		s.value(t, "lamp", float64(v), devices.Online)
		s.value(t, "lamp", float64(v), devices.Offline)
	}
}

func TestTheConventionThatIsNamedFirstSpeaks(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	s := newRegistrySink(newArchive())
	h, _ := discover(t, discovering(b.URL, "first", "second"), s, io.Discard, newBeacon("second", 0), newBeacon("first", 0))
	h.subscribed(t)
	done(t, other.Publish("second/1/config", 1, true, "Lamp"))
	s.known(t, "lamp Lamp")
	done(t, other.Publish("second/1/state", 1, true, "2"))
	s.value(t, "lamp", 2, devices.Online)
	done(t, other.Publish("first/1/config", 1, true, "Light"))
	s.known(t, "lamp Light")
	done(t, other.Publish("second/1/state", 1, true, "3"))
	done(t, other.Publish("second/1/config", 1, true, "Lamp again"))
	done(t, other.Publish("first/1/state", 1, true, "4"))
	s.value(t, "lamp", 4, devices.Online)
	s.known(t, "lamp Light")
}

func TestAMistakeInOneConventionIsNoneOfAnother(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	other := client(t, b, "other")
	var log logBuffer
	s := newRegistrySink(newArchive())
	h, _ := discover(t, discovering(b.URL, "beacon"), s, &log, newBeacon("beacon", 0))
	h.subscribed(t)
	done(t, other.Publish("beacon/1/config", 1, true, "Lamp"))
	s.known(t, "lamp Lamp")
	done(t, other.Publish("beacon/1/state", 1, true, "3"))
	s.value(t, "lamp", 3, devices.Online)
	done(t, other.Publish("beacon/1/state", 1, false, "panic"))
	done(t, other.Publish("beacon/1/state", 1, false, "4"))
	s.value(t, "lamp", 4, devices.Online)
	if !strings.Contains(log.String(), "ended in a panic: a mistake in a decoder") {
		t.Errorf("the log does not say what happened:\n%s", log.String())
	}
}

func TestAnnouncementsAreAcknowledgedWhenTheyAreSafe(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{Persist: true})
	state := newArchive()
	state.fail = errors.New("disk full")
	s := newRegistrySink(state)
	lost := newLogWaiter("no connection to the broker")
	h, stop := discover(t, discovering(b.URL, "beacon"), s, lost, newBeacon("beacon", 0))
	h.subscribed(t)
	other := client(t, b, "other")
	done(t, other.Publish("beacon/1/config", 1, false, "Lamp"))
	lost.wait(t)
	if !strings.Contains(lost.String(), "disk full") {
		t.Errorf("the log does not say why:\n%s", lost.String())
	}
	stop()
	state.mu.Lock()
	state.fail = nil
	state.mu.Unlock()
	s = newRegistrySink(state)
	discover(t, discovering(b.URL, "beacon"), s, io.Discard, newBeacon("beacon", 0))
	s.known(t, "lamp Lamp") // the broker has sent it again
}
