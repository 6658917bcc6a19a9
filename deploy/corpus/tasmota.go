package main

import (
	"slices"
	"strings"

	"thingbridge/devices"
)

// stranger finds what Home Assistant's integrations for Tasmota and the like make of a
// device that announces itself by a convention of its own: the properties that have the
// label in the entity's id, and those that go with them by their number.
func (s *scene) stranger(component, object string) *entity {
	for _, twin := range s.registry.All() {
		d := twin.Device
		for i := range d.Properties {
			p := &d.Properties[i]
			if !s.isCalled(component, object, d, p) {
				continue
			}
			e := &entity{component: component, device: d.ID, properties: []string{p.Name}}
			if component != "sensor" && component != "binary_sensor" {
				e.properties = append(e.properties, companions(d, p)...)
			}
			return e
		}
	}
	return nil
}

// isCalled reports whether a property is the main one of an entity.
func (s *scene) isCalled(component, object string, d *devices.Device, p *devices.Property) bool {
	called := slugged(d.Name+" "+p.Label) == object
	base, number := numbered(p.Name)
	counted := slugged(d.Name+" "+component+" "+number) == object
	switch component {
	case "switch", "light":
		return p.Class == component && (called || counted || slugged(d.Name) == object && number == "1")
	case "binary_sensor":
		return p.Type == devices.TypeBoolean && !p.Writable && (called || counted)
	case "cover":
		return base == "position" && (called || counted)
	case "fan":
		return p.Name == "on" && slugged(d.Name) == object
	case "sensor":
		return called
	}
	return false
}

// numbered takes the number off a name: the first of several has none, or 1.
func numbered(name string) (base, number string) {
	base = strings.TrimRight(name, "0123456789")
	if number = name[len(base):]; number == "" {
		return name, "1"
	}
	return strings.TrimRight(base, "_-"), number
}

// companions are the properties of a device that have the number of p.
func companions(d *devices.Device, p *devices.Property) []string {
	_, number := numbered(p.Name)
	var out []string
	for i := range d.Properties {
		if _, other := numbered(d.Properties[i].Name); other == number && d.Properties[i].Name != p.Name {
			out = append(out, d.Properties[i].Name)
		}
	}
	return out
}

func slugged(text string) string {
	return strings.ReplaceAll(string(devices.Slug(text)), "-", "_")
}

// tasmotaCommands are the commands of a message to a Tasmota, of which one can carry
// several.
func tasmotaCommands(topic, payload string) []string {
	prefix, command, ok := cutLast(topic)
	if !ok || !strings.HasSuffix(prefix, "/cmnd") && !strings.HasPrefix(prefix, "cmnd/") {
		return nil
	}
	parts := []string{command + " " + payload}
	if strings.HasPrefix(strings.ToLower(command), "backlog") {
		parts = strings.Split(payload, ";")
	}
	var out []string
	for _, part := range parts {
		part = strings.ToLower(strings.TrimSpace(part))
		if part != "" && part != "nodelay" {
			out = append(out, prefix+" "+strings.Replace(part, "power ", "power1 ", 1))
		}
	}
	return out
}

func cutLast(topic string) (before, last string, ok bool) {
	i := strings.LastIndexByte(topic, '/')
	if i < 0 {
		return "", topic, false
	}
	return topic[:i], topic[i+1:], true
}

// sameCommands reports whether messages carry all the commands of one that was
// expected of a Tasmota, in whichever message.
func (s *scene) sameCommands(topic, payload string) bool {
	want := tasmotaCommands(topic, payload)
	if len(want) == 0 {
		return false
	}
	var got []string
	for _, m := range s.sent {
		got = append(got, tasmotaCommands(m.Topic, string(m.Payload))...)
	}
	for _, command := range want {
		if !slices.Contains(got, command) {
			return false
		}
	}
	return true
}
