package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/devices"
)

// network is a controller of MySensors with the devices that it makes.
type network struct {
	it       *mysensors.Controller
	registry *devices.Registry
	source   *devices.Source
	now      time.Time
	result   codec.Result // of the last call
	refused  error        // by the registry
}

func newNetwork() (*network, error) {
	it, err := mysensors.New("corpus", mysensors.Config{})
	if err != nil {
		return nil, err
	}
	n := &network{it: it, registry: devices.NewRegistry(), now: time.Now()}
	n.source = n.registry.Source("corpus", nil)
	n.do(func(r *codec.Result) error { it.Opened(r, n.now); return nil })
	return n, nil
}

// do calls the controller, and lets some seconds pass.
func (n *network) do(call func(*codec.Result) error) error {
	n.result.Reset()
	err := call(&n.result)
	for range 3 {
		n.now = n.now.Add(time.Second)
		n.it.Due(&n.result, n.now)
	}
	if refused := n.source.Apply(n.result.Update); refused != nil {
		n.refused = refused
	}
	return err
}

func (n *network) hear(line string) {
	_ = n.do(func(r *codec.Result) error { n.it.Decode(r, []byte(line), n.now); return nil })
}

// complaint is what the controller says is wrong; "" for nothing.
func (n *network) complaint() string {
	for i := range n.result.Faults {
		if n.result.Faults[i].Err != nil {
			return n.result.Faults[i].Error()
		}
	}
	return ""
}

