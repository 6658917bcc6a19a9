package line_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

func TestWhatComesBecomesProperties(t *testing.T) {
	for _, test := range []struct {
		name   string
		format line.Format
		cfg    line.Config
		input  string
		want   []string
	}{
		{"letters", line.KeyValue, line.Config{}, twice("T=21.5 H=40"), []string{"attic humidity 40 %", "attic temperature 21.5 °C"}},
		{"small letters, alone a time", line.KeyValue, line.Config{}, twice("t=21.5"), []string{"attic t 21.5"}},
		{"small letters, together", line.KeyValue, line.Config{}, twice("t=21.5 h=40"), []string{"attic humidity 40 %", "attic temperature 21.5 °C"}},
		{"colons and commas", line.KeyValue, line.Config{}, twice("temp:21.5,hum:40"), []string{"attic humidity 40 %", "attic temperature 21.5 °C"}},
		{"semicolons and decimal commas", line.KeyValue, line.Config{}, twice("temp=21,5;hum=40,25"), []string{"attic humidity 40.25 %", "attic temperature 21.5 °C"}},
		{"two probes", line.KeyValue, line.Config{}, twice("t1:21.5,t2:22"), []string{"attic t1 21.5", "attic t2 22"}},
		{"words of a state", line.KeyValue, line.Config{}, twice("door=open mode=night count=3"), []string{"attic count 3", "attic door true", "attic mode night"}},
		{"a time in a value", line.KeyValue, line.Config{}, twice("uptime: 12:34:56, temp: 21.5 C"), []string{"attic temperature 21.5 °C", "attic uptime 12:34:56"}},
		{"an address in a value", line.KeyValue, line.Config{}, twice("mac: aa:bb:cc:00:11:22 ip: 10.0.0.7"), []string{"attic ip 10.0.0.7", "attic mac aa:bb:cc:00:11:22"}},
		{"text in quotes", line.KeyValue, line.Config{}, twice(`name="Living room" temp=21`), []string{"attic name Living room", "attic temperature 21 °C"}},
		{"separators of one's own", line.KeyValue, line.Config{Separator: "/", Assign: "->"}, twice("temp->21.5/soil moisture->689"), []string{"attic soil_moisture 689", "attic temperature 21.5 °C"}},
		{"the one byte of a sketch for degrees", line.KeyValue, line.Config{}, twice("Temperature: 21.5 \xb0C"), []string{"attic temperature 21.5 °C"}},
		{"units that are spelled otherwise", line.KeyValue, line.Config{}, twice("Temperature = 70.5 deg F, Pressure = 1013.2 hPa, Light = 12 Lux, Level: 3 pcs"),
			[]string{"attic illuminance 12 lx", "attic level 3 pcs", "attic pressure 1013.2 hPa", "attic temperature 70.5 °F"}},
		{"units in keys", line.KeyValue, line.Config{}, twice("temp_c=21.5 temp_f=70.7 vbat_mv=3900"),
			[]string{"attic temp_f 70.7 °F", "attic temperature 21.5 °C", "attic vbat_mv 3900 mV"}},
		{"a sensor that cannot measure", line.KeyValue, line.Config{}, twice("Humidity: nan%  Temperature: nan°C"), nil},
		{"what a chip says when it starts", line.KeyValue, line.Config{},
			twice("rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)", "mode:DIO, clock div:1", "load:0x3fff0030,len:1344", "I (31) boot: chip revision: v3.0", "I (523) wifi:mode : sta (aa:bb:cc:dd:ee:ff)", "\x1b[0;32mI (600) app: temp: 21 C\x1b[0m"),
			[]string{"attic temperature 21 °C"}},
		{"logs of Arduino and a monitor", line.KeyValue, line.Config{}, twice("[ 12345][I][main.cpp:42] loop(): Temperature: 21.5 C", "12:34:56.789 -> Humidity: 40 %"),
			[]string{"attic humidity 40 %", "attic temperature 21.5 °C"}},

		{"an object with others in it", line.JSON, line.Config{}, twice(`{"bme280":{"temp":21.5,"hum":"40 %"},"ok":true,"list":[1,2],"none":null,"who":"me"}`),
			[]string{"attic bme280_hum 40 %", "attic bme280_temp 21.5 °C", "attic list_0 1", "attic list_1 2", "attic ok true", "attic who me"}},
		{"an object behind the mark of a log", line.JSON, line.Config{}, twice(`I (12) app: {"temperature":21.5}`), []string{"attic temperature 21.5 °C"}},

		{"a heading", line.CSV, line.Config{}, lines("Time (s),Temp (°C),\"Hum, rel (%)\"", "12,21.5,40", "13,21.6,41", "14,21.7,42"),
			[]string{"attic hum_rel 42 %", "attic temperature 21.7 °C", "attic time 14 s"}},
		{"a heading that comes again", line.CSV, line.Config{}, lines("temp;hum", "21,5;40", "temp;hum", "21,6;41", "21,7;42", "temp;hum"), []string{"attic humidity 42 %", "attic temperature 21.7 °C"}},
		{"another heading", line.CSV, line.Config{}, lines("temp;hum", "21,5;40", "21,5;40", "temp;lux;door", "1;2;open", "1;2;open"),
			[]string{"attic door true", "attic humidity 40 %", "attic illuminance 2", "attic temperature 1 °C"}},
		{"one column behind a greeting", line.CSV, line.Config{}, lines("Ready", "21.5", "temperature", "21.6", "21.7"), []string{"attic temperature 21.7 °C"}},
		{"columns of the configuration", line.CSV, line.Config{Columns: []string{"", "temp", "door"}}, lines("x", "1 21.5 open", "2 21.6 closed", "3 21.7 open"),
			[]string{"attic door true", "attic temperature 21.7 °C"}},
		{"a tab, and one behind the last cell", line.CSV, line.Config{Columns: []string{"temp", "hum"}}, lines("x", "21.5\t40\t", "21.6\t41\t"), []string{"attic humidity 41 %", "attic temperature 21.6 °C"}},
		{"quotes in quotes", line.CSV, line.Config{Columns: []string{"who", "temp"}}, lines("x", `"the ""attic"", left",1`, `"the ""attic"", left",2`), []string{`attic temperature 2 °C`, `attic who the "attic", left`}},

		{"groups, with the unit behind them", line.Pattern, line.Config{Patterns: []string{`temp is (?P<temp>[-\d.]+)`, `humidity (?<hum>[\d.]+)`}}, twice("now temp is -2.5 °F, humidity 40"),
			[]string{"attic humidity 40 %", "attic temperature -2.5 °F"}},
		{"text without patterns", line.Pattern, line.Config{}, twice("Soil Moisture: 689, Temp: 24.00°C / 75.20°F"), []string{"attic soil_moisture 689", "attic temperature 24 °C"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.format, test.cfg)
			b.hear(test.input)
			if diff := cmp.Diff(test.want, b.values()); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if len(b.faults) > 0 {
				t.Errorf("faults %q, want none", b.faults)
			}
		})
	}
}

