package shelly_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/adapters/mqtt/shelly"
	"thingbridge/devices"
)

const plug = `{"id":"shellyplug-s-AABBCC","model":"SHPLG-S","mac":"AABBCCDDEEFF","ip":"192.168.1.2","new_fw":false,"fw_ver":"v1.11"}`

func TestFirstGeneration(t *testing.T) {
	h := newHouse()
	h.hear("shellies/announce", plug)
	tests := []struct{ topic, payload, want string }{
		{"relay/0", "on", "on=true"},
		{"relay/0", "overpower", "on=false"},
		{"relay/0/power", "12.5", "power=12.5"},
		{"relay/0/energy", "600", "energy=10"},
		{"relay/1", "off", "on_2=false"},
		{"relay/0", "perhaps", "fault: on"},
		{"relay/0", "off", "works: on on=false"},
		{"input/0", "1", "input=true"},
		{"input_event/0", `{"event":"S","event_cnt":4}`, "button_count=4"},
		{"input_event/0", `{"event":"S","event_cnt":4}`, "button_count=4"},
		{"input_event/0", `{"event":"SS","event_cnt":5}`, "button=double_push button_count=5"},
		{"temperature", "41.2", "device_temperature=41.2"},
		{"ext_temperature/0", "999", ""},
		{"ext_temperature/1", "21.25", "temperature_2=21.25"},
		{"roller/0", "close", "state=closing"},
		{"roller/0/pos", "-1", ""},
		{"roller/0/pos", "40", "position=40"},
		{"color/0/status", `{"ison":true,"mode":"color","red":255,"green":136,"blue":0,"gain":50,"temp":3000}`, "color_on=true mode=color brightness=50 color_temp=3000 color=#ff8800"},
		{"sensor/state", "open", "open=true"},
		{"sensor/gas", "mild", "gas=true"},
		{"sensor/act_reasons", `["sensor"]`, "wakeup_reason=sensor"},
		{"status", `{"motion":true,"timestamp":1,"lux":18,"tmp":{"value":20.5,"units":"C"}}`, "motion=true illuminance=18 status_temperature=20.5"},
		{"status", `{`, "fault: "},
		{"novelty/0", "3.5", "novelty=3.5"},
		{"relay/0/command", "on", ""},
		{"temperature_f", "100", ""},
		{"info", `{"wifi_sta":{"rssi":-60},"mac":"AABBCCDDEEFF","relays":[{"ison":true}]}`, "signal=-60"},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, said(h.hear("shellies/shellyplug-s-AABBCC/"+test.topic, test.payload))); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.topic, test.payload, diff)
		}
	}
	d := h.only(t)
	got := []string{string(d.ID), d.Manufacturer, d.Model, d.Serial}
	if diff := cmp.Diff([]string{"shellyplug-s-aabbcc", "Shelly", "SHPLG-S", "AABBCCDDEEFF"}, got); diff != "" {
		t.Errorf("device (-want +got):\n%s", diff)
	}
	const base = "shellies/shellyplug-s-AABBCC/"
	commands := []struct {
		property string
		value    devices.Value
		want     string
	}{
		{"on", devices.Boolean(true), base + "relay/0/command on"},
		{"on_2", devices.Boolean(false), base + "relay/1/command off"},
		{"position", devices.Number(30), base + "roller/0/command/pos 30"},
		{"cover", devices.Text("stop"), base + "roller/0/command stop"},
		{"color", devices.Text("#0080ff"), base + `color/0/set {"turn":"on","mode":"color","red":0,"green":128,"blue":255}`},
		{"color", devices.Text("blue"), "wrong type"},
		{"brightness", devices.Number(0), base + `color/0/set {"turn":"off"}`},
		{"brightness", devices.Number(60), base + `color/0/set {"turn":"on","gain":60}`},
		{"color_temp", devices.Number(4000), base + `color/0/set {"turn":"on","mode":"white","temp":4000}`},
		{"power", devices.Number(1), "not writable"},
		{"nothing", devices.Number(1), "no such property"},
		{"position", devices.Number(130), "out of range"},
	}
	for _, test := range commands {
		if got := h.command(d, test.property, test.value); !strings.Contains(got, test.want) {
			t.Errorf("%s to %s: %s, want %s", test.property, test.value, got, test.want)
		}
	}
}

