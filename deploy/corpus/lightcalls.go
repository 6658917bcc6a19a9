package main

import (
	"strings"

	"thingbridge/devices"
)

// lightOrders are those of a light that is turned on or off with something. How long it
// shall take is said before the rest.
func (s *scene) lightOrders(e *entity, d fields, on bool) (orders []order) {
	say := func(name string, values []devices.Value, others ...string) {
		orders = append(orders, order{values, append([]string{name}, others...)})
	}
	if d.has("transition") {
		n := d.number("transition", 0)
		if p := s.property(e, "transition"); p != nil && p.Bounded() {
			n = min(n, p.Max) // what is longer than a light can take is cut
		}
		say("transition", []devices.Value{devices.Number(n)})
	}
	if !on {
		say("on", also(false, "off"), "light")
		return orders
	}
	first := len(orders)
	if d.has("brightness") {
		say("brightness", s.inPercent(e, "brightness", d.number("brightness", 0)))
	}
	if d.has("color_temp") {
		n := d.number("color_temp", 0)
		if p := s.property(e, temperatureNames...); p != nil && p.Unit == "K" {
			n = 1e6 / n
		}
		say(temperatureNames[0], []devices.Value{devices.Number(n)}, temperatureNames[1:]...)
	}
	if text, ok := asked(d, s.colourModes(e)); ok {
		say(colourNames[0], words(text), colourNames[1:]...)
	}
	if d.has("white") {
		say("white", s.inPercent(e, "white", d.number("white", 0)))
	}
	for _, name := range []string{"effect", "flash"} {
		if d.has(name) {
			say(name, words(d.text(name)))
		}
	}
	if len(orders) == first {
		say("on", also(true, "on"), "light")
	}
	return orders
}

// inPercent is a brightness of up to 255 in the unit of a property.
func (s *scene) inPercent(e *entity, name string, n float64) []devices.Value {
	if p := s.property(e, name); p != nil && p.Unit == "%" {
		n = n * 100 / 255
	}
	return []devices.Value{devices.Number(n)}
}

// asked is the colour in the data of a call. A light with such whites is told them apart;
// for another one Home Assistant makes a colour of them, too.
func asked(d fields, modes []string) (text string, ok bool) {
	for _, model := range []string{"rgb", "hs", "xy", "rgbw", "rgbww"} {
		n := d.floats(model + "_color")
		if len(n) < len(model) {
			continue
		}
		switch model {
		case "hs":
			return ofHS(n[0], n[1]).String(), true
		case "xy":
			return ofXY(n[0], n[1]).String(), true
		}
		for _, mode := range modes {
			if mode == model {
				return hexOf(n), true
			}
		}
		return seen(n).String(), true
	}
	return "", false
}

// sameObject reports whether messages on a topic carry together what is in one JSON
// object that was expected there: several wishes at once are several commands here.
func (s *scene) sameObject(topic, payload string) bool {
	want, merged := object([]byte(payload)), make(fields)
	for _, m := range s.sent {
		if m.Topic != topic {
			continue
		}
		for key, raw := range object(m.Payload) {
			merged[key] = raw
		}
	}
	if len(want) == 0 || len(want) != len(merged) {
		return false
	}
	for key, raw := range want {
		if !sameJSON(raw, merged[key]) && !strings.EqualFold(plain(raw), plain(merged[key])) {
			return false
		}
	}
	return true
}
