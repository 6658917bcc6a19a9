package homeassistant

import (
	"fmt"
	"math"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// span is the scale of a device for what people count in percent. Its ends may stand the
// other way round.
type span struct{ none, full float64 }

// readSpan reads the ends of a scale.
func readSpan(s *spec, noneKey, fullKey string, none, full float64) span {
	r := span{s.numberOr(noneKey, none), s.numberOr(fullKey, full)}
	if r.none == r.full {
		s.fail("%s and %s are both %v", noneKey, fullKey, r.none)
	}
	return r
}

// percent is n in percent, a whole number between 0 and 100.
func (r span) percent(n float64) float64 {
	share := math.Floor((n-r.none)*100/(r.full-r.none) + 1e-9)
	return min(max(share, 0), 100)
}

// native is the place of so many percent on the scale.
func (r span) native(percent float64) float64 {
	return math.RoundToEven(r.none + (r.full-r.none)*percent/100)
}

// share is a property that counts in percent.
func share(name string) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeNumber, Unit: "%", Min: 0, Max: 100}
}

// position reads a place on the scale as percent.
func (r span) position(p *part) parser {
	return func(text []byte) (devices.Value, error) {
		v, err := p.number(text)
		if n, ok := v.Number(); ok && err == nil {
			return devices.Number(r.percent(n)), nil
		}
		return v, err
	}
}

// writesPosition lets p be set to a place on the scale. The template knows the percent as
// name, and what is in more.
func (e *entity) writesPosition(topic string, view *template.Template, p *part, r span, name string, more ...variable) {
	if topic == "" {
		return
	}
	p.property.Writable = true
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		n, _ := v.Number()
		variables := append([]variable{{name, v}, {"entity_id", devices.Text(e.idOfTemplates())}}, more...)
		payload, err := o.render(view, devices.Number(r.native(n)), variables...)
		if err != nil {
			return nil, err
		}
		return o.message(topic, payload), nil
	}
}

// idOfTemplates is what templates know e as.
func (e *entity) idOfTemplates() string {
	if e.entityID != "" {
		return e.entityID
	}
	name := slug(e.name)
	if name == "" {
		name = slug(e.object)
	}
	return fmt.Sprintf("%s.%s", e.component, name)
}