// order gives a command, and returns the first line that it sends.
func (n *network) order(device devices.ID, property string, v devices.Value) (string, error) {
	err := n.do(func(r *codec.Result) error {
		return n.it.Encode(r, devices.Command{Device: device, Property: property, Value: v}, 1, n.now)
	})
	for _, f := range n.result.Send {
		if line := strings.TrimSpace(string(f.Bytes)); err == nil && !strings.HasPrefix(line, "0;255;3;0;2;") {
			return line, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("nothing was sent")
	}
	return "", err
}

// mysensorsKinds says which kind of child has a kind of value, by the documentation of
// the serial API.
var mysensorsKinds = [57]int{
	6, 7, 3, 4, 8, 8, 10, 10, 9, 9, 9, 11, 12, 15, 30, 0, 0, 13, 13, 25, 25, 29, 29, 16, 23, 23, 23, 23, 23, 5, 5, 5, 20, 20, 21, 21, 19, 16, 30, 30,
	26, 27, 6, 15, 29, 29, 29, 36, 23, 38, 20, 39, 39, 39, 13, 13, 13,
}

// judgeMySensorsLines plays each line to a network in which its node and child have
// presented themselves. Values have to be read, what can be told has to be told by the
// same line, questions have to be answered, and what is wrong refused with a reason.
func judgeMySensorsLines(t *tally, f *folder) error {
	all, err := textLines(f, t.file)
	if err != nil {
		return err
	}
	for _, line := range all {
		n, err := newNetwork()
		if err != nil {
			return err
		}
		fields := strings.SplitN(line, ";", 6)
		if len(fields) != 6 {
			t.bad("a line without six fields", "%s", line)
			continue
		}
		n.hear("1;255;0;0;17;2.3.2")
		kind, err := strconv.Atoi(fields[4])
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		switch fields[2] {
		case "1", "2":
			child := 23
			if kind < len(mysensorsKinds) {
				child = mysensorsKinds[kind]
			}
			n.hear(fmt.Sprintf("%s;%s;0;0;%d;", fields[0], fields[1], child))
			if fields[2] == "1" {
				n.judgeValue(t, line, fields, kind)
				continue
			}
			n.judgeQuestion(t, line, fields)
		case "3":
			n.judgeInternal(t, line, fields, kind)
		default:
			n.judgeOther(t, line, fields, kind)
		}
		if n.refused != nil {
			t.bad("refused by the registry", "%s: %v", line, n.refused)
		}
	}
	return nil
}

// judgeValue hears a value, and tells it.
func (n *network) judgeValue(t *tally, line string, fields []string, kind int) {
	n.hear(line)
	said, payload := n.complaint(), fields[5]
	if !mysensorsGood(kind, payload) {
		if !strings.Contains(said, "got ") || !strings.Contains(said, "want ") {
			t.bad("what is wrong is not refused with what was got and wanted", "%s: %q", line, said)
			return
		}
		t.ok()
		t.note("rightly refused: "+general(said), "%s: %s", line, said)
		return
	}
	if said != "" {
		t.bad("refused: "+general(said), "%s: %s", line, said)
		return
	}
	id := devices.ID("corpus-" + fields[0])
	twin, ok := n.registry.Get(id)
	if !ok {
		t.bad("no device", "%s", line)
		return
	}
	if kind >= 29 && kind <= 31 {
		n.judgeMove(t, line, fields, kind)
		return
	}
	property := mysensorsHolder(&twin, kind, payload)
	if property == nil {
		t.bad("no property has the value", "%s: %s", line, values(&twin))
		return
	}
	t.ok()
	if !property.Writable {
		return
	}
	fields[3] = "1"
	want := strings.Join(fields, ";")
	if got, err := n.order(id, property.Name, twin.Reported(property.Name)); err != nil || got != want {
		t.bad("a command for the value gives another line", "%s=%s: %s, want %s: %v", property.Name, twin.Reported(property.Name), got, want, err)
		return
	}
	t.ok()
}

// judgeMove has a cover go up or down or stop: a line that says so once, and is ordered.
func (n *network) judgeMove(t *tally, line string, fields []string, kind int) {
	id := devices.ID("corpus-" + fields[0])
	if twin, _ := n.registry.Get(id); fields[3] == "0" && fields[5] == "1" && kind < 31 {
		if want := []string{"opening", "closing"}[kind-29]; twin.Reported("state") != devices.Text(want) {
			t.bad("a cover that moves does not", "%s: %s", line, values(&twin))
			return
		}
	}
	fields[3], fields[5] = "1", "1"
	want := strings.Join(fields, ";")
	if got, err := n.order(id, "command", devices.Text([]string{"open", "close", "stop"}[kind-29])); err != nil || got != want {
		t.bad("an order for a cover gives another line", "%s, want %s: %v", got, want, err)
		return
	}
	t.ok()
}

// mysensorsWords are what the words of modes and speeds mean.
var mysensorsWords = map[string]string{
	"Off": "off", "HeatOn": "heat", "CoolOn": "cool", "AutoChangeOver": "auto", "Min": "low", "Normal": "medium", "Max": "high", "Auto": "auto",
	"ContinuousOn": "continuous", "PeriodicOn": "periodic",
}

// mysensorsText are the kinds of values that are texts.
var mysensorsText = []int{5, 19, 20, 24, 25, 26, 27, 28, 32, 33, 42, 43, 47, 48, 50}

// mysensorsGood reports whether a payload is a value of its kind.
func mysensorsGood(kind int, payload string) bool {
	digits := strings.Trim(strings.ToLower(payload), "0123456789abcdef") == ""
	switch {
	case slices.Contains(mysensorsText, kind):
		return true
	case slices.Contains([]int{2, 15, 16, 29, 30, 31, 36}, kind):
		return payload == "0" || payload == "1"
	case kind == 21 || kind == 22 || kind == 46:
		return mysensorsWords[payload] != ""
	case kind == 40:
		return digits && len(payload) == 6
	case kind == 41:
		return digits && len(payload) == 8
	}
	for i, part := range strings.FieldsFunc(payload, func(r rune) bool { return kind == 49 && (r == ',' || r == ';') }) {
		if _, err := strconv.ParseFloat(part, 64); err != nil || i > 2 {
			return false
		}
	}
	return payload != ""
}

// mysensorsHolder is the property that has a value, or nil.
func mysensorsHolder(twin *devices.Twin, kind int, payload string) *devices.Property {
	for i := range twin.Device.Properties {
		got := twin.States[i].Reported.String()
		n, err := strconv.ParseFloat(payload, 64)
		number, ok := twin.States[i].Reported.Number()
		first, _, _ := strings.Cut(payload, ",")
		switch {
		case got == "":
		case got == payload, err == nil && ok && number == n, got == mysensorsWords[payload], got == "#"+strings.ToLower(payload),
			got == "true" && payload == "1", got == "false" && payload == "0":
			return &twin.Device.Properties[i]
		case kind == 49:
			if place, err := strconv.ParseFloat(first, 64); err == nil && ok && number == place {
				return &twin.Device.Properties[i]
			}
		}
	}
	return nil
}

// judgeQuestion has a child ask for a value that it has said, and for one that it has not.
func (n *network) judgeQuestion(t *tally, line string, fields []string) {
	n.hear(line)
	if said := n.complaint(); said != "" || len(n.result.Send) > 0 && strings.HasPrefix(string(n.result.Send[0].Bytes), "1;1;1;") {
		t.bad("a question for what nobody knows is answered, or complained of", "%s: %s", line, said)
		return
	}
	value := fmt.Sprintf("%s;%s;1;0;%s;1", fields[0], fields[1], fields[4])
	n.hear(value)
	n.hear(line)
	if !n.answers(value) {
		t.bad("a question is not answered", "%s: %s", line, n.complaint())
		return
	}
	t.ok()
}

// answers reports whether the last call sent a line that begins so.
func (n *network) answers(want string) bool {
	return slices.ContainsFunc(n.result.Send, func(f codec.Frame) bool { return strings.HasPrefix(string(f.Bytes), want) })
}

// judgeInternal hears what concerns a node and no child.
func (n *network) judgeInternal(t *tally, line string, fields []string, kind int) {
	n.hear(line)
	said, payload, id := n.complaint(), fields[5], devices.ID("corpus-"+fields[0])
	number, err := strconv.Atoi(payload)
	twin, _ := n.registry.Get(id)
	right, refuse := true, false
	switch {
	case kind == 0 && (err != nil || number < 0 || number > 100), kind == 22 && err != nil:
		refuse = true
	case kind == 0:
		right = twin.Device != nil && twin.Reported("battery") == devices.Number(float64(number))
	case kind == 1 && payload == "":
		right = n.answers("1;255;3;0;1;1") // a time of our days
	case kind == 6 && err == nil:
		right = n.answers("1;255;3;0;6;M")
	case kind == 3:
		right = n.answers("255;255;3;0;4;2") // 1 is there
	case kind == 4, kind == 6, kind == 13, kind == 18, kind == 19, kind == 20, kind == 1, kind == 2 && payload == "":
		refuse = true // the controller's own, which nodes do not say
	case kind == 11 || kind == 12:
		right = slices.ContainsFunc(n.result.Keep, func(r codec.Record) bool { return strings.Contains(string(r.Value), payload) })
	}
	switch {
	case refuse && said == "":
		t.bad("what no node says is not refused", "%s", line)
		return
	case refuse:
		t.note("rightly refused: "+general(said), "%s: %s", line, said)
	case said != "" || !right:
		t.bad("an internal message is not understood", "%s: %s", line, said)
		return
	}
	t.ok()
}

// judgeOther hears presentations and streams.
func (n *network) judgeOther(t *tally, line string, fields []string, kind int) {
	n.hear(line)
	said := n.complaint()
	switch {
	case fields[2] == "4" && !strings.Contains(said, "passed over"):
		t.bad("a stream is not passed over with a reason", "%s: %s", line, said)
		return
	case fields[2] == "4":
		t.note("rightly passed over: "+general(said), "%s: %s", line, said)
	case said != "":
		t.bad("a presentation is refused", "%s: %s", line, said)
		return
	case fields[1] != "255":
		again := fmt.Sprintf("child %s ", fields[1])
		if text := string(n.it.Explain(nil, fmt.Appendf(nil, "%s;%s;2;0;2;", fields[0], fields[1]))); !strings.Contains(text, again) {
			t.bad("a child is not known after it presented itself", "%s (%d): %s", line, kind, text)
			return
		}
	}
	t.ok()
}
