package devices

import "time"

// Reading is one measured value, or with the zero Value that a value which was known
// is so no more: its device has taken it back.
type Reading struct {
	Device   ID
	Property string
	Value    Value
	At       time.Time // when it was measured, as near as can be known
	Origin   uint64    // names what brought it: the same when that comes again; 0: it has no name
}

// Command is a wish: that a property shall have a value.
type Command struct {
	Device   ID
	Property string
	Value    Value
	By       string // who asked: a bare JID, an API user, a rule
}

// Availability is whether a device can be reached.
type Availability uint8

// The availabilities. A device is Unknown until its adapter has said otherwise.
const (
	Unknown Availability = iota
	Online
	Offline
)

// String returns "unknown", "online" or "offline".
func (a Availability) String() string {
	switch a {
	case Online:
		return "online"
	case Offline:
		return "offline"
	}
	return "unknown"
}

// Presence says that a device can, or cannot, be reached.
type Presence struct {
	Device       ID
	Availability Availability
}

// Update is what one message from hardware changed. The parts are applied in the
// order of the fields. The slices belong to whoever applies the Update; a Device
// in it must not be changed afterwards.
type Update struct {
	Announced    []*Device // devices that exist; one that is known is replaced
	Availability []Presence
	Readings     []Reading // of announced devices, in the order in which they were measured
	Removed      []ID      // devices that no longer exist
}
