package homeassistant

import (
	"encoding/json"
	"sort"
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
)

type example struct {
	Component, Kind, Topic string
	Config                 json.RawMessage
	Sources                []string
}

// TestConfigurationsOfHomeAssistant has each configuration of Home Assistant's own tests
// announced. What is valid there gives a device here; the rest is refused in words.
func TestConfigurationsOfHomeAssistant(t *testing.T) {
	taken := make(map[string]int)
	refused := make(map[string][]string)
	for _, one := range conventiontest.Records[example](t, "ha-core-mqtt-configs.jsonl.gz") {
		if known, ok := components[one.Component]; one.Kind != "invalid-discovery" && (!ok || known.make == nil && known.why == "") {
			continue
		}
		topic, payload := one.Topic, []byte(one.Config)
		if topic == "" {
			topic = "homeassistant/" + one.Component + "/bla/config"
		}
		if one.Kind == "invalid-discovery" {
			var text string
			if err := json.Unmarshal(one.Config, &text); err != nil {
				t.Fatal(err)
			}
			payload = []byte(text)
		}
		d := New(convention.NewNames([]string{Name}, nil), Config{})
		var r convention.Result
		if !d.Decode(&r, convention.Received{Topic: []byte(topic), Payload: payload}) {
			t.Errorf("%s: %q is no topic of ours", one.Sources[0], topic)
		}
		switch {
		case len(r.Faults) == 0 && len(r.Announced) == 1 && len(r.Announced[0].Properties) > 0 && one.Kind != "invalid-discovery":
			taken[one.Kind]++
		case len(r.Faults) == 1 && len(r.Announced) == 0 && r.Faults[0].Topic == topic && r.Faults[0].Err != nil:
			reason := r.Faults[0].Err.Error()
			refused[reason] = append(refused[reason], one.Kind+" "+one.Component+" "+one.Sources[0])
		default:
			t.Errorf("%s: %d devices and %d faults of %s", one.Sources[0], len(r.Announced), len(r.Faults), payload)
		}
	}
	t.Logf("taken: %v", taken)
	var reasons []string
	for reason, examples := range refused {
		reasons = append(reasons, reason+": "+strings.Join(examples, "; "))
	}
	sort.Strings(reasons)
	for _, line := range reasons {
		t.Log(line)
	}
}
