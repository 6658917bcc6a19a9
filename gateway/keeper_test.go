package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway"
)

// diary is a store of memories that writes down what it is asked.
type diary struct {
	saved []string
	fail  error
}

func (d *diary) SaveMemories(_ context.Context, memories []devices.Memory) error {
	if len(memories) > 0 {
		d.saved = append(d.saved, fmt.Sprint(len(memories)))
	}
	return d.fail
}

func (d *diary) SaveNoted(_ context.Context, memories []devices.Memory, key string, note []byte) error {
	d.saved = append(d.saved, fmt.Sprintf("%d with %s %s", len(memories), key, note))
	return d.fail
}

func (d *diary) ForgetDevices(context.Context, ...devices.ID) error { return d.fail }

// A note says that messages are safe, so it must not be stored before what they
// changed.
func TestNoteIsStoredWithTheLastOfWhatItIsAbout(t *testing.T) {
	registry := devices.NewRegistry()
	source := registry.Source("house", nil)
	d := &diary{}
	k := gateway.NewKeeper(registry, d, zerolog.Nop())
	settle := func(note string) error { return k.SettleNoting(t.Context(), "adapter/house", []byte(note)) }
	announce := func(first, n int) {
		for i := range n {
			device := &devices.Device{ID: devices.ID(fmt.Sprint("d", first+i)), Name: "D", Properties: []devices.Property{{Name: "n", Type: devices.TypeNumber}}}
			if err := source.Apply(devices.Update{Announced: []*devices.Device{device}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	announce(0, 3)
	must(settle("one"))
	must(settle("two")) // there is nothing but the note
	announce(3, 1200)
	must(settle("three"))
	announce(2000, 2)
	d.fail = errors.New("disk full")
	if err := settle("lost"); !errors.Is(err, d.fail) {
		t.Errorf("SettleNoting: %v, want the store's error", err)
	}
	d.fail = nil
	must(settle("four"))
	want := []string{
		"3 with adapter/house one", "0 with adapter/house two", "500", "500", "200 with adapter/house three",
		"2 with adapter/house lost", "2", "0 with adapter/house four",
	}
	if diff := cmp.Diff(want, d.saved); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}
