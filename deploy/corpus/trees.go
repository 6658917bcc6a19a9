package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/devices"
)

// judgeTrees hears the retained messages of each device that describes itself by many
// topics, in a house of its own: in their order, and once more as a broker sends them to
// who comes later. It is to become one device that has each value, or a reason is given
// why not.
func judgeTrees(t *tally, f *folder) error {
	messages, err := lines[heardMessage](f, t.file)
	if err != nil {
		return err
	}
	var order []string
	trees := make(map[string][]heardMessage)
	for _, m := range messages {
		if trees[m.Device] == nil {
			order = append(order, m.Device)
		}
		trees[m.Device] = append(trees[m.Device], m)
	}
	for _, device := range order {
		if err := judgeTree(t, device, trees[device]); err != nil {
			return err
		}
		slices.Reverse(trees[device])
		if err := judgeTree(t, device+", backwards", trees[device]); err != nil {
			return err
		}
	}
	return nil
}

func judgeTree(t *tally, name string, tree []heardMessage) error {
	h, err := newHouse()
	if err != nil {
		return err
	}
	known, said := 0, ""
	for _, m := range tree {
		h.hear(message{m.Topic, m.Payload, m.Retain})
		if h.heard {
			known++
		}
		if text := h.complaint(); text != "" {
			said = text
		}
	}
	h.pass(10 * time.Minute)
	if text := h.complaint(); text != "" {
		said = text
	}
	all := h.registry.All()
	switch {
	case len(all) == 1:
		t.ok()
	case len(all) == 0 && said != "":
		t.ok()
		t.note("passed over: "+general(said), "%s: %s", name, said)
		return nil
	case known == 0:
		t.bad("no convention knows its topics", "%s: %s", name, tree[0].Topic)
		return nil
	default:
		t.bad(fmt.Sprintf("a device becomes %d, and nobody says why", len(all)), "%s", name)
		return nil
	}
	if said != "" {
		t.note("fault: "+general(said), "%s: %s", name, said)
	}
	for _, m := range tree {
		if strings.Contains(m.Topic, "$") || strings.HasSuffix(m.Topic, "/set") || m.Payload == "" {
			continue
		}
		a := aspect{want: []string{m.Payload}}
		if found(&all[0], &a, "") {
			t.ok()
			continue
		}
		t.bad("no property has a value", "%s: %s %s, got %s", name, m.Topic, m.Payload, values(&all[0]))
	}
	t.note("devices", "%s: %s: %s", name, all[0].Device.Kind, values(&all[0]))
	h.judgeSettable(t, name, tree)
	return nil
}

// judgeSettable asks for everything that a device can be asked for: each property that
// says that it is settable is to be told so on its own topic.
func (h *house) judgeSettable(t *tally, name string, tree []heardMessage) {
	device := h.registry.All()[0].Device
	told := make(map[string]bool)
	properties := make([]*devices.Property, len(device.Properties))
	for i := range device.Properties {
		properties[i] = &device.Properties[i]
	}
	for _, o := range h.tryAll(properties, device.ID) {
		if o.failed() {
			t.bad("a command for a writable property publishes nothing", "%s: %s=%s: %v", name, o.property.Name, o.value, o.err)
		}
		for _, m := range o.messages {
			told[m.Topic] = true
		}
	}
	for _, m := range tree {
		base, ok := strings.CutSuffix(m.Topic, "/$settable")
		switch {
		case !ok || m.Payload != "true":
		case told[base+"/set"]:
			t.ok()
		default:
			t.bad("no command for a settable property", "%s: %s", name, base)
		}
	}
}
