package tasmota_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/tasmota"
	"thingbridge/devices"
)

// announce makes an announcement; changes replace keys of an ordinary one.
func announce(changes map[string]any) (topic, payload string) {
	c := map[string]any{
		"dn": "Tasmota", "fn": []any{"Lamp", nil}, "hn": "lamp-0956", "mac": "AABBCC49A3BC", "md": "Sonoff Basic", "ofln": "Offline", "onln": "Online",
		"state": []string{"OFF", "ON", "TOGGLE", "HOLD"}, "t": "lamp", "ft": "%prefix%/%topic%/", "tp": []string{"cmnd", "stat", "tele"},
		"rl": []int{1, 0}, "swc": []int{-1}, "btn": []int{0}, "so": map[string]int{"4": 0}, "lk": 1,
	}
	maps.Copy(c, changes)
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("tasmota/discovery/%v/config", c["mac"]), string(raw)
}

func (h *house) announce(t *testing.T, changes map[string]any) *devices.Device {
	t.Helper()
	r := h.hear(announce(changes))
	if len(r.Announced) != 1 {
		t.Fatalf("announced %d devices, faults %v; want one device", len(r.Announced), r.Faults)
	}
	return r.Announced[0]
}

func TestAnnouncedDevice(t *testing.T) {
	h := newHouse()
	topic, payload := announce(nil)
	r := h.hear(topic, payload)
	if len(r.Announced) != 1 || len(r.Keep) != 1 || r.Keep[0].Topic != topic || string(r.Keep[0].Payload) != payload {
		t.Fatalf("announced %v, kept %v; want the device and its announcement", r.Announced, r.Keep)
	}
	d := r.Announced[0]
	got := []string{string(d.ID), d.Name, d.Manufacturer, d.Model, d.Serial, d.Kind, d.Properties[0].Name, d.Properties[0].Label, fmt.Sprint(r.Subscribe)}
	want := []string{"lamp", "Tasmota", "Tasmota", "Sonoff Basic", "AABBCC49A3BC", "switch", "on", "Lamp", "[{stat/lamp/+ 1}]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := h.hear(topic, payload); len(r.Announced) > 0 || len(r.Keep) > 0 {
		t.Errorf("the same announcement is told again: %v", r)
	}
	r = h.hear(topic, "")
	if len(r.Removed) != 1 || len(r.Keep) != 2 || len(r.Keep[0].Payload) > 0 || !slices.Contains(r.Unsubscribe, "stat/lamp/+") {
		t.Errorf("removed %v, kept %v, unsubscribed %v; want it gone", r.Removed, r.Keep, r.Unsubscribe)
	}
}

func TestAnnouncementsThatCannotBeUsed(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]any
		want    string
	}{
		{"no prefix", map[string]any{"ft": "%topic%/"}, "%prefix%"},
		{"prefixes missing", map[string]any{"tp": []string{"cmnd"}}, "1 prefixes"},
		{"equal prefixes", map[string]any{"tp": []string{"a", "a", "a"}}, "same topic"},
		{"wildcard", map[string]any{"t": "#"}, "wildcard"},
		{"other MAC", map[string]any{"mac": "AABBCC49A3"}, "no MAC"},
		{"list where a text is due", map[string]any{"ft": []int{1}}, "cannot be read"},
	}
	for _, test := range tests {
		h := newHouse()
		r := h.hear(announce(test.changes))
		if len(r.Faults) != 1 || !strings.Contains(r.Faults[0].Error(), test.want) || len(r.Announced) > 0 {
			t.Errorf("%s: faults %v, want one with %q", test.name, r.Faults, test.want)
		}
	}
}

func TestTwoDevicesWithOneTopic(t *testing.T) {
	h := newHouse()
	h.announce(t, nil)
	r := h.hear(announce(map[string]any{"mac": "AABBCC49A3BD"}))
	if len(r.Faults) != 1 || !strings.Contains(r.Faults[0].Error(), "same topics") {
		t.Errorf("faults %v, want one about the topics", r.Faults)
	}
	if r := h.hear("stat/lamp/POWER", "ON"); len(r.Readings) != 1 {
		t.Errorf("readings %v of the first device, want one", r.Readings)
	}
}

