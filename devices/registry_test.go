package devices_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
)

// hardware is an adapter whose answer the test decides.
type hardware struct {
	mu   sync.Mutex
	got  []devices.Command
	fail error
}

func (h *hardware) Execute(_ context.Context, cmd devices.Command) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, cmd)
	return h.fail
}

func boiler() *devices.Device {
	return &devices.Device{ID: "boiler", Name: "Boiler", Properties: []devices.Property{
		{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Min: -40, Max: 120},
		{Name: "target", Type: devices.TypeNumber, Unit: "°C", Min: 5, Max: 80, Step: 0.5, Writable: true},
		{Name: "mode", Type: devices.TypeEnum, Options: []string{"off", "heat"}, Writable: true},
		{Name: "flame", Type: devices.TypeBoolean},
	}}
}

func number(property string, n float64) devices.Reading {
	return devices.Reading{Device: "boiler", Property: property, Value: devices.Number(n)}
}

func announced(t *testing.T) (*devices.Registry, *devices.Source, *hardware) {
	t.Helper()
	r, h := devices.NewRegistry(), &hardware{}
	s := r.Source("house", h)
	if err := s.Apply(devices.Update{Announced: []*devices.Device{boiler()}}); err != nil {
		t.Fatal(err)
	}
	return r, s, h
}

func TestApplyRefusesPartsAndKeepsTheRest(t *testing.T) {
	tests := []struct {
		name    string
		reading devices.Reading
		want    string // in the error; empty: taken
		err     error
	}{
		{"a value of the right type", number("temperature", 21.5), "", nil},
		{"a text for a number", devices.Reading{Device: "boiler", Property: "temperature", Value: devices.Text("warm")}, `boiler: temperature: wrong type: got "warm", want a number`, devices.ErrType},
		{"a measured value out of range", number("temperature", 850), "boiler: temperature: out of range: got 850 °C, want -40 to 120 °C", devices.ErrRange},
		{"a writable value out of the range that can be asked", number("target", 4), "", nil},
		{"an unknown option", devices.Reading{Device: "boiler", Property: "mode", Value: devices.Text("party")}, `mode: no such option "party"; it can be off, heat`, devices.ErrOption},
		{"an unknown property", number("pressure", 1), `boiler: no such property "pressure"`, devices.ErrNoProperty},
		{"an unknown device", devices.Reading{Device: "ghost", Property: "x", Value: devices.Number(1)}, `"ghost": no such device of adapter "house"`, devices.ErrNoDevice},
		{"no value", devices.Reading{Device: "boiler", Property: "temperature", Value: devices.Number(math.NaN())}, "", nil},
		{"no value of an unknown property", devices.Reading{Device: "boiler", Property: "pressure"}, `boiler: no such property "pressure"`, devices.ErrNoProperty},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, s, _ := announced(t)
			err := s.Apply(devices.Update{Readings: []devices.Reading{test.reading, number("target", 40)}})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if test.err != nil && !errors.Is(err, test.err) {
				t.Errorf("error %v does not wrap %v", err, test.err)
			}
			twin, _ := r.Get("boiler")
			if got := twin.Reported("target"); got != devices.Number(40) {
				t.Errorf("the reading after it: %v, want 40", got)
			}
			if got := twin.Reported(test.reading.Property); test.want == "" && test.reading.Property != "target" && got != test.reading.Value {
				t.Errorf("reported %v, want %v", got, test.reading.Value)
			}
		})
	}
}

func TestExecuteKeepsDesiredApartUntilTheDeviceConfirms(t *testing.T) {
	r, s, h := announced(t)
	_ = s.Apply(devices.Update{Readings: []devices.Reading{number("target", 40)}})
	cmd := devices.Command{Device: "boiler", Property: "target", Value: devices.Number(45.2), By: "anna@home.test"}
	if err := r.Execute(t.Context(), cmd); err != nil {
		t.Fatal(err)
	}
	cmd.Value = devices.Number(45)
	if diff := cmp.Diff([]devices.Command{cmd}, h.got, cmp.AllowUnexported(devices.Value{})); diff != "" {
		t.Errorf("handed over (-want +got):\n%s", diff)
	}
	twin, _ := r.Get("boiler")
	state, _ := twin.State("target")
	if state.Reported != devices.Number(40) || state.Desired != devices.Number(45) || state.By != "anna@home.test" {
		t.Errorf("before the confirmation: %+v", state)
	}
	_ = s.Apply(devices.Update{Readings: []devices.Reading{number("target", 45)}})
	twin, _ = r.Get("boiler")
	state, _ = twin.State("target")
	if state.Reported != devices.Number(45) || !state.Desired.IsZero() {
		t.Errorf("after the confirmation: %+v", state)
	}
}

