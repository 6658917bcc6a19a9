package homeassistant_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homeassistant"
	"thingbridge/devices"
)

// sensorOf announces a sensor named name on a topic of its own, of a device.
func (h *house) sensorOf(name, device string) {
	h.keep("homeassistant/sensor/"+name+"/config", fmt.Sprintf(`{"name":%q,"stat_t":"state/%s","uniq_id":%q,"dev":%s}`, name, name, name, device))
}

func TestWhatNamesTheSameThingsIsOneDevice(t *testing.T) {
	tests := []struct {
		name    string
		devices []string
		want    int
	}{
		{"the same identifier", []string{`{"ids":"x"}`, `{"ids":["y","x"]}`}, 1},
		{"the same connection", []string{`{"ids":"x","cns":[["mac","aa:bb:cc:dd:ee:ff"]]}`, `{"ids":"y","cns":[["mac","AABBCCDDEEFF"]]}`}, 1},
		{"different identifiers", []string{`{"ids":"x"}`, `{"ids":"y"}`}, 2},
		{"identifiers that differ in case", []string{`{"ids":"x"}`, `{"ids":"X"}`}, 2},
		{"an identifier that looks like another's connection", []string{`{"ids":"aabbccddeeff"}`, `{"ids":"plug-aabbccddeeff"}`}, 2},
		{"two that a third joins", []string{`{"ids":"x"}`, `{"ids":"y"}`, `{"ids":["x","y"]}`}, 1},
		{"an identifier with another MAC", []string{`{"ids":"x","cns":[["mac","aa:bb:cc:dd:ee:01"]]}`, `{"ids":"x","cns":[["mac","aa:bb:cc:dd:ee:02"]]}`}, 2},
		{"two MACs of one device", []string{`{"ids":"x","cns":[["mac","aa:bb:cc:dd:ee:01"]]}`, `{"ids":"x","cns":[["mac","aa:bb:cc:dd:ee:01"],["mac","aa:bb:cc:dd:ee:02"]]}`}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse()
			for i, device := range test.devices {
				h.sensorOf(string(rune('a'+i)), device)
			}
			if len(h.devices) != test.want {
				t.Errorf("%d devices, want %d; faults %q", len(h.devices), test.want, h.faults)
			}
			for i := range test.devices {
				h.keep("homeassistant/sensor/"+string(rune('a'+i))+"/config", "")
			}
			if len(h.devices) != 0 {
				t.Errorf("devices %v stay", h.devices)
			}
		})
	}
}

func TestJoinedDevicesAreTheOlderOne(t *testing.T) {
	h := newHouse()
	h.sensorOf("a", `{"ids":"x","name":"Old"}`)
	h.sensorOf("b", `{"ids":"y","name":"New"}`)
	h.sensorOf("c", `{"ids":["y","x"],"name":"Both"}`)
	d := h.only(t)
	if d.ID != "old" || d.Name != "Old" {
		t.Errorf("device %s, %q", d.ID, d.Name)
	}
	h.say("state/b", "hello")
	if diff := cmp.Diff([]string{"a", "b", "c"}, names(d)); diff != "" || h.values["old/b"] != devices.Text("hello") {
		t.Errorf("values %v; %s", h.values, diff)
	}
}

func TestAClaimOfAnothersIdentifierIsSaid(t *testing.T) {
	h := newHouse()
	h.sensorOf("a", `{"ids":"door","cns":[["mac","aa:bb:cc:dd:ee:01"]],"name":"Door"}`)
	h.sensorOf("b", `{"ids":"door","cns":[["mac","aa:bb:cc:dd:ee:02"]],"name":"Thief"}`)
	if len(h.faults) != 1 || !strings.Contains(h.faults[0], `"id:door"`) || !strings.Contains(h.faults[0], "device door") {
		t.Errorf("faults %q", h.faults)
	}
	if diff := cmp.Diff([]string{"a"}, names(h.devices["door"])); diff != "" || h.devices["thief"] == nil {
		t.Errorf("devices %v; %s", h.devices, diff)
	}
	h.sensorOf("a", `{"ids":"door","cns":[["mac","aa:bb:cc:dd:ee:03"]],"name":"Door"}`) // its own changes are no theft
	if h.devices["door"] == nil || len(h.faults) != 1 {
		t.Errorf("devices %v, faults %q", h.devices, h.faults)
	}
}

func TestEntitiesWithoutADevice(t *testing.T) {
	h := newHouse()
	h.keep("homeassistant/sensor/cellar/volt/config", `{"stat_t":"a","name":"Volt"}`)
	h.keep("homeassistant/sensor/cellar/watt/config", `{"stat_t":"b","name":"Watt"}`)
	h.keep("homeassistant/sensor/lonely/config", `{"stat_t":"c","name":"Water level"}`)
	h.keep("homeassistant/switch/other/config", `{"cmd_t":"d","uniq_id":"relay-aabbccddeeff"}`)
	var got []devices.ID
	for _, id := range []devices.ID{"cellar", "water-level", "other"} {
		if h.devices[id] != nil {
			got = append(got, id)
		}
	}
	if len(h.devices) != 3 || len(got) != 3 || len(h.devices["cellar"].Properties) != 2 {
		t.Errorf("devices %v", h.devices)
	}
}

