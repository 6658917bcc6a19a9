package homeassistant

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
)

// TestNamesOfZigbee2MQTTDoNotDependOnTheOrder announces each model in several orders: at
// once, and so slowly that it settles between two announcements. At once the names are
// the same in the end; slowly none ever changes.
func TestNamesOfZigbee2MQTTDoNotDependOnTheOrder(t *testing.T) {
	models := make(map[string][]record)
	for _, one := range conventiontest.Records[record](t, "zigbee2mqtt.jsonl.gz") {
		if one.Kind == "discovery" {
			models[one.Vendor+" "+one.Model] = append(models[one.Vendor+" "+one.Model], one)
		}
	}
	const orders = 2
	chance := rand.New(rand.NewPCG(1, 2))
	properties, early, other := 0, 0, 0
	for _, model := range slices.Sorted(maps.Keys(models)) {
		all := models[model]
		want, changed := namesAfter(all, nil)
		early += changed
		properties += len(want)
		for range orders {
			chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			if got, _ := namesAfter(all, nil); !maps.Equal(got, want) {
				t.Errorf("%s: names %v, in another order %v", model, want, got)
			}
		}
		quiet := settleQuiet
		got, changed := namesAfter(all, &quiet)
		if changed > 0 {
			t.Errorf("%s: %d names of a settled device have changed", model, changed)
		}
		for key, name := range got {
			if want[key] != name {
				other++
			}
		}
	}
	t.Logf("%d properties; announced at once, %d change their names before they have settled; announced one by one and slowly, none does, and %d are called otherwise than at once", properties, early, other)
	const most = 0.005
	if properties == 0 || float64(other) > most*float64(properties) {
		t.Errorf("%d of %d names depend on the order of slow announcements", other, properties)
	}
}

// namesAfter returns the names of properties by the keys of their parts, and how many
// changes of names there were. pause is between two announcements; nil: none.
func namesAfter(all []record, pause *time.Duration) (names map[string]string, changed int) {
	d := New(convention.NewNames([]string{Name}, nil), Config{})
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	called := make(map[*part]string)
	names = make(map[string]string)
	for _, one := range all {
		var r convention.Result
		d.Decode(&r, convention.Received{Topic: []byte(one.Topic), Payload: []byte(one.Payload), Retained: true, At: now})
		if pause != nil {
			now = now.Add(*pause)
			d.Due(&r, now)
		}
		for _, g := range d.groups {
			for _, e := range g.entities {
				for _, p := range e.parts {
					if was := called[p]; was != "" && was != p.property.Name {
						changed++
					}
					called[p] = p.property.Name
				}
			}
		}
	}
	for _, g := range d.groups {
		for _, e := range g.entities {
			for i, p := range e.parts {
				names[e.keyOf(i)] = p.property.Name
			}
		}
	}
	return names, changed
}
