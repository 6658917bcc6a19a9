package homeassistant_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homeassistant"
	"thingbridge/devices"
)

func names(d *devices.Device) []string {
	var out []string
	for i := range d.Properties {
		out = append(out, d.Properties[i].Name)
	}
	return out
}

func TestAnnouncementsAreReadInAllTheirForms(t *testing.T) {
	const state = `{"a": 20.5}`
	want := &devices.Device{ID: "attic", Name: "Attic", Area: "Roof", Manufacturer: "Acme", Model: "T1", Serial: "77", Kind: "sensor",
		Properties: []devices.Property{{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Class: "temperature"}}}
	tests := []struct{ name, topic, payload string }{
		{"long keys", "homeassistant/sensor/x/config", `{"state_topic":"x/a","value_template":"{{ value_json.a }}","device_class":"temperature","unit_of_measurement":"°C","unique_id":"u",
			"device":{"identifiers":["x"],"name":"Attic","manufacturer":"Acme","model":"T1","serial_number":"77","suggested_area":"Roof"},"origin":{"name":"o","sw_version":"1"}}`},
		{"short keys", "homeassistant/sensor/x/config", `{"stat_t":"x/a","val_tpl":"{{ value_json.a }}","dev_cla":"temperature","unit_of_meas":"°C","uniq_id":"u",
			"dev":{"ids":"x","name":"Attic","mf":"Acme","mdl":"T1","sn":"77","sa":"Roof"},"o":{"name":"o","sw":"1"}}`},
		{"a base topic in front", "homeassistant/sensor/n/x/config", `{"~":"x","stat_t":"~/a","val_tpl":"{{ value_json.a }}","dev_cla":"temperature","unit_of_meas":" C",
			"dev":{"ids":"x","name":"Attic","mf":"Acme","mdl":"T1","sn":77,"sa":"Roof"}}`},
		{"a base topic behind", "homeassistant/sensor/n/x/config", `{"~":"/a","stat_t":"x~","val_tpl":"{{ value_json.a }}","dev_cla":"temperature","unit_of_meas":"ºC",
			"dev":{"cns":[["mac","AA:BB:CC:00:11:22"]],"name":"Attic","mf":"Acme","mdl":"T1","sn":"77","sa":"Roof"}}`},
		{"a bundle", "homeassistant/device/x/config", `{"dev":{"ids":"x","name":"Attic","mf":"Acme","mdl":"T1","sn":"77","sa":"Roof"},"o":{"name":"o"},
			"cmps":{"t":{"p":"sensor","stat_t":"x/a","val_tpl":"{{ value_json.a }}","dev_cla":"temperature","unit_of_meas":"°C","uniq_id":"u"}}}`},
		{"a bundle with a shared topic and a node", "homeassistant/device/n/x/config", `{"device":{"identifiers":["x"],"name":"Attic","manufacturer":"Acme","model":"T1","serial_number":"77","suggested_area":"Roof"},
			"state_topic":"x/a","qos":2,"components":{"t":{"platform":"sensor","value_template":"{{ value_json.a }}","device_class":"temperature","unit_of_measurement":"℃","unique_id":"u"}}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse()
			h.keep(test.topic, test.payload)
			if diff := cmp.Diff(want, h.only(t)); diff != "" || len(h.faults) > 0 {
				t.Errorf("faults %q; device (-want +got):\n%s", h.faults, diff)
			}
			h.say("x/a", state)
			if got := h.values["attic/temperature"]; got != devices.Number(20.5) {
				t.Errorf("temperature %v; faults %q", got, h.faults)
			}
			if h.kept[test.topic] != test.payload {
				t.Error("the announcement is not kept")
			}
			h.keep(test.topic, "")
			if len(h.devices) != 0 || len(h.subscribed) != 0 || len(h.kept) != 0 {
				t.Errorf("removed, but there are devices %v, topics %v, records %v", h.devices, h.subscribed, h.kept)
			}
		})
	}
}

func TestAnnouncementsThatMeanNothingAreNamed(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50)
	tests := []struct{ name, topic, payload, want string }{
		{"no JSON", "sensor/x/config", `no json`, "not JSON"},
		{"cut off", "sensor/x/config", `{"a": [`, "ends too early"},
		{"two objects", "sensor/x/config", `{}{}`, "behind the JSON object"},
		{"no object", "sensor/x/config", `[1]`, "not an object"},
		{"too deep", "sensor/x/config", deep, "12 deep"},
		{"too long", "sensor/x/config", `{"a":"` + strings.Repeat("x", 600_000) + `"}`, "bytes, at most"},
		{"too many values", "sensor/x/config", `{"a":[` + strings.Repeat("1,", 50_000) + `1]}`, "more than 40000 values"},
		{"a letter that no ID has", "sensor/küche/config", `{"stat_t":"a"}`, "a-z, A-Z, 0-9"},
		{"no topic", "sensor/x/config", `{"name":"a"}`, "needs state_topic"},
		{"an empty topic", "sensor/x/config", `{"stat_t":""}`, "needs state_topic"},
		{"nothing but wildcards", "sensor/x/config", `{"stat_t":"+/#"}`, "nothing but wildcards"},
		{"a wildcard within a level", "sensor/x/config", `{"stat_t":"a/b+"}`, "wildcard in the wrong place"},
		{"a wildcard before the end", "sensor/x/config", `{"stat_t":"a/#/b"}`, "wildcard in the wrong place"},
		{"a wildcard for a command", "switch/x/config", `{"cmd_t":"a/+"}`, "command_topic: the topic \"a/+\" has a wildcard"},
		{"a wildcard for a position", "cover/x/config", `{"pos_t":"a","set_pos_t":"a/#"}`, "set_position_topic"},
		{"a shared subscription", "sensor/x/config", `{"stat_t":"$share/a/b"}`, "others share"},
		{"a bad template", "sensor/x/config", `{"stat_t":"a","val_tpl":"{{ a"}`, "value_template"},
		{"a bad availability template", "sensor/x/config", `{"stat_t":"a","avty":[{"t":"b","val_tpl":"{{"}]}`, "availability"},
		{"an availability without a topic", "sensor/x/config", `{"stat_t":"a","avty":[{}]}`, "needs topic"},
		{"a bad availability mode", "sensor/x/config", `{"stat_t":"a","avty_mode":"some"}`, "availability_mode"},
		{"a bad QoS", "sensor/x/config", `{"stat_t":"a","qos":3}`, "qos is 3"},
		{"a bad category", "sensor/x/config", `{"stat_t":"a","ent_cat":"system"}`, "entity_category"},
		{"a list for a topic", "sensor/x/config", `{"stat_t":["a"]}`, "state_topic is a list"},
		{"a bad device", "sensor/x/config", `{"stat_t":"a","dev":"x"}`, "device is not an object"},
		{"a bad connection", "sensor/x/config", `{"stat_t":"a","dev":{"cns":["mac"]}}`, "a connection is not"},
		{"raw bytes", "sensor/x/config", `{"stat_t":"a","e":""}`, "raw bytes"},
		{"options and a unit", "sensor/x/config", `{"stat_t":"a","dev_cla":"enum","ops":["a"],"unit_of_meas":"W"}`, "neither unit"},
		{"options of another class", "sensor/x/config", `{"stat_t":"a","dev_cla":"power","ops":["a"]}`, "enum"},
		{"a negative time", "sensor/x/config", `{"stat_t":"a","exp_aft":-1}`, "expire_after"},
		{"a range upside down", "number/x/config", `{"cmd_t":"a","min":5,"max":1}`, "more than max"},
		{"no step", "number/x/config", `{"cmd_t":"a","step":0}`, "step is 0"},
		{"no options", "select/x/config", `{"cmd_t":"a"}`, "needs options"},
		{"lengths upside down", "text/x/config", `{"cmd_t":"a","min":9,"max":1}`, "lengths"},
		{"no events", "event/x/config", `{"stat_t":"a"}`, "event_types"},
		{"a trigger of nothing", "device_automation/x/config", `{"atype":"trigger","t":"a","type":"t","stype":"s"}`, "needs a device"},
		{"an automation that is no trigger", "device_automation/x/config", `{"atype":"action","t":"a","type":"t","stype":"s","dev":{"ids":"x"}}`, "automation_type"},
		{"a camera", "camera/x/config", `{"t":"a"}`, "picture"},
		{"an image", "image/x/config", `{"url_topic":"a"}`, "picture"},
		{"an unknown thing", "toaster/x/config", `{"a":1}`, "not known"},
		{"a bundle without a device", "device/x/config", `{"cmps":{}}`, "needs a device"},
		{"a bundle of nobody", "device/x/config", `{"dev":{"name":"x"},"cmps":{}}`, "identifiers or connections"},
		{"a bundle of nothing", "device/x/config", `{"dev":{"ids":"x"}}`, "needs components"},
		{"a component without a platform", "device/x/config", `{"dev":{"ids":"x"},"cmps":{"a":{"stat_t":"b"}}}`, `component "a": it needs a platform`},
		{"a component that is no object", "device/x/config", `{"dev":{"ids":"x"},"cmps":{"a":1}}`, "not an object"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse()
			h.keep("homeassistant/"+test.topic, test.payload)
			if len(h.devices) != 0 || len(h.kept) != 0 || len(h.faults) != 1 {
				t.Fatalf("devices %v, kept %v, faults %q", h.devices, h.kept, h.faults)
			}
			if got := h.faults[0]; !strings.Contains(got, test.want) || !strings.Contains(got, `topic "homeassistant/`+test.topic[:3]) || len(got) > 400 {
				t.Errorf("fault %q does not name the topic and %q in a line", got, test.want)
			}
		})
	}
}