func TestADeviceOfAConventionThatGoesFirstIsLeftToIt(t *testing.T) {
	names := convention.NewNames([]string{"first", homeassistant.Name}, nil)
	names.Assign("first", "mac:aabbccddeeff", "Plug")
	h := houseWith(names)
	h.sensorOf("a", `{"ids":"plug","cns":[["mac","aa:bb:cc:dd:ee:ff"]],"name":"Plug"}`)
	h.sensorOf("b", `{"ids":"lamp","cns":[["mac","aa:bb:cc:dd:ee:00"]],"name":"Lamp"}`)
	h.say("state/a", "on")
	h.say("state/b", "on")
	if d := h.only(t); d.ID != "lamp" || len(h.values) != 1 {
		t.Errorf("device %s, values %v", d.ID, h.values)
	}
	if _, ok := names.Assign("first", "mac:aabbccddee00", "Lamp"); !ok {
		t.Fatal("the first convention does not go first")
	}
	h.say("state/b", "off")
	if h.values["lamp/b"] != devices.Text("on") {
		t.Error("it is still spoken for")
	}
}

func TestPropertiesHaveNamesOfTheirOwn(t *testing.T) {
	tests := []struct {
		name     string
		entities []string // component and what is announced
		want     []string
	}{
		{"a class without a name", []string{`sensor {"dev_cla":"temperature","unit_of_meas":"°C"}`}, []string{"temperature"}},
		{"a qualified name that is the only one", []string{`sensor {"name":"Box Garage Temperature","dev_cla":"temperature"}`}, []string{"temperature"}},
		{"two that are the same", []string{`sensor {"name":"Indoor temperature","dev_cla":"temperature"}`, `sensor {"name":"Outdoor temperature","dev_cla":"temperature"}`},
			[]string{"indoor_temperature", "outdoor_temperature"}},
		{"one that has the name itself", []string{`sensor {"name":"Outdoor temperature","dev_cla":"temperature"}`, `sensor {"name":"Temperature","dev_cla":"temperature"}`},
			[]string{"outdoor_temperature", "temperature"}},
		{"another temperature", []string{`sensor {"name":"Dew point","dev_cla":"temperature"}`}, []string{"dew_point"}},
		{"the device's own temperature", []string{`sensor {"name":"CPU temperature","dev_cla":"temperature"}`}, []string{"cpu_temperature"}},
		{"a battery that is measured and one that is judged", []string{`sensor {"dev_cla":"battery"}`, `binary_sensor {"dev_cla":"battery"}`}, []string{"battery_low", "battery"}},
		{"the switch of a plug", []string{`switch {"name":null}`, `switch {"name":"Child lock","ent_cat":"config"}`}, []string{"on", "child_lock"}},
		{"two switches", []string{`switch {"name":"L1"}`, `switch {"name":"L2"}`}, []string{"l1", "l2"}},
		{"two of one name", []string{`sensor {"name":"Box Level"}`, `sensor {"name":"Level"}`, `number {"name":"Level"}`}, []string{"level", "level_sensor", "level_number"}},
		{"initials", []string{`sensor {"name":"H","dev_cla":"humidity"}`}, []string{"humidity"}},
		{"letters that no name has", []string{`sensor {"name":"Höhe (cm)"}`}, []string{"hoehe_cm"}},
		{"no name at all", []string{`sensor {}`}, []string{"object0"}},
		{"what it is there for first", []string{`sensor {"name":"Signal","ent_cat":"diagnostic"}`, `number {"name":"Delay","ent_cat":"config"}`, `binary_sensor {"dev_cla":"motion"}`},
			[]string{"motion", "signal", "delay"}},
		{"triggers as one", []string{`device_automation {"atype":"trigger","t":"a","pl":"1","type":"button_short_press","stype":"button_1"}`,
			`device_automation {"atype":"trigger","t":"a","pl":"2","type":"button_short_press","stype":"button_2"}`}, []string{"action"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse()
			for i, entity := range test.entities {
				component, payload, _ := strings.Cut(entity, " ")
				payload = strings.Replace(payload, "{", `{"stat_t":"s","cmd_t":"c","dev":{"ids":"x","name":"Box"},`, 1)
				h.keep(fmt.Sprintf("homeassistant/%s/object%d/config", component, i), strings.Replace(payload, ",}", "}", 1))
			}
			if diff := cmp.Diff(test.want, names(h.only(t))); diff != "" {
				t.Errorf("faults %q; names (-want +got):\n%s", h.faults, diff)
			}
		})
	}
}

func TestZigbee2MQTTsListTellsNamesThatAnnouncementsLack(t *testing.T) {
	h := newHouse()
	const sensor = `{"stat_t":"z/a","avty":[{"t":"z/bridge/state"}],"o":{"name":"Zigbee2MQTT"},"dev":{"ids":["zigbee2mqtt_0x01"]%s}}`
	h.keep("homeassistant/sensor/b/config", strings.Replace(fmt.Sprintf(sensor, `,"name":"Full","mf":"Acme","mdl":"T"`), "0x01", "0x02", 1))
	if h.subscribed["z/bridge/devices"] {
		t.Error("the list is asked for although nothing is missing")
	}
	h.keep("homeassistant/sensor/a/config", fmt.Sprintf(sensor, ""))
	if !h.subscribed["z/bridge/devices"] {
		t.Fatal("the list is not asked for")
	}
	h.keep("z/bridge/devices", `[{"ieee_address":"0x01","friendly_name":"Hall lamp","definition":{"vendor":"Acme","model":"L1","description":"A lamp"}},
		{"ieee_address":"0x00","friendly_name":"Coordinator","definition":null}]`)
	h.keep("z/bridge/devices", `{`)
	if len(h.faults) != 1 || !strings.Contains(h.faults[0], "list of devices") {
		t.Errorf("faults %q", h.faults)
	}
	for _, d := range h.devices {
		if d.Name == "Hall lamp" && d.Manufacturer == "Acme" && d.Model == "A lamp" {
			return
		}
	}
	t.Errorf("devices %v", h.devices)
}
