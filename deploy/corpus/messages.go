package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"thingbridge/devices"
)

// heardMessage is a line of a file of messages; not all of them have all of it.
type heardMessage struct {
	Topic, Payload         string
	Retain                 bool
	Producer, Kind, Device string // who sends it, what it is, and of which device it is
}

// judgeMessages hears the messages of one file in their order, in one house. An
// announcement is to make a device, or a reason is to be given; any other message is to
// be known to a convention.
func judgeMessages(t *tally, f *folder) error {
	messages, err := lines[heardMessage](f, t.file)
	if err != nil {
		return err
	}
	h, err := newHouse()
	if err != nil {
		return err
	}
	var unheard []heardMessage
	for _, m := range messages {
		if !judgeMessage(t, h, m) {
			unheard = append(unheard, m)
		}
	}
	for _, m := range unheard {
		judgeUnheard(t, h, m)
	}
	h.pass(time.Minute)
	count(t, h)
	return nil
}

// judgeMessage hears one message, and reports whether a convention knew its topic.
func judgeMessage(t *tally, h *house, m heardMessage) bool {
	who := m.who()
	switch {
	case m.Kind == "fragment":
		judgeFragment(t, m)
		return true
	case m.Kind == "command":
		t.note("messages to a device, not from one", "%s", m.Topic)
		return true
	}
	before := h.marks()
	h.hear(message{m.Topic, m.Payload, m.Retain})
	said := h.complaint()
	changed := h.marks() != before
	switch {
	case changed:
		t.ok()
		if said != "" {
			t.note("fault: "+general(said), "%s: %s", who, said)
		}
	case said != "":
		t.ok()
		t.note("passed over: "+general(said), "%s: %s", who, said)
	case h.heard && !strings.HasSuffix(m.Kind, "discovery"):
		t.ok()
		t.note("known, but changes nothing: "+who, "%s %s", m.Topic, m.Payload)
	case h.heard:
		t.bad("an announcement means nothing, and nobody says why: "+who, "%s %s", m.Topic, m.Payload)
	default:
		return false
	}
	return true
}

func (m *heardMessage) who() string { return cmp.Or(m.Producer, m.Device, root(m.Topic)) }

// judgeUnheard judges a message that nobody wanted when it came. The broker has kept
// it, if it was retained, for whoever came to want it later.
func judgeUnheard(t *tally, h *house, m heardMessage) {
	for _, filter := range h.filters {
		if m.Retain && matches(filter, m.Topic) {
			t.ok()
			return
		}
	}
	if strings.HasPrefix(m.Topic, "esphome/discover/") {
		t.ok()
		t.note("said to ESPHome's own programs, and to all others by an announcement", "%s", m.Topic)
		return
	}
	t.bad("no convention knows the topic: "+m.who(), "%s %s", m.Topic, m.Payload)
}

// judgeFragment compiles the templates of a part of an announcement.
func judgeFragment(t *tally, m heardMessage) {
	for key, raw := range object([]byte(m.Payload)) {
		if !strings.Contains(key, "tpl") && !strings.Contains(key, "template") {
			continue
		}
		if _, ok := render(plain(raw), `{}`); ok || compiles(plain(raw)) {
			t.ok()
		} else {
			t.bad("a template does not compile", "%s: %s", m.Producer, plain(raw))
		}
	}
}

// count notes what the house has in the end: devices of which kinds, with how many
// properties that people look at and how many others.
func count(t *tally, h *house) {
	primary, others, values := 0, 0, 0
	kinds := make(map[string]int)
	all := h.registry.All()
	for _, twin := range all {
		kinds[cmp.Or(twin.Device.Kind, "none")]++
		for i, s := range twin.States {
			if twin.Device.Properties[i].Category == devices.Primary {
				primary++
			} else {
				others++
			}
			if !s.Reported.IsZero() {
				values++
			}
		}
	}
	var sorts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		sorts = append(sorts, fmt.Sprintf("%s %d", kind, kinds[kind]))
	}
	t.note(fmt.Sprintf("in the end: %d devices with %d primary and %d other properties, %d of them with a value", len(all), primary, others, values),
		"%s", strings.Join(sorts, ", "))
}

// marks says how the house is, to see whether a message changed anything: a value that
// came again counts.
type marks struct {
	devices, properties, values, online int
	readings                            uint64
}

func (h *house) marks() marks {
	m := marks{readings: h.readings}
	for _, twin := range h.registry.All() {
		m.devices++
		m.properties += len(twin.States)
		if twin.Availability == devices.Online {
			m.online++
		}
		for _, s := range twin.States {
			if !s.Reported.IsZero() {
				m.values++
			}
		}
	}
	return m
}

