package radio

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"thingbridge/devices"
)

// meaning is how a field of a sensor becomes the value of a property.
type meaning struct {
	property      devices.Property
	form          form
	scale, offset float64 // of a number
	converted     bool    // it is said in a unit that people here do not use
	last          devices.Value
}

// longest is how long names of fields and properties are at most, in bytes.
const longest = 64

// meaningOf says what a field means that has this first value; unit is what
// another field says of its unit. ok is false where it means nothing to people.
func meaningOf(m *Member, unit, sort string) (meaning, bool) {
	field := string(m.Key)
	if m.Kind == Null || m.Kind == Nested || len(field) > longest {
		return meaning{}, false
	}
	w, tail, known := lookUp(strings.ToLower(field))
	s := suffix{scale: 1}
	if !known && m.Kind == Number {
		var stem string
		if stem, s, _ = splitUnit(field); s.unit != "" {
			w, tail, known = lookUp(strings.ToLower(stem))
			field = stem
		}
	}
	if known && w.name == "" {
		return meaning{}, false
	}
	if !known {
		w, tail = word{name: slug(field)}, ""
	}
	switch {
	case unit != "":
		s = metric(unit)
	case s.unit != "":
	case sort == "TIRE" && w.name == "pressure":
		s.unit = "bar"
	default:
		s = metric(w.unit)
	}
	out := describe(m, w, tail, s)
	return out, w.name != "" && len(out.property.Name) <= longest
}

func describe(m *Member, w word, tail string, s suffix) meaning {
	name, class := named(&w, s.unit)
	out := meaning{form: w.form, scale: s.scale, offset: s.offset, converted: s.scale != 1 || s.offset != 0}
	out.property = devices.Property{
		Name: name + tail, Type: devices.TypeNumber, Unit: s.unit, Class: class, Category: w.category,
	}
	p := &out.property
	if w.form == okOrLow && bytes.IndexByte(m.Value, '.') >= 0 {
		p.Name, p.Unit, out.scale, out.form = "battery"+tail, "%", 100, asItIs
		w.max = 100
	}
	switch {
	case out.form == okOrLow || out.form == yesOrNo || out.form == noOrYes || out.form == openWords || m.Kind == Truth:
		p.Type, p.Unit, out.scale, out.offset = devices.TypeBoolean, "", 1, 0
	case m.Kind == Text:
		p.Type, p.Unit = devices.TypeText, ""
	default:
		p.Min, p.Max = w.min, w.max
	}
	if p.Name == "open" && p.Type == devices.TypeNumber {
		p.Name, p.Unit, p.Class = "position", "%", ""
	}
	return out
}

// named is what a property with a unit is called, and what it measures.
func named(w *word, unit string) (name, class string) {
	name, class = w.name, w.class
	switch {
	case unit == "":
	case class == "battery" && unit != "%":
		return name + "_voltage", "voltage"
	case name == "average" && (unit == "kW" || unit == "W"):
		return "power", "power"
	case name == "total" && (unit == "kWh" || unit == "Wh"):
		return "energy", "energy"
	case name == "total" && unit == "m³":
		return "volume", "water"
	case class == "pressure" && (unit == "hPa"):
		return name, "atmospheric_pressure"
	case class == "":
		return name, classes[unit]
	}
	return name, class
}

// classes is what a unit alone says of what is measured.
var classes = map[string]string{
	"°C": "temperature", "W": "power", "kW": "power", "Wh": "energy", "kWh": "energy", "V": "voltage", "mV": "voltage",
	"A": "current", "mA": "current", "hPa": "pressure", "kPa": "pressure", "bar": "pressure", "lx": "illuminance",
	"mm/h": "precipitation_intensity", "W/m²": "irradiance", "Hz": "frequency", "VA": "apparent_power", "dBm": "signal_strength",
}

// value reads a value of the field. The zero Value with no error is none.
func (g *meaning) value(m *Member) (devices.Value, error) {
	if m.Kind == Null || m.Kind == Nested {
		return devices.Value{}, nil
	}
	switch g.property.Type {
	case devices.TypeNumber:
		return g.number(m)
	case devices.TypeBoolean:
		return g.truth(m)
	}
	return g.text(m)
}

func (g *meaning) number(m *Member) (devices.Value, error) {
	n, ok := number(m.Value)
	if !ok {
		v, err := g.property.Parse(shown(m))
		if err != nil {
			return devices.Value{}, err
		}
		n, _ = v.Number()
	}
	v := devices.Number(n)
	if g.converted || g.scale != 1 {
		v = devices.Number(short(n*g.scale + g.offset))
	}
	if err := g.property.Check(v); err != nil {
		return devices.Value{}, fmt.Errorf("noise instead of a measurement: %w", err)
	}
	return v, nil
}

func (g *meaning) truth(m *Member) (devices.Value, error) {
	if g.form == openWords && m.Kind == Text {
		return devices.Boolean(string(m.Value) != "closed"), nil
	}
	is := string(m.Value) == "true"
	if m.Kind == Number {
		n, ok := number(m.Value)
		if !ok {
			return devices.Value{}, fmt.Errorf("got %q, want 0 or 1", shown(m))
		}
		is = n != 0
	}
	if m.Kind == Text {
		v, err := g.property.Parse(shown(m))
		if err != nil {
			return devices.Value{}, err
		}
		is, _ = v.Boolean()
	}
	return devices.Boolean(is != (g.form == noOrYes || g.form == okOrLow)), nil
}

// text makes no memory for a text that comes again.
func (g *meaning) text(m *Member) (devices.Value, error) {
	if last, ok := g.last.Text(); ok && !m.escaped && string(m.Value) == last {
		return g.last, nil
	}
	if len(m.Value) > devices.MaxText {
		return devices.Value{}, fmt.Errorf("%w: text of %d bytes, want at most %d", devices.ErrRange, len(m.Value), devices.MaxText)
	}
	g.last = devices.Text(strings.ToValidUTF8(m.Text(), "\uFFFD"))
	return g.last, nil
}

// short drops the digits that only a conversion brought: 23.333333 °C is 23.33 °C.
func short(n float64) float64 { return math.Round(n*100) / 100 }

// shown is the beginning of a value, for errors and for readers of words.
func shown(m *Member) string {
	const most = 100 // bytes
	return string(m.Value[:min(len(m.Value), most)])
}

// slug makes the name of a property from that of a field.
func slug(field string) string {
	return strings.ReplaceAll(string(devices.Slug(field)), "-", "_")
}

// Meaningful reports whether any of the members says something that is worth a
// device: how well it was heard is not.
func Meaningful(members []Member) bool {
	for i := range members {
		g, ok := meaningOf(&members[i], "", "")
		if ok && (g.property.Category == devices.Primary || g.property.Class == "battery") {
			return true
		}
	}
	return false
}
