package theengs_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/adapters/mqtt/theengs"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

type house struct {
	*theengs.Theengs
	names *convention.Names
	at    time.Time
	all   convention.Result
}

func newHouse() *house {
	names := convention.NewNames([]string{"homeassistant", theengs.Name}, nil)
	return &house{Theengs: theengs.New(names), names: names, at: noon}
}

func (h *house) hear(topic, payload string) bool {
	return h.Decode(&h.all, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: h.at})
}

// lines writes the readings as people see them.
func (h *house) lines(t *testing.T) []string {
	t.Helper()
	known := make(map[devices.ID]*devices.Device)
	for _, d := range h.all.Announced {
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		known[d.ID] = d
	}
	var out []string
	for _, r := range h.all.Readings {
		p, ok := known[r.Device].Property(r.Property)
		if !ok {
			t.Fatalf("reading of unknown property %q", r.Property)
		}
		line := p.Name + " " + p.Format(r.Value)
		if p.Class != "" {
			line += " " + p.Class
		}
		out = append(out, line)
	}
	return out
}

const sensor = "home/gw/BTtoMQTT/A4C1386E4AE8"

func TestDecodedSensors(t *testing.T) {
	tests := []struct {
		name, payload string
		want          []string
	}{
		{"temperature and humidity", `{"id":"A4:C1:38:6E:4A:E8","mac_type":0,"name":"ATC_6E4AE8","rssi":-91,"brand":"Xiaomi","model":"L","model_id":"L_A","tempc":14.2,"tempf":57.56,"hum":56,"batt":75,"volt":2.887}`,
			[]string{"rssi -91 dBm signal_strength", "temperature 14.2 °C temperature", "humidity 56 % humidity", "battery 75 % battery", "battery_voltage 2.89 V voltage"}},
		{"several probes", `{"model":"B","tempc":22,"tempf":71.6,"tempc2":21,"tempf2":69.8,"tempc2_dp":10}`,
			[]string{"temperature 22 °C temperature", "temperature_2 21 °C temperature", "temperature_2_dew_point 10 °C temperature"}},
		{"only degrees Fahrenheit", `{"model":"B","tempf":50}`, []string{"temperature 10 °C temperature"}},
		{"a plant", `{"model":"B","lux":9971,"moi":14,"fer":91}`,
			[]string{"illuminance 9971 lx illuminance", "soil_moisture 14 % moisture", "fertility 91 µS/cm conductivity"}},
		{"a door", `{"model":"B","open":true,"lux":1}`, []string{"open true opening", "illuminance 1 lx illuminance"}},
		{"a contact in words", `{"model":"B","contact":"timeout not closed"}`, []string{"open true opening"}},
		{"a blind", `{"model":"B","open":30,"direction":"up"}`, []string{"position 30 %", "direction up"}},
		{"a meter with units of its own", `{"model":"B","avg":2.376,"avgu":"kW","sum":21.2,"sumu":"kWh","lowbatt":true}`,
			[]string{"power 2.38 kW power", "energy 21.2 kWh energy", "battery_low true battery"}},
		{"scales in pounds", `{"model":"B","unit":"lb","weight":10}`, []string{"weight 4.54 kg weight"}},
		{"a tracker", `{"model":"B","track":true,"batt":80}`, []string{"battery 80 % battery", "presence true presence"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse()
			h.hear(sensor, tt.payload)
			if diff := cmp.Diff(tt.want, h.lines(t)); diff != "" {
				t.Errorf("faults %v; readings (-want +got):\n%s", h.all.Faults, diff)
			}
			if owner := h.names.Owner("mac:a4c1386e4ae8"); owner != theengs.Name {
				t.Errorf("the address belongs to %q", owner)
			}
		})
	}
}

