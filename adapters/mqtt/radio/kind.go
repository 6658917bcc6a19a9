package radio

import (
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// kindOf says what a sensor is. Of what is not told by a class, a position is a
// blind's, and what has buttons and measures nothing is a remote control.
func kindOf(properties []devices.Property) string {
	var hints []string
	measures := false
	for i := range properties {
		p := &properties[i]
		switch {
		case p.Name == "position":
			hints = append(hints, "cover")
		case strings.HasPrefix(p.Name, "button"):
			hints = append(hints, "button")
		case p.Category == devices.Primary && p.Type == devices.TypeNumber:
			measures = true
		}
	}
	if measures && len(hints) > 0 && hints[0] == "button" {
		hints = nil
	}
	return convention.Kind(properties, hints)
}
