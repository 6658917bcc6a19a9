package main

import (
	"fmt"
	"reflect"
	"strings"

	"thingbridge/devices"
)

// record is a message of zigbee2mqtt.
type record struct {
	Model, Vendor, Kind, Topic, Payload string
	Retain                              bool
}

// bridgeModel is the model that stands for zigbee2mqtt itself.
const bridgeModel = "(bridge)"

// judgeBridge hears what zigbee2mqtt says of each model of device, in a house of its
// own, and then of all of them in one house.
func judgeBridge(t *tally, f *folder) error {
	records, err := lines[record](f, t.file)
	if err != nil {
		return err
	}
	var bridge []record
	var models [][]record
	for i, r := range records {
		switch {
		case r.Model == bridgeModel:
			bridge = append(bridge, r)
		case i > 0 && r.Model == records[i-1].Model && r.Vendor == records[i-1].Vendor:
			models[len(models)-1] = append(models[len(models)-1], r)
		default:
			models = append(models, []record{r})
		}
	}
	houses := 0
	for _, model := range models {
		n, err := judgeModel(t, f, bridge, model)
		if err != nil {
			return err
		}
		houses += n
	}
	return judgeTogether(t, bridge, models, houses)
}

// judgeModel hears one device, and returns how many it has become.
func judgeModel(t *tally, f *folder, bridge, model []record) (int, error) {
	h, err := newHouse()
	if err != nil {
		return 0, err
	}
	for _, r := range bridge {
		if r.Kind != "discovery" {
			h.hear(message{r.Topic, r.Payload, r.Retain})
		}
	}
	name := model[0].Model
	var entities []*entity
	for _, r := range model {
		m := message{r.Topic, r.Payload, r.Retain}
		if r.Kind != "discovery" {
			h.judgeState(t, name, entities, m)
			continue
		}
		component, _, _ := strings.Cut(strings.TrimPrefix(r.Topic, "homeassistant/"), "/")
		e, c := h.discover(component, m, f.expand(object([]byte(r.Payload))))
		if judgeDiscovery(t, h, name, e, c) {
			entities = append(entities, e)
		}
	}
	if all := h.registry.All(); len(entities) == 0 && len(all) == 0 {
		t.note("nothing of a model is of use", "%s", name)
	} else if len(all) != 1 {
		t.bad(fmt.Sprintf("a model is %d devices, want 1", len(all)), "%s", name)
	} else if t.ok(); all[0].Availability != devices.Online && len(model) > 2 && model[len(model)-1].Kind == "state" {
		t.note("not online after it said that it is", "%s: %v", name, all[0].Availability)
	}
	for _, e := range entities {
		h.judgeCommands(t, name, e)
	}
	if err := judgeRestart(t, h, name); err != nil {
		return 0, err
	}
	h.judgeRetained(t, name, model, entities)
	return len(h.registry.All()), nil
}

// passable are components that may be passed over, with a reason: they have no value
// that a contact could show, or may announce what can never happen.
var passable = map[string]bool{"camera": true, "device_automation": true, "event": true, "image": true, "infrared": true, "notify": true, "tag": true}

// judgeDiscovery counts an announcement, and reports whether it made anything.
func judgeDiscovery(t *tally, h *house, name string, e *entity, c change) bool {
	said := h.complaint()
	for from, to := range c.renamed {
		t.note("a property is called otherwise when another is announced", "%s: %s is %s by %s", name, from, to, e.topic)
	}
	switch {
	case len(e.properties) > 0 && said == "":
		t.ok()
	case len(e.properties) > 0:
		t.bad(e.component+": taken, with a fault", "%s: %s", name, said)
	case said != "" && !passable[e.component]:
		t.bad("passed over: "+e.component+": "+general(said), "%s: %s", name, said)
		return false
	case said != "":
		t.ok()
		t.note("passed over: "+e.component+": "+general(said), "%s: %s", name, said)
		return false
	case e.component == "device_automation" && len(h.registry.All()) > 0:
		t.ok() // of an action that the device has already
	default:
		t.bad(e.component+": means nothing, and nobody says why", "%s: %s %v", name, e.topic, e.config.text("name"))
		return false
	}
	return true
}

// judgeState hears a state or an availability, and compares what the entities are with
// what they should be.
func (h *house) judgeState(t *tally, name string, entities []*entity, m message) {
	h.hear(m)
	if said := h.complaint(); said != "" {
		t.note("fault: "+general(said), "%s: %s", name, said)
	}
	used := make(map[string]bool)
	for _, e := range entities {
		for _, a := range e.aspects(m.topic, m.payload) {
			h.judgeAspect(t, name, e, &a, used)
		}
	}
}

