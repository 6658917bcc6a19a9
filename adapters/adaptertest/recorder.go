package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"thingbridge/devices"
)

// recorder is a sink that checks what it is given.
type recorder struct {
	spoken chan struct{} // closed at the first reading

	mu      sync.Mutex
	devices map[devices.ID]*devices.Device
	quiet   bool // no reading came yet
	found   []string
}

// maxFound bounds the problems that are kept: a wrong adapter repeats itself.
const maxFound = 20

func newRecorder() *recorder {
	return &recorder{spoken: make(chan struct{}), devices: make(map[devices.ID]*devices.Device), quiet: true}
}

// Apply checks the update and overwrites its slices, which are not the
// recorder's once it has returned, and so must not be the adapter's state.
func (r *recorder) Apply(u devices.Update) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range u.Announced {
		if err := d.Validate(); err != nil {
			r.problem("announced device %q: %v", d.ID, err)
		}
		r.devices[d.ID] = d
	}
	for _, p := range u.Availability {
		if r.devices[p.Device] == nil {
			r.problem("device %q is %s before it was announced", p.Device, p.Availability)
		}
	}
	for _, reading := range u.Readings {
		r.check(reading)
	}
	for _, id := range u.Removed {
		if r.devices[id] == nil {
			r.problem("device %q is removed before it was announced", id)
		}
		delete(r.devices, id)
	}
	if r.quiet && len(u.Readings) > 0 {
		r.quiet = false
		close(r.spoken)
	}
	clear(u.Announced)
	clear(u.Availability)
	clear(u.Readings)
	clear(u.Removed)
}

func (r *recorder) check(reading devices.Reading) {
	d := r.devices[reading.Device]
	if d == nil {
		r.problem("reading of device %q before it was announced", reading.Device)
		return
	}
	p, ok := d.Property(reading.Property)
	if !ok {
		r.problem("reading of property %q, which device %q does not have", reading.Property, d.ID)
		return
	}
	// Hardware may well be outside of its range; that is for the registry. A reading
	// without a value takes back the one before.
	if err := p.Check(reading.Value); !reading.Value.IsZero() && (errors.Is(err, devices.ErrType) || errors.Is(err, devices.ErrOption)) {
		r.problem("reading of device %q: %v", d.ID, err)
	}
	if reading.At.IsZero() {
		r.problem("reading of device %q, property %q without a time", d.ID, p.Name)
	}
}

// Settle is done at once.
func (r *recorder) Settle(ctx context.Context) error { return ctx.Err() }

func (r *recorder) problem(format string, args ...any) {
	if len(r.found) < maxFound {
		r.found = append(r.found, fmt.Sprintf(format, args...))
	}
}

func (r *recorder) problems() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.found
}
