package shelly

import (
	"bytes"
	"strings"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
)

// first begins the topics of the first generation.
const first = "shellies/"

// first takes a message of the first generation; rest is what follows shellies/.
func (s *Shelly) first(r *convention.Result, m convention.Received, rest []byte) bool {
	id, tail, below := bytes.Cut(rest, []byte("/"))
	if !below {
		if string(id) == "announce" {
			s.announced(r, m, "")
		}
		return true
	}
	if told(tail) || len(m.Payload) == 0 || len(id) == 0 || len(tail) == 0 {
		return true // said to a device, not by it
	}
	prefix := m.Topic[:len(first)+len(id)]
	if string(tail) == "announce" {
		s.announced(r, m, string(prefix))
		return true
	}
	d := s.known(r, m, prefix, 1)
	if d == nil || d.generation > 1 {
		return true
	}
	switch {
	case string(tail) == "online":
		s.will(r, d, m)
		return true
	case bytes.HasPrefix(tail, []byte("input_event/")):
		s.press(r, d, m, tail)
	default:
		if err := s.read(r, d, m, tail); err != nil {
			d.fault(r, m, "", err)
		}
	}
	if string(tail) == "info" && d.mac == "" && len(s.document.All()) > 0 {
		d.mac, _ = naming.MAC(s.document.Text("mac"))
	}
	s.finish(r, d, m)
	return true
}

// told reports whether a topic is one by which devices are told what to do.
func told(tail []byte) bool {
	return bytes.HasSuffix(tail, []byte("command")) || bytes.Contains(tail, []byte("command/")) || bytes.HasSuffix(tail, []byte("/set")) || bytes.HasSuffix(tail, []byte("rpc"))
}

// announced takes what a device says of itself. Without a prefix it is the usual one,
// made of its ID.
func (s *Shelly) announced(r *convention.Result, m convention.Received, prefix string) {
	if err := s.document.Read(m.Payload); err != nil {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: err})
		return
	}
	id, model := s.document.Text("id"), s.document.Text("model")
	mac, ok := naming.MAC(s.document.Text("mac"))
	if prefix == "" && id == "" || strings.Contains(id, "/") {
		return
	}
	if prefix == "" {
		prefix = first + id
	}
	d := s.known(r, m, []byte(prefix), 1)
	if d == nil || d.generation > 1 {
		return
	}
	if ok && d.id == "" {
		d.mac = mac
	}
	if model != "" && d.model != clip(model) {
		d.model = clip(model)
		if d.info != nil {
			d.describe()
			d.changed = true
		}
	}
	s.finish(r, d, m)
}

// will takes what the device, or the broker in its place, says of it.
func (s *Shelly) will(r *convention.Result, d *device, m convention.Received) {
	online := string(m.Payload) == "true"
	if !online && string(m.Payload) != "false" {
		return
	}
	if d.id == "" {
		var unheard convention.Result
		d.life.Said(&unheard, "", online, m)
		return
	}
	d.life.Said(r, d.id, online, m)
	if online {
		d.askState(r)
	}
}

// press takes an event of an input. Devices repeat the last one with the rest of their
// state: it happened when the count is another. One that sleeps woke up for it.
func (s *Shelly) press(r *convention.Result, d *device, m convention.Received, tail []byte) {
	if err := s.document.Read(m.Payload); err != nil {
		d.fault(r, m, "", err)
		return
	}
	count, counted := s.document.Find("event_cnt")
	n := -1.0
	if counted {
		n, _ = count.Float()
	}
	before, seen := d.counts[string(tail)]
	if !seen && len(d.counts) < maxPaths || seen {
		d.counts[string(tail)] = n
	}
	happened := seen && before != n || !seen && d.battery || !counted
	all := s.document.All()
	for i := range all {
		leaf := all[i]
		if string(leaf.Path) == "event" && !happened {
			leaf.Kind = leaves.Null
		}
		s.path = append(append(append(s.path[:0], tail...), '/'), leaf.Path...)
		s.leaf(r, d, m, s.path, &leaf)
	}
}
