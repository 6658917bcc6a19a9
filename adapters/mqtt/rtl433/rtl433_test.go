package rtl433_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/rtl433"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

type house struct {
	*rtl433.RTL433
	names *convention.Names
	at    time.Time
	all   convention.Result
}

func newHouse() *house {
	names := convention.NewNames([]string{"homeassistant", rtl433.Name}, nil)
	return &house{RTL433: rtl433.New(names), names: names, at: noon}
}

// hear gives a message; what it meant is added to all.
func (h *house) hear(topic, payload string) {
	h.Decode(&h.all, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: h.at})
}

// thrice gives a message often enough for a sensor of the house.
func (h *house) thrice(topic, payload string) {
	for range 3 {
		h.hear(topic, payload)
		h.at = h.at.Add(3 * time.Minute)
	}
}

func (h *house) device(t *testing.T) *devices.Device {
	t.Helper()
	if len(h.all.Announced) == 0 {
		t.Fatalf("no device; faults %v", h.all.Faults)
	}
	d := h.all.Announced[len(h.all.Announced)-1]
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	return d
}

func lines(h *house) []string {
	var out []string
	d := h.all.Announced[len(h.all.Announced)-1]
	for _, r := range h.all.Readings {
		p, ok := d.Property(r.Property)
		if !ok {
			out = append(out, r.Property+" is not announced")
			continue
		}
		line := p.Name + " " + p.Format(r.Value)
		if p.Class != "" {
			line += " " + p.Class
		}
		if p.Category == devices.Diagnostic {
			line += " diagnostic"
		}
		out = append(out, line)
	}
	return out
}

