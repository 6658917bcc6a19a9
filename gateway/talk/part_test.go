package talk_test

import (
	"slices"
	"strings"
	"testing"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
)

// What is measured by phase, tariff or quadrant is named after the whole.
func TestPartsAreNamedAfterTheWhole(t *testing.T) {
	for _, tt := range []struct{ name, class, english, german string }{
		{"power_l2", "power", "Power L2", "Leistung L2"},
		{"energy_export_t1", "energy", "Energy fed in, tariff 1", "Eingespeiste Energie, Tarif 1"},
		{"reactive_power_q4", "reactive_power", "Reactive power, quadrant 4", "Blindleistung, Quadrant 4"},
		{"energy_l1_t2", "energy", "Energy L1, tariff 2", "Energie L1, Tarif 2"},
		{"voltage_sags_l3", "", "Voltage sags L3", "Spannungseinbrüche L3"},
		{"current_limit_l1", "current", "Current limit L1", "Stromgrenze L1"},
		{"nothing_l1", "", "Nothing l1", "Nothing l1"},
		{"energy_l5", "energy", "Energy", "Energie"},
	} {
		for lang, want := range map[talk.Lang]string{talk.English: tt.english, talk.German: tt.german} {
			twin := twinOf(t, &devices.Device{ID: "m", Properties: []devices.Property{{Name: tt.name, Class: tt.class, Type: devices.TypeNumber}}}, nil)
			facts := talk.Facts(&twin, lang)
			if got := facts[len(facts)-1].Label; got != want {
				t.Errorf("%s: %s is %q, want %q", lang, tt.name, got, want)
			}
		}
	}
}

// A meter first says how much there is in all, then how much of it where.
func TestTheWholeComesBeforeItsParts(t *testing.T) {
	d := &devices.Device{ID: "m", Kind: "meter"}
	var readings []devices.Reading
	for i, name := range []string{"power_l1", "power_l2", "power_l3", "power_export_l1", "voltage_l1", "energy_low", "tariff", "energy", "power_export", "power"} {
		class, _, _ := strings.Cut(name, "_")
		d.Properties = append(d.Properties, devices.Property{Name: name, Class: class, Type: devices.TypeNumber})
		readings = append(readings, devices.Reading{Device: "m", Property: name, Value: devices.Number(float64(i))})
	}
	twin := twinOf(t, d, readings)
	var labels []string
	for _, fact := range talk.Facts(&twin, talk.English) {
		labels = append(labels, fact.Label)
	}
	place := func(label string) int { return slices.Index(labels, label) }
	if place("Power") < 0 || place("Energy") > place("Power L1") || place("Power fed in") > place("Power L1") || place("Power") > place("Energy") {
		t.Errorf("the order is %q", labels)
	}
}