func TestReasonsOfWhatIsPassedOver(t *testing.T) {
	tests := []struct{ name, topic, payload, want string }{
		{"an anonymous one", sensor, `{"id":"45:e1:74:12:6e:00","rssi":-89}`, "no name"},
		{"a phone", sensor, `{"model":"Apple Watch","model_id":"W","track":true,"prmac":true}`, "changes its address"},
		{"an encrypted one", sensor, `{"model":"X","encr":1,"cipher":"ab","mic":"c"}`, "encrypted"},
		{"one with a name only", sensor, `{"name":"TV","rssi":-80,"batt":1}`, "heard 1 of 3 times"},
		{"one with nothing to tell", sensor, `{"model":"X","rssi":-80}`, "nothing but who"},
		{"one without an address", "home/gw/BTtoMQTT", `{"model":"X","hum":1}`, "does not say its address"},
		{"no JSON", sensor, `x`, "no JSON"},
		{"a radio sensor", "home/gw/RTL_433toMQTT/A/1", `{"model":"A","id":1,"temperature_C":1}`, "heard 1 of 3 times"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse()
			h.hear(tt.topic, tt.payload)
			if len(h.all.Faults) != 1 || !strings.Contains(h.all.Faults[0].Error(), tt.want) || len(h.all.Announced) != 0 {
				t.Errorf("faults %v, want one with %q", h.all.Faults, tt.want)
			}
		})
	}
}

func TestABeaconWhoseAddressChangesIsItsUUID(t *testing.T) {
	h := newHouse()
	for _, address := range []string{"58:78:20:76:BC:24", "4A:78:20:76:BC:25"} {
		h.hear("home/gw/BTtoMQTT/X", `{"id":"`+address+`","mac_type":1,"model":"iBeacon","model_id":"IBEACON","uuid":"1de4b189115e45f6b44e509352269977","major":1,"minor":2,"batt":3}`)
	}
	if len(h.all.Announced) != 1 || h.names.Owner("id:ibeacon-1de4b189115e45f6b44e509352269977-1-2") != theengs.Name {
		t.Errorf("%d devices, want 1; faults %v", len(h.all.Announced), h.all.Faults)
	}
}

func TestATrackerLeaves(t *testing.T) {
	h := newHouse()
	h.hear(sensor, `{"model":"B","track":true}`)
	next := h.Due(&h.all, noon)
	if want := noon.Add(5 * time.Minute); !next.Equal(want) {
		t.Fatalf("next at %v, want %v", next, want)
	}
	h.Due(&h.all, next)
	h.at = next.Add(time.Minute)
	h.hear(sensor, `{"model":"B","track":true}`)
	h.hear(sensor, `{"id":"A4:C1:38:6E:4A:E8","state":"offline"}`)
	want := []string{"presence true presence", "presence false presence", "presence true presence", "presence false presence"}
	if diff := cmp.Diff(want, h.lines(t)); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}

func TestALastWillSpeaksForAllThatTheGatewayHears(t *testing.T) {
	h := newHouse()
	h.hear(sensor, `{"model":"B","hum":5}`)
	h.hear("home/gw/LWT", "offline")
	h.hear("home/attic/LWT", "online")
	h.hear("home/attic/BTtoMQTT/A4C1386E4AE8", `{"model":"B","hum":6}`)
	h.hear("home/gw/LWT", "offline")
	h.Lost(&h.all)
	h.Restored(&h.all)
	h.hear("home/attic/LWT", "online")
	var got []string
	for _, p := range h.all.Availability {
		got = append(got, p.Availability.String())
	}
	if diff := cmp.Diff([]string{"online", "offline", "online", "offline", "online"}, got); diff != "" {
		t.Errorf("availability (-want +got):\n%s", diff)
	}
	if h.hear("tele/plug/LWT", "Online") {
		t.Error("Tasmota's last will was taken")
	}
}

