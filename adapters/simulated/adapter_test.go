package simulated_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/adaptertest"
	"thingbridge/adapters/simulated"
	"thingbridge/devices"
	"thingbridge/devices/thermostat"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestKeepsTheContract(t *testing.T) {
	adaptertest.Run(t, adaptertest.Case{
		New:     func(*testing.T) adapters.Adapter { return simulated.New(fast()) },
		Command: devices.Command{Device: "living-room", Property: "target", Value: number(22)},
	})
}

func TestFirstUpdateAnnouncesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, simulated.DefaultConfig())
		first := b.updates[0]
		var ids []devices.ID
		for i, d := range first.Announced {
			ids = append(ids, d.ID)
			if err := d.Validate(); err != nil {
				t.Errorf("device %s: %v", d.ID, err)
			}
			if got, want := first.Availability[i], (devices.Presence{Device: d.ID, Availability: devices.Online}); got != want {
				t.Errorf("availability: got %v, want %v", got, want)
			}
			for _, p := range d.Properties {
				if err := p.Check(b.value(d.ID, p.Name)); err != nil {
					t.Errorf("device %s: %v", d.ID, err)
				}
			}
		}
		if d := cmp.Diff([]devices.ID{"living-room", "outdoor", "window", "meter", "lamp"}, ids); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}

func TestPrefixKeepsHousesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := simulated.DefaultConfig()
		cfg.Prefix = "Hütte 2"
		b := start(t, cfg)
		got := *b.updates[0].Announced[0]
		want := devices.Device{
			ID: "huette-2-living-room", Name: "Hütte 2 living room", Area: "Hütte 2 living room", Kind: "thermostat",
			Manufacturer: "thingbridge", Model: "Simulated thermostat",
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(devices.Device{}, "Properties")); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		b.mustAsk("huette-2-living-room", "target", number(22))
		b.want("huette-2-living-room", "target", number(22))
	})
}

func TestCommandsAreConfirmedAtOnce(t *testing.T) {
	tests := []struct {
		name     string
		device   devices.ID
		property string
		value    devices.Value
		also     map[string]devices.Value // told of the same device
	}{
		{"a setpoint takes the preset away", "living-room", "target", number(22.5), map[string]devices.Value{"preset": text("none")}},
		{"the setpoint that already was", "living-room", "target", number(21), nil},
		{"mode off while the heat pump must run on", "living-room", "mode", text("off"), map[string]devices.Value{"reason": text("guard"), "action": text("heating")}},
		{"mode auto", "living-room", "mode", text("auto"), map[string]devices.Value{"target": number(21)}},
		{"a preset brings its target", "living-room", "preset", text("eco"), map[string]devices.Value{"target": number(18)}},
		{"a boost", "living-room", "boost", number(45), map[string]devices.Value{"preset": text("boost"), "target": number(24), "reason": text("boost")}},
		{"the preset boost lasts half an hour", "living-room", "preset", text("boost"), map[string]devices.Value{"boost": number(30)}},
		{"no boost where none was", "living-room", "boost", number(0), nil},
		{"a hold", "living-room", "hold", number(120), nil},
		{"light on", "lamp", "on", boolean(true), nil},
		{"brightness switches on", "lamp", "brightness", number(35), map[string]devices.Value{"on": boolean(true)}},
		{"a scene has its brightness", "lamp", "scene", text("evening"), map[string]devices.Value{"on": boolean(true), "brightness": number(40)}},
		{"a label", "lamp", "label", text("Beside the sofa"), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, simulated.DefaultConfig())
				b.told()
				b.mustAsk(test.device, test.property, test.value)
				confirmed := devices.Reading{Device: test.device, Property: test.property, Value: test.value, At: time.Now()}
				if told := b.told(); !slices.Contains(told, confirmed) {
					t.Errorf("got %v, want %v among them", told, confirmed)
				}
				for property, value := range test.also {
					b.want(test.device, property, value)
				}
			})
		})
	}
}

func TestCommandsAreRounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, simulated.DefaultConfig())
		b.mustAsk("lamp", "brightness", number(35.4))
		b.want("lamp", "brightness", number(35))
		b.mustAsk("living-room", "target", number(21.3))
		b.want("living-room", "target", number(21.5))
		b.mustAsk("living-room", "boost", number(0.6))
		b.want("living-room", "boost", number(1))
	})
}

