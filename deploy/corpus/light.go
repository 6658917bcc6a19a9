package main

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"thingbridge/devices"
)

// What a light's properties may be called.
var (
	temperatureNames = []string{"color_temp", "color_temperature"}
	colourNames      = []string{"color", "colour", "rgb"}
)

// lightWords are the attributes that only a light has in this way.
var lightWords = []string{
	"brightness", "effect", "effect_list", "color_temp", "min_mireds", "max_mireds", "supported_color_modes", "color_mode", "supported_features",
	"rgb_color", "hs_color", "xy_color", "rgbw_color", "rgbww_color",
}

// lightAnswer is an attribute of a light. What it is of the moment is there only while
// the light is on.
func (s *scene) lightAnswer(e *entity, attribute string) string {
	temperature, effect := s.property(e, temperatureNames...), s.property(e, "effect")
	switch attribute {
	case "supported_color_modes":
		return jsonList(s.colourModes(e))
	case "supported_features":
		return number(float64(s.lightFeatures(e)))
	case "effect_list":
		return options(effect)
	case "min_mireds", "max_mireds":
		if temperature == nil {
			return "null"
		}
		low, high := mireds(temperature, temperature.Min), mireds(temperature, temperature.Max)
		return number(map[string]float64{"min_mireds": min(low, high), "max_mireds": max(low, high)}[attribute])
	}
	if on, _ := s.state(e); on != `"on"` {
		return "null"
	}
	mode := s.colourMode(e)
	switch attribute {
	case "color_mode":
		return quote(mode)
	case "effect":
		return jsonOf(s.reported(e, effect))
	case "brightness":
		p := s.property(e, "brightness")
		n, ok := s.reported(e, p).Number()
		if !ok || mode == "unknown" || mode == "onoff" { // without a mode there is nothing that is bright
			return "null"
		}
		if p.Unit == "%" {
			n = math.Round(n * 255 / 100)
		}
		return number(n)
	case "color_temp":
		n, ok := s.reported(e, temperature).Number()
		if !ok || mode != "color_temp" {
			return "null"
		}
		return number(mireds(temperature, n))
	}
	return s.lightColour(e, mode, attribute)
}

// lightColour is the colour of a light in one of the ways in which it can be said.
func (s *scene) lightColour(e *entity, mode, attribute string) string {
	var c colour
	switch mode {
	case "color_temp":
		p := s.property(e, temperatureNames...)
		n, ok := s.reported(e, p).Number()
		if !ok {
			return "null"
		}
		c = ofKelvin(1e6 / mireds(p, n))
	case "rgb", "hs", "xy", "rgbw", "rgbww":
		text, _ := s.reported(e, s.property(e, colourNames...)).Text()
		channels, ok := channelsOf(text)
		if !ok {
			return "null"
		}
		switch attribute {
		case "rgbw_color", "rgbww_color":
			if attribute != mode+"_color" {
				return "null"
			}
			return numbers(withWhites(channels, len(mode)-len("rgb")))
		}
		c = seen(channels)
	default:
		return "null"
	}
	switch attribute {
	case "rgb_color":
		return numbers(c[:])
	case "hs_color":
		hue, saturation := c.hs()
		return numbers([]float64{hue, saturation})
	case "xy_color":
		x, y := c.xy()
		return numbers([]float64{x, y})
	}
	return "null"
}

// colourModes are the ways in which a light can shine: those that it says itself, or the
// one that follows from what it has.
func (s *scene) colourModes(e *entity) []string {
	if p := s.property(e, "color_mode"); p != nil {
		return slices.Sorted(slices.Values(p.Options))
	}
	var modes []string
	for _, one := range []struct {
		mode  string
		names []string
	}{{"color_temp", temperatureNames}, {e.colourModel(), colourNames}, {"white", []string{"white"}}} {
		if s.property(e, one.names...) != nil {
			modes = append(modes, one.mode)
		}
	}
	switch {
	case len(modes) > 0:
		return modes
	case s.property(e, "brightness") != nil:
		return []string{"brightness"}
	}
	return []string{"onoff"}
}

// colourModel is the way in which the announcement of a light has colours.
func (e *entity) colourModel() string {
	modes := e.config.texts("supported_color_modes")
	if one := e.config.text("supported_color_modes"); len(modes) == 0 && one != "" {
		modes = []string{one}
	}
	for _, model := range []string{"rgb", "rgbw", "rgbww", "hs", "xy"} {
		if e.config.has(model+"_command_topic") || slices.Contains(modes, model) {
			return model
		}
	}
	return "hs" // what says nothing of models
}

// colourMode is the way in which a light shines. Of a Tasmota that has not said it yet,
// Home Assistant presumes one.
func (s *scene) colourMode(e *entity) string {
	modes := s.colourModes(e)
	if len(modes) == 1 {
		return modes[0]
	}
	if text, ok := s.reported(e, s.property(e, "color_mode")).Text(); ok {
		return text
	}
	if e.config == nil {
		return modes[0]
	}
	return "unknown"
}

// The bits of Home Assistant's LightEntityFeature.
const (
	featureEffect     = 4
	featureFlash      = 8
	featureTransition = 32
)

// lightFeatures are the bits of what a light offers. Home Assistant takes it for granted
// that the templates of a light know of flashes and transitions; here it offers what they
// have a word for.
func (s *scene) lightFeatures(e *entity) int {
	bits := 0
	for name, bit := range map[string]int{"effect": featureEffect, "flash": featureFlash, "transition": featureTransition} {
		p := s.property(e, name)
		switch {
		case p != nil && p.Writable:
			bits |= bit
		case bit != featureEffect && e.config.text("schema") == "template" && !strings.Contains(e.config.text("command_on_template")+e.config.text("command_off_template"), name):
			bits |= bit
			s.tally.note("taken for granted: a light whose templates have no word for "+name, "%s", s.name)
		}
	}
	return bits
}

func numbers(n []float64) string {
	parts := make([]string, len(n))
	for i := range n {
		parts[i] = number(n[i])
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// mireds is a colour temperature as Home Assistant had it.
func mireds(p *devices.Property, n float64) float64 {
	if p.Unit == "K" {
		return math.Round(1e6 / n)
	}
	return n
}

// options are those of a property; null without any.
func options(p *devices.Property) string {
	if p == nil || len(p.Options) == 0 {
		return "null"
	}
	return jsonList(p.Options)
}

func jsonList(texts []string) string {
	raw, err := json.Marshal(texts)
	if err != nil {
		return "null"
	}
	return string(raw)
}
