package mapped

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// maxTopic is the longest topic that MQTT can carry, in bytes (MQTT 3.1.1, 1.5.3).
const maxTopic = 65535

// maxDevices bounds the devices of one broker's configuration.
const maxDevices = 10_000

// A Report takes one mistake: the path of the key, as in
// "devices[0].properties[1].min", and what is wrong and what would be right.
type Report func(path, problem string)

// below returns a Report for keys below path.
func (r Report) below(path string) Report {
	return func(key, problem string) { r(path+"."+key, problem) }
}

// Validate reports every mistake in configs. What it does not find fault with,
// [Compile] accepts.
func Validate(configs []Device, report Report) { validate(configs, report, &template.Library{}) }

func validate(configs []Device, report Report, compiled *template.Library) {
	if len(configs) > maxDevices {
		report("devices", fmt.Sprintf("%d devices, want at most %d", len(configs), maxDevices))
		return
	}
	seen := make(map[string]int, len(configs))
	for i := range configs {
		d := &configs[i]
		path := fmt.Sprintf("devices[%d]", i)
		if first, ok := seen[d.ID]; ok && d.ID != "" {
			report(path+".id", fmt.Sprintf("%q is the id of devices[%d] too; each device needs its own", shorten(d.ID), first))
		} else {
			seen[d.ID] = i
		}
		d.validate(report.below(path), compiled)
	}
}

func (d *Device) validate(report Report, compiled *template.Library) {
	if _, err := devices.ParseID(d.ID); err != nil {
		report("id", err.Error())
	}
	texts(report, "name", d.Name, "area", d.Area, "manufacturer", d.Manufacturer, "model", d.Model, "serial", d.Serial, "kind", d.Kind,
		"payload_available", d.PayloadAvailable, "payload_not_available", d.PayloadNotAvailable)
	d.validateAvailability(report)
	switch n := len(d.Properties); {
	case n == 0:
		report("properties", "none; a device needs at least one, as in {name: temperature, topic: sensors/boiler}")
	case n > devices.MaxProperties:
		report("properties", fmt.Sprintf("%d properties, want at most %d", n, devices.MaxProperties))
		return
	}
	seen := make(map[string]int, len(d.Properties))
	for i := range d.Properties {
		p := &d.Properties[i]
		path := fmt.Sprintf("properties[%d]", i)
		if first, ok := seen[p.Name]; ok && p.Name != "" {
			report(path+".name", fmt.Sprintf("%q is the name of properties[%d] too; each needs its own", shorten(p.Name), first))
		} else {
			seen[p.Name] = i
		}
		p.validate(report.below(path), compiled)
	}
}

func (d *Device) validateAvailability(report Report) {
	if d.AvailabilityTopic != "" {
		validateTopic(report, "availability_topic", d.AvailabilityTopic)
		if d.available() == d.notAvailable() {
			report("payload_available", fmt.Sprintf("%q is payload_not_available too; they must differ", shorten(d.available())))
		}
		return
	}
	if d.PayloadAvailable != "" {
		report("payload_available", "goes with availability_topic, which is missing")
	}
	if d.PayloadNotAvailable != "" {
		report("payload_not_available", "goes with availability_topic, which is missing")
	}
}

func (p *Property) validate(report Report, compiled *template.Library) {
	if problem := badName(p.Name); problem != "" {
		report("name", problem)
	}
	texts(report, "unit", p.Unit, "class", p.Class, "payload_on", p.PayloadOn, "payload_off", p.PayloadOff)
	p.validateTopics(report, compiled)
	kind := p.kind()
	if kind == 0 {
		report("type", fmt.Sprintf("%q is no type; use number, boolean, enum or text", shorten(p.Type)))
		return
	}
	p.validateNumber(report, kind)
	p.validateOptions(report, kind)
	if kind != devices.TypeBoolean && (p.PayloadOn != "" || p.PayloadOff != "") {
		report("payload_on", fmt.Sprintf("payload_on and payload_off go with type boolean; this is %s", kind))
	}
	if kind == devices.TypeBoolean && p.on() == p.off() {
		report("payload_on", fmt.Sprintf("%q is payload_off too; they must differ", shorten(p.on())))
	}
}

