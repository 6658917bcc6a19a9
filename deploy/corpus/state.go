package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/devices"
)

// aspect is one thing that an entity reports, and what it is after a message: one of
// some values, for on may be told as true and a brightness in percent.
type aspect struct {
	key  string
	want []string
	near float64      // how far a number may be off
	sort devices.Type // of the value; 0: any
}

// topicKeys are keys of topics whose name does not give the key of the template.
var topicKeys = map[string][]string{
	"state_topic":                  {"value_template", "state_value_template", "state_template"},
	"action_topic":                 {"action_template"},
	"current_temperature_topic":    {"current_temperature_template"},
	"current_humidity_topic":       {"current_humidity_template"},
	"position_topic":               {"position_template"},
	"tilt_status_topic":            {"tilt_status_template"},
	"latest_version_topic":         {"latest_version_template"},
	"activity_state_topic":         {"activity_value_template"},
	"fan_mode_state_topic":         {"fan_mode_state_template"},
	"mode_state_topic":             {"mode_state_template"},
	"preset_mode_state_topic":      {"preset_mode_value_template"},
	"swing_mode_state_topic":       {"swing_mode_state_template"},
	"temperature_state_topic":      {"temperature_state_template"},
	"temperature_low_state_topic":  {"temperature_low_state_template"},
	"temperature_high_state_topic": {"temperature_high_state_template"},
	"target_humidity_state_topic":  {"target_humidity_state_template"},
	"percentage_state_topic":       {"percentage_value_template"},
	"oscillation_state_topic":      {"oscillation_value_template"},
	"direction_state_topic":        {"direction_value_template"},
	"brightness_state_topic":       {"brightness_value_template"},
	"color_temp_state_topic":       {"color_temp_value_template"},
	"effect_state_topic":           {"effect_value_template"},
}

// aspects is what an entity reports in a message on a topic, worked out from its
// announcement.
func (e *entity) aspects(topic, payload string) []aspect {
	c := e.config
	if e.component == "device_automation" {
		if c.text("topic") == topic && c.text("payload") == payload {
			return []aspect{{key: "topic", want: []string{payload}}}
		}
		return nil
	}
	if e.component == "light" && c.text("schema") == "json" {
		if c.text("state_topic") != topic {
			return nil
		}
		return lightAspects(c, object([]byte(payload)))
	}
	var out []aspect
	for key, templates := range topicKeys {
		if c.text(key) != topic {
			continue
		}
		text := ""
		for _, name := range append(templates, "value_template") {
			if text == "" {
				text = c.text(name)
			}
		}
		rendered, ok := render(text, payload)
		if !ok {
			continue
		}
		out = append(out, e.meaning(key, rendered)...)
	}
	slices.SortFunc(out, func(a, b aspect) int { return strings.Compare(a.key, b.key) })
	return out
}

// meaning is what a rendered state means.
func (e *entity) meaning(key, rendered string) []aspect {
	c := e.config
	one := func(want ...string) []aspect { return []aspect{{key: key, want: want}} }
	switch e.component {
	case "update":
		state := object([]byte(rendered))
		if state == nil {
			return one(rendered)
		}
		var out []aspect
		for _, name := range []string{"installed_version", "latest_version"} {
			if version := state.text(name); !nothing(version) {
				out = append(out, aspect{key: name, want: []string{version}})
			}
		}
		return out
	case "event":
		if kind := object([]byte(rendered)).text("event_type"); slices.Contains(c.texts("event_types"), kind) {
			return one(kind)
		}
		return nil
	}
	if nothing(rendered) {
		return nil
	}
	if key != "state_topic" && key != "activity_state_topic" {
		if key == "percentage_state_topic" {
			return []aspect{{key: key, want: []string{rendered, percent(c, rendered)}, near: 1}}
		}
		if e.component == "cover" || e.component == "valve" {
			return []aspect{{key: key, want: []string{rendered}, near: 1}}
		}
		return one(rendered)
	}
	switch e.component {
	case "binary_sensor":
		return e.onOff(key, rendered, c.textOr("payload_on", "ON"), c.textOr("payload_off", "OFF"))
	case "switch", "fan", "siren", "humidifier", "light":
		on, off := c.textOr("payload_on", "ON"), c.textOr("payload_off", "OFF")
		return e.onOff(key, rendered, c.textOr("state_on", on), c.textOr("state_off", off))
	case "lock", "cover", "valve":
		for _, word := range []string{"locked", "unlocked", "locking", "unlocking", "jammed", "open", "closed", "opening", "closing", "stopped"} {
			if rendered == c.textOr("state_"+word, defaultWord(e.component, word)) {
				if word == "stopped" { // open or closed, as the position says
					return one(word, rendered, "open", "closed", "true", "false")
				}
				return one(word, rendered, truth(word))
			}
		}
		return nil // a word that Home Assistant does not take either
	case "sensor":
		if c.text("unit_of_measurement") != "" || c.text("state_class") != "" {
			if _, err := strconv.ParseFloat(rendered, 64); err != nil {
				return nil // Home Assistant refuses what is no number too
			}
			return []aspect{{key: key, want: []string{rendered}, sort: devices.TypeNumber}}
		}
	case "number":
		return []aspect{{key: key, want: []string{rendered}, sort: devices.TypeNumber}}
	}
	return one(rendered)
}

