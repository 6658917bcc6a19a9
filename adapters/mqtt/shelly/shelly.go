package shelly

import (
	"bytes"
	"sync"
	"time"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/alive"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Name is what the convention is called where conventions are listed.
const Name = "shelly"

// Limits of what strangers can make the convention keep.
const (
	maxDevices  = 2000 // with those that have not said who they are
	maxPaths    = 250  // of one device; the largest real one has some 120
	maxIgnored  = 1000 // paths of one device that mean nothing
	maxReadings = 100  // of one device before it is announced
)

// Shelly is the convention. It implements [convention.Convention].
type Shelly struct {
	names *convention.Names

	mu       sync.RWMutex
	devices  map[string]*device // by prefix
	ids      map[devices.ID]*device
	greeted  bool
	document leaves.Document // reused for each payload
	path     []byte          // reused for each leaf
}

var _ convention.Convention = (*Shelly)(nil)

// New returns the convention. names are those of its broker.
func New(names *convention.Names) *Shelly {
	return &Shelly{names: names, devices: make(map[string]*device), ids: make(map[devices.ID]*device)}
}

// Filters returns what to subscribe to. A prefix of later generations has up to three
// levels.
func (s *Shelly) Filters() []convention.Filter {
	s.mu.RLock()
	defer s.mu.RUnlock()
	filters := []convention.Filter{{Topic: first + "#", QoS: 1}}
	for _, what := range []string{"info", "status", "config", "set"} {
		filters = append(filters, convention.Filter{Topic: ours + what + "/#", QoS: 1})
	}
	for _, levels := range []string{"+", "+/+", "+/+/+"} {
		filters = append(filters, convention.Filter{Topic: levels + "/online", QoS: 1}, convention.Filter{Topic: levels + "/events/rpc", QoS: 1})
	}
	filters = append(filters, convention.Filter{Topic: blu + "+", QoS: 1})
	for _, d := range s.devices {
		filters = append(filters, d.filters()...)
	}
	return filters
}

// Decode appends what m means to r.
func (s *Shelly) Decode(r *convention.Result, m convention.Received) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greet(r)
	switch topic := m.Topic; {
	case bytes.HasPrefix(topic, []byte(ours)):
		return s.answer(r, m, topic[len(ours):])
	case bytes.HasSuffix(topic, []byte("/events/rpc")):
		return s.notification(r, m, topic[:len(topic)-len("/events/rpc")])
	case bytes.Contains(topic, []byte("/status/")):
		i := bytes.LastIndex(topic, []byte("/status/"))
		return s.status(r, m, topic[:i], topic[i+len("/status/"):])
	case bytes.HasPrefix(topic, []byte(blu)):
		return s.beacon(r, m)
	case bytes.HasPrefix(topic, []byte(first)) && !s.later(topic):
		return s.first(r, m, topic[len(first):])
	case bytes.HasSuffix(topic, []byte("/online")):
		return s.online(r, m, topic[:len(topic)-len("/online")])
	}
	return false
}

// later reports whether a topic below shellies/ is of a device of a later generation
// whose prefix begins so.
func (s *Shelly) later(topic []byte) bool {
	prefix, ok := bytes.CutSuffix(topic, []byte("/online"))
	if !ok {
		return false
	}
	d, known := s.devices[string(prefix)]
	return known && d.generation > 1
}

// greet asks all of the first generation who they are, once.
func (s *Shelly) greet(r *convention.Result) {
	if s.greeted {
		return
	}
	s.greeted = true
	r.Publish = append(r.Publish, convention.Message{Topic: first + "command", Payload: []byte("announce")}, convention.Message{Topic: first + "command", Payload: []byte("update")})
}

// known returns the device with a prefix, which is made when it is new. It is nil
// when there are too many, or when the prefix cannot be one.
func (s *Shelly) known(r *convention.Result, m convention.Received, prefix []byte, generation int) *device {
	if d, ok := s.devices[string(prefix)]; ok {
		if s.spokenFor(d) {
			s.forget(r, d)
			return nil
		}
		return d
	}
	if len(s.devices) >= maxDevices && !s.makeRoom(r, m.At) {
		return nil
	}
	d := newDevice(string(prefix), generation, m.At)
	if d == nil {
		return nil
	}
	if d.mac != "" && !s.names.Room("mac:"+d.mac) { // one without may be a device that has another prefix now
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: convention.ErrTooMany})
		return nil
	}
	s.devices[d.prefix] = d
	r.Subscribe = append(r.Subscribe, d.filters()...)
	d.ask(r)
	if d.mac == "" {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: errNameless})
	}
	return d
}

// makeRoom drops what was taken for a device and has reported nothing since.
func (s *Shelly) makeRoom(r *convention.Result, now time.Time) bool {
	before := len(s.devices)
	for prefix, d := range s.devices {
		if d.grown || now.Before(d.patience) {
			continue
		}
		for _, filter := range d.filters() {
			r.Unsubscribe = append(r.Unsubscribe, filter.Topic)
		}
		delete(s.devices, prefix)
	}
	return len(s.devices) < before
}

// spokenFor reports whether another convention has taken over d.
func (s *Shelly) spokenFor(d *device) bool { return d.key != "" && s.names.Owner(d.key) != Name }

// forget drops d, whose ID is another convention's now.
func (s *Shelly) forget(r *convention.Result, d *device) {
	for _, filter := range d.filters() {
		r.Unsubscribe = append(r.Unsubscribe, filter.Topic)
	}
	r.Keep = append(r.Keep, convention.Record{Topic: ours + "known/" + d.prefix})
	delete(s.ids, d.id)
	delete(s.devices, d.prefix)
}

// Forget appends that a device is gone, and drops all that is known of it.
func (s *Shelly) Forget(r *convention.Result, id devices.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.ids[id]
	if !ok {
		return false
	}
	if !s.spokenFor(d) {
		r.Removed = append(r.Removed, id)
	}
	s.forget(r, d)
	return true
}

// Due appends what time alone has changed: devices that were silent for too long,
// devices that have not said who they are.
func (s *Shelly) Due(r *convention.Result, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greet(r)
	var next time.Time
	for _, d := range s.devices {
		if d.id == "" {
			s.introduce(r, d, now)
		}
		if d.id == "" {
			if d.grown && now.Before(d.patience) {
				next = alive.Earlier(next, d.patience)
			}
			continue
		}
		next = alive.Earlier(next, d.life.Due(r, d.id, now))
	}
	return next
}

// Lost appends that no device can be reached.
func (s *Shelly) Lost(r *convention.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.ids {
		d.life.Lost(r, d.id)
	}
}

// Restored appends what holds when the broker is back.
func (s *Shelly) Restored(r *convention.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.ids {
		d.life.Restored(r, d.id)
	}
	s.greeted = false
	s.greet(r)
}

// Echo appends the reading of a command that the device does not report.
func (s *Shelly) Echo(r *convention.Result, cmd devices.Command, now time.Time) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, ok := s.ids[cmd.Device]
	if !ok || !d.orders[cmd.Property].echoes {
		return
	}
	r.Readings = append(r.Readings, devices.Reading{Device: cmd.Device, Property: cmd.Property, Value: cmd.Value, At: now})
}