func TestThermostatOfTheFirstGeneration(t *testing.T) {
	h := newHouse()
	r := h.hear("shellies/shellytrv-8CF681E1363A/info", `{"calibrated":true,"bat":{"value":90,"voltage":4.0},"thermostats":[{"pos":20.5,"schedule":false,
		"target_t":{"enabled":true,"value":21.0,"units":"C"},"tmp":{"value":19.5,"units":"C","is_valid":true},"boost_minutes":0,"window_open":false}]}`)
	if want := "calibrated=true battery=90 battery_voltage=4 valve=20.5 schedule=false target=21 temperature=19.5 boost=0 window=false"; said(r) != want {
		t.Errorf("readings %s, want %s", said(r), want)
	}
	d := h.only(t)
	if d.Kind != "thermostat" || h.names.Owner("mac:8cf681e1363a") != "shelly" {
		t.Errorf("kind %q, want a thermostat known by its MAC", d.Kind)
	}
	for property, want := range map[string]string{"target": "shellies/shellytrv-8CF681E1363A/thermostat/0/command/target_t 31", "schedule": "shellies/shellytrv-8CF681E1363A/thermostat/0/command/schedule 1"} {
		p, _ := d.Property(property)
		if got := h.command(d, property, conventiontest.ValueOf(p)); got != want {
			t.Errorf("%s: %s, want %s", property, got, want)
		}
	}
}

