package dsmr_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/dsmr"
	"thingbridge/devices"
)

func mistakes(cfg dsmr.Config) map[string]string {
	all := make(map[string]string)
	cfg.Validate(func(path, problem string) { all[path] = problem })
	return all
}

func TestGoodConfigurations(t *testing.T) {
	zero := 0.0
	for _, cfg := range []dsmr.Config{
		{},
		{Variant: "auto"},
		{Variant: "be", ID: "meter", Name: "Meter", Area: "Cellar", Key: key, AuthKey: key, PowerDeadband: &zero, Silent: time.Minute,
			Devices: []dsmr.Device{{Key: "gas", ID: "gas"}, {Key: "G0039001936990619"}}},
	} {
		if all := mistakes(cfg); len(all) > 0 {
			t.Errorf("%+v: %v", cfg, all)
		}
	}
}

func TestMistakes(t *testing.T) {
	below, none := -1.0, math.NaN()
	for _, tt := range []struct {
		cfg        dsmr.Config
		path, want string
	}{
		{dsmr.Config{Variant: "fr"}, "variant", `"fr" is none; use auto, nl, be`},
		{dsmr.Config{ID: "My Meter"}, "id", "my-meter"},
		{dsmr.Config{Name: strings.Repeat("x", 5000)}, "name", "5000 bytes"},
		{dsmr.Config{Key: "short"}, "key", "it has 5 characters, want 32 hexadecimal digits"},
		{dsmr.Config{Key: key, AuthKey: adapters.Secret("g" + key[1:])}, "auth_key", "want 32 hexadecimal digits"},
		{dsmr.Config{AuthKey: key}, "auth_key", "without a key"},
		{dsmr.Config{PowerDeadband: &below}, "power_deadband", "0 or more"},
		{dsmr.Config{PowerDeadband: &none}, "power_deadband", "0 or more"},
		{dsmr.Config{Silent: time.Second}, "silent", "15s or more"},
		{dsmr.Config{Devices: []dsmr.Device{{ID: "gas"}}}, "devices[0].key", "is missing"},
		{dsmr.Config{Devices: []dsmr.Device{{Key: "gas"}, {Key: "gas"}}}, "devices[1].key", "devices[0] too"},
		{dsmr.Config{ID: "x", Devices: []dsmr.Device{{Key: "gas", ID: "x"}}}, "devices[0].id", "each meter needs its own"},
		{dsmr.Config{Devices: make([]dsmr.Device, 17)}, "devices", "17 devices, want at most 16"},
	} {
		all := mistakes(tt.cfg)
		if len(all) != 1 || !strings.Contains(all[tt.path], tt.want) {
			t.Errorf("got %v, want %s: …%s…", all, tt.path, tt.want)
		}
	}
}

func TestForget(t *testing.T) {
	p := open(t, dsmr.Config{Devices: []dsmr.Device{{Key: "water", ID: "well"}}})
	p.hear(start, dutch(append(gas, "0-2:24.1.0(007)", "0-2:96.1.1(3853)", "0-2:24.2.1(260115120000W)(00872.234*m3)")...))
	var r codec.Result
	if err := p.codec.Forget(&r, "nobody"); !errors.Is(err, codec.ErrNoSuchDevice) {
		t.Errorf("nobody: %v", err)
	}
	if err := p.codec.Forget(&r, "well"); !errors.Is(err, codec.ErrConfigured) {
		t.Errorf("well: %v", err)
	}
	for _, id := range []devices.ID{"meter-gas", "meter"} {
		if err := p.codec.Forget(&r, id); err != nil {
			t.Fatal(err)
		}
		if err := p.codec.Forget(&codec.Result{}, id); !errors.Is(err, codec.ErrNoSuchDevice) {
			t.Errorf("%s, again: %v", id, err)
		}
	}
	if len(r.Removed) != 2 || len(r.Keep) != 3 {
		t.Errorf("removed %v, kept %v", r.Removed, r.Keep)
	}
	if err := p.source.Apply(r.Update); err != nil {
		t.Error(err)
	}
	again := open(t, dsmr.Config{}, slices.DeleteFunc(p.kept, func(kept codec.Record) bool {
		return slices.ContainsFunc(r.Keep, func(gone codec.Record) bool { return gone.Key == kept.Key && gone.Value == nil })
	})...)
	if again.seen["meter"] != nil || again.seen["meter-gas"] != nil {
		t.Errorf("after a restart there are %v", again.seen)
	}
	clear(p.values)
	p.hear(start.Add(time.Second), dutch(gas...))
	p.want("meter power=244", "meter-gas gas=246.138")
}
