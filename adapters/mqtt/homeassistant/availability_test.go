package homeassistant_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

func TestAvailabilityIsWhatTheTopicsSay(t *testing.T) {
	two := func(mode string) string {
		return `"avty":[{"t":"bridge","val_tpl":"{{ value_json.state }}"},{"t":"own","pl_avail":"up","pl_not_avail":"down"}],"avty_mode":"` + mode + `"`
	}
	const bridgeOn, bridgeOff = `bridge {"state":"online"}`, `bridge {"state":"offline"}`
	tests := []struct {
		name, keys string
		messages   []string
		want       devices.Availability
	}{
		{"nothing was heard", `"avty_t":"own"`, nil, devices.Unknown},
		{"a value says nothing of it", `"avty_t":"own"`, []string{"state 1"}, devices.Unknown},
		{"a value is enough where there is no topic", `"qos":0`, []string{"state 1"}, devices.Online},
		{"one topic", `"avty_t":"own"`, []string{"own online"}, devices.Online},
		{"one topic, offline", `"avty_t":"own"`, []string{"own online", "own offline"}, devices.Offline},
		{"its own words", `"avty_t":"own","pl_avail":"Online","pl_not_avail":"Offline"`, []string{"own Offline"}, devices.Offline},
		{"words that mean nothing", `"avty_t":"own"`, []string{"own online", "own perhaps"}, devices.Online},
		{"a template", `"avty_t":"own","avty_tpl":"{{ 'online' if value == '1' else 'offline' }}"`, []string{"own 1"}, devices.Online},
		{"all, one is missing", two("all"), []string{bridgeOn}, devices.Unknown},
		{"all, both", two("all"), []string{bridgeOn, "own up"}, devices.Online},
		{"all, one is not", two("all"), []string{"own up", bridgeOff}, devices.Offline},
		{"any, one", two("any"), []string{bridgeOn}, devices.Online},
		{"any, the other is not", two("any"), []string{bridgeOn, "own down"}, devices.Online},
		{"any, none", two("any"), []string{bridgeOff, "own down"}, devices.Offline},
		{"latest", two("latest"), []string{bridgeOn, "own down"}, devices.Offline},
		{"latest, the other way", two("latest"), []string{"own down", bridgeOn}, devices.Online},
		{"latest, the same again", two("latest"), []string{bridgeOn, "own down", bridgeOn}, devices.Online},
		{"one object for a list", `"avty":{"topic":"own"}`, []string{"own online"}, devices.Online},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse()
			h.keep("homeassistant/sensor/x/config", `{"stat_t":"state","dev":{"ids":"x","name":"X"},`+test.keys+`}`)
			for _, message := range test.messages {
				topic, payload, _ := strings.Cut(message, " ")
				h.say(topic, payload)
			}
			if got := h.availability["x"]; got != test.want || len(h.faults) > 0 {
				t.Errorf("%v, want %v; faults %q", got, test.want, h.faults)
			}
		})
	}
}

func TestADeviceIsOnlineWhereOneOfItsEntitiesIs(t *testing.T) {
	h := newHouse()
	for _, name := range []string{"a", "b"} {
		h.keep("homeassistant/sensor/"+name+"/config", fmt.Sprintf(`{"name":%q,"stat_t":"s/%s","avty_t":"avail/%s","dev":{"ids":"x","name":"X"}}`, name, name, name))
	}
	h.keep("homeassistant/sensor/c/config", `{"name":"c","stat_t":"s/c","dev":{"ids":"x"}}`)
	h.say("avail/a", "offline")
	h.say("s/c", "1") // knows nothing of availability
	if got := h.availability["x"]; got != devices.Offline {
		t.Errorf("%v, want offline", got)
	}
	h.say("avail/b", "online")
	if got := h.availability["x"]; got != devices.Online {
		t.Errorf("%v, want online", got)
	}
}

func TestOneBridgeSpeaksForAllAndForWhoComesLater(t *testing.T) {
	h := newHouse()
	for i := range 3 {
		h.keep(fmt.Sprintf("homeassistant/sensor/%d/config", i), fmt.Sprintf(`{"stat_t":"s/%d","avty_t":"bridge","dev":{"ids":"%d","name":"D%d"}}`, i, i, i))
		h.keep("bridge", "online")
	}
	h.keep("homeassistant/sensor/late/config", `{"stat_t":"s/0","avty_t":"bridge","dev":{"ids":"late","name":"Late"}}`)
	for _, id := range []devices.ID{"d0", "d1", "d2", "late"} {
		if h.availability[id] != devices.Online {
			t.Errorf("%s is %v", id, h.availability[id])
		}
	}
	h.say("bridge", "offline")
	for id, got := range h.availability {
		if got != devices.Offline {
			t.Errorf("%s is %v", id, got)
		}
	}
}

