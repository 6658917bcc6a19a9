package talk_test

import (
	"fmt"
	"strings"
	"testing"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
)

// valve is a radiator's thermostat as a radio gateway announces it: ten things that
// matter, thirty that do not.
func valve(t *testing.T) devices.Twin {
	t.Helper()
	d := &devices.Device{ID: "valve", Name: "Valve", Manufacturer: "Maker", Model: "TRV-1", Kind: "thermostat"}
	number := func(name, class, unit string, category devices.Category, writable bool) {
		d.Properties = append(d.Properties, devices.Property{Name: name, Type: devices.TypeNumber, Class: class, Unit: unit, Category: category, Writable: writable})
	}
	for i := range 20 {
		number(fmt.Sprintf("calibration_%d", i), "", "°C", devices.Setting, true)
	}
	number("linkquality", "", "lqi", devices.Diagnostic, false)
	number("battery", "battery", "%", devices.Diagnostic, false)
	d.Properties = append(d.Properties,
		devices.Property{Name: "on_start", Type: devices.TypeEnum, Options: []string{"off", "heat", "previous"}, Writable: true, Category: devices.Setting, Label: "After power comes back"},
		devices.Property{Name: "action", Type: devices.TypeEnum, Options: []string{"idle", "heating"}},
		devices.Property{Name: "mode", Type: devices.TypeEnum, Options: []string{"off", "heat", "auto"}, Writable: true},
		devices.Property{Name: "smoke", Type: devices.TypeBoolean, Class: "smoke"},
		devices.Property{Name: "window", Type: devices.TypeBoolean, Class: "window"})
	number("target", "", "°C", devices.Primary, true)
	number("temperature", "temperature", "°C", devices.Primary, false)
	var readings []devices.Reading
	for name, value := range map[string]devices.Value{
		"linkquality": devices.Number(99), "battery": devices.Number(80), "on_start": devices.Text("previous"), "action": devices.Text("heating"),
		"mode": devices.Text("heat"), "smoke": devices.Boolean(false), "window": devices.Boolean(false), "target": devices.Number(21),
		"temperature": devices.Number(20.5), "calibration_3": devices.Number(-1),
	} {
		readings = append(readings, devices.Reading{Device: "valve", Property: name, Value: value, At: noon})
	}
	return twinOf(t, d, readings)
}

func TestAContactIsNoCockpit(t *testing.T) {
	tests := []struct{ text, want, not string }{
		{"status", "Valve\nSmoke: no smoke\nTemperature: 20.5 °C\nTarget: 21 °C\nMode: heat\nAction: heating\nWindow: closed\nBattery: 80 %\nAnd 22 more: status all", "Link quality"},
		{"status all", "Battery: 80 %\nSettings:\nCalibration 0: –", ""},
		{"status alles", "Diagnostics:\nLink quality: 99 lqi", ""},
		{"zustand alles", "Diagnose:\nFunkgüte: 99 lqi", ""},
		{"settings", "Settings:\nCalibration 0: –\nCalibration 1: –\nCalibration 2: –\nCalibration 3: -1 °C", "Temperature:"},
		{"einstellungen", "Einstellungen:\nCalibration 0", "Temperatur:"},
		{"settings", "After power comes back: previous", ""},
		{"diagnostics", "Diagnostics:\nLink quality: 99 lqi", "Temperature"},
		{"diagnose", "Funkgüte: 99 lqi", "Temperatur"},
		{"link quality", "Link quality: 99 lqi", "Temperature"},
		{"after power comes back", "After power comes back: previous", ""},
		{"what are you?", "Valve: Thermostat\nManufacturer: Maker\nModel: TRV-1", ""},
		{"Was bist du?", "Valve: Thermostat\nHersteller: Maker", ""},
		{"help", "off, heat, automatic – Mode", "calibration"},
		{"help all", "set calibration 19 …", ""},
		{"", "no smoke · 20.5 °C → 21.0 · heating", "80 %"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			answer := ask(valve(t), test.text).Answer
			want := strings.Replace(test.want, "automatic", "auto", 1)
			if !strings.Contains(answer, want) || test.not != "" && strings.Contains(answer, test.not) {
				t.Errorf("answer %q\nwant %q, and not %q", answer, want, test.not)
			}
			if lines := strings.Count(answer, "\n") + 1; strings.HasPrefix(test.text, "help") && !strings.Contains(test.text, "all") && lines > 12 {
				t.Errorf("help of %d lines", lines)
			}
		})
	}
}

