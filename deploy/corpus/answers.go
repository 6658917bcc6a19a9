package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"thingbridge/devices"
)

// answer is what Home Assistant's state, or an attribute of it, of an entity would be,
// as JSON, worked out from the twin of its device. why is set for what only Home
// Assistant has.
func (s *scene) answer(e *entity, attribute string) (got, why string) {
	if attribute == "" {
		return s.state(e)
	}
	if e.component == "light" && slices.Contains(lightWords, attribute) {
		return s.lightAnswer(e, attribute), ""
	}
	switch attribute {
	case "assumed_state":
		return fmt.Sprint(s.assumed[e]), ""
	case "friendly_name":
		return s.friendlyName(e), ""
	case "entity_picture", "battery_icon", "mode", "source_type":
		return "", "a word for Home Assistant's pages"
	case "code_format":
		return s.codeFormat(e), ""
	case "supported_features":
		if bits, ok := supported(e.component, s.all(e)); ok {
			return fmt.Sprint(bits), ""
		}
		return "", "a word for Home Assistant's pages"
	case "aux_heat":
		on, _ := s.reported(e, s.property(e, "aux_heat")).Boolean()
		return onOrOff(devices.Boolean(on)), "" // off is what Home Assistant shows before it knows
	case "gps_accuracy":
		if v := s.reported(e, s.property(e, "gps_accuracy")); !v.IsZero() {
			return v.String(), ""
		}
		return "0", "" // as Home Assistant has it where nothing is said
	case "unit_of_measurement":
		return first(s.all(e), func(p *devices.Property) string { return quote(strings.Replace(p.Unit, "°F", "°C", 1)) }), ""
	case "device_class":
		return first(s.all(e), func(p *devices.Property) string { return quote(p.Class) }), ""
	case "min", "max", "step":
		return first(s.all(e), func(p *devices.Property) string {
			return number(map[string]float64{"min": p.Min, "max": p.Max, "step": p.Step}[attribute])
		}), ""
	}
	names, ok := attributeNames[attribute]
	if !ok {
		names = []string{attribute}
	}
	p := s.property(e, names...)
	switch attribute {
	case "min_temp", "min_humidity":
		return limit(p, func(p *devices.Property) float64 { return p.Min }), ""
	case "max_temp", "max_humidity":
		return limit(p, func(p *devices.Property) float64 { return p.Max }), ""
	case "operation_list":
		return options(p), ""
	case "percentage":
		return jsonOf(inPercent(s.reported(e, p), p)), ""
	}
	return jsonOf(s.reported(e, p)), ""
}

// friendlyName is what Home Assistant would call e, by what people are told of it.
func (s *scene) friendlyName(e *entity) string {
	device, ok := s.registry.Device(e.device)
	if p := s.main(e); ok && p != nil {
		return friendlyName(device.Title(), p.Label, p.Class, e.config)
	}
	return "null"
}

// attributeNames are what attributes are called in a twin.
var attributeNames = map[string][]string{
	"temperature":           {"target", "target_temperature"},
	"current_temperature":   {"temperature", "current_temperature"},
	"target_temp_low":       {"target_low", "target_temperature_low", "low"},
	"target_temp_high":      {"target_high", "target_temperature_high", "high"},
	"humidity":              {"target_humidity", "humidity"},
	"current_humidity":      {"humidity", "current_humidity"},
	"min_temp":              {"target", "target_temperature"},
	"max_temp":              {"target", "target_temperature"},
	"min_humidity":          {"target_humidity", "humidity"},
	"max_humidity":          {"target_humidity", "humidity"},
	"operation_list":        {"mode", "operation"},
	"hvac_action":           {"action"},
	"preset_mode":           {"preset", "preset_mode"},
	"fan_mode":              {"fan", "fan_mode"},
	"swing_mode":            {"swing", "swing_mode"},
	"current_position":      {"position"},
	"current_tilt_position": {"tilt", "tilt_position"},
	"percentage":            {"speed", "percentage"},
	"oscillating":           {"oscillation", "oscillating", "oscillate"},
	"direction":             {"direction"},
	"installed_version":     {"installed_version", "installed", "version"},
	"latest_version":        {"latest_version", "latest"},
	"battery_level":         {"battery", "battery_level"},
}

// state is the state of an entity in Home Assistant's words.
func (s *scene) state(e *entity) (got, why string) {
	twin, _ := s.registry.Get(e.device)
	native := e.config == nil // such a device says that it is there before it says anything else
	if twin.Availability == devices.Offline || native && twin.Availability != devices.Online {
		return `"unavailable"`, ""
	}
	got, why = s.stateOf(e)
	if native && got == `"unknown"` && (e.component == "switch" || e.component == "light" || e.component == "fan") {
		got = `"off"`
	}
	return got, why
}

