package adaptertest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
)

func TestRecorderFindsWhatBreaksTheContract(t *testing.T) {
	stove := func() []*devices.Device {
		return []*devices.Device{{ID: "stove", Properties: []devices.Property{{Name: "heat", Type: devices.TypeNumber, Min: 1, Max: 9}}}}
	}
	reading := func(device devices.ID, property string, v devices.Value, at time.Time) []devices.Reading {
		return []devices.Reading{{Device: device, Property: property, Value: v, At: at}}
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		name   string
		update devices.Update
		want   []string
	}{
		{"nothing in a good update", devices.Update{Announced: stove(), Readings: reading("stove", "heat", devices.Number(5), now)}, nil},
		{"nothing in a value out of range", devices.Update{Announced: stove(), Readings: reading("stove", "heat", devices.Number(50), now)}, nil},
		{"nothing in a value that is taken back", devices.Update{Announced: stove(), Readings: reading("stove", "heat", devices.Value{}, now)}, nil},
		{"a reading of a device that is not announced", devices.Update{Readings: reading("stove", "heat", devices.Number(5), now)},
			[]string{`reading of device "stove" before it was announced`}},
		{"a reading of a property that does not exist", devices.Update{Announced: stove(), Readings: reading("stove", "light", devices.Number(5), now)},
			[]string{`reading of property "light", which device "stove" does not have`}},
		{"a value of another type", devices.Update{Announced: stove(), Readings: reading("stove", "heat", devices.Text("hot"), now)},
			[]string{`reading of device "stove": heat: wrong type: got "hot", want a number`}},
		{"a reading without a time", devices.Update{Announced: stove(), Readings: reading("stove", "heat", devices.Number(5), time.Time{})},
			[]string{`reading of device "stove", property "heat" without a time`}},
		{"an availability before the device", devices.Update{Availability: []devices.Presence{{Device: "stove", Availability: devices.Online}}},
			[]string{`device "stove" is online before it was announced`}},
		{"a removal before the device", devices.Update{Removed: []devices.ID{"stove"}},
			[]string{`device "stove" is removed before it was announced`}},
		{"a device that is not valid", devices.Update{Announced: []*devices.Device{{ID: "stove", Properties: []devices.Property{{Name: "heat"}}}}},
			[]string{`announced device "stove": property "heat": no type; use number, boolean, enum or text`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRecorder()
			r.Apply(test.update)
			if diff := cmp.Diff(test.want, r.problems()); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