func TestDeviceThatAnotherConventionSpeaksFor(t *testing.T) {
	h := newHouse()
	if _, ok := h.names.Assign("homeassistant", "mac:aabbcc49a3bc", "Lamp"); !ok {
		t.Fatal("not assigned")
	}
	if r := h.hear(announce(nil)); len(r.Faults) != 1 || len(r.Announced) > 0 {
		t.Errorf("announced %v, faults %v; want a fault alone", r.Announced, r.Faults)
	}
	h = newHouse()
	d := h.announce(t, nil)
	h.names.Assign("homeassistant", "id:49a3bc", "Lamp")
	if r := h.hear("stat/lamp/POWER", "ON"); len(r.Readings) > 0 || len(r.Removed) != 1 {
		t.Errorf("readings %v, removed %v; want the device gone", r.Readings, r.Removed)
	}
	if _, err := h.t.Command(devices.Command{Device: d.ID, Property: "on", Value: devices.Boolean(true)}, noon); !errors.Is(err, convention.ErrNotMine) {
		t.Errorf("command: %v, want ErrNotMine", err)
	}
}

func TestReadings(t *testing.T) {
	h := newHouse()
	h.announce(t, map[string]any{"rl": []int{1, 2, 3, 3}, "lt_st": 5, "swc": []int{1, 8}, "btn": []int{0, 1}, "so": map[string]int{"73": 1}, "sho": []int{0}, "bat": 1})
	h.hear("tasmota/discovery/AABBCC49A3BC/sensors", `{"sn":{"Time":"x","SHT3X":{"Temperature":20,"Humidity":40},"ENERGY":{"Total":1.0,"Power":[1,2],"TotalStartTime":"2018"},
		"BME280":{"Pressure":1000,"DewPoint":7},"LD2410":{"Energy":3},"TempUnit":"F","PressureUnit":"hPa","Thermostat0":{"ThermostatModeSet":0,"TempTargetSet":18.0}}}`)
	tests := []struct{ topic, payload, want string }{
		{"stat/lamp/POWER1", "ON", "on=true"},
		{"stat/lamp/POWER", `{"POWER":"OFF"}`, "on=false"},
		{"stat/lamp/RESULT", `{"POWER2":"ON","Dimmer":55,"HSBColor":"30,100,55","CT":300,"White":0,"Scheme":4}`, "on_2=true brightness_2=55 color_2=#ff8000 color_temp_2=300 white_2=0 color_mode_2=hs effect_2=Random"},
		{"stat/lamp/RESULT", `{"HSBColor":"x"}`, "fault: color_2"},
		{"stat/lamp/RESULT", `{"HSBColor":"0,0,0"}`, "works: color_2 color_2=#ffffff"},
		{"stat/lamp/RESULT", `{"Scheme":9}`, "fault: effect_2"},
		{"tele/lamp/SENSOR", `{"Shutter1":{"Position":20,"Direction":-1,"Target":0}}`, "position=20 state=closing"},
		{"stat/lamp/RESULT", `{"Shutter1":{"Position":0,"Direction":0,"Target":0}}`, "position=0 state=closed"},
		{"tele/lamp/SENSOR", `{"Switch1":"ON","SHT3X":{"Temperature":70.5,"Humidity":"41"},"BME280":{"Pressure":null}}`, "switch_1=true temperature=70.5 humidity=41"},
		{"stat/lamp/RESULT", `{"Switch2":{"Action":"HOLD"}}`, "switch_2_action=HOLD"},
		{"stat/lamp/RESULT", `{"Button2":{"Action":"DOUBLE"}}`, "button_2=DOUBLE"},
		{"tele/lamp/SENSOR", `{"ENERGY":{"Total":1.5,"Power":[10,20],"TotalStartTime":"2019"}}`, "energy=1.5 power=10 power_2=20 energy_since=2019"},
		{"tele/lamp/SENSOR", `{"ENERGY":{"Power":7}}`, "power=7"},
		{"tele/lamp/SENSOR", `{"Thermostat0":{"ThermostatModeSet":1,"TempTargetSet":19.5}}`, "mode=auto target=19.5"},
		{"tele/lamp/STATE", `{"UptimeSec":3600,"BatteryPercentage":80,"Wifi":{"Signal":-60,"SSId":"net"}}`, "last_restart=2020-11-11T07:00:00Z battery=80 signal=-60 ssid=net"},
		{"tele/lamp/STATE", `{`, "fault: "},
		{"tele/lamp/LWT", "Offline", "offline"},
		{"tele/lamp/LWT", "gone", "fault: "},
		{"tele/lamp/LWT", "Online", "online"},
		{"stat/lamp/LOGGING", "{", ""},
	}
	for _, test := range tests {
		r := h.hear(test.topic, test.payload)
		var got []string
		for _, p := range r.Availability {
			got = append(got, p.Availability.String())
		}
		for i := range r.Faults {
			got = append(got, map[bool]string{true: "works: ", false: "fault: "}[r.Faults[i].Err == nil]+r.Faults[i].Property)
		}
		for _, reading := range r.Readings {
			got = append(got, reading.Property+"="+reading.Value.String())
		}
		if test.topic != "tele/lamp/LWT" && len(got) > 0 && got[0] == "online" {
			got = got[1:]
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.topic, test.payload, diff)
		}
	}
}

