package devices

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// MaxDevices bounds the devices of one registry: far above the largest house,
// and low enough that a broker gone mad does not exhaust a Raspberry Pi.
const MaxDevices = 50_000

// Errors of a registry that callers branch on.
var (
	ErrNoDevice   = errors.New("no such device")
	ErrNoProperty = errors.New("no such property")
	ErrConflict   = errors.New("device id is taken")
	ErrLimit      = errors.New("too many")
)

// Executor carries commands to hardware. An adapter is one.
type Executor interface {
	Execute(ctx context.Context, cmd Command) error
}

// Registry owns the twins of all devices. Adapters write to it through a
// [Source]; everybody else reads, or asks it to execute a command. All methods
// can be called from any goroutine.
type Registry struct {
	mu      sync.Mutex
	entries map[ID]*entry
	memory  map[ID]Memory // of devices that have not been announced since the start
	order   changeList
	cursors []*Cursor
	tails   []*tail
	dropped uint64        // readings, by tails that have ended
	drained chan struct{} // closed when a tail's reader has handled something
}

// entry is a device in the registry, or the trace of one that was removed.
type entry struct {
	id      ID
	source  *Source
	twin    Twin
	removed bool

	version    uint64 // of the last change
	prev, next *entry // in the order of the last change
}

// NewRegistry returns a registry without devices.
func NewRegistry() *Registry {
	return &Registry{
		entries: make(map[ID]*entry),
		memory:  make(map[ID]Memory),
		drained: make(chan struct{}),
	}
}

// Remember gives the registry what survived the last run. It does not make
// devices appear: a device takes up its values again when its adapter announces
// it. Call it before the adapters start.
func (r *Registry) Remember(memories []Memory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range memories {
		r.memory[m.Device] = m
	}
}

// Get returns the twin of a device, and whether there is one.
func (r *Registry) Get(id ID) (Twin, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[id]
	if !ok || e.removed {
		return Twin{}, false
	}
	return e.snapshot(), true
}

// Device returns the description of a device, and whether there is one. It does
// not allocate.
func (r *Registry) Device(id ID) (*Device, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[id]
	if !ok || e.removed {
		return nil, false
	}
	return e.twin.Device, true
}

// All returns the twins of all devices, the longest unchanged first.
func (r *Registry) All() []Twin {
	r.mu.Lock()
	defer r.mu.Unlock()
	twins := make([]Twin, 0, len(r.entries))
	for e := r.order.oldest; e != nil; e = e.next {
		if !e.removed {
			twins = append(twins, e.snapshot())
		}
	}
	return twins
}

// Execute checks cmd against the device's property (type, range, options,
// writable), moves a number to the nearest step, notes the value as desired and
// hands the command to the owning adapter. It returns when the adapter has
// handed it over; the device confirms by reporting, which clears the desired
// value. When the adapter fails, the wish is forgotten and its error returned. The
// value of a secret property is noted nowhere.
func (r *Registry) Execute(ctx context.Context, cmd Command) error {
	executor, cmd, before, err := r.prepare(cmd)
	if err != nil {
		return err
	}
	if err := executor.Execute(ctx, cmd); err != nil {
		r.restore(cmd, before)
		return fmt.Errorf("%s: %s: %w", cmd.Device, cmd.Property, err)
	}
	return nil
}

func (r *Registry) prepare(cmd Command) (Executor, Command, State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[cmd.Device]
	if !ok || e.removed {
		return nil, cmd, State{}, fmt.Errorf("%s: %w", cmd.Device, ErrNoDevice)
	}
	i := e.twin.Device.index(cmd.Property)
	if i < 0 {
		return nil, cmd, State{}, fmt.Errorf("%s: %w %q", cmd.Device, ErrNoProperty, shorten(cmd.Property))
	}
	p := &e.twin.Device.Properties[i]
	if !p.Writable {
		return nil, cmd, State{}, fmt.Errorf("%s: %s: %w", cmd.Device, p.Name, ErrNotWritable)
	}
	if err := p.Check(cmd.Value); err != nil {
		return nil, cmd, State{}, fmt.Errorf("%s: %w", cmd.Device, err)
	}
	cmd.Value = p.Round(cmd.Value)
	if p.Secret {
		return e.source.executor, cmd, State{}, nil
	}
	state := &e.twin.States[i]
	before := *state
	if state.Reported == cmd.Value {
		state.Desired, state.Asked, state.By = Value{}, time.Time{}, ""
	} else {
		state.Desired, state.Asked, state.By = cmd.Value, time.Now(), cmd.By
	}
	r.changed(e)
	return e.source.executor, cmd, before, nil
}

// restore takes back a wish that could not be handed over, unless the device or
// somebody else was faster.
func (r *Registry) restore(cmd Command, before State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[cmd.Device]
	if !ok || e.removed {
		return
	}
	i := e.twin.Device.index(cmd.Property)
	if i < 0 || e.twin.Device.Properties[i].Secret || e.twin.States[i].Desired != cmd.Value {
		return
	}
	state := &e.twin.States[i]
	state.Desired, state.Asked, state.By = before.Desired, before.Asked, before.By
	r.changed(e)
}

// Await returns the twin of a device as soon as until holds for it; at once when
// it holds already. It returns ctx's error with the newest twin when ctx ends
// first, and [ErrNoDevice] when there is no such device.
func (r *Registry) Await(ctx context.Context, id ID, until func(*Twin) bool) (Twin, error) {
	cursor := r.Changes()
	defer cursor.Close()
	for {
		twin, ok := r.Get(id)
		if !ok {
			return Twin{}, fmt.Errorf("%s: %w", id, ErrNoDevice)
		}
		if until(&twin) {
			return twin, nil
		}
		if err := cursor.Wait(ctx); err != nil {
			return twin, err
		}
	}
}

// snapshot copies the twin for a reader.
func (e *entry) snapshot() Twin {
	twin := e.twin
	twin.States = append([]State(nil), e.twin.States...)
	return twin
}
