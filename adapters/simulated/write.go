package simulated

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"thingbridge/devices"
	"thingbridge/devices/thermostat"
)

// maxLabel is what fits on the label of a lamp, in bytes.
const maxLabel = 100

// execute carries out a command and lets the thermostat decide upon it. A refusal
// changes nothing. Its error does not name the property: who asked did.
func (h *house) execute(c *column, v devices.Value) error {
	if c.write == nil {
		return devices.ErrNotWritable
	}
	if err := c.property.Check(v); err != nil {
		return err
	}
	if err := c.write(h, c.property.Round(v)); err != nil {
		return err
	}
	h.control()
	return nil
}

func writeTarget(h *house, v devices.Value) error {
	celsius, _ := v.Number()
	return h.set(h.thermostat.SetSetpoint(h.config, celsius, h.now))
}

func writeMode(h *house, v devices.Value) error {
	mode, err := thermostat.ParseMode(v.String())
	if err != nil {
		return err
	}
	return h.set(h.thermostat.SetMode(h.config, mode, h.now))
}

func writePreset(h *house, v devices.Value) error {
	preset, err := thermostat.ParsePreset(v.String())
	if err != nil {
		return err
	}
	return h.set(h.thermostat.SetPreset(h.config, preset, h.now))
}

func writeBoost(h *house, v devices.Value) error {
	return h.set(h.thermostat.SetBoost(h.config, minutes(v), h.now))
}

func writeHold(h *house, v devices.Value) error {
	var until time.Time
	if d := minutes(v); d > 0 {
		until = h.now.Add(d)
	}
	return h.set(h.thermostat.SetHold(h.config, until, h.now))
}

// set takes the result of a command of the thermostat, which is the former state
// where it refused.
func (h *house) set(s thermostat.State, err error) error {
	h.thermostat = s
	return err
}

func minutes(v devices.Value) time.Duration {
	n, _ := v.Number()
	return time.Duration(n) * time.Minute
}

// scene is a light for an occasion.
type scene struct {
	name       string
	brightness float64 // %
}

const sceneWhite = "white"

func sceneTable() []scene {
	return []scene{{sceneWhite, 80}, {"reading", 100}, {"evening", 40}, {"night", 5}}
}

func scenes() []string {
	var names []string
	for _, s := range sceneTable() {
		names = append(names, s.name)
	}
	return names
}

func writeOn(h *house, v devices.Value) error {
	h.lamp.on, _ = v.Boolean()
	return nil
}

func writeBrightness(h *house, v devices.Value) error {
	h.lamp.brightness, _ = v.Number()
	h.lamp.on = true
	return nil
}

func writeScene(h *house, v devices.Value) error {
	table := sceneTable()
	i := slices.IndexFunc(table, func(s scene) bool { return s.name == v.String() })
	if i < 0 {
		return fmt.Errorf("%w %q", devices.ErrOption, v.String())
	}
	h.lamp.scene, h.lamp.brightness, h.lamp.on = table[i].name, table[i].brightness, true
	return nil
}

func writeLabel(h *house, v devices.Value) error {
	label, _ := v.Text()
	if len(label) > maxLabel || !utf8.ValidString(label) {
		return fmt.Errorf("%w: text of %d bytes; use at most %d, in UTF-8", devices.ErrRange, len(label), maxLabel)
	}
	h.lamp.label = label
	return nil
}
