package main

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// ask is something that an entity can be told: a message that must come out of one of
// the commands for its properties.
type ask struct {
	key   string
	topic string
	fits  func(o *outcome, payload string) bool
}

// outcome is what a command published.
type outcome struct {
	property *devices.Property
	value    devices.Value
	messages []convention.Message
	reported bool // that the property has the value now, though nobody heard the device say so
	err      error
}

// tryAll asks each writable one of some properties for each sort of value that it takes.
// A code is not asked for itself, but said where another one wants it.
func (h *house) tryAll(properties []*devices.Property, id devices.ID) []outcome {
	var out []outcome
	for _, p := range properties {
		if !p.Writable || p.Secret && p.Class == "code" {
			continue
		}
		for _, value := range samples(p) {
			before := h.readings
			messages, err := h.order(id, p.Name, value)
			out = append(out, h.unlocked(outcome{p, value, messages, h.readings > before, err}, id))
		}
	}
	return out
}

// samples are values that a property can be asked for: all of a boolean and of an enum,
// and the ends and one between of a number.
func samples(p *devices.Property) []devices.Value {
	switch p.Type {
	case devices.TypeBoolean:
		return []devices.Value{devices.Boolean(true), devices.Boolean(false)}
	case devices.TypeEnum:
		out := make([]devices.Value, len(p.Options))
		for i, option := range p.Options {
			out[i] = devices.Text(option)
		}
		return out
	case devices.TypeText:
		if p.Name == "color" || endsIn(p.Name, "color") {
			return []devices.Value{devices.Text("#ff8000")}
		}
		return []devices.Value{devices.Text("sample")}
	}
	low, high := p.Min, p.Max
	if !p.Bounded() || math.IsInf(low, 0) {
		low = 1
	}
	if !p.Bounded() || math.IsInf(high, 0) {
		high = low + 10
	}
	return []devices.Value{devices.Number(low), p.Round(devices.Number(low + (high-low)*0.6)), devices.Number(high)}
}

// failed reports whether nothing comes of a command. One can be for later, such as the
// tone of the next alarm.
func (o *outcome) failed() bool { return o.err != nil || len(o.messages) == 0 && !o.reported }

// met reports whether a command published what a wants.
func (a *ask) met(all []outcome) bool {
	for i := range all {
		for _, m := range all[i].messages {
			if m.Topic == a.topic && a.fits(&all[i], string(m.Payload)) {
				return true
			}
		}
	}
	return false
}

// optionKeys are the lists of what the topic of a key takes.
var optionKeys = []struct{ prefix, options string }{
	{"mode", "modes"}, {"preset_mode", "preset_modes"}, {"fan_mode", "fan_modes"},
	{"swing_mode", "swing_modes"}, {"swing_horizontal_mode", "swing_horizontal_modes"}, {"effect", "effect_list"},
}

// numberKeys are the prefixes of topics that take numbers.
var numberKeys = []string{"temperature", "temperature_low", "temperature_high", "target_humidity"}

// payloadKeys are the words that a component sends on its command topic, with their
// defaults.
var payloadKeys = map[string]map[string]string{
	"switch":     {"payload_on": "ON", "payload_off": "OFF"},
	"fan":        {"payload_on": "ON", "payload_off": "OFF"},
	"humidifier": {"payload_on": "ON", "payload_off": "OFF"},
	"light":      {"payload_on": "ON", "payload_off": "OFF"},
	"lock":       {"payload_lock": "LOCK", "payload_unlock": "UNLOCK"},
	"cover":      {"payload_open": "OPEN", "payload_close": "CLOSE", "payload_stop": "STOP"},
	"valve":      {"payload_open": "OPEN", "payload_close": "CLOSE"},
	"button":     {"payload_press": "PRESS"},
	"scene":      {"payload_on": "ON"},
	"update":     {"payload_install": ""},
}