func TestOneLineMakesNoProperty(t *testing.T) {
	b := newBench(t, line.KeyValue, line.Config{})
	b.hear(lines("emp=21.5 hum=40", "temp=21.5 hxm=40", "temp=21.5 hum=40"))
	want := []string{"attic humidity 40 %", "attic temperature 21.5 °C"}
	if diff := cmp.Diff(want, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestHalfAValueAtTheBeginningIsNoReading(t *testing.T) {
	b := newBench(t, line.CSV, line.Config{Devices: []line.Device{{ID: "attic", Properties: []line.Property{{Name: "temp"}, {Name: "hum"}}}}, Columns: []string{"temp", "hum"}})
	b.hear(lines("1.5,40")) // of 21.5,40
	if diff := cmp.Diff([]string{"attic hum 40"}, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	b.hear(lines("21.5,40"))
	if diff := cmp.Diff([]string{"attic hum 40", "attic temp 21.5"}, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestATypeIsKept(t *testing.T) {
	b := newBench(t, line.KeyValue, line.Config{})
	b.hear(twice("temp=21.5 °C, level=3"))
	b.hear(lines("temp=hot, level=high", "temp=nan, level=4", "temp=70 °F, level=4", "temp=22 °C"))
	want := []string{
		`device attic: temperature: got "hot", want a number`, `device attic: level: got "high", want a number`, "works again", "works again",
		`device attic: temperature: got "70 °F", want it in °C`, "works again",
	}
	if diff := cmp.Diff(want, b.faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"attic level 4", "attic temperature 22 °C"}, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestWhatWasLearnedSurvivesARestart(t *testing.T) {
	first := newBench(t, line.CSV, line.Config{DeviceKey: "node"})
	first.hear(lines("node,temp,hum", "1,21.5,40", "2,20,50", "1,21.5,40", "2,20,50"))
	want := []string{"attic-1 humidity 40 %", "attic-1 temperature 21.5 °C", "attic-2 humidity 50 %", "attic-2 temperature 20 °C"}
	if diff := cmp.Diff(want, first.values()); diff != "" {
		t.Fatalf("values (-want +got):\n%s", diff)
	}
	second := newBench(t, line.CSV, line.Config{DeviceKey: "node"}, first.records()...)
	if diff := cmp.Diff([]string{"attic-1 unknown", "attic-2 unknown"}, second.availability()); diff != "" {
		t.Errorf("availability before a line came (-want +got):\n%s", diff)
	}
	second.hear(lines("9,1,1", "2,19,51"))
	if diff := cmp.Diff([]string{"attic-2 humidity 51 %", "attic-2 temperature 19 °C"}, second.values()); diff != "" {
		t.Errorf("values of the second run (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"attic-1 unknown", "attic-2 online"}, second.availability()); diff != "" {
		t.Errorf("availability (-want +got):\n%s", diff)
	}
	other := newBench(t, line.JSON, line.Config{DeviceKey: "node"}, first.records()...)
	if len(other.registry.All()) > 0 || len(other.kept) > 0 {
		t.Errorf("another format takes up %q", other.availability())
	}
}

func TestTheOneDeviceSurvivesARestart(t *testing.T) {
	first := newBench(t, line.KeyValue, line.Config{})
	first.hear(twice("T=21.5 H=40"))
	second := newBench(t, line.KeyValue, line.Config{}, first.records()...)
	second.hear(lines("x", "T=22 H=nan"))
	if diff := cmp.Diff([]string{"attic temperature 22 °C"}, second.values()); diff != "" {
		t.Errorf("values of the second run (-want +got):\n%s", diff)
	}
	listed := board()
	third := newBench(t, line.KeyValue, listed, first.records()...)
	if len(third.kept) > 0 || len(third.registry.All()) != 1 {
		t.Errorf("with devices in the configuration there are %q, and %q is kept", third.availability(), third.records())
	}
}

func TestRecordsCanBeAnything(t *testing.T) {
	for _, value := range []string{"", "{", `{"format":"json"}`, `{"format":"json","id":"x!","properties":[{"key":"a","name":"A b","type":1}]}`,
		`{"format":"json","id":"board","properties":[{"key":"a","name":"a","type":9}]}`} {
		b := newBench(t, line.JSON, board(), []codec.Record{{Key: "device/board", Value: []byte(value)}, {Key: "columns", Value: []byte(value)}, {Key: "what"}}...)
		if got := b.availability(); !cmp.Equal(got, []string{"board unknown"}) {
			t.Errorf("%s makes %q", value, got)
		}
	}
}

func TestStrangersAreBounded(t *testing.T) {
	b := newBench(t, line.JSON, line.Config{DeviceKey: "id"})
	for i := range 200 {
		said := fmt.Sprintf(`{"id":"n%d","temp":%d,"x%d":1}`, i, i, i)
		b.hear(lines(said, said))
	}
	if n := len(b.registry.All()); n != 64 {
		t.Errorf("%d devices, want 64", n)
	}
	if n := len(b.faults); n != 64 || !strings.Contains(b.faults[0], "as many as a port can have") {
		t.Errorf("%d faults, the first %q", n, b.faults[:1])
	}
	one := newBench(t, line.KeyValue, line.Config{})
	for i := range 300 {
		one.hear(twice(fmt.Sprintf("a%d=1", i)))
	}
	twin, _ := one.registry.Get("attic")
	if n := len(twin.Device.Properties); n != 64 {
		t.Errorf("%d properties, want 64", n)
	}
}

func TestDevicesByTheirKey(t *testing.T) {
	cfg := line.Config{DeviceKey: "node.id", UnknownDevices: "refuse", Devices: []line.Device{
		{ID: "cellar", Key: "12", Name: "Cellar", Properties: []line.Property{{Name: "temperature", Key: "t", Unit: "°C", Scale: number(0.1), Offset: -0.5}}},
		{ID: "roof"},
	}}
	b := newBench(t, line.JSON, cfg)
	b.hear(lines(`{"node":{"id":12},"t":215}`, `{"node":{"id":"roof"},"wind_speed":"3 m/s"}`, `{"node":{"id":"roof"},"wind_speed":"3 m/s"}`, `{"node":{"id":9},"t":1}`, `{"node":{"id":9},"t":1}`, `{"t":1}`))
	if diff := cmp.Diff([]string{"cellar temperature 21 °C", "roof wind_speed 3 m/s"}, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	want := []string{`a line of device "9": it is not in the configuration; list it under devices, or leave unknown_devices out`}
	if diff := cmp.Diff(want, b.faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestOneBoardWithSeveralDevices(t *testing.T) {
	cfg := line.Config{Devices: []line.Device{
		{ID: "bath", Properties: []line.Property{{Name: "temperature", Key: "t1", Unit: "°C"}}},
		{ID: "hall", Properties: []line.Property{{Name: "temperature", Key: "t2", Unit: "°C", Min: number(-40), Max: number(80)}, {Name: "mode", Key: "m", Options: []string{"day", "night"}}}},
	}}
	b := newBench(t, line.KeyValue, cfg)
	b.hear(lines("x", "t1=21 t2=22 m=NIGHT other=1", "t2=850 m=dusk"))
	if diff := cmp.Diff([]string{"bath temperature 21 °C", "hall mode night", "hall temperature 22 °C"}, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	want := []string{`device hall: temperature: out of range: got 850 °C, want -40 to 80 °C`, `device hall: mode: got "dusk", want one of day, night`}
	if diff := cmp.Diff(want, b.faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestKindsAreGuessed(t *testing.T) {
	for input, want := range map[string]string{"temp=21": "sensor", "power=5W": "meter", "door=open": "door"} {
		b := newBench(t, line.KeyValue, line.Config{})
		b.hear(twice(input))
		if twin, _ := b.registry.Get(devices.ID("attic")); twin.Device == nil || twin.Device.Kind != want {
			t.Errorf("%s makes %+v, want a %s", input, twin.Device, want)
		}
	}
}
