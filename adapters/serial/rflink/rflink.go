package rflink

import (
	"errors"
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Bounds of what is kept.
const (
	// maxDevices bounds the devices of a gateway. The busiest street has some hundred
	// that are always there.
	maxDevices = 500
	// maxFields bounds the fields of a line. A weather station has ten.
	maxFields = 32
	// maxSwitches bounds the switches of an address: a remote control has 16 keys.
	maxSwitches = 32
)

// RFLink is a gateway. It implements codec.Codec.
type RFLink struct {
	adapter   string
	humidity  *label
	strangers bool
	patience  int

	senders    map[string]*sender // by key
	devices    map[devices.ID]*device
	order      []*device // as they came
	candidates map[string]*candidate

	open    bool
	noisy   bool // that the last line was at fault
	life    life
	queue   queue
	lines   codec.Lines
	scratch []byte
	fields  [maxFields]field
}

var _ codec.Codec = (*RFLink)(nil)

// sender is one address on the air.
type sender struct {
	key     string
	devices []*device // at most one of which is for all switches
}

// field is a labelled value of a line that is looked at.
type field struct {
	label *label
	value []byte
}

// New returns a gateway; adapter is the adapter's name.
func New(adapter string, cfg Config) (*RFLink, error) {
	var errs []error
	cfg.Validate(func(path, problem string) { errs = append(errs, fmt.Errorf("%s: %s", path, problem)) })
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	x := &RFLink{
		lines:   codec.NewLines("\n", maxLine),
		adapter: adapter, humidity: labelOf([]byte("HUM")), strangers: cfg.Strangers == nil || *cfg.Strangers, patience: cfg.Patience,
		senders: make(map[string]*sender), devices: make(map[devices.ID]*device), candidates: make(map[string]*candidate),
	}
	if cfg.Humidity == "hex" {
		x.humidity = &humidityHex
	}
	if x.patience == 0 {
		x.patience = defaultPatience
	}
	for i := range cfg.Devices {
		c := &cfg.Devices[i]
		k, err := readKey(c.Key)
		if err != nil {
			return nil, err
		}
		d := newDevice(x, k, c)
		if x.devices[d.id] != nil {
			return nil, fmt.Errorf("devices[%d]: the id %q is another device's; give one of them another", i, d.id)
		}
		x.add(d, k.whole())
	}
	return x, nil
}

// add makes a device one that is heard under a key.
func (x *RFLink) add(d *device, key string) {
	x.attach(d, key)
	if x.devices[d.id] == nil {
		x.order = append(x.order, d)
		x.devices[d.id] = d
	}
}

// attach has a device be heard under a key.
func (x *RFLink) attach(d *device, key string) {
	s := x.senders[key]
	if s == nil {
		s = &sender{key: key}
		x.senders[key] = s
	}
	s.devices = append(s.devices, d)
	d.sender = s
}

// remove undoes add.
func (x *RFLink) remove(d *device) {
	x.detach(d)
	delete(x.devices, d.id)
	for i, other := range x.order {
		if other == d {
			x.order = append(x.order[:i], x.order[i+1:]...)
			return
		}
	}
}

// detach leaves a device without a key under which it is heard.
func (x *RFLink) detach(d *device) {
	s := d.sender
	for i, other := range s.devices {
		if other == d {
			s.devices = append(s.devices[:i], s.devices[i+1:]...)
			break
		}
	}
	if len(s.devices) == 0 {
		delete(x.senders, s.key)
	}
}

// of returns the device that a switch of an address belongs to, or nil. No switch is
// one, too.
func (s *sender) of(name []byte) *device {
	var all *device
	for _, d := range s.devices {
		switch {
		case d.only == "":
			all = d
		case len(name) > 0 && sameSwitch(d.only, name):
			return d
		case len(name) == 0 && all == nil && len(s.devices) == 1:
			all = d
		}
	}
	return all
}

// Split finds lines.
func (x *RFLink) Split(data []byte) (advance int, frame []byte, err error) {
	return x.lines.Split(data)
}

// Opened asks whether the gateway is there, and announces what is known.
func (x *RFLink) Opened(r *codec.Result, now time.Time) {
	x.open = true
	x.lines.Restart()
	x.life = life{heard: now}
	x.life.ask(r, now)
	for _, d := range x.order {
		if d.announced == nil {
			d.announce(r)
		}
		d.tell(r, d.state(now))
	}
}

// Lost says that no device can be reached.
func (x *RFLink) Lost(r *codec.Result) {
	x.open = false
	x.queue.fail(r, codec.ErrLost)
	for _, d := range x.order {
		d.tell(r, devices.Offline)
	}
}

// Due sends again what was not answered, asks a gateway that is silent, and notes which
// sensors are.
func (x *RFLink) Due(r *codec.Result, now time.Time) (next time.Time) {
	if !x.open {
		return time.Time{}
	}
	next = earlier(x.queue.due(r, now), x.life.due(r, now))
	for _, d := range x.order {
		next = earlier(next, d.due(r, now))
	}
	return next
}

// earlier returns the earlier of two times; the zero time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
