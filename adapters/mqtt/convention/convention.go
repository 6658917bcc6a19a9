// Package convention is what all topic conventions have in common: the shapes of
// messages, of what they mean, and the interface by which an adapter speaks any of
// them. It does no I/O and knows no time but the one it is given.
package convention

import (
	"fmt"
	"strings"
	"time"

	"thingbridge/devices"
)

// Convention is one scheme of topics. It is a state machine: messages and time go
// in, what they mean comes out. An adapter calls its methods from one goroutine at a
// time, but for Command, which may be called at any time from any goroutine.
//
// Everything it is given was written by strangers: it bounds what it keeps, and
// never panics.
type Convention interface {
	// Filters returns what to subscribe to in each session from its start. What is
	// found out later goes into Result.Subscribe, and is then among them.
	Filters() []Filter

	// Decode appends what m means to r, and reports whether its topic is one of the
	// convention's. It keeps nothing of m.
	Decode(r *Result, m Received) bool

	// Due appends to r what time alone has changed by now: a value that has expired, a
	// device that has been silent for too long. It returns when to call it next; the
	// zero time for not before the next message.
	Due(r *Result, now time.Time) (next time.Time)

	// Lost appends to r that none of its devices can be reached, for the broker cannot.
	Lost(r *Result)

	// Restored appends to r what holds when the broker is back, as far as can be known.
	Restored(r *Result)

	// Forget appends to r that a device is gone, and that nothing is kept of what made it
	// known, as if the device had taken that back. What it announces afterwards makes it
	// known again. It reports whether there is such a device, also where another
	// convention speaks for it.
	Forget(r *Result, id devices.ID) bool

	// Command returns the messages that carry cmd to its device. The error wraps
	// [ErrNotMine] for a device of another convention, and [ErrNoSuchProperty],
	// devices.ErrNotWritable or what devices.Property.Check returns.
	Command(cmd devices.Command, now time.Time) ([]Message, error)

	// Echo appends to r the reading of a command that was carried out, where the device
	// will not report it.
	Echo(r *Result, cmd devices.Command, now time.Time)
}

// Filter is a topic to subscribe to, which may have wildcards, and the quality of
// service to ask for.
type Filter struct {
	Topic string
	QoS   byte
}

// Received is a message from the broker. Topic and Payload are only looked at.
type Received struct {
	Topic    []byte
	Payload  []byte
	Retained bool      // the broker had kept it from before the subscription
	At       time.Time // when it arrived
}

// Message is what to publish.
type Message struct {
	Topic   string
	Payload []byte
	QoS     byte
	Retain  bool
}

// Record is an announcement that is worth keeping over a restart: given to Decode
// again, it makes the device known without the broker's help. An empty Payload
// forgets what was kept under the topic.
type Record struct {
	Topic   string
	Payload []byte
}

// Fault says that a message meant nothing for one property, or with a nil Err
// that a property which was at fault works again. Property is empty where the
// device's availability is meant, and Device too where an announcement is.
type Fault struct {
	Device   devices.ID
	Property string
	Topic    string
	Err      error
}

// Error names the property, its topic and what was wrong.
func (f *Fault) Error() string {
	if f.Device == "" {
		return fmt.Sprintf("topic %q: %v", Shorten(f.Topic), f.Err)
	}
	property := f.Property
	if property == "" {
		property = "availability"
	}
	return fmt.Sprintf("device %s: %s: topic %q: %v", f.Device, property, Shorten(f.Topic), f.Err)
}

// Unwrap returns f.Err.
func (f *Fault) Unwrap() error { return f.Err }

// Result collects what messages meant. Its slices grow; clear it with Reset when
// they were used.
type Result struct {
	devices.Update
	Faults      []Fault
	Subscribe   []Filter  // topics to subscribe to besides
	Unsubscribe []string  // topics that nobody needs any more
	Publish     []Message // what to say at once, such as a question for the state
	Keep        []Record  // announcements
}

// Reset empties r and keeps its memory.
func (r *Result) Reset() {
	r.Announced = r.Announced[:0]
	r.Availability = r.Availability[:0]
	r.Readings = r.Readings[:0]
	r.Removed = r.Removed[:0]
	r.Faults = r.Faults[:0]
	r.Subscribe = r.Subscribe[:0]
	r.Unsubscribe = r.Unsubscribe[:0]
	r.Publish = r.Publish[:0]
	r.Keep = r.Keep[:0]
}

// Shorten keeps a stranger's text from filling a line.
func Shorten(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
