package homie_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

func TestRecordsMakeDevicesKnownAgain(t *testing.T) {
	h := newHouse()
	h.hearAll(thermostat)
	h.hear("homie/x/air/extra", "7")
	h.hear("homie/5/b/$description", five)
	h.settle()
	again := newHouse()
	again.names.Load(h.names.Fresh())
	for _, k := range h.all.Keep {
		again.hear(k.Topic, string(k.Payload))
	}
	byID := func(all []*devices.Device) map[devices.ID]*devices.Device {
		out := make(map[devices.ID]*devices.Device)
		for _, d := range all {
			out[d.ID] = d
		}
		return out
	}
	if diff := cmp.Diff(byID(h.all.Announced), byID(again.all.Announced)); diff != "" {
		t.Errorf("devices (-want +got):\n%s", diff)
	}
	before := len(again.all.Announced)
	again.hearAll(thermostat)
	again.settle()
	if len(again.all.Announced) != before {
		t.Errorf("%d more announcements of what is known", len(again.all.Announced)-before)
	}
}

func TestNamesStayWhenTheDescriptionGrows(t *testing.T) {
	h := newHouse()
	h.hear("homie/5/b/$description", `{"homie":"5.0","nodes":{"one":{"properties":{"temp":{"datatype":"float"}}}}}`)
	h.hear("homie/5/b/one/temp", "1")
	h.hear("homie/5/b/$description", `{"homie":"5.0","nodes":{"nil":{"properties":{"temp":{"datatype":"float"}}},"one":{"properties":{"temp":{"datatype":"integer"}}}}}`)
	h.hear("homie/5/b/nil/temp", "2")
	h.hear("homie/5/b/one/temp", "3")
	if diff := cmp.Diff([]string{"nil_temp 2", "temperature 3"}, h.lines(t)); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}

func TestReasonsOfWhatIsPassedOver(t *testing.T) {
	tests := []struct{ name, topic, payload, want string }{
		{"no JSON", "homie/5/b/$description", "{", "no JSON of Homie 5"},
		{"a long description", "homie/5/b/$description", strings.Repeat("x", 300_000), "300000 bytes"},
		{"no property", "homie/5/b/$description", `{"homie":"5.0"}`, "no property"},
		{"a long attribute", "homie/x/$name", strings.Repeat("x", 5000), "5000 bytes"},
		{"a topic that is none", "homie/x/a/b/c", "1", "no such topic"},
		{"a device with a name only", "homie/x/$name", "X", "no property"},
	}
	for _, tt := range tests {
		h := newHouse()
		h.hear(tt.topic, tt.payload)
		h.settle()
		if len(h.all.Faults) != 1 || !strings.Contains(h.all.Faults[0].Error(), tt.want) {
			t.Errorf("%s: faults %v, want one with %q", tt.name, h.all.Faults, tt.want)
		}
	}
}

func TestAnotherConventionMayTakeADeviceOver(t *testing.T) {
	h := newHouse()
	h.hearAll(thermostat)
	h.settle()
	h.names.Assign("homeassistant", "id:x", "X")
	h.all.Reset()
	h.hear("homie/x/air/humidity", "50")
	h.hear("homie/x/$state", "lost")
	if len(h.all.Readings)+len(h.all.Availability) != 0 {
		t.Errorf("got %+v", h.all)
	}
	if _, err := h.Command(devices.Command{Device: "living-room", Property: "target", Value: devices.Number(20)}, noon); !errors.Is(err, convention.ErrNotMine) {
		t.Errorf("got %v", err)
	}
}

func TestAFloodIsBounded(t *testing.T) {
	h := newHouse()
	for i := range 600 {
		h.hear(fmt.Sprintf("homie/d%d/n/p", i), "1")
	}
	if n := len(h.all.Faults); n != 100 || !strings.Contains(h.all.Faults[0].Error(), "there cannot be more") {
		t.Errorf("%d devices were refused, want 100", n)
	}
	h = newHouse()
	for i := range 2000 {
		h.hear(fmt.Sprintf("homie/x/n/p%d", i), "1")
		h.hear(fmt.Sprintf("homie/x/n/q%d/$name", i), strings.Repeat("x", 1000))
	}
	h.settle()
	if n := len(h.device(t).Properties); n > devices.MaxProperties {
		t.Errorf("%d properties", n)
	}
	if len(h.all.Faults) == 0 || !strings.Contains(h.all.Faults[len(h.all.Faults)-1].Error(), "is kept of one") {
		t.Error("all was kept")
	}
	h = newHouse()
	h.hear("homie/x/$nodes", "a[]")
	h.hear("homie/x/a/$array", "0-63")
	h.hear("homie/x/a/$properties", strings.Repeat("p[0-63]:settable,q[0-63]:settable,", 100))
	h.settle()
	if n := len(h.device(t).Properties); n > devices.MaxProperties {
		t.Errorf("%d properties", n)
	}
}
