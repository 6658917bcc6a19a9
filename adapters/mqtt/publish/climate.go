package publish

import (
	"slices"

	"thingbridge/devices"
)

// Home Assistant's words for what a thermostat can be and do; it refuses others.
var (
	climateModes   = []string{"auto", "off", "cool", "heat", "dry", "fan_only", "heat_cool"}
	climateActions = []string{"off", "heating", "cooling", "drying", "idle", "fan", "preheating", "defrosting"}
)

// climateOf makes one component of the properties of a thermostat, or returns nil where
// the device is none. What it stands for is put into taken.
func climateOf(d *devices.Device, taken map[string]bool) part {
	target, ok := d.Property("target")
	if !ok || !target.Writable || target.Type != devices.TypeNumber || !target.Bounded() {
		return nil
	}
	if _, measured := d.Property("temperature"); !measured {
		return nil
	}
	state := State(d.ID)
	low, high := bounds(target)
	c := part{
		"platform": "climate", "name": nil, "temp_step": stepOf(target), "min_temp": low, "max_temp": high, "temperature_unit": "C",
		"current_temperature_topic": state, "current_temperature_template": template("temperature"),
		"temperature_state_topic": state, "temperature_state_template": template("target"), "temperature_command_topic": setTopic(d.ID, "target"),
		"modes": []string{"heat"},
	}
	if target.Unit == "°F" {
		c["temperature_unit"] = "F"
	}
	taken["target"] = true
	if p, ok := d.Property("humidity"); ok && p.Type == devices.TypeNumber {
		c["current_humidity_topic"], c["current_humidity_template"] = state, template("humidity")
	}
	if p, ok := enumOf(d, "mode", climateModes); ok && p.Writable {
		c["modes"], c["mode_state_topic"], c["mode_state_template"], c["mode_command_topic"] = p.Options, state, template("mode"), setTopic(d.ID, "mode")
		taken["mode"] = true
	}
	if _, ok := enumOf(d, "action", climateActions); ok {
		c["action_topic"], c["action_template"] = state, template("action")
		taken["action"] = true
	}
	if p, ok := d.Property("preset"); ok && p.Writable && p.Type == devices.TypeEnum {
		c["preset_modes"] = slices.DeleteFunc(slices.Clone(p.Options), func(o string) bool { return o == "none" }) // which it adds itself
		c["preset_mode_state_topic"], c["preset_mode_value_template"], c["preset_mode_command_topic"] = state, template("preset"), setTopic(d.ID, "preset")
		taken["preset"] = true
	}
	return c
}

// enumOf returns an enum whose options are all among the known ones.
func enumOf(d *devices.Device, name string, known []string) (*devices.Property, bool) {
	p, ok := d.Property(name)
	if !ok || p.Type != devices.TypeEnum {
		return nil, false
	}
	return p, !slices.ContainsFunc(p.Options, func(o string) bool { return !slices.Contains(known, o) })
}
