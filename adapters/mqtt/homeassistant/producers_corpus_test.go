package homeassistant

import (
	"errors"
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/devices"
)

// TestEventsOfZigbee2MQTT has the remote controls heard that announce events.
func TestEventsOfZigbee2MQTT(t *testing.T) {
	d := New(convention.NewNames([]string{Name}, nil), Config{})
	var r convention.Result
	models := make(map[string]bool)
	states := 0
	for _, one := range conventiontest.Records[record](t, "zigbee2mqtt-events.jsonl.gz") {
		models[one.Model] = true
		if one.Kind == "state" {
			states++
		}
		d.Decode(&r, convention.Received{Topic: []byte(one.Topic), Payload: []byte(one.Payload), Retained: one.Kind != "state"})
	}
	undeclared := 0
	for i := range r.Faults {
		if undeclared++; !errors.Is(r.Faults[i].Err, devices.ErrOption) {
			t.Error(r.Faults[i].Error())
		}
	}
	const most = 2 // events that are not among those announced
	t.Logf("%d models, %d devices; %d states gave %d events, %d had one that was not announced", len(models), len(d.byID), states, len(r.Readings), undeclared)
	if len(d.byID) != len(models) || undeclared > most || len(r.Readings)+undeclared < states {
		t.Error("want a device for each model and an event for each state")
	}
}

// TestAnnouncementsOfRTL433 has all of what rtl_433 announces heard.
func TestAnnouncementsOfRTL433(t *testing.T) {
	d := New(convention.NewNames([]string{Name}, nil), Config{})
	var r convention.Result
	stations := make(map[string]bool)
	for _, one := range conventiontest.Records[record](t, "rtl433-hass-discovery.jsonl") {
		d.Decode(&r, convention.Received{Topic: []byte(one.Topic), Payload: []byte(one.Payload), Retained: true})
		members, err := parseObject([]byte(one.Payload))
		if err != nil {
			t.Fatal(err)
		}
		info, err := readDevice(members["device"])
		if err != nil {
			t.Fatal(err)
		}
		stations[strings.Join(info.identities, " ")] = true
	}
	for i := range r.Faults {
		t.Error(r.Faults[i].Error())
	}
	if len(d.byID) != len(stations) || len(stations) == 0 {
		t.Errorf("%d devices, want %d", len(d.byID), len(stations))
	}
}