func TestCommands(t *testing.T) {
	h := newHouse()
	d := h.announce(t, map[string]any{"rl": []int{1, 2, 3, 3}, "lt_st": 5, "sho": []int{1}, "sht": [][]int{{-90, 90, 24}}, "so": map[string]int{"20": 1}})
	h.hear("tasmota/discovery/AABBCC49A3BC/sensors", `{"sn":{"TempUnit":"C","Thermostat1":{"ThermostatModeSet":0,"TempTargetSet":18.0}}}`)
	tests := []struct {
		property string
		value    devices.Value
		want     string
	}{
		{"on", devices.Boolean(true), "cmnd/lamp/Power1 ON"},
		{"on_2", devices.Boolean(false), "cmnd/lamp/Backlog NoDelay;Power2 OFF"},
		{"brightness_2", devices.Number(55.4), "cmnd/lamp/Backlog NoDelay;Dimmer 55;NoDelay;Power2 ON"},
		{"brightness_2", devices.Number(0), "cmnd/lamp/Backlog NoDelay;Power2 OFF"},
		{"color_temp_2", devices.Number(300), "cmnd/lamp/Backlog NoDelay;Power2 ON;NoDelay;CT 300"},
		{"color_2", devices.Text("#00ff80"), "cmnd/lamp/Backlog NoDelay;Power2 ON;NoDelay;HsbColor1 150;NoDelay;HsbColor2 100"},
		{"color_2", devices.Text("red"), "wrong type"},
		{"effect_2", devices.Text("Cycle up"), "cmnd/lamp/Backlog NoDelay;Power2 ON;NoDelay;Scheme 2"},
		{"position", devices.Number(30), "cmnd/lamp/ShutterPosition1 70"},
		{"tilt", devices.Number(75), "cmnd/lamp/ShutterTilt1 45"},
		{"cover", devices.Text("stop"), "cmnd/lamp/ShutterStop1 "},
		{"target_2", devices.Number(19.5), "cmnd/lamp/TempTargetSet2 19.5"},
		{"mode_2", devices.Text("manual"), "cmnd/lamp/ThermostatModeSet2 2"},
		{"state", devices.Text("open"), "not writable"},
		{"position", devices.Number(101), "out of range"},
		{"nothing", devices.Number(1), "no such property"},
	}
	for _, test := range tests {
		cmd := devices.Command{Device: d.ID, Property: test.property, Value: test.value}
		out, err := h.t.Command(cmd, noon)
		got := fmt.Sprint(err)
		if err == nil {
			got = out[0].Topic + " " + string(out[0].Payload)
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s to %s: %s, want %s", test.property, test.value, got, test.want)
		}
	}
	var r convention.Result
	h.t.Echo(&r, devices.Command{Device: d.ID, Property: "cover", Value: devices.Text("stop")}, noon)
	h.t.Echo(&r, devices.Command{Device: d.ID, Property: "on", Value: devices.Boolean(true)}, noon)
	if len(r.Readings) != 1 {
		t.Errorf("echo: %v, want that of cover alone", r.Readings)
	}
}