// asks are what e can be told, worked out from its announcement.
func (e *entity) asks() []ask {
	c, topic := e.config, e.config.text("command_topic")
	var out []ask
	say := func(key, topic string, fits func(*outcome, string) bool) {
		if topic != "" {
			out = append(out, ask{key, topic, fits})
		}
	}
	for _, o := range optionKeys {
		for _, option := range c.texts(o.options) {
			if o.prefix == "effect" && c.text("schema") == "json" {
				say("effect", topic, jsonWith("effect", option))
				continue
			}
			say(o.prefix+"_command_topic", c.text(o.prefix+"_command_topic"), written(c.text(o.prefix+"_command_template"), option))
		}
	}
	for _, prefix := range numberKeys {
		say(prefix+"_command_topic", c.text(prefix+"_command_topic"), counted(c.text(prefix+"_command_template")))
	}
	if e.component == "light" && c.text("schema") == "json" {
		return append(out, jsonAsks(c, topic)...)
	}
	for key, word := range payloadKeys[e.component] {
		raw, given := c[key]
		if given && string(raw) == "null" {
			continue
		}
		word := c.textOr(key, word)
		text := c.text("command_template")
		say(key, topic, func(_ *outcome, payload string) bool {
			return samePayload(payload, command(text, word)) || key == "payload_off" && boolean(c, payload)
		})
	}
	switch e.component {
	case "select":
		for _, option := range c.texts("options") {
			say("options", topic, written(c.text("command_template"), option))
		}
	case "number":
		say("command_topic", topic, counted(c.text("command_template")))
	case "text":
		say("command_topic", topic, func(o *outcome, payload string) bool {
			return samePayload(payload, command(c.text("command_template"), o.value.String()))
		})
	case "siren":
		say("command_topic", topic, func(o *outcome, payload string) bool {
			on, _ := o.value.Boolean()
			return on && payload != ""
		})
	case "cover", "valve":
		say("set_position_topic", c.text("set_position_topic"), ranged(c, c.text("set_position_template"), "position_closed", "position_open", "position"))
		say("tilt_command_topic", c.text("tilt_command_topic"), ranged(c, c.text("tilt_command_template"), "tilt_closed_value", "tilt_opened_value", "tilt_position"))
	case "fan":
		low, high := c.number("speed_range_min", 1), c.number("speed_range_max", 100)
		say("percentage_command_topic", c.text("percentage_command_topic"), func(o *outcome, payload string) bool {
			n, ok := o.value.Number()
			speed := math.Ceil(n*(high-low+1)/100) + low - 1
			return ok && samePayload(payload, command(c.text("percentage_command_template"), format(speed)))
		})
	}
	slices.SortStableFunc(out, func(a, b ask) int { return strings.Compare(a.key, b.key) })
	return out
}

// boolean reports whether a payload is what an announcement says for off in JSON.
func boolean(c fields, payload string) bool { return payload == string(c["payload_off"]) }

// written fits the option itself, through the command template.
func written(text, option string) func(*outcome, string) bool {
	return func(o *outcome, payload string) bool {
		return strings.EqualFold(o.value.String(), option) && samePayload(payload, command(text, option))
	}
}

// counted fits the number itself, through the command template.
func counted(text string) func(*outcome, string) bool {
	return func(o *outcome, payload string) bool {
		_, ok := o.value.Number()
		return ok && samePayload(payload, command(text, o.value.String()))
	}
}

// ranged fits a number of percent on the scale between two keys.
func ranged(c fields, text, lowKey, highKey, name string) func(*outcome, string) bool {
	low, high := c.number(lowKey, 0), c.number(highKey, 100)
	return func(o *outcome, payload string) bool {
		n, ok := o.value.Number()
		return ok && samePayload(payload, command(text, format(math.Round(low+(high-low)*n/100)), name))
	}
}

// jsonWith fits a JSON object that has a value under a key.
func jsonWith(key, value string) func(*outcome, string) bool {
	return func(_ *outcome, payload string) bool { return object([]byte(payload)).text(key) == value }
}

// jsonAsks are what a light with the JSON schema can be told.
func jsonAsks(c fields, topic string) []ask {
	out := []ask{{"state on", topic, jsonWith("state", "ON")}, {"state off", topic, jsonWith("state", "OFF")}}
	if c.flag("brightness") {
		scale := c.number("brightness_scale", 255)
		out = append(out, ask{"brightness", topic, func(o *outcome, payload string) bool {
			got, err := strconv.ParseFloat(object([]byte(payload)).text("brightness"), 64)
			n, ok := o.value.Number()
			if err != nil || !ok {
				return false
			}
			whole := n
			if o.property.Unit == "%" {
				whole = n / 100 * scale
			}
			return math.Abs(got-whole) <= 1
		}})
	}
	modes := c.texts("supported_color_modes")
	if slices.Contains(modes, "color_temp") {
		out = append(out, ask{"color_temp", topic, func(o *outcome, payload string) bool {
			_, ok := o.value.Number()
			return ok && object([]byte(payload)).has("color_temp")
		}})
	}
	for _, mode := range modes {
		if mode == "xy" || mode == "hs" || mode == "rgb" {
			out = append(out, ask{"color", topic, func(_ *outcome, payload string) bool { return object([]byte(payload)).object("color") != nil }})
			break
		}
	}
	return out
}