func TestExecuteRefuses(t *testing.T) {
	offline := errors.New("not connected")
	tests := []struct {
		name string
		cmd  devices.Command
		fail error
		want error
	}{
		{"a value above the range", devices.Command{Device: "boiler", Property: "target", Value: devices.Number(81)}, nil, devices.ErrRange},
		{"a wrong type", devices.Command{Device: "boiler", Property: "target", Value: devices.Boolean(true)}, nil, devices.ErrType},
		{"a measured property", devices.Command{Device: "boiler", Property: "temperature", Value: devices.Number(20)}, nil, devices.ErrNotWritable},
		{"an unknown property", devices.Command{Device: "boiler", Property: "x", Value: devices.Number(20)}, nil, devices.ErrNoProperty},
		{"an unknown device", devices.Command{Device: "ghost", Property: "x", Value: devices.Number(20)}, nil, devices.ErrNoDevice},
		{"what the adapter cannot hand over", devices.Command{Device: "boiler", Property: "target", Value: devices.Number(50)}, offline, offline},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, _, h := announced(t)
			h.fail = test.fail
			if err := r.Execute(t.Context(), test.cmd); !errors.Is(err, test.want) {
				t.Fatalf("error %v, want %v", err, test.want)
			}
			twin, _ := r.Get("boiler")
			if state, _ := twin.State("target"); !state.Desired.IsZero() {
				t.Errorf("desired %v remains after a refusal", state.Desired)
			}
		})
	}
}

func TestTwoSourcesCannotHaveOneDevice(t *testing.T) {
	r, first, _ := announced(t)
	second := r.Source("attic", &hardware{})
	err := second.Apply(devices.Update{Announced: []*devices.Device{boiler()}})
	if !errors.Is(err, devices.ErrConflict) || !strings.Contains(err.Error(), `adapter "house" has it`) {
		t.Fatalf("error %v", err)
	}
	if err := second.Apply(devices.Update{Readings: []devices.Reading{number("temperature", 1)}}); !errors.Is(err, devices.ErrNoDevice) {
		t.Errorf("a reading of somebody else's device: %v", err)
	}
	first.Close()
	if err := second.Apply(devices.Update{Announced: []*devices.Device{boiler()}}); err != nil {
		t.Errorf("after the first has gone: %v", err)
	}
}

func TestValuesComeBackWithTheDevice(t *testing.T) {
	r, s, _ := announced(t)
	_ = s.Apply(devices.Update{Readings: []devices.Reading{number("temperature", 55), number("target", 60)}})
	before, _ := r.Get("boiler")

	again := devices.NewRegistry()
	again.Remember([]devices.Memory{before.Memory()})
	if _, ok := again.Get("boiler"); ok {
		t.Fatal("a remembered device must not appear before it is announced")
	}
	narrower := boiler()
	narrower.Properties[1] = devices.Property{Name: "target", Type: devices.TypeText, Writable: true}
	if err := again.Source("house", &hardware{}).Apply(devices.Update{Announced: []*devices.Device{narrower}}); err != nil {
		t.Fatal(err)
	}
	after, _ := again.Get("boiler")
	if got := after.Reported("temperature"); got != devices.Number(55) {
		t.Errorf("temperature %v, want 55", got)
	}
	if got := after.Reported("target"); !got.IsZero() {
		t.Errorf("target %v, want nothing: its type is another", got)
	}
	if after.Availability != devices.Unknown || !after.LastSeen.Equal(before.LastSeen) {
		t.Errorf("availability %v, last seen %v", after.Availability, after.LastSeen)
	}
}

func TestWatchYieldsSnapshotThenConflatedChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s, _ := announced(t)
		ctx, cancel := context.WithCancel(t.Context())
		changes := make(chan devices.Change)
		var wg sync.WaitGroup
		wg.Go(func() {
			for c := range r.Watch(ctx) {
				changes <- c
			}
		})
		if c := <-changes; c.ID != "boiler" || !c.Twin.Reported("temperature").IsZero() {
			t.Fatalf("snapshot: %+v", c)
		}
		// The reader is busy with the first of these; the others are one change.
		for n := range 100 {
			_ = s.Apply(devices.Update{Readings: []devices.Reading{number("temperature", float64(n))}})
			synctest.Wait()
		}
		<-changes
		if c := <-changes; c.Twin.Reported("temperature") != devices.Number(99) {
			t.Fatalf("conflated: %v, want 99", c.Twin.Reported("temperature"))
		}
		_ = s.Apply(devices.Update{Removed: []devices.ID{"boiler"}})
		if c := <-changes; !c.Removed || c.Twin.Device.Name != "Boiler" {
			t.Fatalf("removal: %+v", c)
		}
		cancel()
		wg.Wait()
	})
}