func TestEventsBecomeReadings(t *testing.T) {
	tests := []struct {
		name, payload string
		want          []string
	}{
		{"temperature and humidity", `{"time":"x","model":"A-1","id":7,"channel":1,"battery_ok":0,"temperature_C":12.2,"humidity":94,"mic":"CRC"}`,
			[]string{"battery_low true battery diagnostic", "temperature 12.2 °C temperature", "humidity 94 % humidity", "mic CRC diagnostic"}},
		{"degrees Fahrenheit alone", `{"model":"A","temperature_F":58.6}`, []string{"temperature 14.78 °C temperature"}},
		{"degrees Fahrenheit beside", `{"model":"A","temperature_F":50,"temperature_C":10}`, []string{"temperature 10 °C temperature"}},
		{"two probes", `{"model":"A","temperature_1_C":1.5,"temperature_2_C":2.5}`,
			[]string{"temperature_1 1.5 °C temperature", "temperature_2 2.5 °C temperature"}},
		{"wind and rain", `{"model":"A","wind_avg_km_h":3.6,"wind_max_m_s":2,"wind_dir_deg":90,"rain_mm":1.5}`,
			[]string{"wind_speed 3.6 km/h wind_speed", "wind_gust 2 m/s wind_speed", "wind_direction 90° wind_direction", "rain 1.5 mm precipitation"}},
		{"miles and inches", `{"model":"A","wind_avg_mi_h":10,"rain_in":1}`, []string{"wind_speed 16.09 km/h wind_speed", "rain 25.4 mm precipitation"}},
		{"air pressure", `{"model":"A","pressure_hPa":1001.7}`, []string{"pressure 1001.7 hPa atmospheric_pressure"}},
		{"tyre pressure", `{"model":"A","type":"TPMS","id":"0xc3f0","pressure_PSI":10,"battery_mV":284}`,
			[]string{"pressure 68.95 kPa pressure", "battery_voltage 284 mV voltage diagnostic"}},
		{"a battery with a level", `{"model":"A","battery_ok":0.800}`, []string{"battery 80 % battery diagnostic"}},
		{"signal", `{"model":"A","humidity":5,"rssi":-1.978,"snr":25.6,"noise":-27}`,
			[]string{"humidity 5 % humidity", "rssi -1.98 dBm signal_strength diagnostic", "snr 25.6 dB signal_strength diagnostic", "noise -27 dB signal_strength diagnostic"}},
		{"power", `{"model":"A","power_W":1519.0}`, []string{"power 1519 W power"}},
		{"a word that nobody knows", `{"model":"A","frobs_kWh":3,"colour":"red"}`, []string{"frobs 3 kWh energy", "colour red"}},
		{"a contact the wrong way round", `{"model":"A","closed":1}`, []string{"open false opening"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse()
			h.thrice("rtl_433/pi/events", tt.payload)
			h.device(t)
			if diff := cmp.Diff(tt.want, lines(h)); diff != "" {
				t.Errorf("readings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASensorIsADeviceWhenItWasHeardOftenEnough(t *testing.T) {
	tests := []struct {
		name string
		at   []time.Duration
		want bool
	}{
		{"a car that passes", []time.Duration{0, time.Second, 30 * time.Second, 31 * time.Second, time.Minute}, false},
		{"a car that passes each morning and each evening", []time.Duration{0, 9 * time.Hour, 24 * time.Hour, 33 * time.Hour}, false},
		{"one transmission with repeats, and another", []time.Duration{0, 100 * time.Millisecond, 6 * time.Minute, 6*time.Minute + 1}, false},
		{"a thermometer", []time.Duration{0, 50 * time.Second, 5 * time.Minute}, true},
		{"a water sensor each hour", []time.Duration{0, time.Hour, 2 * time.Hour}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse()
			for _, at := range tt.at {
				h.at = noon.Add(at)
				h.hear("rtl_433/pi/events", `{"model":"A","id":1,"temperature_C":1}`)
			}
			if got := len(h.all.Announced) > 0; got != tt.want {
				t.Errorf("is a device: %v, want %v", got, tt.want)
			}
			if want := len(tt.at); !tt.want && len(h.all.Faults) != want {
				t.Errorf("%d reasons, want %d", len(h.all.Faults), want)
			}
		})
	}
}

func TestFieldsOnTopicsOfTheirOwn(t *testing.T) {
	for _, base := range []string{"rtl_433/pi/devices/", "sensors/rtl_433/", "rtl_433/devices/"} {
		h := newHouse()
		for range 4 {
			for _, field := range []string{"time 2026-01-02", "id 162", "battery_ok 1", "temperature_C 23.5", "mic CRC"} {
				name, value, _ := strings.Cut(field, " ")
				h.hear(base+"Acurite-606TX/162/"+name, value)
			}
			h.at = h.at.Add(3 * time.Minute)
		}
		d := h.device(t)
		if d.ID != "acurite-606tx-162" || d.Model != "Acurite-606TX" || d.Serial != "162" {
			t.Errorf("%s: device %q of model %q, serial %q", base, d.ID, d.Model, d.Serial)
		}
		got := lines(h)
		if want := []string{"battery_low false battery diagnostic", "temperature 23.5 °C temperature", "mic CRC diagnostic"}; !cmp.Equal(want, got[len(got)-3:]) {
			t.Errorf("%s: readings %q, want %q at the end", base, got, want)
		}
	}
}

func TestFieldsAreLeftOutWhereEventsSayAll(t *testing.T) {
	h := newHouse()
	h.thrice("rtl_433/pi/events", `{"model":"A","channel":1,"id":2,"temperature_C":1.5}`)
	before := len(h.all.Readings)
	h.hear("rtl_433/pi/devices/A/1/2/temperature_C", "1.5")
	if len(h.all.Readings) != before {
		t.Error("the value was read twice")
	}
}

func TestNoiseIsNoMeasurement(t *testing.T) {
	h := newHouse()
	h.thrice("rtl_433/pi/events", `{"model":"A","temperature_C":-143.5,"humidity":170}`)
	if len(h.all.Readings) != 0 {
		t.Errorf("readings %v, want none", h.all.Readings)
	}
	if fault := h.all.Faults[len(h.all.Faults)-1].Error(); !strings.Contains(fault, "noise") {
		t.Errorf("fault %q", fault)
	}
}

func TestReasonsOfWhatIsPassedOver(t *testing.T) {
	tests := []struct{ topic, payload, want string }{
		{"rtl_433/pi/events", `{"model":"A"}`, "nothing but"},
		{"rtl_433/pi/events", `{"temperature_C":1}`, "no model"},
		{"rtl_433/pi/events", `{"temperature_C":`, "no JSON object"},
		{"rtl_433/pi/states", `{"stats":1}`, "about the receiver"},
		{"rtl_433/pi/events", `{"model":"A","temperature_C":1}`, "heard 1 of 3 times"},
		{"rtl_433/x", "1", "no sensor"},
		{"rtl_433/pi/availability", "perhaps", "online or offline"},
	}
	for _, tt := range tests {
		h := newHouse()
		h.hear(tt.topic, tt.payload)
		if len(h.all.Faults) != 1 || !strings.Contains(h.all.Faults[0].Error(), tt.want) {
			t.Errorf("%s %s: faults %v, want one with %q", tt.topic, tt.payload, h.all.Faults, tt.want)
		}
	}
}

func TestARecordMakesASensorKnownAgain(t *testing.T) {
	h := newHouse()
	h.thrice("rtl_433/pi/events", `{"model":"A","id":1,"battery_ok":0.8,"temperature_F":50,"state":"x"}`)
	want := h.device(t)
	keep := h.all.Keep[len(h.all.Keep)-1]

	again := newHouse()
	again.names.Load(h.names.Fresh())
	again.Decode(&again.all, convention.Received{Topic: []byte(keep.Topic), Payload: keep.Payload, Retained: true, At: noon})
	if diff := cmp.Diff(want, again.device(t)); diff != "" {
		t.Errorf("device (-want +got):\n%s", diff)
	}
	again.hear("rtl_433/pi/events", `{"model":"A","id":1,"temperature_F":59}`)
	if len(again.all.Readings) != 1 || len(again.all.Announced) != 1 {
		t.Errorf("%d readings, %d announcements, want 1 and 1", len(again.all.Readings), len(again.all.Announced))
	}
}

func TestAnotherConventionMayTakeASensorOver(t *testing.T) {
	h := newHouse()
	h.thrice("rtl_433/pi/events", `{"model":"A","channel":1,"id":2,"temperature_C":1}`)
	id := h.device(t).ID
	other, ok := h.names.Assign("homeassistant", "id:a-1-2", "A-1-2")
	if other != id || !ok {
		t.Fatalf("the discovery's device is %q, want %q", other, id)
	}
	h.all.Reset()
	h.hear("rtl_433/pi/events", `{"model":"A","channel":1,"id":2,"temperature_C":2}`)
	if len(h.all.Readings)+len(h.all.Faults)+len(h.all.Removed) != 0 || len(h.all.Keep) != 1 || len(h.all.Keep[0].Payload) != 0 {
		t.Errorf("got %+v, want nothing but that the record is forgotten", h.all)
	}
}

func TestCommandsAreRefused(t *testing.T) {
	h := newHouse()
	h.thrice("rtl_433/pi/events", `{"model":"A","temperature_C":1}`)
	for property, want := range map[string]error{"temperature": devices.ErrNotWritable, "x": convention.ErrNoSuchProperty} {
		if _, err := h.Command(devices.Command{Device: "a", Property: property}, noon); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", property, err, want)
		}
	}
	if _, err := h.Command(devices.Command{Device: "b"}, noon); !errors.Is(err, convention.ErrNotMine) {
		t.Errorf("got %v", err)
	}
}

func TestAvailabilityIsThatOfTheReceiver(t *testing.T) {
	h := newHouse()
	h.thrice("rtl_433/pi/events", `{"model":"A","temperature_C":1}`)
	h.hear("rtl_433/pi/availability", "offline")
	h.hear("rtl_433/attic/events", `{"model":"A","temperature_C":1}`)
	h.hear("rtl_433/pi/availability", "offline")
	h.Lost(&h.all)
	h.Restored(&h.all)
	var got []string
	for _, p := range h.all.Availability {
		got = append(got, p.Availability.String())
	}
	if diff := cmp.Diff([]string{"online", "offline", "online", "offline", "online"}, got); diff != "" {
		t.Errorf("availability (-want +got):\n%s", diff)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	h := newHouse()
	for i := range 5000 {
		h.hear("rtl_433/pi/events", fmt.Sprintf(`{"model":"A","id":%d,"temperature_C":1}`, i))
	}
	h.all.Reset()
	h.at = h.at.Add(6 * time.Minute)
	h.hear("rtl_433/pi/events", `{"model":"A","id":4999,"temperature_C":1}`)
	if len(h.all.Faults) != 1 || !strings.Contains(h.all.Faults[0].Error(), "heard 2 of 3 times") {
		t.Errorf("the newest was forgotten: %v", h.all.Faults)
	}
}

func TestDecodeOfReadingsAllocatesLittle(t *testing.T) {
	for _, payload := range []string{
		`{"time":"x","model":"A-1","id":7,"channel":1,"battery_ok":1,"temperature_C":12.2,"humidity":94,"mic":"CRC"}`,
	} {
		h := newHouse()
		h.thrice("rtl_433/pi/events", payload)
		m := convention.Received{Topic: []byte("rtl_433/pi/events"), Payload: []byte(payload), At: h.at}
		if allocs := testing.AllocsPerRun(200, func() {
			h.all.Reset()
			h.Decode(&h.all, m)
		}); allocs > 2 || len(h.all.Readings) != 4 {
			t.Errorf("%v allocations for %d readings, want at most 2 for 4", allocs, len(h.all.Readings))
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	h := newHouse()
	payload := `{"time":"x","model":"A-1","id":7,"channel":1,"battery_ok":1,"temperature_C":12.2,"humidity":94,"mic":"CRC"}`
	h.thrice("rtl_433/pi/events", payload)
	m := convention.Received{Topic: []byte("rtl_433/pi/events"), Payload: []byte(payload), At: h.at}
	b.ReportAllocs()
	for b.Loop() {
		h.all.Reset()
		h.Decode(&h.all, m)
	}
}

// FuzzDecode holds that whatever comes, devices are valid and readings fit them.
func FuzzDecode(f *testing.F) {
	f.Add("pi/events", `{"model":"A","id":1,"temperature_C":1.5,"temperature_F":35,"x":{"y":[1,"]"]}}`)
	f.Add("pi/devices/A/1/temperature_C", "21.5")
	f.Add("pi/availability", "offline")
	f.Add("pi/events", `{"model":"\u00e4","open":3,"open":true,"unit":"kg","weight":3,"avg":1,"avgu":"kW"}`)
	f.Add("pi/devices/A/1/moi"+strings.Repeat("1", 60), "1")
	f.Add("pi/devices/A/1/0_"+strings.Repeat("0", 62), "1")
	f.Fuzz(func(t *testing.T, topic, payload string) {
		h := newHouse()
		h.thrice("rtl_433/"+topic, payload)
		known := make(map[devices.ID]*devices.Device)
		for _, d := range h.all.Announced {
			if err := d.Validate(); err != nil {
				t.Fatalf("device is not valid: %v", err)
			}
			known[d.ID] = d
		}
		for _, r := range h.all.Readings {
			p, ok := known[r.Device].Property(r.Property)
			if !ok {
				t.Fatalf("reading of unknown property %q", r.Property)
			}
			if err := p.Check(r.Value); err != nil {
				t.Errorf("reading is of no use: %v", err)
			}
		}
		for i := range h.all.Faults {
			if text := h.all.Faults[i].Error(); len(text) > 1000 {
				t.Errorf("fault is %d bytes long", len(text))
			}
		}
	})
}
