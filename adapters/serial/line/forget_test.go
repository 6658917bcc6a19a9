package line_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

func (b *bench) forget(id devices.ID) (err error) {
	b.t.Helper()
	b.step(func(r *codec.Result) { err = b.codec.Forget(r, id) })
	return err
}

func TestForgetFindsOutAgain(t *testing.T) {
	for _, test := range []struct {
		name          string
		cfg           line.Config
		before, after string
		id            devices.ID
	}{
		{"the one device", line.Config{}, twice("temp=21 old=1"), twice("temp=22"), "attic"},
		{"one of several", line.Config{DeviceKey: "id"}, twice("id=7,temp=21,old=1"), twice("id=7,temp=22"), "attic-7"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, line.KeyValue, test.cfg)
			b.hear(test.before)
			if err := b.forget(test.id); err != nil {
				t.Fatal(err)
			}
			if len(b.registry.All()) > 0 || len(b.kept) > 0 {
				t.Errorf("there are still %q, and %q is kept", b.availability(), b.records())
			}
			if err := b.forget(test.id); !errors.Is(err, codec.ErrNoSuchDevice) {
				t.Errorf("forgotten twice: %v", err)
			}
			b.hear(test.after)
			if diff := cmp.Diff([]string{string(test.id) + " temperature 22 °C"}, b.values()); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{string(test.id) + " online"}, b.availability()); diff != "" {
				t.Errorf("availability (-want +got):\n%s", diff)
			}
		})
	}
}

func TestForgetRefuses(t *testing.T) {
	b := newBench(t, line.KeyValue, board())
	if err := b.forget("board"); !errors.Is(err, codec.ErrConfigured) {
		t.Errorf("a device of the configuration: %v", err)
	}
	if err := b.forget("nobody"); !errors.Is(err, codec.ErrNoSuchDevice) {
		t.Errorf("nobody: %v", err)
	}
	cfg := board()
	if diff := cmp.Diff([]devices.ID{"board"}, cfg.Declared()); diff != "" {
		t.Errorf("declared (-want +got):\n%s", diff)
	}
}
