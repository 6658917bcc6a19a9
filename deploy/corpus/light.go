package main

import (
	"encoding/json"
	"fmt"
	"math"

	"thingbridge/devices"
)

// What a light's properties may be called.
var (
	temperatureNames = []string{"color_temp", "color_temperature"}
	colourNames      = []string{"color", "colour", "rgb"}
)

// lightAnswer is an attribute of a light. Colours are worked out from the one that the
// twin has.
func (s *scene) lightAnswer(e *entity, attribute string) (got, why string) {
	switch attribute {
	case "brightness":
		p := s.property(e, "brightness")
		n, ok := s.reported(e, p).Number()
		if !ok {
			return "null", ""
		}
		if p.Unit == "%" {
			n = math.Round(n * 255 / 100)
		}
		return number(n), ""
	case "effect":
		return jsonOf(s.reported(e, s.property(e, "effect"))), ""
	case "color_temp":
		p := s.property(e, temperatureNames...)
		n, ok := s.reported(e, p).Number()
		if !ok {
			return "null", ""
		}
		return number(mireds(p, n)), ""
	case "min_mireds", "max_mireds":
		p := s.property(e, temperatureNames...)
		if p == nil {
			return "null", ""
		}
		low, high := mireds(p, p.Min), mireds(p, p.Max)
		return number(map[string]float64{"min_mireds": min(low, high), "max_mireds": max(low, high)}[attribute]), ""
	case "effect_list":
		return options(s.property(e, "effect")), ""
	case "supported_color_modes", "color_mode":
		return s.colourMode(e, attribute)
	case "rgb_color", "hs_color", "xy_color", "rgbw_color", "rgbww_color":
		rgb, ok := s.colour(e)
		switch {
		case !ok:
			return "null", ""
		case attribute == "rgb_color":
			return fmt.Sprintf("[%v,%v,%v]", rgb[0], rgb[1], rgb[2]), ""
		case attribute == "hs_color":
			hue, saturation := rgb.hs()
			return fmt.Sprintf("[%v,%v]", hue, saturation), ""
		case attribute == "xy_color":
			x, y := rgb.xy()
			return fmt.Sprintf("[%v,%v]", x, y), ""
		}
	}
	return "", colourModel
}

const colourModel = "one of Home Assistant's colour models"

// colour is the colour of a light, which twins write as #rrggbb.
func (s *scene) colour(e *entity) (rgb colour, ok bool) {
	text, ok := s.reported(e, s.property(e, colourNames...)).Text()
	if !ok || len(text) != 7 {
		return rgb, false
	}
	var parts [3]int
	_, err := fmt.Sscanf(text, "#%02x%02x%02x", &parts[0], &parts[1], &parts[2])
	for i, part := range parts {
		rgb[i] = float64(part)
	}
	return rgb, err == nil
}

// colourMode is how a light without colours is controlled. Of one with colours it is
// not known which of Home Assistant's models it has.
func (s *scene) colourMode(e *entity, attribute string) (got, why string) {
	mode := "onoff"
	switch {
	case s.property(e, colourNames...) != nil || s.property(e, "white") != nil:
		return "", colourModel
	case s.property(e, temperatureNames...) != nil:
		mode = "color_temp"
	case s.property(e, "brightness") != nil:
		mode = "brightness"
	}
	if attribute == "supported_color_modes" {
		return fmt.Sprintf("[%q]", mode), ""
	}
	if on, _ := s.state(e); on != `"on"` {
		return "null", ""
	}
	return quote(mode), ""
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
	raw, err := json.Marshal(p.Options)
	if err != nil {
		return "null"
	}
	return string(raw)
}
