package main

import "strings"

// friendlyName is what Home Assistant calls an entity: its device's name and its own,
// where it has a device and an identity by which it is kept with it; else its own alone.
// own is what it is called, or "" where it is what its device is there for; class is the
// word for what it measures, which is its name where it is not given one.
func friendlyName(device, own, class string, config fields) string {
	if config != nil && config.object("device") == nil {
		if own == "" {
			return quote(device)
		}
		return quote(own)
	}
	if raw, named := config["name"]; config != nil && own == "" && class != "" && (!named || string(raw) != "null") {
		own = strings.ToUpper(class[:1]) + strings.ReplaceAll(class[1:], "_", " ")
	}
	if config != nil && !config.has("unique_id") {
		if own == "" {
			return "null"
		}
		return quote(own)
	}
	if own == "" || own == device {
		return quote(device)
	}
	return quote(device + " " + own)
}

// homeAt is where the house of Home Assistant's tests stands.
const homeLatitude, homeLongitude = 32.87336, -117.22743

// zoneOf is the zone that a place is in: home is as large as a house with its garden.
func zoneOf(latitude, longitude float64) string {
	const near = 0.001 // °, some hundred metres
	if abs(latitude-homeLatitude) < near && abs(longitude-homeLongitude) < near {
		return quote("home")
	}
	return quote("not_home")
}

func abs(n float64) float64 { return max(n, -n) }