// root is the first level of a topic.
func root(topic string) string {
	first, _, _ := strings.Cut(topic, "/")
	return first
}

// line is a JSON object that a radio receiver prints.
type line = json.RawMessage

// radioFields are fields whose value is to be found in the device, by their names.
var radioFields = []string{
	"temperature_C", "temperature_F", "humidity", "pressure_hPa", "pressure_kPa", "wind_avg_km_h", "wind_avg_m_s",
	"rain_mm", "moisture", "power_W", "depth_cm", "setpoint_C", "pressure_PSI",
}

// judgeRadio hears each line that rtl_433 prints as its MQTT output publishes it, in a
// house of its own.
func judgeRadio(t *tally, f *folder) error {
	events, err := lines[line](f, t.file)
	if err != nil {
		return err
	}
	for _, event := range events {
		fields := object(event)
		if err := judgeFields(t, fields, radioFields, message{"rtl_433/raspberrypi/events", string(event), false}); err != nil {
			return err
		}
	}
	return nil
}

// beacon is a payload that a decoder of Bluetooth advertisements makes.
type beacon struct{ Payload string }

// beaconFields are the measurements of beacons.
var beaconFields = []string{
	"tempc", "tempc2", "tempc3", "hum", "batt", "volt", "lux", "moi", "fer", "pres", "weight", "co2", "pm25", "pm10", "lvl_cm", "bpm", "steps",
}

// judgeBeacons hears each payload as OpenMQTTGateway publishes it. It adds the address
// that the gateway adds, where the payload has none.
func judgeBeacons(t *tally, f *folder) error {
	beacons, err := lines[beacon](f, t.file)
	if err != nil {
		return err
	}
	for i, b := range beacons {
		fields := object([]byte(b.Payload))
		id := fmt.Sprintf("C4:7C:8D:00:%02X:%02X", i>>8, i&0xff)
		fields["id"], _ = json.Marshal(id)
		fields["rssi"] = json.RawMessage("-70")
		payload, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		topic := "home/OpenMQTTGateway/BTtoMQTT/" + strings.ReplaceAll(id, ":", "")
		if err := judgeFields(t, fields, beaconFields, message{topic, string(payload), false}); err != nil {
			return err
		}
	}
	return nil
}

// pounds are units of weights in kilograms.
var pounds = map[string]float64{"lb": 0.45359237, "jin": 0.5, "catty": 0.5}

// judgeFields hears a payload several times in a house of its own: one device is to come of it, and
// each measurement is to be a value of it.
func judgeFields(t *tally, f fields, names []string, m message) error {
	h, err := newHouse()
	if err != nil {
		return err
	}
	said := ""
	for range 3 { // what passes by once is no device yet
		h.hear(m)
		h.pass(3 * time.Minute)
		said = h.complaint()
	}
	who := cmp.Or(f.text("model_id"), f.text("model"))
	all := h.registry.All()
	switch {
	case len(all) == 0 && said != "":
		t.ok()
		t.note("passed over: "+general(said), "%s: %s", who, said)
		return nil
	case len(all) != 1:
		t.bad(fmt.Sprintf("a message makes %d devices, and nobody says why", len(all)), "%s: %s", who, m.payload)
		return nil
	}
	t.ok()
	if said != "" {
		t.note("fault: "+general(said), "%s: %s", who, said)
	}
	for _, name := range names {
		if !f.has(name) || f.text(name) == "" {
			continue
		}
		a := aspect{key: name, want: []string{f.text(name)}, near: 0.006}
		if scale, ok := pounds[f.text("unit")]; ok && name == "weight" {
			a.want = append(a.want, format(f.number(name, 0)*scale))
		}
		if name == "pressure_PSI" {
			a.want = append(a.want, format(f.number(name, 0)*6.894757)) // in kPa
		}
		if found(&all[0], &a, name) || strings.Contains(said, "noise instead of a measurement") {
			t.ok()
			continue
		}
		t.bad("no value for "+name, "%s: want %s, got %s", who, f.text(name), values(&all[0]))
	}
	return nil
}

// found reports whether a device has the value that a wants.
func found(twin *devices.Twin, a *aspect, name string) bool {
	unit := ""
	if strings.HasSuffix(name, "_F") {
		unit = "°F"
	}
	for i, s := range twin.States {
		if a.holds(s.Reported, &twin.Device.Properties[i], unit) {
			return true
		}
	}
	return false
}

// values writes the values of a device.
func values(twin *devices.Twin) string {
	var out []string
	for i, s := range twin.States {
		if !s.Reported.IsZero() {
			out = append(out, twin.Device.Properties[i].Name+"="+s.Reported.String())
		}
	}
	return strings.Join(out, ", ")
}