func TestLaterGenerationUnderAnyPrefix(t *testing.T) {
	h := newHouse()
	h.hear("home/Terrasse/online", "true")
	if asked := strings.Join(h.published, "\n"); !strings.Contains(asked, `home/Terrasse/rpc {"id":1,"src":"thingbridge/shelly/info/home/Terrasse","method":"Shelly.GetDeviceInfo"}`) || !strings.Contains(asked, "Shelly.GetStatus") {
		t.Errorf("published %s, want questions", asked)
	}
	h.hear("home/Terrasse/status/switch:0", `{"id":0,"source":"HTTP","output":true,"temperature":{"tC":54.0,"tF":129.3}}`)
	if len(h.devices) > 0 {
		t.Error("it is announced before it has said who it is")
	}
	r := h.hear("thingbridge/shelly/info/home/Terrasse/rpc", `{"id":1,"src":"shellyplus1-441793a5d2fc","dst":"x","result":{"name":"Terrace","id":"shellyplus1-441793a5d2fc","mac":"441793A5D2FC","model":"SNSW-001X16EU","app":"Plus1"}}`)
	if want := "source=HTTP on=true device_temperature=54"; said(r) != want {
		t.Errorf("readings %s, want %s", said(r), want)
	}
	h.hear("thingbridge/shelly/config/home/Terrasse/rpc", `{"result":{"switch:0":{"id":0,"name":"Lamp"},"number:200":{"name":"Level","min":0,"max":10,"meta":{"ui":{"unit":"cm","step":2}},"access":"crw"},
		"enum:200":{"options":["a","b"],"access":"cr"},"input:0":{"type":"button"},"bthomesensor:200":{"obj_id":69,"name":"Pool"}}}`)
	tests := []struct{ topic, payload, want string }{
		{"thingbridge/shelly/status/home/Terrasse/rpc", `{"result":{"switch:0":{"output":false},"number:200":{"value":4},"enum:200":{"value":"b"},"boolean:200":{"value":true},"text:200":{"value":"x"},"bthomesensor:200":{"value":19.5},"wifi":{"rssi":-55},"cury:0":{"left":3,"id":0}}}`,
			"on=false number_200=4 enum_200=b boolean_200=true text_200=x temperature_200=19.5 signal=-55 cury_left=3"},
		{"home/Terrasse/events/rpc", `{"src":"x","method":"NotifyStatus","params":{"ts":1.5,"cover:0":{"state":"opening","current_pos":50,"slat_pos":10},"input:0":{"state":null}}}`, "state=opening position=50 tilt=10"},
		{"home/Terrasse/events/rpc", `{"method":"NotifyEvent","params":{"ts":1,"events":[{"component":"input:0","id":0,"event":"single_push","ts":1},{"event":"config_changed","component":"sys"},{"event":"long_push","component":"input:1"}]}}`, "button=single_push button_2=long_push"},
		{"home/Terrasse/status/rgbcct:0", `{"output":true,"mode":"rgb","rgb":[255,136,0],"ct":4000,"brightness":50}`, "rgbcct_on=true mode=rgb color_temp=4000 brightness=50 color=#ff8800"},
		{"home/Terrasse/status/thermostat:0", `{"enable":true,"target_C":23,"current_C":12.3,"output":true}`, "heating_enabled=true target=23 temperature=12.3 heating=true"},
		{"home/Terrasse/status/switch:0", `{"output":7}`, "fault: on"},
		{"thingbridge/shelly/set/home/Terrasse/rpc", `{"error":{"code":-105,"message":"no such component"}}`, "fault: "},
		{"home/Terrasse/events/rpc", `{`, "fault: "},
		{"home/Terrasse/rpc", `{"id":1}`, ""},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, said(h.hear(test.topic, test.payload))); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.topic, test.payload, diff)
		}
	}
	d := h.only(t)
	if p, _ := d.Property("on"); d.ID != "terrace" || d.Name != "Terrace" || d.Model != "Plus1" || p.Label != "Lamp" {
		t.Errorf("device %+v, want Terrace with its lamp", d)
	}
	set := func(rest string) string {
		return `home/Terrasse/rpc {"id":1,"src":"thingbridge/shelly/set/home/Terrasse","method":` + rest + "}"
	}
	commands := []struct {
		property string
		value    devices.Value
		want     string
	}{
		{"on", devices.Boolean(true), set(`"Switch.Set","params":{"id":0,"on":true}`)},
		{"number_200", devices.Number(3), set(`"Number.Set","params":{"id":200,"value":4}`)},
		{"text_200", devices.Text(`"hi"`), set(`"Text.Set","params":{"id":200,"value":"\"hi\""}`)},
		{"enum_200", devices.Text("a"), "not writable"},
		{"position", devices.Number(10), set(`"Cover.GoToPosition","params":{"id":0,"pos":10}`)},
		{"cover", devices.Text("open"), set(`"Cover.Open","params":{"id":0}`)},
		{"color", devices.Text("#010203"), set(`"RGBCCT.Set","params":{"id":0,"on":true,"mode":"rgb","rgb":[1,2,3]}`)},
		{"color_temp", devices.Number(5000), set(`"RGBCCT.Set","params":{"id":0,"on":true,"mode":"cct","ct":5000}`)},
		{"brightness", devices.Number(0), set(`"RGBCCT.Set","params":{"id":0,"on":false}`)},
		{"mode", devices.Text("cct"), set(`"RGBCCT.Set","params":{"id":0,"mode":"cct"}`)},
		{"target", devices.Number(21.5), set(`"Thermostat.SetConfig","params":{"id":0,"config":{"id":0,"target_C":21.5}}`)},
	}
	for _, test := range commands {
		if got := h.command(d, test.property, test.value); !strings.Contains(got, test.want) {
			t.Errorf("%s to %s:\n%s, want\n%s", test.property, test.value, got, test.want)
		}
	}
	again := newHouse()
	again.hear("thingbridge/shelly/known/home/Terrasse", h.kept["thingbridge/shelly/known/home/Terrasse"])
	if diff := cmp.Diff(d, again.devices["terrace"]); diff != "" {
		t.Errorf("from what was kept (-want +got):\n%s", diff)
	}
}

func TestDeviceThatDoesNotAnswer(t *testing.T) {
	h := newHouse()
	if r := h.hear("epld01/events/rpc", `{"method":"NotifyStatus","params":{"ts":1,"input:0":{"state":true}}}`); len(r.Faults) != 1 || len(r.Announced) > 0 {
		t.Errorf("faults %v, want the reason why it is not there", r.Faults)
	}
	r := h.wait(time.Minute)
	if said(r) != "input=true" || h.only(t).ID != "epld01" {
		t.Errorf("after a minute: %s of %v, want the input of epld01", said(r), h.devices)
	}
}

