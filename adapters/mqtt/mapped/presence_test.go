package mapped_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/devices"
)

func TestAvailability(t *testing.T) {
	withTopic := mapped.Device{ID: "boiler", AvailabilityTopic: "boiler/lwt", Properties: []mapped.Property{{Name: "temp", Topic: "boiler/temp"}}}
	own := withTopic
	own.PayloadAvailable, own.PayloadNotAvailable = "Here", "Gone"
	without := mapped.Device{ID: "boiler", Properties: []mapped.Property{{Name: "temp", Topic: "boiler/temp"}}}
	mute := mapped.Device{ID: "boiler", Properties: []mapped.Property{{Name: "fan", CommandTopic: "boiler/fan"}}}
	const retained = "retained "

	tests := []struct {
		name   string
		device mapped.Device
		steps  []string // "lost", "restored", or "TOPIC PAYLOAD"
		want   []devices.Availability
	}{
		{"comes with the first message where there is no topic", without, []string{"boiler/temp 20", "boiler/temp 21"}, []devices.Availability{devices.Online}},
		{"comes with a retained message too", without, []string{retained + "boiler/temp 20"}, []devices.Availability{devices.Online}},
		{"is online for a device that has nothing to say", mute, []string{"restored", "lost", "restored"},
			[]devices.Availability{devices.Online, devices.Offline, devices.Online}},
		{"is what the topic says", withTopic, []string{"boiler/lwt online", "boiler/lwt online", "boiler/lwt offline"}, []devices.Availability{devices.Online, devices.Offline}},
		{"is what the topic says in its own words", own, []string{"boiler/lwt Here", "boiler/lwt Gone"}, []devices.Availability{devices.Online, devices.Offline}},
		{"does not come from readings where there is a topic", withTopic, []string{"boiler/temp 20"}, nil},
		{"stays offline when a reading comes after the will", withTopic, []string{"boiler/lwt offline", "boiler/temp 20"}, []devices.Availability{devices.Offline}},
		{"goes with the broker and comes back with it", without, []string{"boiler/temp 20", "lost", "lost", "restored"},
			[]devices.Availability{devices.Online, devices.Offline, devices.Online}},
		{"is unknown again where nothing was known", without, []string{"lost", "restored"}, []devices.Availability{devices.Offline, devices.Unknown}},
		{"comes back when the topic says so", withTopic, []string{"boiler/lwt online", "lost", "restored", retained + "boiler/lwt online"},
			[]devices.Availability{devices.Online, devices.Offline, devices.Online}},
		{"comes back with a reading", withTopic, []string{"boiler/lwt online", "lost", "restored", "boiler/temp 20"},
			[]devices.Availability{devices.Online, devices.Offline, devices.Online}},
		{"does not come back with a reading that the broker had kept", withTopic, []string{"boiler/lwt online", "lost", "restored", retained + "boiler/temp 20"},
			[]devices.Availability{devices.Online, devices.Offline}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, availabilities(compile(t, test.device), test.steps)); diff != "" {
				t.Errorf("availabilities told (-want +got):\n%s", diff)
			}
		})
	}
}

func availabilities(table *mapped.Table, steps []string) []devices.Availability {
	var r convention.Result
	for _, step := range steps {
		kept, topic, payload := false, step, ""
		if rest, ok := cutWord(&topic); ok && topic == "retained" {
			kept, topic = true, rest
			payload, _ = cutWord(&topic)
		} else {
			payload = rest
		}
		switch topic {
		case "lost":
			table.Lost(&r)
		case "restored":
			table.Restored(&r)
		default:
			m := received(topic, payload)
			m.Retained = kept
			table.Decode(&r, m)
		}
	}
	var got []devices.Availability
	for _, p := range r.Availability {
		got = append(got, p.Availability)
	}
	return got
}

// cutWord cuts the first word off *text, leaves it there and returns the rest.
func cutWord(text *string) (rest string, ok bool) {
	for i, c := range *text {
		if c == ' ' {
			rest, *text = (*text)[i+1:], (*text)[:i]
			return rest, true
		}
	}
	return "", false
}

func TestAvailabilityThatIsNeitherPayloadIsAFault(t *testing.T) {
	table := compile(t, mapped.Device{ID: "boiler", AvailabilityTopic: "lwt", Properties: []mapped.Property{{Name: "temp", Topic: "temp"}}})
	var r convention.Result
	table.Decode(&r, received("lwt", "maybe"))
	if len(r.Faults) != 1 || r.Faults[0].Error() != `device boiler: availability: topic "lwt": got "maybe", want "online" or "offline"` {
		t.Errorf("faults %v", r.Faults)
	}
}
