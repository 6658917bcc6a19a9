package shelly

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
)

// ours begins the topics to which devices answer; the prefix of the device follows,
// so that an answer can be told from those of others.
const ours = "thingbridge/shelly/"

// asLater makes d one of a later generation, which it shows by how it speaks.
func (s *Shelly) asLater(r *convention.Result, d *device) {
	if d.generation > 1 || d.grown {
		return
	}
	d.generation = 2
	d.ignored = make(map[string]bool)
	d.ask(r)
}

// ask asks the device who it is, what it is and how it is set up.
func (d *device) ask(r *convention.Result) {
	if d.generation == beacons {
		return
	}
	if d.generation < 2 {
		r.Publish = append(r.Publish, convention.Message{Topic: d.prefix + "/command", Payload: []byte("announce")})
		d.askState(r)
		return
	}
	r.Publish = append(r.Publish, d.call("info", "Shelly.GetDeviceInfo", ""), d.call("config", "Shelly.GetConfig", ""))
	d.askState(r)
}

func (d *device) askState(r *convention.Result) {
	switch d.generation {
	case beacons:
		return
	case 1:
		r.Publish = append(r.Publish, convention.Message{Topic: d.prefix + "/command", Payload: []byte("update")})
		return
	}
	r.Publish = append(r.Publish, d.call("status", "Shelly.GetStatus", ""))
}

// call asks for a method, and for an answer on the topic of what.
func (d *device) call(what, method, params string) convention.Message {
	source, err := json.Marshal(ours + what + "/" + d.prefix)
	if err != nil {
		source = []byte(`"thingbridge"`)
	}
	payload := fmt.Appendf(nil, `{"id":1,"src":%s,"method":"%s"`, source, method)
	if params != "" {
		payload = fmt.Appendf(payload, `,"params":%s`, params)
	}
	return convention.Message{Topic: d.prefix + "/rpc", Payload: append(payload, '}')}
}

// online takes the last will of a device of a later generation.
func (s *Shelly) online(r *convention.Result, m convention.Received, prefix []byte) bool {
	if string(m.Payload) != "true" && string(m.Payload) != "false" {
		return false
	}
	if d := s.known(r, m, prefix, 2); d != nil {
		s.will(r, d, m)
	}
	return true
}

// status takes the status of one component.
func (s *Shelly) status(r *convention.Result, m convention.Received, prefix, component []byte) bool {
	_, known := s.devices[string(prefix)]
	if !known && (!isComponent(component) || len(m.Payload) == 0 || m.Payload[0] != '{') {
		return false
	}
	d := s.known(r, m, prefix, 2)
	if d == nil {
		return true
	}
	s.asLater(r, d)
	if d.generation < 2 {
		return true
	}
	if err := s.read(r, d, m, component); err != nil {
		d.fault(r, m, "", err)
		return true
	}
	s.finish(r, d, m)
	return true
}

// isComponent reports whether text is a kind and a number, as switch:0.
func isComponent(text []byte) bool {
	kind, id, ok := bytes.Cut(text, []byte(":"))
	return ok && len(kind) > 0 && len(id) > 0 && len(bytes.Trim(id, "0123456789")) == 0
}

// notification takes what a device tells without being asked.
func (s *Shelly) notification(r *convention.Result, m convention.Received, prefix []byte) bool {
	if err := s.document.Read(m.Payload); err != nil {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: err})
		return true
	}
	method, ok := s.document.Find("method")
	if !ok || !bytes.HasPrefix(method.Raw, []byte("Notify")) {
		return false
	}
	d := s.known(r, m, prefix, 2)
	if d == nil {
		return true
	}
	s.asLater(r, d)
	if d.generation < 2 {
		return true
	}
	if d.mac == "" && d.id == "" {
		if d.identify(s.document.Text("src")); d.mac != "" {
			d.patience = m.At.Add(unnamedFor)
		}
	}
	if method.Is("NotifyEvent") {
		if d.again(m.Payload) {
			return true
		}
		s.events(r, d, m)
	} else {
		s.below(r, d, m, "params/")
	}
	s.finish(r, d, m)
	return true
}

// below takes the leaves of the document whose path begins with root.
func (s *Shelly) below(r *convention.Result, d *device, m convention.Received, root string) {
	all := s.document.All()
	for i := range all {
		if path, ok := bytes.CutPrefix(all[i].Path, []byte(root)); ok {
			s.leaf(r, d, m, path, &all[i])
		}
	}
}

