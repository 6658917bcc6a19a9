package tasmota_test

import (
	"fmt"
	"math"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/tasmota"
	"thingbridge/devices"
)

// house is a convention and what it has said.
type house struct {
	t            *tasmota.Tasmota
	names        *convention.Names
	devices      map[devices.ID]*devices.Device
	values       map[string]devices.Value // device/property
	availability map[devices.ID]devices.Availability
	faults       int
	published    []convention.Message
	at           time.Time
}

func newHouse() *house {
	names := convention.NewNames([]string{"homeassistant", "homie", "tasmota"}, nil)
	return &house{t: tasmota.New(names), names: names, at: noon, devices: make(map[devices.ID]*devices.Device), values: make(map[string]devices.Value), availability: make(map[devices.ID]devices.Availability)}
}

func (h *house) take(r *convention.Result) {
	for _, d := range r.Announced {
		h.devices[d.ID] = d
	}
	for _, p := range r.Availability {
		h.availability[p.Device] = p.Availability
	}
	for _, reading := range r.Readings {
		h.values[string(reading.Device)+"/"+reading.Property] = reading.Value
	}
	for _, id := range r.Removed {
		delete(h.devices, id)
	}
	for i := range r.Faults {
		if r.Faults[i].Err != nil {
			h.faults++
		}
	}
	h.published = append(h.published, r.Publish...)
}

func (h *house) hear(topic, payload string) *convention.Result {
	var r convention.Result
	h.t.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: h.at})
	h.take(&r)
	return &r
}

func (h *house) wait(d time.Duration) {
	h.at = h.at.Add(d)
	var r convention.Result
	h.t.Due(&r, h.at)
	h.take(&r)
}

func slug(text string) string { return strings.ReplaceAll(string(devices.Slug(text)), "-", "_") }

// find finds the property that an entity of Home Assistant is here.
func (h *house) find(entity string) (*devices.Device, string) {
	domain, name, _ := strings.Cut(entity, ".")
	name = strings.ToLower(name)
	for _, d := range h.devices {
		for i := range d.Properties {
			p := &d.Properties[i]
			called := slug(d.Name + " " + p.Label)
			switch domain {
			case "switch", "light":
				if p.Class == domain && (called == name || slug(d.Name+" "+domain+" 1") == name) {
					return d, p.Name
				}
			case "binary_sensor":
				number := strings.TrimPrefix(p.Name, "switch_")
				if p.Type == devices.TypeBoolean && number != p.Name && (called == name || slug(d.Name+" binary_sensor "+number) == name) {
					return d, p.Name
				}
			case "cover":
				if p.Class == "position" && (called == name || p.Name == "position" && slug(d.Name+" cover 1") == name) {
					return d, p.Name
				}
			case "fan":
				if p.Name == "on" {
					return d, p.Name
				}
			case "sensor":
				_, reported := h.values[string(d.ID)+"/"+p.Name]
				if called == name || name == "tasmota_status" && p.Category == devices.Diagnostic && (reported || p.Name == "restart_reason" && len(h.values) == 0) {
					return d, p.Name
				}
			}
		}
	}
	return nil, ""
}

// state is what Home Assistant would show of a property; "" where it has nothing.
func (h *house) state(d *devices.Device, domain, property string) string {
	if h.availability[d.ID] != devices.Online {
		return "unavailable"
	}
	if domain == "cover" {
		property = strings.Replace(property, "position", "state", 1)
	}
	v, ok := h.values[string(d.ID)+"/"+property]
	switch {
	case !ok && (domain == "light" || domain == "switch" || domain == "fan"):
		return "off"
	case !ok:
		return "unknown"
	}
	if on, is := v.Boolean(); is {
		return map[bool]string{true: "on", false: "off"}[on]
	}
	return v.String()
}