func TestTopicsThatAreNoAnnouncementsAreLeftToOthers(t *testing.T) {
	h := newHouse()
	for _, topic := range []string{"homeassistant/status", "homeassistant/sensor/config", "homeassistant/a/b/c/d/config", "homeassistant/a/b/state", "home", "homeassistant", ""} {
		var r convention.Result
		if h.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte("online")}) || len(r.Faults) > 0 {
			t.Errorf("topic %q was taken; faults %v", topic, r.Faults)
		}
	}
}

func TestABundleKeepsWhatItDoesNotNameAndRemovesWhatHasOnlyAPlatform(t *testing.T) {
	h := newHouse()
	bundle := func(components string) {
		h.keep("homeassistant/device/x/config", `{"dev":{"ids":"x","name":"Box"},"o":{"name":"o"},"cmps":{`+components+`}}`)
	}
	bundle(`"a":{"p":"sensor","name":"A","uniq_id":"a","stat_t":"x/a"},"b":{"p":"sensor","name":"B","uniq_id":"b","stat_t":"x/b"}`)
	h.say("x/a", "one")
	if diff := cmp.Diff([]string{"a", "b"}, names(h.only(t))); diff != "" {
		t.Fatal(diff)
	}
	bundle(`"b":{"p":"sensor"},"c":{"p":"sensor","name":"C","uniq_id":"c","stat_t":"x/c"}`)
	if diff := cmp.Diff([]string{"a", "c"}, names(h.only(t))); diff != "" || h.subscribed["x/b"] {
		t.Errorf("subscribed %v; %s", h.subscribed, diff)
	}
	bundle(`"a":{"p":"sensor"},"c":{"p":"sensor"}`)
	if len(h.devices) != 0 || len(h.faults) != 0 {
		t.Errorf("devices %v, faults %q", h.devices, h.faults)
	}
}

