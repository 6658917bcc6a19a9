package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"thingbridge/devices"
)

// mysensorsNode is a node as pymysensors keeps it.
type mysensorsNode struct {
	ID            int    `json:"sensor_id"`
	Type          int    `json:"type"`
	Sketch        string `json:"sketch_name"`
	SketchVersion string `json:"sketch_version"`
	Battery       int    `json:"battery_level"`
	Protocol      string `json:"protocol_version"`
	Children      map[string]struct {
		ID          int               `json:"id"`
		Type        int               `json:"type"`
		Description string            `json:"description"`
		Values      map[string]string `json:"values"`
	} `json:"children"`
}

// judgeMySensorsNodes has nodes present themselves and say their values. Each has to be a
// device with all of them, and to be told whatever it can be told.
func judgeMySensorsNodes(t *tally, f *folder) error {
	file, err := whole[struct {
		Nodes map[string]map[string]mysensorsNode `json:"nodes"`
	}](f, t.file)
	if err != nil {
		return err
	}
	for name, nodes := range file.Nodes {
		for _, one := range nodes {
			n, err := newNetwork()
			if err != nil {
				return err
			}
			n.judgeNode(t, name, &one)
			if n.refused != nil {
				t.bad("refused by the registry", "%s: %v", name, n.refused)
			}
		}
	}
	return nil
}

func (n *network) judgeNode(t *tally, name string, one *mysensorsNode) {
	say := func(format string, args ...any) {
		n.hear(fmt.Sprintf(format, args...))
		if said := n.complaint(); said != "" {
			t.bad("refused: "+general(said), "%s: %s", name, said)
		}
	}
	say("%d;255;0;0;%d;%s", one.ID, one.Type, one.Protocol)
	say("%d;255;3;0;11;%s", one.ID, one.Sketch)
	say("%d;255;3;0;12;%s", one.ID, one.SketchVersion)
	for _, c := range one.Children {
		say("%d;%d;0;0;%d;%s", one.ID, c.ID, c.Type, c.Description)
		for kind, value := range c.Values {
			say("%d;%d;1;0;%s;%s", one.ID, c.ID, kind, value)
		}
	}
	if one.Battery > 0 {
		say("%d;255;3;0;0;%d", one.ID, one.Battery)
	}
	twin, ok := n.registry.Get(devices.ID("corpus-" + strconv.Itoa(one.ID)))
	if !ok || twin.Device.Name != one.Sketch || twin.Device.Model != one.Sketch+" "+one.SketchVersion {
		t.bad("no device, or one without its name", "%s: %+v", name, twin.Device)
		return
	}
	t.note("devices", "%s: %s: %s", name, twin.Device.Kind, values(&twin))
	if one.Battery > 0 && twin.Reported("battery") != devices.Number(float64(one.Battery)) {
		t.bad("no property has a value", "%s: battery, got %s", name, values(&twin))
	}
	for _, c := range one.Children {
		for text, value := range c.Values {
			kind, _ := strconv.Atoi(text)
			switch held := mysensorsHolder(&twin, kind, value); {
			case kind == 43:
				if !slices.ContainsFunc(twin.Device.Properties, func(p devices.Property) bool { return p.Unit == value }) {
					t.bad("no property is in the unit", "%s: %s", name, value)
					continue
				}
			case kind >= 29 && kind <= 31, c.Type == 5 && kind == 2:
				if twin.Reported("state") != devices.Text("closed") {
					t.bad("a cover at its end is not closed", "%s: %s", name, values(&twin))
					continue
				}
			case held == nil:
				t.bad("no property has a value", "%s: %s=%s, got %s", name, text, value, values(&twin))
				continue
			}
			t.ok()
		}
	}
	n.judgeOrders(t, name, &twin)
}

// judgeOrders tells a node whatever it can be told, and has it echo that.
func (n *network) judgeOrders(t *tally, name string, twin *devices.Twin) {
	for i := range twin.Device.Properties {
		p := &twin.Device.Properties[i]
		if !p.Writable {
			continue
		}
		for _, v := range samples(p) {
			line, err := n.order(twin.Device.ID, p.Name, v)
			fields := strings.SplitN(line, ";", 6)
			if err != nil || len(fields) != 6 || fields[2] != "1" || fields[3] != "1" {
				t.bad("a command for a writable property sends no value", "%s: %s=%s: %s, %v", name, p.Name, v, line, err)
				continue
			}
			kind, _ := strconv.Atoi(fields[4])
			if !mysensorsGood(kind, fields[5]) && !strings.Contains(fields[5], "#") {
				t.bad("a command sends what is no value of its kind", "%s: %s=%s: %s", name, p.Name, v, line)
				continue
			}
			n.hear(line)
			state, _ := n.registry.Get(twin.Device.ID)
			got := state.Reported(p.Name)
			if text, _ := got.Text(); p.Name != "command" && got != v && !strings.HasPrefix(text, v.String()) {
				t.bad("the echo of a command is read as something else", "%s: %s=%s: %s is %s", name, p.Name, v, line, got)
				continue
			}
			t.ok()
		}
	}
}