func TestDeviceThatSleeps(t *testing.T) {
	h := newHouse()
	d := h.announce(t, map[string]any{"dslp": 3600})
	h.hear("tele/lamp/STATE", `{"POWER":"ON"}`)
	h.hear("tele/lamp/LWT", "Offline")
	if got := h.availability[d.ID]; got != devices.Online {
		t.Errorf("asleep: %v, want online", got)
	}
	h.wait(3 * time.Hour)
	if got := h.availability[d.ID]; got != devices.Unknown {
		t.Errorf("silent for three hours: %v, want unknown", got)
	}
}

func TestBrokerLostAndRestored(t *testing.T) {
	h := newHouse()
	d := h.announce(t, nil)
	h.hear("tele/lamp/LWT", "Online")
	if want := "cmnd/lamp/STATE cmnd/lamp/STATUS"; len(h.published) != 2 || h.published[0].Topic+" "+h.published[1].Topic != want {
		t.Errorf("published %v, want %s", h.published, want)
	}
	var r convention.Result
	h.t.Lost(&r)
	h.t.Restored(&r)
	h.take(&r)
	if got := h.availability[d.ID]; got != devices.Offline {
		t.Errorf("after the broker is back: %v, want offline until it is heard of", got)
	}
	h.hear("tele/lamp/LWT", "Online")
	if got := h.availability[d.ID]; got != devices.Online {
		t.Errorf("after its will: %v, want online", got)
	}
}

func TestDeviceThatDoesNotAnnounceItself(t *testing.T) {
	h := newHouse()
	if r := h.hear("plug/tele/LWT", "Online"); len(r.Faults) != 1 || len(r.Subscribe) != 1 || r.Subscribe[0].Topic != "plug/stat/+" {
		t.Fatalf("faults %v, subscribed %v; want a reason and its answers", r.Faults, r.Subscribe)
	}
	h.wait(time.Minute)
	if len(h.published) != 1 || h.published[0].Topic != "plug/cmnd/STATUS" || string(h.published[0].Payload) != "0" {
		t.Fatalf("published %v, want STATUS 0", h.published)
	}
	h.hear("plug/stat/STATUS", `{"Status":{"Module":1,"DeviceName":"Washer","FriendlyName":["Washer"],"Topic":"plug"}}`)
	h.hear("plug/stat/STATUS2", `{"StatusFWR":{"Version":"8.1","Hardware":"ESP8266EX"}}`)
	h.hear("plug/stat/STATUS5", `{"StatusNET":{"Hostname":"plug-1234","Mac":"60:01:94:AA:BB:CC"}}`)
	h.hear("plug/stat/STATUS10", `{"StatusSNS":{"Time":"x","ENERGY":{"Total":1.2,"Power":5}}}`)
	r := h.hear("plug/stat/STATUS11", `{"StatusSTS":{"POWER1":"ON","POWER2":"OFF","Dimmer":30,"CT":300}}`)
	d := h.devices["washer"]
	if d == nil || len(r.Keep) != 2 {
		t.Fatalf("devices %v, kept %v, faults %v; want the washer and its two announcements", h.devices, r.Keep, r.Faults)
	}
	for _, name := range []string{"on", "on_2", "brightness_2", "color_temp_2", "power", "energy"} {
		if _, ok := d.Property(name); !ok {
			t.Errorf("no property %s", name)
		}
	}
	again := newHouse()
	for _, record := range r.Keep {
		again.hear(record.Topic, string(record.Payload))
	}
	if diff := cmp.Diff(d, again.devices["washer"]); diff != "" {
		t.Errorf("from what was kept (-want +got):\n%s", diff)
	}
	if r := h.hear("plug/stat/POWER2", "ON"); len(r.Readings) != 1 {
		t.Errorf("readings %v, want one", r.Readings)
	}
	for _, topic := range []string{"a/b/tele/LWT", "tele/LWT", "LWT", "zigbee2mqtt/x/STATE"} {
		var r convention.Result
		if h.t.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte("Online"), At: noon}) {
			t.Errorf("%s is taken for a device's", topic)
		}
	}
}

