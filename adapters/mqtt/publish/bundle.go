package publish

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// bundle is the announcement of a device.
type bundle struct {
	Device           deviceInfo      `json:"device"`
	Origin           origin          `json:"origin"`
	Availability     []topic         `json:"availability"`
	AvailabilityMode string          `json:"availability_mode"`
	StateTopic       string          `json:"state_topic"`
	QoS              int             `json:"qos"`
	Components       map[string]part `json:"components"`
}

type deviceInfo struct {
	Identifiers  []string `json:"identifiers"`
	Name         string   `json:"name"`
	Manufacturer string   `json:"manufacturer,omitempty"`
	Model        string   `json:"model,omitempty"`
	Serial       string   `json:"serial_number,omitempty"`
	Area         string   `json:"suggested_area,omitempty"`
}

type origin struct {
	Name    string `json:"name"`
	Version string `json:"sw_version,omitempty"`
}

type topic struct {
	Topic string `json:"topic"`
}

// part is a component of a bundle, by the keys of Home Assistant.
type part map[string]any

// Bundle returns the announcement of a device.
func (s Scheme) Bundle(d *devices.Device) ([]byte, error) {
	b := bundle{
		Device: deviceInfo{
			Identifiers: []string{convention.OurPrefix + string(d.ID)}, Name: d.Title(),
			Manufacturer: d.Manufacturer, Model: d.Model, Serial: d.Serial, Area: d.Area,
		},
		Origin:           origin{convention.Origin, s.Version},
		Availability:     []topic{{s.Status()}, {Availability(d.ID)}},
		AvailabilityMode: "all",
		StateTopic:       State(d.ID),
		QoS:              1,
		Components:       make(map[string]part, len(d.Properties)),
	}
	taken := make(map[string]bool)
	if climate := climateOf(d, taken); climate != nil {
		b.Components["climate"] = climate
	}
	for i := range d.Properties {
		if p := &d.Properties[i]; !taken[p.Name] {
			b.Components[p.Name] = partOf(d, p, taken)
		}
	}
	for name := range taken {
		delete(b.Components, name)
	}
	for name, c := range b.Components {
		c["unique_id"] = convention.OurPrefix + string(d.ID) + "_" + name
	}
	return json.Marshal(b)
}

// template takes a property out of the state.
func template(property string) string { return "{{ value_json['" + property + "'] }}" }

// partOf describes a property by the component that fits it. taken are properties that
// are part of another one's component.
func partOf(d *devices.Device, p *devices.Property, taken map[string]bool) part {
	c := part{"name": nameOf(p), "value_template": template(p.Name)}
	switch {
	case p.Category == devices.Setting && p.Writable:
		c["entity_category"] = "config"
	case p.Category != devices.Primary:
		c["entity_category"] = "diagnostic"
	}
	if p.Writable {
		c["command_topic"] = setTopic(d.ID, p.Name)
	}
	switch p.Type {
	case devices.TypeNumber:
		numberPart(c, p)
	case devices.TypeBoolean:
		booleanPart(c, d, p, taken)
	case devices.TypeEnum:
		c["options"] = p.Options
		c["platform"] = "select"
		if !p.Writable {
			c["platform"], c["device_class"] = "sensor", "enum"
		}
	case devices.TypeText:
		c["platform"] = "sensor"
		if p.Writable {
			c["platform"] = "text"
			if p.Secret {
				c["mode"] = "password"
			}
		}
	}
	return c
}

// nameOf is what a property is called: Home Assistant shows it behind the device.
func nameOf(p *devices.Property) string {
	if p.Label != "" {
		return p.Label
	}
	text := strings.ReplaceAll(p.Name, "_", " ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// widest is the range of a number without one: the default of Home Assistant is 1 to 100.
const widest = 1e6

func numberPart(c part, p *devices.Property) {
	if p.Unit != "" {
		c["unit_of_measurement"] = p.Unit
	}
	if slices.Contains(numberClasses, p.Class) && p.Unit != "" || p.Class == "aqi" || p.Class == "ph" {
		c["device_class"] = p.Class
	}
	if !p.Writable {
		c["platform"], c["state_class"] = "sensor", "measurement"
		if p.Class == "energy" || p.Class == "water" || p.Class == "gas" {
			c["state_class"] = "total_increasing"
		}
		return
	}
	c["platform"], c["mode"] = "number", "box"
	c["min"], c["max"] = bounds(p)
	c["step"] = stepOf(p)
}

func bounds(p *devices.Property) (low, high float64) {
	low, high = -widest, widest
	if p.Bounded() && !math.IsInf(p.Min, 0) {
		low = p.Min
	}
	if p.Bounded() && !math.IsInf(p.Max, 0) {
		high = p.Max
	}
	return low, high
}

// stepOf is the step of a number; Home Assistant's smallest is 0.001.
func stepOf(p *devices.Property) float64 {
	if p.Step <= 0 {
		return 0.01
	}
	return max(p.Step, 0.001)
}

func booleanPart(c part, d *devices.Device, p *devices.Property, taken map[string]bool) {
	on, off := payloadOf(true), payloadOf(false)
	switch {
	case !p.Writable:
		c["platform"], c["payload_on"], c["payload_off"] = "binary_sensor", on, off
		if slices.Contains(binaryClasses, p.Class) {
			c["device_class"] = p.Class
		}
	case p.Name == "on" && d.Kind == "light":
		lightPart(c, d, taken)
	case p.Name == "locked" || p.Class == "lock":
		if p.Class == "lock" { // true is open
			on, off = off, on
		}
		c["platform"] = "lock"
		c["payload_lock"], c["payload_unlock"], c["state_locked"], c["state_unlocked"] = on, off, on, off
	default:
		c["platform"], c["payload_on"], c["payload_off"] = "switch", on, off
		if p.Class == "outlet" || p.Class == "switch" {
			c["device_class"] = p.Class
		}
	}
}

// lightPart makes a light of a switch, with its brightness.
func lightPart(c part, d *devices.Device, taken map[string]bool) {
	c["platform"], c["name"] = "light", nil // it is the device
	c["payload_on"], c["payload_off"] = payloadOf(true), payloadOf(false)
	c["state_value_template"] = c["value_template"]
	delete(c, "value_template")
	p, ok := d.Property("brightness")
	if !ok || !p.Writable || p.Type != devices.TypeNumber || !p.Bounded() || math.IsInf(p.Max, 0) || p.Max < 1 {
		return
	}
	taken[p.Name] = true
	c["brightness_state_topic"], c["brightness_value_template"] = State(d.ID), template(p.Name)
	c["brightness_command_topic"], c["brightness_scale"] = setTopic(d.ID, p.Name), int(p.Max)
	c["on_command_type"] = "first"
}