func TestDevicesThatSleep(t *testing.T) {
	h := newHouse()
	h.hear("shellies/announce", `{"id":"shellyht-AABBCC","model":"SHHT-1","mac":"AABBCCDDEEFF"}`)
	h.hear("shellies/shellyht-AABBCC/online", "true")
	h.hear("shellies/shellyht-AABBCC/sensor/temperature", "20.5")
	h.hear("shellies/shellyht-AABBCC/sensor/battery", "90")
	h.hear("shellies/shellyht-AABBCC/online", "false")
	if got := h.availability["shellyht-aabbcc"]; got != devices.Online {
		t.Errorf("asleep: %v, want online", got)
	}
	h.wait(26 * time.Hour)
	if got := h.availability["shellyht-aabbcc"]; got != devices.Unknown {
		t.Errorf("silent for a day: %v, want unknown", got)
	}
	const full = `{"src":"shellyplusht-08b61fd90730","method":"NotifyFullStatus","params":{"ts":1,"devicepower:0":{"battery":{"V":5.9,"percent":90},"external":{"present":false}},"temperature:0":{"tC":21.5},"sys":{"mac":"08B61FD90730","wakeup_period":600}}}`
	h.hear("shellyplusht-08b61fd90730/events/rpc", full)
	h.wait(4 * time.Second)
	h.hear("shellyplusht-08b61fd90730/online", "false")
	const id = "shellyplusht-08b61fd90730"
	if got := h.availability[id]; got != devices.Online {
		t.Errorf("asleep: %v, want online", got)
	}
	h.wait(40 * time.Minute)
	if got := h.availability[id]; got != devices.Unknown {
		t.Errorf("silent for four times as long as it sleeps: %v, want unknown", got)
	}
	h.hear("shellyplusht-08b61fd90730/events/rpc", strings.Replace(full, "false", "true", 1))
	h.hear("shellyplusht-08b61fd90730/online", "false")
	if got := h.availability[id]; got != devices.Offline {
		t.Errorf("powered from outside, and gone: %v, want offline", got)
	}
}

func TestAvailability(t *testing.T) {
	h := newHouse()
	h.hear("shellies/announce", plug)
	h.hear("shellies/shellyplug-s-AABBCC/relay/0", "on")
	h.hear("shellies/shellyplug-s-AABBCC/online", "false")
	const id = "shellyplug-s-aabbcc"
	if h.availability[id] != devices.Offline {
		t.Errorf("%v, want offline", h.availability[id])
	}
	h.hear("shellies/shellyplug-s-AABBCC/online", "true")
	var r convention.Result
	h.s.Lost(&r)
	h.s.Restored(&r)
	h.take(&r)
	if h.availability[id] != devices.Offline {
		t.Errorf("after the broker is back: %v, want offline until it is heard of", h.availability[id])
	}
	h.hear("shellies/shellyplug-s-AABBCC/relay/0", "on")
	if h.availability[id] != devices.Online {
		t.Errorf("%v, want online", h.availability[id])
	}
}

func TestDeviceThatAnotherConventionSpeaksFor(t *testing.T) {
	h := newHouse()
	h.hear("shellies/announce", plug)
	h.hear("shellies/shellyplug-s-AABBCC/relay/0", "on")
	d := h.only(t)
	h.names.Assign("homeassistant", "mac:aabbccddeeff", "Plug")
	if r := h.hear("shellies/shellyplug-s-AABBCC/relay/0", "off"); len(r.Readings) > 0 {
		t.Errorf("readings %v, want none", r.Readings)
	}
	if _, err := h.s.Command(devices.Command{Device: d.ID, Property: "on", Value: devices.Boolean(true)}, noon); !errors.Is(err, convention.ErrNotMine) {
		t.Errorf("command: %v, want ErrNotMine", err)
	}
}

func TestBeacon(t *testing.T) {
	h := newHouse()
	r := h.hear("shelly-blu/events/7c:c6:b6:7f:48:ed", `{"pid":149,"battery":100,"humidity":52,"temperature":17,"rssi":-92,"address":"7c:c6:b6:7f:48:ed","button":2}`)
	if want := "battery=100 humidity=52 temperature=17 signal=-92 button=double_push"; said(r) != want {
		t.Errorf("readings %s, want %s", said(r), want)
	}
	for _, m := range h.published {
		if strings.HasPrefix(m, "shelly-blu") {
			t.Errorf("published %s to what cannot hear", m)
		}
	}
}

func TestEventThatComesTwiceIsToldOnce(t *testing.T) {
	h := newHouse()
	const topic, event = "a-aabbccddeeff/events/rpc", `{"method":"NotifyEvent","params":{"ts":1.25,"events":[{"component":"input:0","event":"single_push","ts":1.25}]}}`
	h.hear(topic, event)
	h.wait(time.Minute)
	if r := h.hear(topic, event); len(r.Readings) > 0 {
		t.Errorf("the same event again: %s, want nothing", said(r))
	}
	if r := h.hear(topic, strings.ReplaceAll(event, "1.25", "1.5")); said(r) != "button=single_push" {
		t.Errorf("the next one: %s, want it told", said(r))
	}
}