func TestAfterTheBrokerWasLost(t *testing.T) {
	h := newHouse()
	h.keep("homeassistant/sensor/a/config", `{"stat_t":"s/a","avty_t":"avail","dev":{"ids":"a","name":"A"}}`)
	h.keep("homeassistant/sensor/b/config", `{"stat_t":"s/b","dev":{"ids":"b","name":"B"}}`)
	h.say("avail", "online")
	h.say("s/b", "1")
	var r convention.Result
	h.Lost(&r)
	h.apply(&r)
	if h.availability["a"] != devices.Offline || h.availability["b"] != devices.Offline {
		t.Errorf("lost: %v", h.availability)
	}
	r.Reset()
	h.Restored(&r)
	h.apply(&r)
	if h.availability["a"] != devices.Offline || h.availability["b"] != devices.Online {
		t.Errorf("restored: %v", h.availability)
	}
	h.keep("s/a", "1") // the broker had kept it: no sign of life
	if h.availability["a"] != devices.Offline {
		t.Error("a kept value is taken for a sign of life")
	}
	h.say("s/a", "2")
	if h.availability["a"] != devices.Online {
		t.Error("a value of this moment is no sign of life")
	}
}

func TestAValueThatIsTooOldMakesItsDeviceOffline(t *testing.T) {
	h := newHouse()
	h.keep("homeassistant/sensor/a/config", `{"stat_t":"s","exp_aft":60,"name":"Level","dev":{"ids":"a","name":"A"}}`)
	if next := h.pass(time.Hour); !next.IsZero() {
		t.Errorf("next %v before anything was heard", next)
	}
	h.say("s", "1")
	if next := h.pass(30 * time.Second); next != h.now.Add(30*time.Second) {
		t.Errorf("next %v, want in 30 s", next)
	}
	h.say("s", "2")
	if next := h.pass(30 * time.Second); next != h.now.Add(30*time.Second) || h.availability["a"] != devices.Online || len(h.faults) > 0 {
		t.Errorf("next %v, availability %v, faults %q", next, h.availability, h.faults)
	}
	if next := h.pass(30 * time.Second); !next.IsZero() || h.availability["a"] != devices.Offline || len(h.faults) != 1 || !strings.Contains(h.faults[0], "level") {
		t.Errorf("next %v, availability %v, faults %q", next, h.availability, h.faults)
	}
	h.say("s", "3")
	if h.availability["a"] != devices.Online {
		t.Error("a new value does not bring it back")
	}
	h.keep("homeassistant/sensor/a/config", "")
	h.pass(time.Hour) // nothing is left that could expire
	if len(h.faults) != 1 {
		t.Errorf("faults %q", h.faults)
	}
}

func TestABinarySensorGoesOffAfterItsDelay(t *testing.T) {
	h := newHouse()
	h.keep("homeassistant/binary_sensor/a/config", `{"stat_t":"s","off_dly":5,"dev_cla":"motion","dev":{"ids":"a","name":"A"}}`)
	h.say("s", "ON")
	h.pass(4 * time.Second)
	h.say("s", "ON")
	h.pass(4 * time.Second)
	if h.values["a/motion"] != devices.Boolean(true) {
		t.Error("it went off too early")
	}
	if next := h.pass(time.Second); h.values["a/motion"] != devices.Boolean(false) || !next.IsZero() {
		t.Errorf("motion %v, next %v", h.values["a/motion"], next)
	}
}

func TestManyTimersRingInOrder(t *testing.T) {
	h := newHouse()
	const many = 200
	for i := range many {
		h.keep(fmt.Sprintf("homeassistant/binary_sensor/%d/config", i), fmt.Sprintf(`{"stat_t":"s/%d","off_dly":%d,"name":"m","dev":{"ids":"%d","name":"D%d"}}`, i, 1+i*7%many, i, i))
		h.say(fmt.Sprintf("s/%d", i), "ON")
	}
	for second := 1; second <= many; second++ {
		h.pass(time.Second)
		off := 0
		for _, v := range h.values {
			if v == devices.Boolean(false) {
				off++
			}
		}
		if off != second {
			t.Fatalf("after %d s %d are off", second, off)
		}
	}
}
