package serial

import (
	"bytes"
	"slices"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// ring is the last entries of a port. Its memory is used again and again; the zero ring
// is empty.
type ring struct {
	slots [MaxEntries]slot
	count uint64 // of all entries that ever were
}

// slot is an entry of which no text was made yet.
type slot struct {
	at       time.Time
	way      Way
	bytes    []byte
	size     int
	text     string // of an event
	readings []devices.Reading
	faults   []codec.Fault
}

// span returns the number of the oldest entry, and of the one that comes next.
func (r *ring) span() (first, next uint64) {
	next = r.count + 1
	return next - min(r.count, MaxEntries), next
}

// add keeps a frame, which is copied, with what it meant.
func (r *ring) add(at time.Time, way Way, frame []byte, readings []devices.Reading, faults []codec.Fault) *slot {
	s := &r.slots[r.count%MaxEntries]
	r.count++
	s.at, s.way, s.size, s.text = at, way, len(frame), ""
	s.bytes = append(s.bytes[:0], frame[:min(len(frame), MaxEntryBytes)]...)
	s.readings = append(s.readings[:0], readings[:min(len(readings), maxEntryParts)]...)
	clear(s.faults)
	s.faults = s.faults[:0]
	for _, f := range faults[:min(len(faults), maxEntryParts)] {
		if f.Err != nil {
			s.faults = append(s.faults, f)
		}
	}
	return s
}

// copy returns the entry of a number within the span.
func (r *ring) copy(number uint64) Entry {
	s := &r.slots[(number-1)%MaxEntries]
	e := Entry{
		Number: number, At: s.at, Way: s.way, Bytes: bytes.Clone(s.bytes), Size: s.size, Text: s.text,
		Readings: slices.Clone(s.readings),
	}
	for i := range s.faults {
		e.Faults = append(e.Faults, s.faults[i].Error())
	}
	return e
}
