package homie_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homie"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

type house struct {
	*homie.Homie
	names *convention.Names
	at    time.Time
	all   convention.Result
}

func newHouse() *house {
	names := convention.NewNames([]string{"homeassistant", homie.Name}, nil)
	return &house{Homie: homie.New(names), names: names, at: noon}
}

func (h *house) hear(topic, payload string) bool {
	return h.Decode(&h.all, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: h.at})
}

// hearAll takes lines of a topic and a payload.
func (h *house) hearAll(lines string) {
	for line := range strings.Lines(lines) {
		if topic, payload, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			h.hear(topic, payload)
		}
	}
}

// settle lets the time pass that a description takes.
func (h *house) settle() {
	for next := h.Due(&h.all, h.at); !next.IsZero(); next = h.Due(&h.all, h.at) {
		h.at = next
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

// lines writes the last reading of each property as people see it.
func (h *house) lines(t *testing.T) (out []string) {
	t.Helper()
	d := h.device(t)
	for i := range d.Properties {
		p := &d.Properties[i]
		for _, r := range slices.Backward(h.all.Readings) {
			if r.Property == p.Name && r.Device == d.ID {
				out = append(out, p.Name+" "+p.Format(r.Value))
				break
			}
		}
	}
	return out
}

const thermostat = `homie/x/$homie 4.0.0
	homie/x/$name Living room
	homie/x/$nodes valve,air
	homie/x/valve/$name Valve
	homie/x/valve/$type thermostat
	homie/x/valve/$properties set-temperature,mode,boost,note
	homie/x/valve/set-temperature/$datatype float
	homie/x/valve/set-temperature/$settable true
	homie/x/valve/set-temperature/$unit ºC
	homie/x/valve/set-temperature/$format 5:30
	homie/x/valve/set-temperature 21.5
	homie/x/valve/mode/$datatype enum
	homie/x/valve/mode/$format off,heat,a,,b
	homie/x/valve/mode/$settable true
	homie/x/valve/mode heat
	homie/x/valve/boost/$datatype boolean
	homie/x/valve/boost/$settable true
	homie/x/valve/boost/$retained false
	homie/x/valve/note/$settable true
	homie/x/air/$properties temperature,humidity
	homie/x/air/temperature/$datatype float
	homie/x/air/temperature/$unit °C
	homie/x/air/temperature 19.25
	homie/x/air/humidity/$datatype integer
	homie/x/air/humidity/$unit %
	homie/x/air/humidity 45
	homie/x/$stats/battery 80
	homie/x/$state ready`

func TestADeviceBeforeVersion5InAnyOrder(t *testing.T) {
	want := []string{"target 21.5 °C", "mode heat", "temperature 19.25 °C", "humidity 45 %", "battery 80 %", "problem false"}
	lines := strings.Split(thermostat, "\n")
	const step = 5
	if len(lines)%step == 0 {
		t.Fatal("the step does not visit all lines")
	}
	var first *devices.Device
	for turn := range lines {
		h := newHouse()
		for i := range lines {
			h.hearAll(lines[(i*step+turn)%len(lines)])
		}
		h.settle()
		if diff := cmp.Diff(want, h.lines(t)); diff != "" {
			t.Fatalf("turn %d: readings (-want +got):\n%s", turn, diff)
		}
		if len(h.all.Announced) != 1 || len(h.all.Faults) != 0 {
			t.Fatalf("turn %d: %d announcements, faults %v", turn, len(h.all.Announced), h.all.Faults)
		}
		if first == nil {
			first = h.device(t)
		}
		if diff := cmp.Diff(first, h.device(t)); diff != "" {
			t.Fatalf("turn %d: device (-first +got):\n%s", turn, diff)
		}
	}
	if first.ID != "living-room" || first.Kind != "thermostat" {
		t.Errorf("device %q is a %q", first.ID, first.Kind)
	}
}

func TestCommands(t *testing.T) {
	h := newHouse()
	h.hearAll(thermostat)
	h.settle()
	tests := []struct {
		property string
		value    devices.Value
		topic    string
		payload  string
		qos      byte
		want     error
	}{
		{"target", devices.Number(22.5), "homie/x/valve/set-temperature/set", "22.5", 1, nil},
		{"target", devices.Number(99), "", "", 0, devices.ErrRange},
		{"mode", devices.Text("a,b"), "homie/x/valve/mode/set", "a,b", 1, nil},
		{"mode", devices.Text("c"), "", "", 0, devices.ErrOption},
		{"boost", devices.Boolean(true), "homie/x/valve/boost/set", "true", 0, nil},
		{"note", devices.Text(""), "homie/x/valve/note/set", "\x00", 1, nil},
		{"humidity", devices.Number(1), "", "", 0, devices.ErrNotWritable},
		{"nothing", devices.Number(1), "", "", 0, convention.ErrNoSuchProperty},
	}
	for _, tt := range tests {
		got, err := h.Command(devices.Command{Device: "living-room", Property: tt.property, Value: tt.value}, noon)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.property, err, tt.want)
		}
		if err == nil && !cmp.Equal(got, []convention.Message{{Topic: tt.topic, Payload: []byte(tt.payload), QoS: tt.qos}}) {
			t.Errorf("%s: got %+v", tt.property, got)
		}
	}
	if _, err := h.Command(devices.Command{Device: "y"}, noon); !errors.Is(err, convention.ErrNotMine) {
		t.Errorf("got %v", err)
	}
}