// attribute returns an attribute as Home Assistant has it, and whether it is one
// that exists here.
func (h *house) attribute(d *devices.Device, property, attribute string) (string, bool) {
	suffix := ""
	if _, after, ok := strings.Cut(property, "_"); ok {
		suffix = "_" + after
	}
	value := func(name string) devices.Value { return h.values[string(d.ID)+"/"+name+suffix] }
	number := func(name string) float64 { n, _ := value(name).Number(); return n }
	p, _ := d.Property(property)
	switch attribute {
	case "hs_color":
		hue, saturation := hs(value("color").String())
		return fmt.Sprintf("[%d %d]", hue, saturation), true
	case "brightness":
		return fmt.Sprint(math.Round(number("brightness") * 255 / 100)), true
	case "color_temp":
		return value("color_temp").String(), true
	case "effect":
		return value("effect").String(), true
	case "current_position":
		return h.values[string(d.ID)+"/"+property].String(), true
	case "current_tilt_position":
		return value("tilt").String(), true
	case "percentage":
		switch value("speed").String() {
		case "off":
			return "0", true
		case "low":
			return "33", true
		case "medium":
			return "66", true
		case "high":
			return "100", true
		}
		return "<nil>", true
	case "unit_of_measurement":
		return orNil(p.Unit), true
	case "device_class":
		return orNil(p.Class), true
	case "friendly_name":
		return strings.TrimSpace(d.Name + " " + p.Label), p.Label != "" && !strings.HasPrefix(p.Label, "Switch ")
	case "min_mireds":
		if p, ok := d.Property("color_temp"); ok {
			return fmt.Sprint(p.Min), true
		}
		return "<nil>", true
	case "max_mireds":
		if p, ok := d.Property("color_temp"); ok {
			return fmt.Sprint(p.Max), true
		}
		return "<nil>", true
	}
	return "", false
}

func orNil(text string) string {
	if text == "" {
		return "<nil>"
	}
	return text
}

// call carries out a service of Home Assistant. ok is false for one that is not there.
func (h *house) call(s *step) (out []convention.Message, ok bool, err error) {
	if len(s.Args) == 0 {
		return nil, false, nil
	}
	d, property := h.find(fmt.Sprint(s.Args[0]))
	if d == nil {
		return nil, false, nil
	}
	cmd := devices.Command{Device: d.ID, Property: property, Value: devices.Boolean(s.Service == "turn_on")}
	number := func(v any) float64 { n, _ := v.(float64); return n }
	if s.Service == "set_percentage" {
		if len(s.Args) < 2 {
			return nil, false, nil
		}
		cmd.Property = "speed"
		i := int(math.Ceil(number(s.Args[1]) * 3 / 100))
		if i > 3 {
			return nil, false, nil
		}
		cmd.Value = devices.Text([]string{"off", "low", "medium", "high"}[i])
	} else if s.Service != "turn_on" && s.Service != "turn_off" {
		return nil, false, nil
	}
	for key, v := range s.Data {
		switch key {
		case "brightness":
			cmd.Property, cmd.Value = "brightness", devices.Number(math.Ceil(number(v)*100/255-0.5))
		case "color_temp":
			cmd.Property, cmd.Value = "color_temp", devices.Number(number(v))
		case "white":
			cmd.Property, cmd.Value = "white", devices.Number(math.Round(number(v)*100/255))
		case "effect":
			cmd.Property, cmd.Value = "effect", devices.Text(fmt.Sprint(v))
		case "hs_color":
			hs, _ := v.([]any)
			cmd.Property, cmd.Value = "color", devices.Text(hex(number(hs[0]), number(hs[1])))
		default:
			return nil, false, nil
		}
	}
	out, err = h.t.Command(cmd, h.at)
	return out, true, err
}

func hex(hue, saturation float64) string {
	part := func(offset float64) int {
		k := math.Mod(offset+hue/60, 6)
		return int(math.Round(255 * (1 - saturation/100*max(0, min(k, 4-k, 1)))))
	}
	return fmt.Sprintf("#%02x%02x%02x", part(5), part(3), part(1))
}

func hs(text string) (hue, saturation int) {
	var red, green, blue float64
	var r, g, b int
	if n, _ := fmt.Sscanf(text, "#%02x%02x%02x", &r, &g, &b); n != 3 {
		return 0, 0
	}
	red, green, blue = float64(r), float64(g), float64(b)
	spread := max(red, green, blue) - min(red, green, blue)
	switch max(red, green, blue) {
	case red:
		hue = int(math.Round(60 * (green - blue) / spread))
	case green:
		hue = int(math.Round(120 + 60*(blue-red)/spread))
	default:
		hue = int(math.Round(240 + 60*(red-green)/spread))
	}
	return hue, int(math.Round(100 * spread / max(red, green, blue)))
}