func (p *Property) validateTopics(report Report, compiled *template.Library) {
	if p.Topic == "" && p.CommandTopic == "" {
		report("topic", "missing; give the topic that carries the value, or a command_topic")
	}
	if p.Topic != "" {
		validateTopic(report, "topic", p.Topic)
	}
	if p.CommandTopic != "" {
		validateTopic(report, "command_topic", p.CommandTopic)
	}
	if p.Topic == "" && p.Value != "" {
		report("value", "goes with topic, which is missing")
	}
	if p.CommandTopic == "" && p.Command != "" {
		report("command", "goes with command_topic, which is missing")
	}
	if p.CommandTopic == "" && p.Retain {
		report("retain", "goes with command_topic, which is missing")
	}
	if p.QoS != nil && (*p.QoS < 0 || *p.QoS > 2) {
		report("qos", fmt.Sprintf("%d is no quality of service; use 0, 1 or 2", *p.QoS))
	}
	if _, err := compiled.Compile(p.value()); err != nil {
		report("value", err.Error())
	}
	if _, err := compiled.Compile(p.command()); err != nil {
		report("command", err.Error())
	}
}

func (p *Property) validateNumber(report Report, kind devices.Type) {
	if p.Min != nil && math.IsNaN(*p.Min) {
		report("min", "is not a number")
	}
	if p.Max != nil && math.IsNaN(*p.Max) {
		report("max", "is not a number")
	}
	if p.Min != nil && p.Max != nil && *p.Min > *p.Max {
		report("min", fmt.Sprintf("%v is greater than max %v", *p.Min, *p.Max))
	}
	if !(p.Step >= 0) || math.IsInf(p.Step, 0) {
		report("step", fmt.Sprintf("%v; use a number above 0", p.Step))
	}
	if !(p.Deadband >= 0) || math.IsInf(p.Deadband, 0) {
		report("deadband", fmt.Sprintf("%v; use 0 or more", p.Deadband))
	}
	if kind == devices.TypeNumber {
		return
	}
	given := map[string]bool{"unit": p.Unit != "", "min": p.Min != nil, "max": p.Max != nil, "step": p.Step != 0, "deadband": p.Deadband != 0}
	for _, key := range []string{"unit", "min", "max", "step", "deadband"} {
		if given[key] {
			report(key, fmt.Sprintf("goes with type number; this is %s", kind))
		}
	}
}

func (p *Property) validateOptions(report Report, kind devices.Type) {
	switch {
	case kind == devices.TypeEnum && len(p.Options) == 0:
		report("options", "missing; an enum needs them, as in [off, heat, auto]")
	case kind != devices.TypeEnum && len(p.Options) > 0:
		report("options", fmt.Sprintf("go with type enum; this is %s", kind))
	case len(p.Options) > devices.MaxOptions:
		report("options", fmt.Sprintf("%d options, want at most %d", len(p.Options), devices.MaxOptions))
		return
	}
	seen := make(map[string]int, len(p.Options))
	for i, option := range p.Options {
		path := fmt.Sprintf("options[%d]", i)
		if option == "" {
			report(path, "is empty")
		}
		folded := strings.ToLower(option)
		if first, ok := seen[folded]; ok {
			report(path, fmt.Sprintf("%q is options[%d] too, for upper and lower case are the same here", shorten(option), first))
		} else {
			seen[folded] = i
		}
		texts(report, path, option)
	}
}

// badName says what is wrong with the name of a property, or nothing.
func badName(name string) string {
	if name == "" {
		return "missing; use a-z, 0-9, _ and -"
	}
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return fmt.Sprintf("%q; use a-z, 0-9, _ and -", shorten(name))
	}
	if len(name) > maxName {
		return fmt.Sprintf("%d characters, want at most %d", len(name), maxName)
	}
	return ""
}

// maxName is the longest name of a property that package devices accepts.
const maxName = 64

// validateTopic reports what is wrong with a topic that one property or device
// has for itself.
func validateTopic(report Report, key, topic string) {
	switch {
	case !utf8.ValidString(topic):
		report(key, fmt.Sprintf("%q is not valid UTF-8", shorten(topic)))
	case strings.Contains(topic, "\x00"):
		report(key, fmt.Sprintf("%q contains a zero character, which MQTT forbids", shorten(topic)))
	case strings.ContainsAny(topic, "+#"):
		report(key, fmt.Sprintf("%q has a wildcard, so it would mix several devices; name one topic", shorten(topic)))
	case strings.HasPrefix(topic, "$share/"):
		report(key, fmt.Sprintf("%q is a shared subscription, which brings only some of the messages; name the topic itself", shorten(topic)))
	case len(topic) > maxTopic:
		report(key, fmt.Sprintf("%d bytes, want at most %d", len(topic), maxTopic))
	}
}

// texts checks pairs of a key and its text.
func texts(report Report, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		key, text := pairs[i], pairs[i+1]
		if !utf8.ValidString(text) {
			report(key, fmt.Sprintf("%q is not valid UTF-8", shorten(text)))
		}
		if len(text) > devices.MaxText {
			report(key, fmt.Sprintf("%d bytes, want at most %d", len(text), devices.MaxText))
		}
	}
}

// shorten keeps outside text from filling a line.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
