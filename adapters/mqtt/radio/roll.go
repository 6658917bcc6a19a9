package radio

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// maxSensors bounds the devices of a roll. The busiest street has some hundred
// sensors that are always there.
const maxSensors = 1000

// Roll is the sensors that are devices, and those that might become some. But for
// Command, its methods are for one goroutine at a time.
type Roll struct {
	convention string
	names      *convention.Names
	sensors    map[string]*Sensor
	candidates map[string]*candidate
	receivers  map[string]*Receiver
	awaited    time.Time // when the next presence can end

	mu    sync.Mutex
	known map[devices.ID]*devices.Device // for Command
}

// NewRoll returns an empty roll of a convention.
func NewRoll(of string, names *convention.Names) *Roll {
	return &Roll{
		convention: of, names: names, sensors: make(map[string]*Sensor), candidates: make(map[string]*candidate),
		receivers: make(map[string]*Receiver), known: make(map[devices.ID]*devices.Device),
	}
}

// Identity is what a sensor says of itself.
type Identity struct {
	Name         string `json:"name"`
	Manufacturer string `json:"manufacturer,omitempty"`
	Model        string `json:"model,omitempty"`
	Serial       string `json:"serial,omitempty"`
	Sort         string `json:"sort,omitempty"` // the word for what it is: "TPMS", "THB"
}

// ErrOther says that another convention speaks for a sensor.
var ErrOther = errors.New("it is a device of another convention")

// Find returns the sensor with a key, or nil where it is no device; then Wait is
// next. The error is ErrOther where it is one of another convention.
func (r *Roll) Find(res *convention.Result, key []byte) (*Sensor, error) {
	s := r.sensors[string(key)]
	if s == nil {
		return nil, nil
	}
	if r.names.Owner(s.key) == r.convention {
		return s, nil
	}
	r.forget(res, s)
	return nil, ErrOther
}

// Wait counts a live transmission of a sensor that is no device, and says why it
// is none; nil: it is time to Admit it.
func (r *Roll) Wait(key []byte, m *convention.Received, p Patience) error {
	if m.Retained {
		return errors.New("the broker has kept it, nobody knows since when; the sensor will be a device when it is heard")
	}
	return r.wait(key, m.At, p)
}

// Admit makes the sensor with a key a device.
func (r *Roll) Admit(key []byte, who Identity) (*Sensor, error) {
	if len(r.sensors) >= maxSensors {
		return nil, fmt.Errorf("%d sensors are devices already, and there cannot be more", maxSensors)
	}
	id, ok := r.names.Assign(r.convention, string(key), who.Name)
	switch {
	case !ok && id != "":
		return nil, ErrOther
	case !ok:
		return nil, convention.ErrTooMany
	}
	s := &Sensor{roll: r, key: string(key), id: id, who: who, fields: make(map[string]int)}
	r.sensors[s.key] = s
	delete(r.candidates, s.key)
	return s, nil
}

func (r *Roll) forget(res *convention.Result, s *Sensor) {
	delete(r.sensors, s.key)
	if s.receiver != nil {
		delete(s.receiver.sensors, s)
	}
	res.Keep = append(res.Keep, convention.Record{Topic: r.recordTopic() + s.key})
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, s.id)
}

// Forget appends that a sensor is gone. It has to be heard as often as a new one to be a
// device again.
func (r *Roll) Forget(res *convention.Result, id devices.ID) bool {
	for _, s := range r.sensors {
		if s.id != id {
			continue
		}
		if r.names.Owner(s.key) == r.convention {
			res.Removed = append(res.Removed, id)
		}
		r.forget(res, s)
		return true
	}
	return false
}

// Command returns why cmd cannot be carried out: sensors listen to nobody.
func (r *Roll) Command(cmd devices.Command) error {
	r.mu.Lock()
	d := r.known[cmd.Device]
	r.mu.Unlock()
	if d == nil {
		return fmt.Errorf("device %q: %w", convention.Shorten(string(cmd.Device)), convention.ErrNotMine)
	}
	if _, ok := d.Property(cmd.Property); !ok {
		return fmt.Errorf("device %q, property %q: %w", cmd.Device, convention.Shorten(cmd.Property), convention.ErrNoSuchProperty)
	}
	return fmt.Errorf("%s: %w: the radio only receives", cmd.Property, devices.ErrNotWritable)
}