const five = `{"homie":"5.0","name":"Boiler","version":1,"nodes":{
	"main":{"name":"Main","properties":{
		"z-first":{"datatype":"integer","format":"0:10:2","settable":true},
		"left":{"datatype":"duration","settable":true},
		"when":{"datatype":"datetime"},
		"paint":{"datatype":"color","format":"rgb","settable":true},
		"temp":{"datatype":"float","unit":"°C","format":":90"},
		"all":{"datatype":"json"}}}}}`

func TestADeviceOfVersion5(t *testing.T) {
	h := newHouse()
	h.hear("homie/5/b/main/temp", "45.5")
	h.hear("homie/5/b/$state", "ready")
	h.hear("homie/5/b/$description", five)
	h.hear("homie/5/b/main/left", "PT1H2M3S")
	h.hear("homie/5/b/main/when", "2026-01-02T03:04:05Z")
	h.hear("homie/5/b/main/z-first", "4")
	h.hear("homie/5/b/main/z-first/$target", "6")
	h.hear("homie/5/b/main/z-first/set", "6")
	h.hear("homie/5/b/main/paint", "\x00")
	h.hear("homie/5/b/$alert/1", "it is hot")
	want := []string{"z_first 4", "left 3723 s", "when 2026-01-02T03:04:05Z", "paint ", "temperature 45.5 °C", "problem true"}
	if diff := cmp.Diff(want, h.lines(t)); diff != "" {
		t.Errorf("faults %v, readings (-want +got):\n%s", h.all.Faults, diff)
	}
	h.hear("homie/5/b/$alert/1", "")
	if got := h.lines(t); got[len(got)-1] != "problem false" {
		t.Errorf("the alert is not over: %q", got)
	}
	for property, want := range map[string]string{"left": "PT1H2M3S", "z_first": "6"} {
		value := devices.Number(3723)
		if property == "z_first" {
			value = devices.Number(5.4)
		}
		got, err := h.Command(devices.Command{Device: "boiler", Property: property, Value: value}, noon)
		if err != nil || string(got[0].Payload) != want || got[0].Retain {
			t.Errorf("%s: %v %v, want %s", property, got, err, want)
		}
	}
	h.hear("homie/5/b/main/temp", "95")
	if n := len(h.all.Faults); n == 0 || !errors.Is(h.all.Faults[n-1].Err, devices.ErrRange) {
		t.Errorf("faults %v, want one of the range", h.all.Faults)
	}
}

func TestAChildIsOutOfReachWithItsRoot(t *testing.T) {
	h := newHouse()
	h.hear("homie/5/root/$description", `{"homie":"5.0","name":"Bridge","children":["kid"],"nodes":{"n":{"properties":{"p":{"datatype":"float"}}}}}`)
	h.hear("homie/5/kid/$description", `{"homie":"5.0","name":"Kid","root":"root","parent":"root","nodes":{"n":{"properties":{"p":{"datatype":"float"}}}}}`)
	for _, line := range []string{"root/$state ready", "kid/$state ready", "root/$state lost", "root/$state ready", "kid/$state disconnected"} {
		h.hearAll("homie/5/" + line)
	}
	h.settle()
	var got []string
	for _, p := range h.all.Availability {
		if p.Device == "kid" {
			got = append(got, p.Availability.String())
		}
	}
	if diff := cmp.Diff([]string{"online", "offline", "online", "offline"}, got); diff != "" {
		t.Errorf("availability of the child (-want +got):\n%s", diff)
	}
}

