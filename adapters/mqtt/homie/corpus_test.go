package homie_test

import (
	"encoding/json"
	"testing"

	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/devices"
)

// TestCorpus takes the retained messages of real devices, which are excerpts: each
// device must be announced, in the order of the messages and in the opposite one,
// with all values that came, and each settable property must take a command.
// CORPUS names the folder that has the messages.
func TestCorpus(t *testing.T) {
	type message struct{ Topic, Payload string }
	var messages []message
	for _, line := range conventiontest.Lines(t, "homie4.jsonl") {
		var m message
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	for _, order := range []string{"as they came", "the other way round", "one device after the other"} {
		h := newHouse()
		for i := range messages {
			m := messages[i]
			if order == "the other way round" {
				m = messages[len(messages)-1-i]
			}
			if !h.hear(m.Topic, m.Payload) {
				// What comes before the topic that tells of another root comes again
				// when the device is subscribed to.
				t.Logf("%s: not known yet: %s", order, m.Topic)
			}
			if order == "one device after the other" {
				h.settle()
			}
		}
		for _, f := range h.all.Subscribe {
			for _, m := range messages {
				if len(m.Topic) > len(f.Topic) && m.Topic[:len(f.Topic)-1] == f.Topic[:len(f.Topic)-1] {
					h.hear(m.Topic, m.Payload)
				}
			}
		}
		h.settle()
		known := make(map[devices.ID]*devices.Device)
		for _, d := range h.all.Announced {
			if err := d.Validate(); err != nil {
				t.Error(err)
			}
			known[d.ID] = d
		}
		properties, settable, values := 0, 0, make(map[string]bool)
		for _, d := range known {
			t.Logf("%s: %s, %q: %d properties", d.ID, d.Kind, d.Name, len(d.Properties))
			for i := range d.Properties {
				p := &d.Properties[i]
				properties++
				if !p.Writable {
					continue
				}
				settable++
				if _, err := h.Command(devices.Command{Device: d.ID, Property: p.Name, Value: wish(p)}, noon); err != nil {
					t.Errorf("%s: %v", d.ID, err)
				}
			}
		}
		for _, r := range h.all.Readings {
			values[string(r.Device)+" "+r.Property] = true
		}
		for i := range h.all.Faults {
			t.Logf("reason: %v", h.all.Faults[i].Error())
		}
		t.Logf("%s: %d messages: %d devices, %d properties, %d settable, %d with values, %d announcements, %d reasons",
			order, len(messages), len(known), properties, settable, len(values), len(h.all.Announced), len(h.all.Faults))
		if len(known) != 7 {
			t.Errorf("%s: %d devices, want 7", order, len(known))
		}
		if len(values) < 29 {
			t.Errorf("%s: %d properties have values, want 29", order, len(values))
		}
	}
}

// wish is a value that p can be given.
func wish(p *devices.Property) devices.Value {
	switch p.Type {
	case devices.TypeNumber:
		return devices.Number(p.Min)
	case devices.TypeBoolean:
		return devices.Boolean(true)
	case devices.TypeEnum:
		return devices.Text(p.Options[0])
	}
	return devices.Text("x")
}