// judgeAspect looks for the property that holds what an aspect wants.
func (h *house) judgeAspect(t *tally, name string, e *entity, a *aspect, used map[string]bool) {
	unit := e.config.textOr("unit_of_measurement", e.config.text("temperature_unit"))
	var seen []string
	for _, p := range h.reach(e) {
		v := h.reported(e, p)
		if a.holds(v, p, unit) && !used[p.Name] {
			used[p.Name] = true
			t.ok()
			return
		}
		if !v.IsZero() {
			seen = append(seen, p.Name+"="+v.String())
		}
	}
	sort := e.component + ": " + a.key
	if len(seen) == 0 {
		t.bad(sort+": no value", "%s: %s: want %q", name, e.topic, a.want)
		return
	}
	t.bad(sort+": not the value", "%s: %s: want %q, got %s", name, e.topic, a.want, strings.Join(seen, ", "))
}

// reach are the properties in which a value of e may be: its own and those that nobody
// can tell from them, or for an action, which many announcements share, all of the device.
func (h *house) reach(e *entity) []*devices.Property {
	if e.component != "device_automation" {
		return h.siblings(e)
	}
	device, ok := h.registry.Device(e.device)
	if !ok {
		if all := h.registry.All(); len(all) == 1 {
			e.device = all[0].Device.ID
			device = all[0].Device
		} else {
			return nil
		}
	}
	out := make([]*devices.Property, len(device.Properties))
	for i := range device.Properties {
		out[i] = &device.Properties[i]
	}
	return out
}

// judgeCommands asks e for everything that it can be asked for.
func (h *house) judgeCommands(t *tally, name string, e *entity) {
	if e.component == "device_automation" {
		return
	}
	all := h.tryAll(h.siblings(e), e.device)
	for i := range all {
		if all[i].failed() {
			t.bad(e.component+": a command for a writable property publishes nothing", "%s: %s: %s=%s: %v", name, e.topic, all[i].property.Name, all[i].value, all[i].err)
		}
	}
	e.manner().judge(t, name, e, all)
	for _, a := range e.asks() {
		if a.met(all) {
			t.ok()
			continue
		}
		var got []string
		for i := range all {
			for _, m := range all[i].messages {
				got = append(got, fmt.Sprintf("%s=%s: %s %s", all[i].property.Name, all[i].value, m.Topic, m.Payload))
			}
		}
		t.bad(e.component+": no command for "+a.key, "%s: %s: on %s, got %s", name, e.topic, a.topic, strings.Join(got, "; "))
	}
	h.complaint()
}

// judgeRestart sees that a device is there again after a restart, as it was, before the
// broker says anything.
func judgeRestart(t *tally, h *house, name string) error {
	next, err := h.again()
	if err != nil {
		return err
	}
	now := next.shapeOf()
	for id, device := range h.shapeOf() {
		other := now[id]
		switch {
		case other == nil:
			t.bad("a device is not there after a restart", "%s: %s", name, id)
		case !reflect.DeepEqual(device, other):
			t.bad("a device is another after a restart", "%s: %+v, was %+v", name, other, device)
		default:
			t.ok()
		}
	}
	return nil
}

// judgeTogether hears all devices in one house: they are to be as many as in houses of
// their own, and the bridge.
func judgeTogether(t *tally, bridge []record, models [][]record, houses int) error {
	h, err := newHouse()
	if err != nil {
		return err
	}
	for _, model := range append([][]record{bridge}, models...) {
		for _, r := range model {
			h.hear(message{r.Topic, r.Payload, r.Retain})
		}
	}
	want := houses + 1
	count(t, h)
	if got := len(h.registry.All()); got != want {
		t.bad("another number of devices when all are in one house", "got %d, want %d", got, want)
		return nil
	}
	t.ok()
	return nil
}

// general makes a complaint one of a sort: without what is quoted, names and numbers.
func general(said string) string {
	var b strings.Builder
	quoted := false
	for _, r := range said {
		switch {
		case r == '"':
			quoted = !quoted
			if quoted {
				b.WriteRune('…')
			}
		case quoted:
		case r >= '0' && r <= '9':
			if !strings.HasSuffix(b.String(), "#") {
				b.WriteRune('#')
			}
		default:
			b.WriteRune(r)
		}
	}
	text := b.String()
	if rest, ok := strings.CutPrefix(text, "device "); ok {
		if _, after, ok := strings.Cut(rest, ": "); ok {
			text = "device: " + after
		}
	}
	if len(text) > 120 {
		text = strings.ToValidUTF8(text[:120], "") + "…"
	}
	return text
}