func TestStates(t *testing.T) {
	h := newHouse()
	h.hearAll(thermostat)
	h.settle()
	for _, state := range []string{"sleeping", "lost", "init", "alert", "disconnected", "nonsense"} {
		h.hear("homie/x/$state", state)
	}
	h.Restored(&h.all)
	h.hear("homie/x/$state", "ready")
	h.Lost(&h.all)
	h.Restored(&h.all)
	h.hear("homie/x/$state", "ready")
	var got []string
	for _, p := range h.all.Availability {
		got = append(got, p.Availability.String())
	}
	want := []string{"online", "offline", "unknown", "online", "offline", "online", "offline", "online"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("availability (-want +got):\n%s", diff)
	}
	if len(h.all.Faults) != 1 || !strings.Contains(h.all.Faults[0].Error(), `"nonsense"`) {
		t.Errorf("faults %v", h.all.Faults)
	}
	h.hear("homie/x/$state", "")
	if !slices.Equal(h.all.Removed, []devices.ID{"living-room"}) {
		t.Errorf("removed %v", h.all.Removed)
	}
	if last := h.all.Keep[len(h.all.Keep)-1]; len(last.Payload) != 0 {
		t.Error("the record is kept")
	}
	if _, err := h.Command(devices.Command{Device: "living-room", Property: "target"}, noon); !errors.Is(err, convention.ErrNotMine) {
		t.Errorf("a removed device takes commands: %v", err)
	}
}

func TestVersion2(t *testing.T) {
	h := newHouse()
	h.hearAll(`homie/car/$homie 2.1.0
		homie/car/$mac DE:AD:BE:EF:FE:ED
		homie/car/$name Super car
		homie/car/$nodes lights[],engine
		homie/car/engine/$properties speed,lamp[1-2]:settable
		homie/car/engine/lamp_1 true
		homie/car/engine/speed 30
		homie/car/lights/$name Lights
		homie/car/lights/$properties intensity
		homie/car/lights/$array 0-1
		homie/car/lights/intensity/$datatype integer
		homie/car/lights/intensity/$settable true
		homie/car/lights/intensity/$unit %
		homie/car/lights/intensity/$format 0:100
		homie/car/lights_0/$name Back lights
		homie/car/lights_0/intensity 10
		homie/car/lights_1/intensity 100`)
	h.settle()
	want := []string{"lights_0_intensity 10 %", "lights_1_intensity 100 %", "speed 30", "lamp_1 true"}
	if diff := cmp.Diff(want, h.lines(t)); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
	if owner := h.names.Owner("mac:deadbeeffeed"); owner != homie.Name {
		t.Errorf("the address belongs to %q", owner)
	}
	got, err := h.Command(devices.Command{Device: "super-car", Property: "lights_1_intensity", Value: devices.Number(33)}, noon)
	if err != nil || got[0].Topic != "homie/car/lights_1/intensity/set" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnotherRootIsFound(t *testing.T) {
	h := newHouse()
	if h.hear("house/x/$state", "ready") || h.hear("house/x/$homie", "yes") {
		t.Error("a topic of somebody else was taken")
	}
	h.hear("house/x/$homie", "4.0.0")
	h.hear("other/5/y/$description", five)
	var got []string
	for _, f := range h.all.Subscribe {
		got = append(got, f.Topic)
	}
	if diff := cmp.Diff([]string{"house/x/#", "other/5/y/#"}, got); diff != "" {
		t.Errorf("subscriptions (-want +got):\n%s", diff)
	}
	if !h.hear("house/x/n/p", "1") {
		t.Error("the value of a device is not taken")
	}
	h.hear("house/x/$homie", "")
	if diff := cmp.Diff([]string{"house/x/#"}, h.all.Unsubscribe); diff != "" {
		t.Errorf("unsubscribed (-want +got):\n%s", diff)
	}
}
