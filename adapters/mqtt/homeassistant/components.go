package homeassistant

import (
	"bytes"
	"time"

	"thingbridge/devices"
)

// component is what is known of one kind of entity.
type component struct {
	make func(s *spec, e *entity) // adds the entity's parts; nil: it is passed over
	main bool                     // it is what its device is
	why  string                   // it is passed over
}

// components are all that can be announced.
var components = map[string]component{
	"binary_sensor":     {make: binarySensor},
	"button":            {make: pressable("press", "payload_press", "PRESS")},
	"camera":            {why: "it is a picture, in which there is no value"},
	"date":              {make: moment("a date such as 2026-03-01", "2006-01-02")},
	"datetime":          {make: moment("a time such as 2026-03-01T18:30:00+01:00", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05")},
	"device_automation": {make: deviceAutomation},
	"device_tracker":    {make: deviceTracker},
	"event":             {make: event},
	"image":             {why: "it is a picture, in which there is no value"},
	"infrared":          {make: infrared},
	"notify":            {make: notify},
	"number":            {make: number},
	"scene":             {make: pressable("activate", "payload_on", "ON")},
	"select":            {make: selectable},
	"sensor":            {make: sensor},
	"switch":            {make: switchable},
	"tag":               {make: tag},
	"text":              {make: text},
	"time":              {make: moment("a time such as 18:30:00", "15:04:05", "15:04")},
}

// unknown is what is made of a component that nobody here has heard of.
var unknown = component{make: generic}

// generic is an entity of an unknown kind: what it says as a text, and what it can be
// told, as far as it has the two topics that nearly all have.
func generic(s *spec, e *entity) {
	if s.text("state_topic") == "" && s.text("command_topic") == "" {
		s.fail("%q is a component that is not known, and it has neither state_topic nor command_topic", shorten(s.component))
		return
	}
	p := e.add(devices.Property{Type: devices.TypeText})
	e.reads(s, "state_topic", "value_template", p, func(text []byte) (devices.Value, error) {
		return p.text(bytes.ToValidUTF8(text[:min(len(text), devices.MaxText)], nil)) // of a long one, the beginning
	})
	e.writes(s, "command_topic", "command_template", p, plainly)
	p.echoes = s.optimistic("state_topic")
}