func (s *scene) stateOf(e *entity) (got, why string) {
	switch e.component {
	case "button", "scene", "event", "notify":
		return s.last(e), ""
	case "binary_sensor", "switch", "siren", "fan", "humidifier", "light":
		return onOrOff(s.reported(e, s.main(e, "on", e.config.text("device_class")))), ""
	case "climate":
		return word(s.reported(e, s.property(e, "mode"))), ""
	case "water_heater":
		return word(s.reported(e, s.property(e, "mode", "operation"))), ""
	case "lock":
		v := s.reported(e, s.main(e, "lock", "locked", "state"))
		return choose(v, "locked", "unlocked"), ""
	case "cover", "valve":
		return s.coverState(e), ""
	case "update":
		return s.updateState(e), ""
	}
	if e.component == "device_tracker" && s.reported(e, s.property(e, "location")).IsZero() {
		latitude, known := s.reported(e, s.property(e, "latitude")).Number()
		longitude, all := s.reported(e, s.property(e, "longitude")).Number()
		if !known || !all {
			return `"unknown"`, ""
		}
		return zoneOf(latitude, longitude), ""
	}
	if e.component == "text" && e.config.text("mode") == "password" {
		return "", "a password is not shown"
	}
	p := s.main(e, "state", "activity", "alarm", "location")
	return word(celsius(s.reported(e, p), p)), ""
}

// last is when e was last pressed, or when its event happened: a test stops the clock at a
// time of its own, so that all there is to know is whether it was.
func (s *scene) last(e *entity) string {
	if e.pressed || !s.reported(e, s.property(e, "event")).IsZero() {
		return stoppedClock
	}
	return `"unknown"`
}

// stoppedClock stands for whichever time a test has.
const stoppedClock = `"a time"`

// celsius is a temperature as a house in Europe shows it, with as many decimals as the
// device says.
func celsius(v devices.Value, p *devices.Property) devices.Value {
	n, ok := v.Number()
	if !ok || p.Unit != "°F" {
		return v
	}
	_, decimals, _ := strings.Cut(v.String(), ".")
	scale := math.Pow10(len(decimals))
	return devices.Number(math.Round((n-32)/1.8*scale) / scale)
}

// main is the property with one of some names, or the first that an entity has.
func (s *scene) main(e *entity, names ...string) *devices.Property {
	if p := s.property(e, names...); p != nil {
		return p
	}
	if all := s.all(e); len(all) > 0 {
		return all[0]
	}
	return nil
}

// coverState is the state of a cover or valve: what it says that it does, or what
// follows from how far it is open.
func (s *scene) coverState(e *entity) string {
	for _, name := range []string{"state", "cover", "valve", "action", "moving", "motion", "movement", "open"} {
		p := s.property(e, name)
		if p == nil {
			continue
		}
		v := s.reported(e, p)
		if text, ok := v.Text(); ok && (text == "stopped" || text == "stop" || text == "idle" || text == "none" || text == "still") {
			continue
		}
		if !v.IsZero() {
			return choose(v, "open", "closed")
		}
	}
	if n, ok := s.reported(e, s.property(e, "position")).Number(); ok {
		if n > 0 {
			return `"open"`
		}
		return `"closed"`
	}
	return `"unknown"`
}

// updateState says whether there is something newer.
func (s *scene) updateState(e *entity) string {
	installed := s.reported(e, s.property(e, attributeNames["installed_version"]...))
	latest := s.reported(e, s.property(e, attributeNames["latest_version"]...))
	if p := s.property(e, "available", "update", "update_available"); p != nil && !s.reported(e, p).IsZero() && p.Type == devices.TypeBoolean {
		return onOrOff(s.reported(e, p))
	}
	if installed.IsZero() || latest.IsZero() {
		return `"unknown"`
	}
	if installed == latest {
		return `"off"`
	}
	return `"on"`
}

// choose is a word as it is, or one of two for a boolean.
func choose(v devices.Value, yes, no string) string {
	if b, ok := v.Boolean(); ok {
		if b {
			return quote(yes)
		}
		return quote(no)
	}
	return word(v)
}

func onOrOff(v devices.Value) string { return choose(v, "on", "off") }

// word is a state as a text.
func word(v devices.Value) string {
	if v.IsZero() {
		return `"unknown"`
	}
	return quote(v.String())
}

// jsonOf is an attribute.
func jsonOf(v devices.Value) string {
	if v.IsZero() {
		return "null"
	}
	if v.Type() == devices.TypeText {
		return quote(v.String())
	}
	return v.String()
}

func quote(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		return "null"
	}
	return string(raw)
}

func number(n float64) string {
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return "null"
	}
	return format(n)
}

// first is what f says of the first property; null without one.
func first(all []*devices.Property, f func(*devices.Property) string) string {
	if len(all) == 0 {
		return "null"
	}
	return f(all[0])
}

func limit(p *devices.Property, f func(*devices.Property) float64) string {
	if p == nil {
		return "null"
	}
	return number(f(p))
}

// inPercent is a speed that has words, of which the first is that nothing turns.
func inPercent(v devices.Value, p *devices.Property) devices.Value {
	text, ok := v.Text()
	if !ok || len(p.Options) < 2 {
		return v
	}
	i := slices.Index(p.Options, text)
	return devices.Number(math.Floor(float64(i) * 100 / float64(len(p.Options)-1)))
}
