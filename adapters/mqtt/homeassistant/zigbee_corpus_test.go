package homeassistant

import (
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

type record struct {
	Model, Vendor, Kind, Topic, Payload string
	Retain                              bool
}

// TestAllOfZigbee2MQTT has one house hear all that zigbee2mqtt can say: each model is one
// device, nothing is passed over without a reason that is known here, and what carries a
// value has one of its type.
func TestAllOfZigbee2MQTT(t *testing.T) {
	records := conventiontest.Records[record](t, "zigbee2mqtt.jsonl.gz")
	d := New(convention.NewNames([]string{Name}, nil), Config{})
	models := make(map[string]bool)
	var r convention.Result
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, one := range records {
		models[one.Model] = true
		d.Decode(&r, convention.Received{Topic: []byte(one.Topic), Payload: []byte(one.Payload), Retained: one.Kind != "state" && one.Retain, At: now})
	}
	for i := range r.Faults {
		if at, _, _ := parseAddress(strings.TrimPrefix(r.Faults[i].Topic, string(d.prefix))); at.component != "" && components[at.component].make == nil {
			continue // that nobody knows it is reason enough
		}
		t.Errorf("%v", r.Faults[i].Error())
	}
	if len(d.byID) != len(models) {
		t.Errorf("%d devices, want one for each of %d models and the bridge", len(d.byID), len(models))
	}
	for _, g := range d.groups {
		if len(g.entities) == 0 || g.device == nil || g.device.Validate() != nil {
			t.Errorf("device %q is not valid", g.id)
		}
	}
	views := valueTemplates(t, records)
	carrying, right := 0, 0
	var m template.Message
	for _, one := range records {
		if one.Kind != "state" {
			continue
		}
		for _, e := range listeningTo(d, one.Topic) {
			if m.Reset([]byte(one.Payload), now); !carries(views[e.key], &m) {
				continue
			}
			carrying++
			if hasValue(e) {
				right++
			} else {
				t.Logf("%s: no value after %s", e.key, convention.Shorten(one.Payload))
			}
		}
	}
	const least = 0.995
	share := float64(right) / float64(max(carrying, 1))
	t.Logf("%d models, %d devices, %d entities; of %d that carry a value, %d have one: %.2f %%",
		len(models), len(d.byID), d.entities, carrying, right, 100*share)
	if carrying == 0 || share < least {
		t.Errorf("%.2f %% of what carries a value has one, want %.1f %%", 100*share, 100*least)
	}
}

// listeningTo are the entities that listen to a topic, each once.
func listeningTo(d *Discovery, topic string) []*entity {
	var out []*entity
	if to := d.routes[topic]; to != nil {
		for _, l := range to.listeners {
			if len(out) == 0 || out[len(out)-1] != l.entity {
				out = append(out, l.entity)
			}
		}
	}
	return out
}

// valueTemplates are the templates for reading of each entity, by its topic.
func valueTemplates(t *testing.T, records []record) map[string][]*template.Template {
	out := make(map[string][]*template.Template)
	for _, one := range records {
		if one.Kind != "discovery" || strings.Contains(one.Topic, "/device_automation/") {
			continue
		}
		members, err := parseObject([]byte(one.Payload))
		if err != nil {
			t.Fatal(err)
		}
		for key, n := range members {
			if !strings.HasSuffix(key, "_template") || strings.Contains(key, "command") || strings.Contains(key, "attributes") {
				continue
			}
			view, err := template.Compile(n.text)
			if err != nil {
				t.Fatal(err)
			}
			out[one.Topic] = append(out[one.Topic], view)
		}
	}
	return out
}

// carries reports whether a message has something for one of the templates.
func carries(views []*template.Template, m *template.Message) bool {
	for _, view := range views {
		if text, err := view.Append(nil, m); err == nil && !isNothing(text) {
			return true
		}
	}
	return false
}

// hasValue reports whether e has a value, and only such as its properties can have.
func hasValue(e *entity) bool {
	some := false
	for _, p := range e.parts {
		if p.last.IsZero() {
			continue
		}
		some = true
		want := p.property.Type
		if want == devices.TypeEnum {
			want = devices.TypeText
		}
		if p.last.Type() != want {
			return false
		}
	}
	return some
}
