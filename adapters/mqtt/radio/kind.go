package radio

import "thingbridge/devices"

// kindOf says what a sensor is by what it measures, the more telling first.
func kindOf(properties []devices.Property) string {
	for _, k := range kinds {
		for i := range properties {
			if p := &properties[i]; p.Class == k.class && p.Category == devices.Primary || p.Name == k.class {
				return k.kind
			}
		}
	}
	return "sensor"
}

var kinds = []struct{ class, kind string }{
	{"smoke", "smoke"}, {"gas", "smoke"}, {"leak", "leak"}, {"soil_moisture", "humidity"}, {"opening", "door"}, {"motion", "motion"}, {"presence", "presence"},
	{"position", "cover"}, {"energy", "meter"}, {"power", "meter"}, {"temperature", "temperature"}, {"humidity", "humidity"}, {"button", "button"},
}
