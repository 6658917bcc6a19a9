package homeassistant

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// thermometry is how a device measures temperatures. Properties have them in °C.
type thermometry struct {
	fahrenheit bool
	min, max   float64 // °C
	step       float64 // °C
}

// readThermometry reads the unit, the range and the steps of s. low and high, in °C, hold
// where it does not say its own.
func readThermometry(s *spec, low, high float64) thermometry {
	var t thermometry
	switch unit := convention.Unit(s.textOr("temperature_unit", "C")); unit {
	case "°C":
	case "°F":
		t.fahrenheit = true
	default:
		s.fail("temperature_unit is %q, want C or F", shorten(unit))
	}
	t.min, t.max = low, high
	if n, ok := s.number("min_temp"); ok {
		t.min = t.celsius(n)
	}
	if n, ok := s.number("max_temp"); ok {
		t.max = t.celsius(n)
	}
	if t.min > t.max {
		s.fail("min_temp is %v °C, which is more than max_temp, %v °C", t.min, t.max)
	}
	precision := s.numberOr("precision", 0.1)
	if precision != 0.1 && precision != 0.5 && precision != 1 {
		s.fail("precision is %v, want 0.1, 0.5 or 1.0", precision)
	}
	step := s.numberOr("temp_step", precision)
	if step <= 0 {
		s.fail("temp_step is %v, want more than 0", step)
	}
	if !t.fahrenheit { // steps of °F are none of °C
		t.step = step
	}
	return t
}

// celsius is what the device means by n, to a hundredth of a degree.
func (t *thermometry) celsius(n float64) float64 {
	if !t.fahrenheit {
		return n
	}
	return math.Round((n-32)/1.8*100) / 100
}

// native is how the device writes n °C.
func (t *thermometry) native(n float64) float64 {
	if !t.fahrenheit {
		return n
	}
	return math.Round((n*1.8+32)*10) / 10
}

// measured is a temperature that is only told.
func (t *thermometry) measured() devices.Property {
	return devices.Property{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Class: "temperature"}
}

// setpoint is a temperature that can be set.
func (t *thermometry) setpoint(name string) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeNumber, Unit: "°C", Class: "temperature", Min: t.min, Max: t.max, Step: t.step}
}

// parse reads a temperature of the device.
func (t *thermometry) parse(p *part) parser {
	return func(text []byte) (devices.Value, error) {
		v, err := p.number(text)
		if n, ok := v.Number(); ok && err == nil {
			return devices.Number(t.celsius(n)), nil
		}
		return v, err
	}
}

// writesTemperature lets p be set in the unit of the device.
func (e *entity) writesTemperature(s *spec, topicKey, templateKey string, p *part, t thermometry) {
	topic, view := s.topic(topicKey), s.template(templateKey)
	if topic == "" {
		return
	}
	p.property.Writable = true
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		n, _ := v.Number()
		payload, err := o.renderFloat(view, t.native(n))
		if err != nil {
			return nil, err
		}
		return o.message(topic, payload), nil
	}
}

// renderFloat renders a command template for a number that is no integer even when it is
// whole: Home Assistant sends temperatures as 21.0.
func (o *ordering) renderFloat(t *template.Template, n float64) ([]byte, error) {
	if t == nil {
		text := strconv.AppendFloat(nil, n, 'f', -1, 64)
		if bytes.IndexByte(text, '.') < 0 {
			text = append(text, ".0"...)
		}
		return text, nil
	}
	m := &o.discovery.message
	m.Reset(nil, o.now)
	m.SetFloat(n)
	payload, err := t.Append(nil, m)
	if err != nil {
		return nil, fmt.Errorf("%s: command template: %w", o.part.property.Name, err)
	}
	return payload, nil
}