func TestManyTopicsThatOnlyLookAlikeLeaveRoom(t *testing.T) {
	h := newHouse()
	for i := range 2000 {
		h.hear(fmt.Sprintf("other%d/online", i), "true")
	}
	if h.hear("a-aabbccddeeff/status/switch:0", `{"output":true}`); len(h.wait(time.Minute).Announced) > 0 {
		t.Error("there is room for more than the most")
	}
	h.hear("a-aabbccddeeff/status/switch:0", `{"output":true}`)
	if r := h.wait(time.Minute); len(r.Announced) != 1 {
		t.Errorf("announced %v, want the device", r.Announced)
	}
}

func TestCommandsBesideMessages(t *testing.T) {
	h := newHouse()
	h.hear("shellies/announce", plug)
	h.hear("shellies/shellyplug-s-AABBCC/relay/0", "on")
	d := h.only(t)
	var wait sync.WaitGroup
	wait.Go(func() {
		for range 100 {
			if got := h.command(d, "on", devices.Boolean(true)); !strings.HasSuffix(got, " on") {
				t.Errorf("%s, want a command", got)
			}
		}
	})
	for i := range 100 {
		var r convention.Result
		h.s.Decode(&r, convention.Received{Topic: fmt.Appendf(nil, "shellies/shellyplug-s-AABBCC/relay/%d/power", i), Payload: []byte("1"), At: noon})
		h.s.Filters()
	}
	wait.Wait()
}

func TestForeignTopicsAreNotTaken(t *testing.T) {
	for _, m := range [][2]string{{"a/online", "yes"}, {"a/status/b", "{}"}, {"a/events/rpc", `{"x":1}`}, {"a/b", "1"}, {"zigbee2mqtt/x/availability", "online"}, {"shelly-blu/events/x", "{}"}} {
		var r convention.Result
		if shelly.New(convention.NewNames(nil, nil)).Decode(&r, convention.Received{Topic: []byte(m[0]), Payload: []byte(m[1]), At: noon}) {
			t.Errorf("%s %s is taken", m[0], m[1])
		}
	}
}

func TestReadingsAllocateNothing(t *testing.T) {
	h := newHouse()
	h.hear("shellies/announce", plug)
	var r convention.Result
	for _, m := range [][2]string{
		{"shellies/shellyplug-s-AABBCC/relay/0", "on"},
		{"shellies/shellyplug-s-AABBCC/relay/0/power", "12.5"},
		{"shellies/shellyplug-s-AABBCC/color/0/status", `{"ison":true,"mode":"color","red":255,"green":136,"blue":0,"gain":50}`},
		{"shellyplus1-441793a5d2fc/events/rpc", `{"src":"shellyplus1-441793a5d2fc","method":"NotifyStatus","params":{"ts":1736603810.49,"switch:0":{"id":0,"output":false,"apower":3.5,"source":"HTTP_in"}}}`},
		{"shellyplus1-441793a5d2fc/status/switch:0", `{"id":0,"source":"HTTP","output":true,"temperature":{"tC":54.0,"tF":129.3}}`},
	} {
		received := convention.Received{Topic: []byte(m[0]), Payload: []byte(m[1]), At: noon}
		h.hear(m[0], m[1])
		h.wait(5 * time.Second)
		h.hear(m[0], m[1])
		if allocs := testing.AllocsPerRun(100, func() {
			r.Reset()
			h.s.Decode(&r, received)
		}); allocs != 0 || len(r.Readings) == 0 {
			t.Errorf("%s: %v allocations for %d readings, want none for some", m[0], allocs, len(r.Readings))
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	h := newHouse()
	m := convention.Received{Topic: []byte("shellyplus1-441793a5d2fc/status/switch:0"), Payload: []byte(`{"id":0,"source":"HTTP","output":true,"temperature":{"tC":54.0,"tF":129.3}}`), At: noon}
	h.hear(string(m.Topic), string(m.Payload))
	h.wait(5 * time.Second)
	var r convention.Result
	b.ReportAllocs()
	for b.Loop() {
		r.Reset()
		h.s.Decode(&r, m)
	}
}