// events takes a list of events: each has a component and the word for what happened.
func (s *Shelly) events(r *convention.Result, d *device, m convention.Received) {
	var component, index []byte
	var event *leaves.Leaf
	all := s.document.All()
	for i := range all {
		rest, ok := bytes.CutPrefix(all[i].Path, []byte("params/events/"))
		if !ok {
			continue
		}
		number, key, _ := bytes.Cut(rest, []byte("/"))
		if !bytes.Equal(number, index) {
			index, component, event = number, nil, nil
		}
		switch string(key) {
		case "component":
			component = all[i].Raw
		case "event":
			event = &all[i]
		}
		if component == nil || event == nil {
			continue
		}
		s.path = append(append(s.path[:0], component...), "/event"...)
		if isPush(event) {
			s.leaf(r, d, m, s.path, event)
		}
		component, event = nil, nil
	}
}

// again reports whether an event is the last one once more: a broker brings it twice
// to whom two subscriptions match. Events have a time, so no two are the same.
func (d *device) again(payload []byte) bool {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	sum := uint64(offset)
	for _, c := range payload {
		sum = (sum ^ uint64(c)) * prime
	}
	same := d.lastEvent == sum
	d.lastEvent = sum
	return same
}

// isPush reports whether an event is one of a button. Others, such as a change of the
// configuration, are none of ours.
func isPush(event *leaves.Leaf) bool {
	for _, push := range pushes {
		if event.Is(push) {
			return true
		}
	}
	return false
}

// answer takes the answer to a question, or what was kept of a device.
func (s *Shelly) answer(r *convention.Result, m convention.Received, rest []byte) bool {
	what, prefix, _ := bytes.Cut(rest, []byte("/"))
	if string(what) == "known" {
		s.recall(r, m, prefix)
		return true
	}
	prefix, ok := bytes.CutSuffix(prefix, []byte("/rpc"))
	if !ok {
		return false
	}
	d, known := s.devices[string(prefix)]
	if !known || d.generation < 2 {
		return true // an answer to another program that asked as we do
	}
	if err := s.document.Read(m.Payload); err != nil {
		d.fault(r, m, "", err)
		return true
	}
	if message, failed := s.document.Find("error/message"); failed {
		d.fault(r, m, "", fmt.Errorf("the device refuses: %s", convention.Shorten(message.String())))
		return true
	}
	if d.mac == "" && d.id == "" {
		d.identify(s.document.Text("src"))
	}
	switch string(what) {
	case "info":
		d.inform(&s.document)
	case "status":
		s.below(r, d, m, "result/")
	case "config":
		d.configure(&s.document)
	}
	s.finish(r, d, m)
	return true
}

// inform takes who the device is.
func (d *device) inform(document *leaves.Document) {
	if mac, ok := naming.MAC(document.Text("result/mac")); ok && d.id == "" {
		d.mac = mac
	}
	name, model := clip(document.Text("result/name")), clip(document.Text("result/app"))
	if model == "" {
		model = d.model
	}
	d.informed = true
	if name == d.name && model == d.model {
		return
	}
	d.name, d.model = name, model
	if d.grown {
		d.describe()
		d.changed = true
	}
}

// configure takes how the components of the device are set up.
func (d *device) configure(document *leaves.Document) {
	details := make(map[string]detail)
	all := document.All()
	for i := range all {
		leaf := &all[i]
		path, ok := strings.CutPrefix(string(leaf.Path), "result/")
		component, key, _ := strings.Cut(path, "/")
		if !ok || !isComponent([]byte(component)) || leaf.Kind == leaves.Null || len(details) > maxPaths {
			continue
		}
		it := details[component]
		if it.take(key, leaf) {
			details[component] = it
		}
		if key == "type" && leaf.Is("button") && strings.HasPrefix(component, "input:") {
			if _, known := d.bindings[component+"/event"]; !known {
				d.grow(component + "/event")
			}
		}
	}
	if len(details) == 0 {
		return
	}
	d.details = details
	if d.grown {
		d.describe()
		d.changed = true
	}
}

// take takes one value of a configuration. It reports whether it is of interest.
func (it *detail) take(key string, leaf *leaves.Leaf) bool {
	n, _ := leaf.Float()
	switch {
	case key == "name":
		it.Name = clip(leaf.String())
	case key == "meta/ui/unit":
		it.Unit = convention.Unit(clip(leaf.String()))
	case key == "min":
		it.Min = n
	case key == "max":
		it.Max = n
	case key == "meta/ui/step":
		it.Step = n
	case key == "access":
		it.ReadOnly = !bytes.Contains(leaf.Raw, []byte("w"))
	case key == "obj_id":
		it.Object = int(n)
	case strings.HasPrefix(key, "options/") && len(it.Options) < 100 && len(leaf.Raw) > 0:
		it.Options = append(it.Options, clip(leaf.String()))
	default:
		return false
	}
	return true
}

// wakes takes how often a device that sleeps reports.
func (d *device) wakes(r *convention.Result, leaf *leaves.Leaf) {
	const longest = 30 * 24 * 3600 // seconds
	seconds, ok := leaf.Float()
	if !ok || seconds <= 0 || seconds > longest {
		return
	}
	d.period = time.Duration(seconds) * time.Second
	if d.id != "" {
		d.sleep(r)
	}
}