func TestAGatewayIsADevice(t *testing.T) {
	h := newHouse()
	h.hear("home/OMG/SYStoMQTT", `{"uptime":60,"version":"v1","freemem":1000,"mac":"AA:BB:CC:00:11:22","rssi":-50,"SSID":"x","tempc":40.5}`)
	want := []string{"uptime 60 s duration", "free_memory 1000 B", "rssi -50 dBm signal_strength", "temperature 40.5 °C temperature"}
	if diff := cmp.Diff(want, h.lines(t)); diff != "" || h.names.Owner("mac:aabbcc001122") != theengs.Name {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}

func TestARecordMakesASensorKnownAgain(t *testing.T) {
	h := newHouse()
	h.hear(sensor, `{"model":"B","track":true,"unit":"lb","weight":10,"avg":1,"avgu":"kW"}`)
	want, keep := h.all.Announced[len(h.all.Announced)-1], h.all.Keep[len(h.all.Keep)-1]
	again := newHouse()
	again.hear(keep.Topic, string(keep.Payload))
	if len(again.all.Announced) != 1 {
		t.Fatalf("not known again: %v", again.all.Faults)
	}
	if diff := cmp.Diff(want, again.all.Announced[0]); diff != "" {
		t.Errorf("device (-want +got):\n%s", diff)
	}
}

// TestCorpus gives what the Theengs decoder makes of real sensors: each must give
// readings, or a reason. CORPUS names the folder that has the messages.
func TestCorpus(t *testing.T) {
	h := newHouse()
	reasons := make(map[string]int)
	messages, told := 0, 0
	for i, line := range conventiontest.Lines(t, "theengs-ble.jsonl") {
		var m struct{ Payload string }
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		before, faults := len(h.all.Readings), len(h.all.Faults)
		h.hear(fmt.Sprintf("home/gw/BTtoMQTT/C0FFEE%06X", i), m.Payload)
		messages++
		switch {
		case len(h.all.Readings) > before:
			told++
		case len(h.all.Faults) > faults:
			reasons[h.all.Faults[len(h.all.Faults)-1].Err.Error()]++
		default:
			t.Errorf("neither readings nor a reason: %s", m.Payload)
		}
	}
	h.lines(t)
	t.Logf("%d messages: %d with readings (%d of them)", messages, told, len(h.all.Readings))
	for reason, n := range reasons {
		t.Logf("%d times: %s", n, reason)
	}
	if told < messages*9/10 {
		t.Errorf("%d of %d messages have readings", told, messages)
	}
}

func TestCorpusOfWildMessages(t *testing.T) {
	h := newHouse()
	heard := 0
	for _, line := range conventiontest.Lines(t, "wild-messages.jsonl") {
		var m struct{ Producer, Kind, Topic, Payload string }
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		if m.Producer == "openmqttgateway" && m.Kind == "state" {
			heard++
			before := len(h.all.Readings) + len(h.all.Faults)
			if !h.hear(m.Topic, m.Payload) || len(h.all.Readings)+len(h.all.Faults) == before {
				t.Errorf("neither readings nor a reason: %s", m.Payload)
			}
		}
	}
	t.Logf("%d messages: %d devices, %d reasons", heard, len(h.all.Announced), len(h.all.Faults))
}

// FuzzDecode holds that whatever comes, devices are valid and readings fit them.
func FuzzDecode(f *testing.F) {
	f.Add("gw/BTtoMQTT/A4C1386E4AE8", `{"model":"B","track":true,"tempc":1,"tempf":33.8,"unit":"lb","weight":10}`)
	f.Add("gw/SYStoMQTT", `{"mac":"AA:BB:CC:00:11:22","rssi":-50}`)
	f.Add("gw/LWT", "offline")
	f.Add("gw/RTL_433toMQTT", `{"model":"A","humidity":101}`)
	f.Fuzz(func(t *testing.T, topic, payload string) {
		h := newHouse()
		for range 3 {
			h.hear("home/"+topic, payload)
			h.at = h.at.Add(20 * time.Minute)
			h.Due(&h.all, h.at)
		}
		h.lines(t)
		for i := range h.all.Faults {
			if text := h.all.Faults[i].Error(); len(text) > 1000 {
				t.Errorf("fault is %d bytes long", len(text))
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	h := newHouse()
	payload := []byte(`{"id":"A4:C1:38:6E:4A:E8","rssi":-91,"brand":"Xiaomi","model":"L","tempc":14.2,"tempf":57.56,"hum":56,"batt":75}`)
	b.ReportAllocs()
	for b.Loop() {
		h.all.Reset()
		h.Decode(&h.all, convention.Received{Topic: []byte(sensor), Payload: payload, At: noon})
	}
}

func TestASensorThatDiscoverySpeaksForIsNoSecondDevice(t *testing.T) {
	h := newHouse()
	h.names.Assign("homeassistant", "mac:a4c1386e4ae8", "A4C1386E4AE8")
	h.hear(sensor, `{"id":"A4:C1:38:6E:4A:E8","model":"B","hum":5}`)
	if len(h.all.Announced)+len(h.all.Readings)+len(h.all.Faults) != 0 {
		t.Errorf("got %+v, want nothing", h.all)
	}
}