// defaultWord is what a lock, cover or valve says where its announcement does not say.
func defaultWord(component, word string) string {
	if component == "lock" {
		return strings.ToUpper(word)
	}
	return word
}

// truth is a state of a cover, valve or lock as a boolean.
func truth(word string) string {
	switch word {
	case "locked", "open", "opening":
		return "true"
	}
	return "false"
}

func (e *entity) onOff(key, rendered, on, off string) []aspect {
	switch rendered {
	case on:
		return []aspect{{key: key, want: []string{"true"}, sort: devices.TypeBoolean}}
	case off:
		return []aspect{{key: key, want: []string{"false"}, sort: devices.TypeBoolean}}
	}
	return nil
}

// percent turns a fan's speed into percent.
func percent(c fields, speed string) string {
	n, err := strconv.ParseFloat(speed, 64)
	if err != nil {
		return speed
	}
	low, high := c.number("speed_range_min", 1), c.number("speed_range_max", 100)
	return strconv.FormatFloat((n-low+1)*100/(high-low+1), 'f', -1, 64)
}

// lightAspects is what a light with the JSON schema reports.
func lightAspects(c, state fields) []aspect {
	var out []aspect
	switch state.text("state") {
	case "ON":
		out = append(out, aspect{key: "state", want: []string{"true"}})
	case "OFF":
		out = append(out, aspect{key: "state", want: []string{"false"}})
	}
	if c.flag("brightness") && state.has("brightness") {
		n := state.number("brightness", 0)
		scale := c.number("brightness_scale", 255)
		out = append(out, aspect{key: "brightness", near: 0.51, want: []string{
			state.text("brightness"), format(n / scale * 100), format(n / scale * 255),
		}})
	}
	modes := c.texts("supported_color_modes")
	if slices.Contains(modes, "color_temp") && state.text("color_mode") == "color_temp" && state.has("color_temp") {
		n := state.number("color_temp", 1)
		out = append(out, aspect{key: "color_temp", near: 0.01 * 1e6 / n, want: []string{format(1e6 / n)}})
		out[len(out)-1].want = append(out[len(out)-1].want, state.text("color_temp"))
	}
	if effect := state.text("effect"); c.flag("effect") && slices.Contains(c.texts("effect_list"), effect) {
		out = append(out, aspect{key: "effect", want: []string{effect}})
	}
	return out
}

func format(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// holds reports whether a value is what an aspect wants, in the unit that the entity
// was announced with or in degrees Celsius.
func (a *aspect) holds(v devices.Value, p *devices.Property, unit string) bool {
	if v.IsZero() || a.sort != 0 && a.sort != v.Type() {
		return false
	}
	if n, ok := v.Number(); ok {
		for _, want := range a.want {
			w, err := strconv.ParseFloat(strings.TrimSpace(want), 64)
			if err != nil {
				continue
			}
			if near(n, w) || math.Abs(n-w) <= a.near {
				return true
			}
			if strings.HasSuffix(unit, "F") && p.Unit == "°C" && math.Abs((w-32)/1.8-n) < 0.06 {
				return true
			}
		}
		return false
	}
	got := v.String()
	for _, want := range a.want {
		if got == want || strings.EqualFold(got, want) || sameTime(got, want) {
			return true
		}
	}
	return false
}

func sameTime(a, b string) bool {
	ta, errA := parseTime(a)
	tb, errB := parseTime(b)
	return errA == nil && errB == nil && ta.Equal(tb)
}

// parseTime reads a time with or without a zone, and with or without a T.
func parseTime(text string) (at time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if at, err = time.Parse(layout, text); err == nil {
			break
		}
	}
	return at, err
}

func isTime(text string) bool {
	_, err := parseTime(text)
	return err == nil
}