func TestDeviceWithTooManyValues(t *testing.T) {
	h := newHouse()
	h.announce(t, nil)
	keys := make([]string, 300)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"S%d":{"Temperature":1}`, i)
	}
	r := h.hear("tasmota/discovery/AABBCC49A3BC/sensors", `{"sn":{`+strings.Join(keys, ",")+`}}`)
	if len(r.Announced) != 1 || len(r.Faults) != 1 || len(r.Keep) != 1 || len(r.Announced[0].Properties) > 220 {
		t.Errorf("announced %d devices, faults %v; want one device and a fault about the rest", len(r.Announced), r.Faults)
	}
}

func TestCommandsBesideMessages(t *testing.T) {
	h := newHouse()
	d := h.announce(t, nil)
	var wait sync.WaitGroup
	wait.Go(func() {
		for range 100 {
			if _, err := h.t.Command(devices.Command{Device: d.ID, Property: "on", Value: devices.Boolean(true)}, noon); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range 100 {
		var r convention.Result
		topic, payload := announce(map[string]any{"mac": fmt.Sprintf("AABBCC00%04d", i), "t": fmt.Sprint("t", i)})
		h.t.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon})
		h.t.Filters()
	}
	wait.Wait()
}

func TestReadingsAllocateNothing(t *testing.T) {
	names := convention.NewNames([]string{"tasmota"}, nil)
	c := tasmota.New(names)
	var r convention.Result
	hear := func(topic, payload string) convention.Received {
		return convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon}
	}
	topic, payload := announce(map[string]any{"rl": []int{2}, "lt_st": 3})
	c.Decode(&r, hear(topic, payload))
	c.Decode(&r, hear("tasmota/discovery/AABBCC49A3BC/sensors", `{"sn":{"ENERGY":{"Total":1.0,"Power":5},"AM2301":{"Temperature":21.5}}}`))
	for _, m := range []convention.Received{
		hear("tele/lamp/SENSOR", `{"Time":"2020-11-11T08:00:00","ENERGY":{"Total":1.5,"Power":7},"AM2301":{"Temperature":21.5}}`),
		hear("tele/lamp/STATE", `{"POWER":"ON","Dimmer":50,"HSBColor":"30,100,50","Wifi":{"SSId":"net","Signal":-60}}`),
		hear("stat/lamp/POWER", "OFF"),
	} {
		if allocs := testing.AllocsPerRun(100, func() {
			r.Reset()
			c.Decode(&r, m)
		}); allocs != 0 || len(r.Readings) == 0 {
			t.Errorf("%s: %v allocations for %d readings, want none for some", m.Topic, allocs, len(r.Readings))
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	c := tasmota.New(convention.NewNames([]string{"tasmota"}, nil))
	var r convention.Result
	topic, payload := announce(nil)
	c.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon})
	c.Decode(&r, convention.Received{Topic: []byte("tasmota/discovery/AABBCC49A3BC/sensors"), Payload: []byte(`{"sn":{"ENERGY":{"Total":1.0,"Power":5}}}`), At: noon})
	m := convention.Received{Topic: []byte("tele/lamp/SENSOR"), Payload: []byte(`{"Time":"2020-11-11T08:00:00","ENERGY":{"Total":1.5,"Power":7}}`), At: noon}
	b.ReportAllocs()
	for b.Loop() {
		r.Reset()
		c.Decode(&r, m)
	}
}