func TestMigrationKeepsTheDeviceAndItsValues(t *testing.T) {
	h := newHouse()
	const single, bundle = "homeassistant/sensor/x/t/config", "homeassistant/device/x/config"
	const asSingle = `{"name":"T","stat_t":"x/t","unit_of_meas":"W","uniq_id":"t","dev":{"ids":"x","name":"Box"}}`
	const asBundle = `{"dev":{"ids":"x","name":"Box"},"o":{"name":"o"},"cmps":{"t":{"p":"sensor","name":"T","stat_t":"x/t","unit_of_meas":"W","uniq_id":"t"}}}`
	h.keep(single, asSingle)
	h.say("x/t", "5")
	h.keep(bundle, asBundle)
	if len(h.faults) != 1 || !strings.Contains(h.faults[0], `unique_id "t"`) {
		t.Errorf("two at once: faults %q", h.faults)
	}
	h.faults = nil
	h.keep(single, `{"migrate_discovery":true}`)
	h.keep(bundle, asBundle)
	h.keep(single, "")
	if d := h.only(t); d.ID != "box" || len(d.Properties) != 1 || len(h.faults) != 0 || !h.subscribed["x/t"] {
		t.Errorf("device %+v, faults %q, subscribed %v", d, h.faults, h.subscribed)
	}
	if diff := cmp.Diff([]string{bundle}, slices.Collect(maps.Keys(h.kept))); diff != "" {
		t.Error(diff)
	}
	h.keep(bundle, `{"migr_discvry":true}`) // and back
	h.keep(single, asSingle)
	h.keep(bundle, "")
	if d := h.only(t); d.ID != "box" || len(d.Properties) != 1 || len(h.faults) != 0 {
		t.Errorf("device %+v, faults %q", d, h.faults)
	}
}

