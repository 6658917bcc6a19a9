package simulated_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/adapters/simulated"
	"thingbridge/devices"
)

// bench runs a house in the fake time of synctest and writes down what it says.
type bench struct {
	t     *testing.T
	house *simulated.Adapter
	stop  func() // ends Run and waits for it

	mu      sync.Mutex
	updates []devices.Update
	latest  map[string]devices.Reading // by "device property"
}

// Apply copies, for the slices are not ours.
func (b *bench) Apply(u devices.Update) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u.Readings = append([]devices.Reading(nil), u.Readings...)
	b.updates = append(b.updates, u)
	for _, r := range u.Readings {
		b.latest[string(r.Device)+" "+r.Property] = r
	}
}

func (b *bench) Settle(context.Context) error { return nil }

// start runs a house until the test ends.
func start(t *testing.T, cfg simulated.Config) *bench {
	t.Helper()
	b := &bench{t: t, house: simulated.New(cfg), latest: map[string]devices.Reading{}}
	b.run()
	t.Cleanup(func() { b.stop() })
	return b
}

func (b *bench) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.house.Run(ctx, b) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			b.t.Errorf("run: %v", err)
		}
	})
	synctest.Wait()
}

// pass lets real time pass, and takes what was told meanwhile.
func (b *bench) pass(d time.Duration) []devices.Reading {
	b.told()
	<-time.After(d)
	synctest.Wait()
	return b.told()
}

// told returns the readings since it was last called, in their order.
func (b *bench) told() []devices.Reading {
	b.mu.Lock()
	defer b.mu.Unlock()
	var readings []devices.Reading
	for _, u := range b.updates {
		readings = append(readings, u.Readings...)
	}
	b.updates = nil
	return readings
}

// ask executes a command and returns the refusal. What confirms it has been told
// when ask returns, without any time having passed.
func (b *bench) ask(device devices.ID, property string, v devices.Value) error {
	b.t.Helper()
	err := b.house.Execute(b.t.Context(), devices.Command{Device: device, Property: property, Value: v, By: "anna@home.test"})
	synctest.Wait()
	return err
}

func (b *bench) mustAsk(device devices.ID, property string, v devices.Value) {
	b.t.Helper()
	if err := b.ask(device, property, v); err != nil {
		b.t.Fatalf("%s %s=%v: %v", device, property, v, err)
	}
}

// value is what a property was last told to be.
func (b *bench) value(device devices.ID, property string) devices.Value {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.latest[string(device)+" "+property]
	if !ok {
		b.t.Fatalf("nothing was told of %s %s", device, property)
	}
	return r.Value
}

func (b *bench) number(device devices.ID, property string) float64 {
	b.t.Helper()
	n, ok := b.value(device, property).Number()
	if !ok {
		b.t.Fatalf("%s %s is no number: %v", device, property, b.value(device, property))
	}
	return n
}

func (b *bench) want(device devices.ID, property string, want devices.Value) {
	b.t.Helper()
	if got := b.value(device, property); got != want {
		b.t.Errorf("%s %s: got %v, want %v", device, property, got, want)
	}
}

// fast is a winter in which a second lasts an hour and six minutes pass between
// two reports.
func fast() simulated.Config {
	cfg := simulated.DefaultConfig()
	cfg.Speed, cfg.Interval = 3600, 100*time.Millisecond
	return cfg
}

// Ways to write values.
var (
	number  = devices.Number
	boolean = devices.Boolean
	text    = devices.Text
)