// A form shows what people change; how a device is set up has a form of its own.
func TestSettingsHaveAFormOfTheirOwn(t *testing.T) {
	req := talk.Request{Twin: valve(t), Role: access.Control}
	for name, want := range map[string]string{"set": "target mode", "settings": "calibration_0 calibration_1"} {
		node, ok := talk.FindNode(req, name)
		if !ok {
			t.Fatalf("no command %s", name)
		}
		var fields []string
		for _, f := range node.Stage(0, nil).Fields {
			fields = append(fields, f.Name)
		}
		got := strings.Join(fields, " ")
		if !strings.HasPrefix(got, want) || name == "set" && got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := namesOf(talk.Nodes(req)); strings.Contains(got, "on_start") {
		t.Errorf("a setting is a command: %s", got)
	}
	if got := ask(valve(t), "settings calibration 3 -2").Commands; len(got) != 1 || got[0].Property != "calibration_3" || got[0].Value != devices.Number(-2) {
		t.Errorf("a setting is not set: %+v", got)
	}
	if got := ask(valve(t), "off").Commands; len(got) != 1 || got[0].Property != "mode" {
		t.Errorf("off is a setting's: %+v", got)
	}
}

func TestWhatIsMovedDimmedAndLocked(t *testing.T) {
	enum := func(name string, options ...string) devices.Property {
		return devices.Property{Name: name, Type: devices.TypeEnum, Options: options, Writable: true}
	}
	position := devices.Property{Name: "position", Type: devices.TypeNumber, Unit: "%", Min: 0, Max: 100, Writable: true}
	raw := devices.Property{Name: "brightness", Type: devices.TypeNumber, Min: 0, Max: 254, Writable: true}
	boolean := func(name, class string) devices.Property {
		return devices.Property{Name: name, Class: class, Type: devices.TypeBoolean, Writable: true}
	}
	lampProperties := []devices.Property{boolean("effect_loop", ""), boolean("on", ""), raw}
	tests := []struct {
		text       string
		kind       string
		properties []devices.Property
		property   string
		value      devices.Value
	}{
		{"open", "cover", []devices.Property{position, enum("move", "OPEN", "CLOSE", "STOP")}, "move", devices.Text("OPEN")},
		{"stopp", "cover", []devices.Property{position, enum("move", "OPEN", "CLOSE", "STOP")}, "move", devices.Text("STOP")},
		{"close", "cover", []devices.Property{position}, "position", devices.Number(0)},
		{"hoch", "cover", []devices.Property{position}, "position", devices.Number(100)},
		{"up", "cover", []devices.Property{position}, "position", devices.Number(100)},
		{"weniger", "cover", []devices.Property{position}, "position", devices.Number(0)},
		{"50 %", "cover", []devices.Property{position, enum("mode", "slow", "fast")}, "position", devices.Number(50)},
		{"zu", "valve", []devices.Property{boolean("open", "")}, "open", devices.Boolean(false)},
		{"on", "light", lampProperties, "on", devices.Boolean(true)},
		{"brighter", "light", lampProperties, "brightness", devices.Number(151)},
		{"dunkler", "light", lampProperties, "brightness", devices.Number(49)},
		{"50 %", "light", lampProperties, "brightness", devices.Number(127)},
		{"100%", "light", lampProperties, "brightness", devices.Number(254)},
		{"set brightness 50 %", "light", lampProperties, "brightness", devices.Number(127)},
		{"set 20", "light", lampProperties, "brightness", devices.Number(20)},
		{"lock", "lock", []devices.Property{boolean("locked", "")}, "locked", devices.Boolean(true)},
		{"entriegeln", "lock", []devices.Property{boolean("locked", "")}, "locked", devices.Boolean(false)},
		{"lock", "lock", []devices.Property{boolean("state", "lock")}, "state", devices.Boolean(false)},
		{"unlock", "lock", []devices.Property{enum("order", "LOCK", "UNLOCK", "OPEN")}, "order", devices.Text("UNLOCK")},
		{"on left", "switch", []devices.Property{boolean("right", ""), boolean("left", "")}, "left", devices.Boolean(true)},
		{"left off", "switch", []devices.Property{boolean("right", ""), boolean("left", "")}, "left", devices.Boolean(false)},
		{"stop", "vacuum", []devices.Property{enum("order", "start", "pause", "stop")}, "order", devices.Text("stop")},
	}
	for _, test := range tests {
		t.Run(test.text+" "+test.kind, func(t *testing.T) {
			d := &devices.Device{ID: "thing", Name: "Thing", Kind: test.kind, Properties: test.properties}
			var readings []devices.Reading
			if _, ok := d.Property("brightness"); ok {
				readings = []devices.Reading{{Device: "thing", Property: "brightness", Value: devices.Number(100)}}
			}
			plan := ask(twinOf(t, d, readings), test.text)
			if len(plan.Commands) != 1 || plan.Commands[0].Property != test.property || plan.Commands[0].Value != test.value {
				t.Errorf("got %+v %q, want %s = %v", plan.Commands, plan.Answer, test.property, test.value)
			}
		})
	}
	switchless := twinOf(t, &devices.Device{ID: "d", Kind: "lock", Properties: []devices.Property{boolean("locked", "")}}, nil)
	sensor := twinOf(t, &devices.Device{ID: "d", Kind: "motion", Properties: []devices.Property{
		boolean("fading", ""), {Name: "interval", Type: devices.TypeNumber, Writable: true}, enum("restart", "press"),
	}}, nil)
	for _, text := range []string{"on", "press", "20", "set 20", "warmer"} {
		if plan := ask(sensor, text); len(plan.Commands) > 0 {
			t.Errorf("%q to a motion sensor does %+v", text, plan.Commands)
		}
	}
	for _, text := range []string{"off", "on"} {
		if plan := ask(switchless, text); len(plan.Commands) > 0 {
			t.Errorf("%q to a lock does %+v", text, plan.Commands)
		}
	}
}

// What each kind of device shows first, whatever order it announces things in.
func TestWhatMattersOfEachKind(t *testing.T) {
	value := map[string]devices.Value{
		"on": devices.Boolean(true), "brightness": devices.Number(40), "power": devices.Number(12), "energy": devices.Number(3), "voltage": devices.Number(230),
		"current": devices.Number(0.1), "position": devices.Number(30), "contact": devices.Boolean(true), "occupancy": devices.Boolean(true),
		"illuminance": devices.Number(7), "temperature": devices.Number(21), "humidity": devices.Number(40), "pressure": devices.Number(1000),
		"moisture": devices.Boolean(true), "tamper": devices.Boolean(false), "action": devices.Text("single"), "locked": devices.Boolean(true),
	}
	unit := map[string]string{"brightness": "%", "power": "W", "energy": "kWh", "voltage": "V", "current": "A", "position": "%", "temperature": "°C", "humidity": "%", "illuminance": "lx", "pressure": "hPa"}
	class := map[string]string{"contact": "door", "occupancy": "occupancy", "moisture": "moisture", "tamper": "tamper", "on": "", "temperature": "temperature", "humidity": "humidity"}
	tests := []struct{ kind, properties, english, german string }{
		{"light", "energy power brightness on", "on · 40 % · 3 kWh · 12 W", "an · 40 % · 3 kWh · 12 W"},
		{"plug", "current voltage energy power on", "on · 12 W · 3 kWh · 0.1 A", "an · 12 W · 3 kWh · 0,1 A"},
		{"cover", "power position", "30 % · 12 W", "30 % · 12 W"},
		{"door", "tamper temperature contact", "open · untouched · 21 °C", "offen · unberührt · 21 °C"},
		{"motion", "temperature illuminance occupancy", "occupied · 7 lx · 21 °C", "belegt · 7 lx · 21 °C"},
		{"leak", "temperature tamper moisture", "WATER · 21 °C · untouched", "WASSER · 21 °C · unberührt"},
		{"sensor", "pressure illuminance humidity temperature", "21 °C · 40 % · 7 lx · 1000 hPa", "21 °C · 40 % · 7 lx · 1000 hPa"},
		{"button", "temperature action", "single · 21 °C", "single · 21 °C"},
		{"lock", "tamper locked", "locked · untouched", "verriegelt · unberührt"},
		{"", "pressure temperature", "1000 hPa · 21 °C", "1000 hPa · 21 °C"},
	}
	for _, test := range tests {
		t.Run(test.kind, func(t *testing.T) {
			d := &devices.Device{ID: "thing", Kind: test.kind}
			var readings []devices.Reading
			for _, name := range strings.Fields(test.properties) {
				d.Properties = append(d.Properties, devices.Property{Name: name, Type: value[name].Type(), Unit: unit[name], Class: class[name]})
				readings = append(readings, devices.Reading{Device: "thing", Property: name, Value: value[name]})
			}
			twin := twinOf(t, d, readings)
			if got := talk.StatusLine(&twin, talk.English); got != test.english {
				t.Errorf("got %q, want %q", got, test.english)
			}
			if got := talk.StatusLine(&twin, talk.German); got != test.german {
				t.Errorf("got %q, want %q", got, test.german)
			}
		})
	}
}
