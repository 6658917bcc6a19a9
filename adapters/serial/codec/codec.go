// Package codec is what all protocols on a serial port have in common: the shapes of
// frames, of what they mean, and the interface by which an adapter speaks any of them.
// It does no I/O and knows no time but the one it is given.
package codec

import (
	"fmt"
	"time"

	"thingbridge/devices"
)

// Codec is one protocol. It is a state machine: bytes, commands and time go in, what
// they mean and what to send comes out. An adapter calls its methods from one goroutine
// at a time, one Codec for each port.
//
// What comes from a port can be anything: a codec bounds what it keeps, never panics,
// and finds the next whole frame after noise.
type Codec interface {
	// Split finds the first frame in data, which holds all that has come since the
	// frame before. advance is how many bytes are done with; frame, a part of data, is
	// nil while none is whole. An err tells what was wrong with bytes that are passed
	// over; it never comes without an advance. Data never grows beyond MaxFrame: a
	// codec that wants more is given the rest after all of it was passed over.
	//
	// Frames depend on the bytes, and on what was asked before them, not on how they are
	// cut into reads. Each byte is given to it in the order in which it came, and no
	// byte that is done with again.
	Split(data []byte) (advance int, frame []byte, err error)

	// Decode appends what a frame means to r. It keeps nothing of frame.
	Decode(r *Result, frame []byte, at time.Time)

	// Encode appends what carries a command to its device. The error wraps
	// [ErrNoSuchDevice], [ErrNoSuchProperty], devices.ErrNotWritable or what
	// devices.Property.Check returns. Without an error, the ticket is settled once:
	// by a Frame that has it, as soon as the port has taken that, or by an Outcome.
	Encode(r *Result, cmd devices.Command, ticket Ticket, now time.Time) error

	// Due appends to r what time alone has brought by now: a poll, a second try, a
	// device that was silent for too long. It returns when to call it next; the zero
	// time for not before the next frame or command. It is also called after each of
	// the other methods that are given a Result, and after bytes that were no frame, for
	// those change when there is something to do.
	Due(r *Result, now time.Time) (next time.Time)

	// Opened appends what holds when the port has been opened: questions, and who can
	// be reached as far as can be known. A half frame of before does not count.
	Opened(r *Result, now time.Time)

	// Lost appends that none of the devices can be reached, for the port is gone, and
	// settles the tickets that were not yet settled.
	Lost(r *Result)

	// Recall is given what was kept in an earlier run, before the first Opened.
	Recall(r *Result, record Record)

	// Explain appends to dst what a frame is, in words for a person who looks at the
	// traffic: "node 12, child 6: temperature 21.4 °C". It changes nothing, and works
	// for frames that are sent, too.
	Explain(dst, frame []byte) []byte
}

// MaxFrame bounds the bytes that wait for the end of a frame. The longest frames are
// those of smart meters, with some 4 KiB.
const MaxFrame = 16 << 10

// Ticket stands for a command that somebody waits for. It is never 0.
type Ticket uint64

// Result collects what frames meant. Its slices grow; clear it with Reset when they
// were used. What is in Keep is stored before anything of Send is written: a number that
// was given to a node must be known after a kill.
type Result struct {
	devices.Update
	Send   []Frame
	Done   []Outcome
	Faults []Fault
	Keep   []Record

	// Hung says that what is at the other end does not answer any more, so that the
	// port is to be opened again.
	Hung error
}

// Frame is what to write to the port, in one piece. The codec does not change Bytes any
// more.
type Frame struct {
	Bytes  []byte
	Ticket Ticket // settled when the port has taken the frame; 0: none
}

// Outcome is what became of a command.
type Outcome struct {
	Ticket Ticket
	Err    error // nil: it was carried out
}

// Fault says that a frame, or a part of it, meant nothing; or with a nil Err that what
// was at fault works again. Device and Property are empty where neither is meant.
type Fault struct {
	Device   devices.ID
	Property string
	Err      error
}

// Error names what is at fault.
func (f *Fault) Error() string {
	switch {
	case f.Device == "":
		return fmt.Sprint(f.Err)
	case f.Property == "":
		return fmt.Sprintf("device %s: %v", f.Device, f.Err)
	}
	return fmt.Sprintf("device %s: %s: %v", f.Device, f.Property, f.Err)
}

// Unwrap returns f.Err.
func (f *Fault) Unwrap() error { return f.Err }

// Record is what is worth keeping over a restart, such as a number that was given to a
// node. A nil Value forgets what was kept under the key.
type Record struct {
	Key   string
	Value []byte
}

// Reset empties r and keeps its memory.
func (r *Result) Reset() {
	clear(r.Announced)
	r.Announced = r.Announced[:0]
	r.Readings = r.Readings[:0]
	r.Availability = r.Availability[:0]
	r.Removed = r.Removed[:0]
	clear(r.Send)
	r.Send, r.Done = r.Send[:0], r.Done[:0]
	clear(r.Faults)
	clear(r.Keep)
	r.Faults, r.Keep = r.Faults[:0], r.Keep[:0]
	r.Hung = nil
}
