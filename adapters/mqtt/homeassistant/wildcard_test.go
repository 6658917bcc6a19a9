package homeassistant_test

import (
	"fmt"
	"testing"

	"thingbridge/devices"
)

func TestTopicsWithWildcardsAreHeard(t *testing.T) {
	tests := []struct {
		filter string
		heard  []string
		not    []string
	}{
		{"zigbee/+/state", []string{"zigbee/a/state", "zigbee//state"}, []string{"zigbee/state", "zigbee/a/b/state", "zigbee/a/state/x", "z/a/state"}},
		{"tank/#", []string{"tank", "tank/a", "tank/a/b"}, []string{"tanks", "tan/k", "other"}},
		{"+/tank", []string{"a/tank", "/tank"}, []string{"tank", "$SYS/tank", "a/b/tank"}},
		{"a/+", []string{"a/b", "a/"}, []string{"a", "a/b/c"}},
		{"a/+/#", []string{"a/b", "a/b/c/d"}, []string{"a"}},
		{"/+/x", []string{"/a/x", "//x"}, []string{"a/x", "/a/b"}},
	}
	for _, test := range tests {
		h := newHouse()
		h.keep("homeassistant/sensor/x/config", fmt.Sprintf(`{"name":"Level","stat_t":%q}`, test.filter))
		d := h.only(t)
		if !h.subscribed[test.filter] {
			t.Errorf("%s is not subscribed to", test.filter)
		}
		value := func(topic string) devices.Value {
			h.say(test.heard[0], "before")
			h.say(topic, "after")
			return h.values[string(d.ID)+"/level"]
		}
		for _, topic := range test.heard {
			if value(topic) != devices.Text("after") {
				t.Errorf("%s does not take %s", test.filter, topic)
			}
		}
		for _, topic := range test.not {
			if value(topic) != devices.Text("before") {
				t.Errorf("%s takes %s", test.filter, topic)
			}
		}
		h.keep("homeassistant/sensor/x/config", "")
		if h.subscribed[test.filter] || h.hears(test.heard[0]) {
			t.Errorf("%s is still listened to", test.filter)
		}
	}
}

// hears reports whether anybody wants a message on a topic.
func (h *house) hears(topic string) bool {
	before := len(h.values)
	h.say(topic, "again")
	return len(h.values) != before
}

// A topic is heard by itself and by a wildcard, and availability can have one too.
func TestWildcardsBesideTopics(t *testing.T) {
	h := newHouse()
	h.keep("homeassistant/sensor/one/config", `{"name":"One","stat_t":"room/a/state","uniq_id":"1","dev":{"ids":"x","name":"X"}}`)
	h.keep("homeassistant/sensor/any/config", `{"name":"Any","stat_t":"room/+/state","avty_t":"room/+/alive","uniq_id":"2","dev":{"ids":"x","name":"X"}}`)
	h.keep("homeassistant/sensor/more/config", `{"name":"More","stat_t":"room/+/state","uniq_id":"3","dev":{"ids":"x","name":"X"}}`)
	h.say("room/b/state", "2")
	h.say("room/a/state", "1")
	for _, property := range []string{"one", "any", "more"} {
		if got := h.values["x/"+property]; got != devices.Text("1") {
			t.Errorf("%s is %v", property, got)
		}
	}
	h.say("room/b/alive", "offline")
	if h.availability["x"] != devices.Offline {
		t.Errorf("availability %v", h.availability["x"])
	}
	h.keep("homeassistant/sensor/any/config", "")
	h.say("room/b/state", "3")
	if h.values["x/more"] != devices.Text("3") || h.values["x/one"] != devices.Text("1") {
		t.Errorf("values %v", h.values)
	}
}

func TestWildcardsAreBounded(t *testing.T) {
	h := newHouse()
	for i := range 70 {
		h.keep(fmt.Sprintf("homeassistant/sensor/s%d/config", i), fmt.Sprintf(`{"name":"S","stat_t":"r%d/+"}`, i))
	}
	if len(h.devices) != 64 || len(h.faults) != 6 {
		t.Errorf("%d devices, %d faults: %q", len(h.devices), len(h.faults), h.faults)
	}
	h.keep("homeassistant/sensor/again/config", `{"name":"S","stat_t":"r7/+"}`) // is heard already
	h.keep("homeassistant/sensor/s0/config", "")
	h.keep("homeassistant/sensor/s69/config", `{"name":"S","stat_t":"r69/+"}`)
	if len(h.devices) != 65 || len(h.faults) != 6 {
		t.Errorf("%d devices, faults %q", len(h.devices), h.faults)
	}
}