func TestCommandsRefused(t *testing.T) {
	tests := []struct {
		name     string
		device   devices.ID
		property string
		value    devices.Value
		want     error
	}{
		{"an unknown device", "attic", "target", number(20), devices.ErrNoDevice},
		{"an unknown property", "living-room", "colour", text("red"), devices.ErrNoProperty},
		{"what is measured", "living-room", "temperature", number(20), devices.ErrNotWritable},
		{"too hot", "living-room", "target", number(31), devices.ErrRange},
		{"the wrong type", "living-room", "target", text("warm"), devices.ErrType},
		{"nothing", "living-room", "mode", devices.Value{}, devices.ErrType},
		{"an option that there is not", "living-room", "preset", text("party"), devices.ErrOption},
		{"too long a boost", "living-room", "boost", number(721), devices.ErrRange},
		{"a dark lamp that is on", "lamp", "brightness", number(0), devices.ErrRange},
		{"a label that does not fit", "lamp", "label", text(strings.Repeat("x", 101)), devices.ErrRange},
		{"a label that is no text", "lamp", "label", text("\xff"), devices.ErrRange},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, simulated.DefaultConfig())
				b.told()
				if err := b.ask(test.device, test.property, test.value); !errors.Is(err, test.want) {
					t.Errorf("got error %v, want %v", err, test.want)
				}
				if told := b.told(); len(told) > 0 {
					t.Errorf("got %v told of a refused command, want nothing", told)
				}
			})
		})
	}
}

func TestBoostWhileOffSaysWhatToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, simulated.DefaultConfig())
		b.mustAsk("living-room", "mode", text("off"))
		err := b.ask("living-room", "boost", number(30))
		if want := "thermostat is off; set its mode before a boost"; !errors.Is(err, thermostat.ErrOff) || err.Error() != want {
			t.Errorf("got error %v, want %s", err, want)
		}
	})
}

// At 60 simulated seconds a second, half an hour lasts 30 seconds.
func TestBoostAndHoldRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := simulated.DefaultConfig()
		cfg.Speed, cfg.Interval = 60, time.Second
		b := start(t, cfg)
		b.mustAsk("living-room", "target", number(19))
		b.mustAsk("living-room", "hold", number(60))
		b.mustAsk("living-room", "boost", number(30))
		b.pass(20 * time.Second)
		b.want("living-room", "boost", number(10))
		b.want("living-room", "hold", number(40))
		b.want("living-room", "target", number(24))
		b.pass(10 * time.Second)
		b.want("living-room", "boost", number(0))
		b.want("living-room", "target", number(19))
		b.pass(30 * time.Second)
		b.want("living-room", "hold", number(0))
		b.want("living-room", "preset", text("comfort"))
		b.want("living-room", "target", number(21))
	})
}

func TestOnlyChangesAreToldBetweenHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, simulated.DefaultConfig())
		all := len(b.told())
		previous := map[string]devices.Value{}
		for _, r := range b.pass(4 * time.Minute) {
			key := string(r.Device) + " " + r.Property
			if r.Value == previous[key] {
				t.Errorf("%s: told twice to be %v", key, r.Value)
			}
			previous[key] = r.Value
			if r.Property == "label" || r.Property == "battery" {
				t.Errorf("%s: told although it did not change", key)
			}
		}
		if len(previous) == 0 {
			t.Error("nothing was told in 4 minutes of winter")
		}
		told := map[string]bool{}
		for _, r := range b.pass(time.Minute) {
			told[string(r.Device)+" "+r.Property] = true
		}
		if len(told) != all {
			t.Errorf("got %d properties told by the heartbeat, want all %d", len(told), all)
		}
	})
}

func TestHouseThatDoesNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		command := devices.Command{Device: "lamp", Property: "on", Value: boolean(true)}
		if err := simulated.New(simulated.DefaultConfig()).Execute(t.Context(), command); !errors.Is(err, adapters.ErrUnavailable) {
			t.Errorf("before Run: got error %v, want %v", err, adapters.ErrUnavailable)
		}
		b := start(t, simulated.DefaultConfig())
		b.mustAsk("lamp", "on", boolean(true))
		b.stop()
		if err := b.ask("lamp", "on", boolean(false)); !errors.Is(err, adapters.ErrUnavailable) {
			t.Errorf("after Run: got error %v, want %v", err, adapters.ErrUnavailable)
		}
		b.run()
		b.want("lamp", "on", boolean(false)) // begins anew
		b.mustAsk("lamp", "on", boolean(true))

		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := simulated.New(simulated.DefaultConfig()).Run(gone, b); err != nil {
			t.Errorf("run without time: got error %v, want none", err)
		}
	})
}