func TestAnEntityThatChangesIsReplaced(t *testing.T) {
	const topic = "homeassistant/sensor/x/config"
	h := newHouse()
	h.keep(topic, `{"name":"Level","stat_t":"x/a","dev":{"ids":"x","name":"Tank"}}`)
	h.say("x/a", "high")
	h.keep(topic, `{"name":"Level","stat_t":"x/b","unit_of_meas":"L","dev":{"ids":"x","name":"Tank"}}`)
	d := h.only(t)
	if d.Properties[0].Type != devices.TypeNumber || h.subscribed["x/a"] || !h.subscribed["x/b"] {
		t.Errorf("device %+v, subscribed %v", d, h.subscribed)
	}
	h.say("x/b", "7")
	if h.values["tank/level"] != devices.Number(7) {
		t.Errorf("values %v", h.values)
	}
	h.keep(topic, `{"name":"Level","stat_t":"x/b","unit_of_meas":"L","dev":{"ids":"y","name":"Barrel"}}`)
	if d := h.only(t); d.ID != "barrel" {
		t.Errorf("device %+v", d)
	}
	h.keep(topic, `{"name":"Level"}`) // refused: what was there stays
	if d := h.only(t); d.ID != "barrel" || len(h.faults) != 1 {
		t.Errorf("device %+v, faults %q", d, h.faults)
	}
}

func TestAComponentThatIsRefusedLeavesWhatWasThere(t *testing.T) {
	h := newHouse()
	const bundle = `{"dev":{"ids":"x","name":"Box"},"cmps":{"a":{"p":"sensor","name":"A","stat_t":%q},"b":{"p":"sensor","name":"B","stat_t":"x/b"}}}`
	h.keep("homeassistant/device/x/config", fmt.Sprintf(bundle, "x/a"))
	h.keep("homeassistant/device/x/config", fmt.Sprintf(bundle, ""))
	h.say("x/a", "still here")
	if h.values["box/a"] != devices.Text("still here") || len(h.faults) != 1 || len(h.only(t).Properties) != 2 {
		t.Errorf("values %v, faults %q", h.values, h.faults)
	}
}

func TestNobodyTakesTheTopicOfAnAnnouncement(t *testing.T) {
	h := newHouse()
	const victim = "homeassistant/sensor/victim/config"
	h.keep("homeassistant/sensor/thief/config", `{"name":"Thief","stat_t":"`+victim+`"}`)
	h.keep(victim, `{"name":"Victim","stat_t":"v"}`)
	if h.devices["victim"] == nil || h.devices["thief"] == nil {
		t.Errorf("devices %v, faults %q", h.devices, h.faults)
	}
}

func TestAnAnnouncementThatComesAgainChangesNothing(t *testing.T) {
	h := newHouse()
	const topic, payload = "homeassistant/sensor/x/config", `{"name":"Level","stat_t":"x/a","dev":{"ids":"x","name":"Tank"}}`
	h.keep(topic, payload)
	var r convention.Result
	h.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload)})
	if diff := cmp.Diff(convention.Result{}, r); diff != "" {
		t.Error(diff)
	}
}

func TestIDsSurviveARestartInAnyOrder(t *testing.T) {
	announcements := make(map[string]string)
	for i, device := range []string{`"ids":"one","name":"Lamp"`, `"ids":"two","name":"Lamp"`, `"cns":[["mac","AA:BB:CC:DD:EE:01"]],"name":"Lamp"`, `"ids":"lamp-aabbccddee02","name":""`} {
		announcements[fmt.Sprintf("homeassistant/switch/%d/config", i)] = fmt.Sprintf(`{"cmd_t":"a/%d","dev":{%s}}`, i, device)
	}
	topics := slices.Sorted(maps.Keys(announcements))
	store := convention.NewNames([]string{homeassistant.Name}, nil)
	first := houseWith(store)
	for _, topic := range topics {
		first.keep(topic, announcements[topic])
	}
	again := convention.NewNames([]string{homeassistant.Name}, nil)
	again.Load(store.Fresh())
	second := houseWith(again)
	slices.Reverse(topics)
	for _, topic := range topics {
		second.keep(topic, announcements[topic])
	}
	if diff := cmp.Diff(first.devices, second.devices); diff != "" || len(first.devices) != 4 {
		t.Errorf("%d devices; (-first +second):\n%s", len(first.devices), diff)
	}
	if again.Owner("mac:aabbccddee01") == "" || again.Owner("mac:aabbccddee02") == "" {
		t.Error("a MAC is not what the device is known by")
	}
}