// Whatever is applied, a cursor that reads at moments of its own ends with the
// same belief as the registry.
func TestCursorAgreesWithRegistry(t *testing.T) {
	r := devices.NewRegistry()
	s := r.Source("x", &hardware{})
	slow, fast := r.Changes(), r.Changes()
	defer slow.Close()
	defer fast.Close()
	seenSlow, seenFast := map[devices.ID]float64{}, map[devices.ID]float64{}
	take := func(c *devices.Cursor, seen map[devices.ID]float64, limit int) {
		for _, change := range c.Take(nil, limit) {
			if change.Removed {
				delete(seen, change.ID)
				continue
			}
			n, _ := change.Twin.Reported("n").Number()
			seen[change.ID] = n
		}
	}
	random := uint32(1)
	next := func(n uint32) uint32 { random = random*1664525 + 1013904223; return random >> 8 % n }
	for step := range 5000 {
		id := devices.ID(fmt.Sprintf("d%d", next(30)))
		switch next(5) {
		case 0:
			_ = s.Apply(devices.Update{Removed: []devices.ID{id}})
		case 1:
			_ = s.Apply(devices.Update{Announced: []*devices.Device{{ID: id, Properties: []devices.Property{{Name: "n", Type: devices.TypeNumber}}}}})
		default:
			_ = s.Apply(devices.Update{Readings: []devices.Reading{{Device: id, Property: "n", Value: devices.Number(float64(step + 1))}}})
		}
		take(fast, seenFast, 2)
		if next(50) == 0 {
			take(slow, seenSlow, 7)
		}
	}
	take(slow, seenSlow, 1000)
	take(fast, seenFast, 1000)
	want := map[devices.ID]float64{}
	for _, twin := range r.All() {
		want[twin.Device.ID], _ = twin.Reported("n").Number()
	}
	if diff := cmp.Diff(want, seenSlow); diff != "" {
		t.Errorf("slow reader (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, seenFast); diff != "" {
		t.Errorf("fast reader (-want +got):\n%s", diff)
	}
}

func TestTailYieldsEveryReadingInOrderAndCountsWhatItDrops(t *testing.T) {
	const limit, many = 16_384, 20_000
	r, s, _ := announced(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tail := r.Tail(ctx)
	for n := range many {
		_ = s.Apply(devices.Update{Readings: []devices.Reading{number("target", float64(n))}})
	}
	want := float64(many - limit)
	got := 0
	for batch := range tail {
		for _, reading := range batch {
			if n, _ := reading.Value.Number(); n != want {
				t.Fatalf("reading %v, want %v", n, want)
			}
			want++
			got++
		}
		if got == limit {
			cancel()
		}
	}
	if got != limit || r.Dropped() != many-limit {
		t.Errorf("%d readings and %d dropped, want %d and %d", got, r.Dropped(), limit, many-limit)
	}
}

func TestDrainWaitsForWhatWasApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s, _ := announced(t)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		handled := 0
		tail := r.Tail(ctx)
		for n := range 1000 {
			_ = s.Apply(devices.Update{Readings: []devices.Reading{number("target", float64(n))}})
		}
		wg.Go(func() {
			for batch := range tail {
				<-time.After(time.Second) // the reader takes its time
				handled += len(batch)
			}
		})
		short, stop := context.WithTimeout(t.Context(), time.Millisecond)
		defer stop()
		if err := r.Drain(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while the reader is busy: %v", err)
		}
		if err := r.Drain(t.Context()); err != nil || handled != 1000 {
			t.Errorf("%d handled, %v", handled, err)
		}
		cancel()
		wg.Wait()
		if err := r.Drain(t.Context()); err != nil {
			t.Errorf("without readers: %v", err)
		}
	})
}

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s, _ := announced(t)
		confirmed := func(twin *devices.Twin) bool { return twin.Reported("target") == devices.Number(45) }
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Await(ctx, "boiler", confirmed); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without a change: %v", err)
		}
		go func() {
			_ = s.Apply(devices.Update{Readings: []devices.Reading{number("target", 45)}})
		}()
		if twin, err := r.Await(t.Context(), "boiler", confirmed); err != nil || !confirmed(&twin) {
			t.Errorf("with a change: %+v, %v", twin, err)
		}
		if _, err := r.Await(t.Context(), "ghost", confirmed); !errors.Is(err, devices.ErrNoDevice) {
			t.Errorf("an unknown device: %v", err)
		}
	})
}

func TestLoseMarksDevicesOffline(t *testing.T) {
	r, s, _ := announced(t)
	_ = s.Apply(devices.Update{Availability: []devices.Presence{{Device: "boiler", Availability: devices.Online}}})
	s.Lose()
	if twin, _ := r.Get("boiler"); twin.Availability != devices.Offline {
		t.Errorf("availability %v, want offline", twin.Availability)
	}
}

func BenchmarkApplyWithTailAndWatch(b *testing.B) {
	r := devices.NewRegistry()
	s := r.Source("bench", &hardware{})
	if err := s.Apply(devices.Update{Announced: []*devices.Device{boiler()}}); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for range r.Tail(ctx) {
		}
	})
	b.ReportAllocs()
	update := devices.Update{Readings: []devices.Reading{number("target", 20)}}
	for b.Loop() {
		_ = s.Apply(update)
	}
	cancel()
	wg.Wait()
}
