package talk

import (
	"slices"
	"strings"

	"thingbridge/devices"
)

// move is something that a cover, a valve or a lock can do.
type move string

// The moves, as the options of an enum name them too.
const (
	moveOpen   move = "open"
	moveClose  move = "close"
	moveStop   move = "stop"
	moveLock   move = "lock"
	moveUnlock move = "unlock"
)

// moveOf returns the property by which a device makes a move, and the value for it:
// an order, a position, or what is to be. It is nil where the device cannot.
func moveOf(d *devices.Device, m move) (*devices.Property, devices.Value) {
	candidates := primary(d, func(p *devices.Property) bool { return p.Writable })
	for _, p := range candidates {
		if value, ok := orderOf(p, m); ok {
			return p, value
		}
	}
	for _, p := range candidates {
		switch {
		case m == moveOpen && isPosition(p):
			return p, devices.Number(p.Max)
		case m == moveClose && isPosition(p):
			return p, devices.Number(p.Min)
		case p.Type != devices.TypeBoolean:
		case isOpening(p) && (m == moveOpen || m == moveClose):
			return p, devices.Boolean(m == moveOpen)
		case isLock(p) && (m == moveLock || m == moveUnlock):
			return p, devices.Boolean((m == moveLock) == lockedWhenTrue(p))
		}
	}
	return nil, devices.Value{}
}

// orderOf returns the option of an enum that orders a move. One that also says how
// things are (open, closed) is none for "open" unless it has "close" beside it.
func orderOf(p *devices.Property, m move) (devices.Value, bool) {
	if p.Type != devices.TypeEnum {
		return devices.Value{}, false
	}
	option := func(m move) int {
		return slices.IndexFunc(p.Options, func(o string) bool { return strings.EqualFold(o, string(m)) })
	}
	opposite := map[move]move{moveOpen: moveClose, moveClose: moveOpen, moveLock: moveUnlock, moveUnlock: moveLock, moveStop: moveOpen}[m]
	if at := option(m); at >= 0 && option(opposite) >= 0 {
		return devices.Text(p.Options[at]), true
	}
	return devices.Value{}, false
}

// isPosition reports whether p says how far a cover or a valve is open.
func isPosition(p *devices.Property) bool {
	return p.Type == devices.TypeNumber && finite(p) && (p.Name == "position" || p.Class == "position")
}

// isOpening reports whether p is true for open.
func isOpening(p *devices.Property) bool {
	return p.Name == "open" || slices.Contains([]string{"opening", "door", "garage_door", "garage", "gate", "valve", "window"}, p.Class)
}

func isLock(p *devices.Property) bool {
	return p.Class == "lock" || p.Name == "lock" || p.Name == "locked"
}

// lockedWhenTrue reports which way round a lock is: the class "lock" is true for
// unlocked.
func lockedWhenTrue(p *devices.Property) bool { return p.Class != "lock" && p.Name == "locked" }

func canMove(m move) func(*devices.Device) bool {
	return func(d *devices.Device) bool {
		p, _ := moveOf(d, m)
		return p != nil
	}
}

func runMove(m move) func(*Request, *language, Values) Plan {
	return func(req *Request, words *language, _ Values) Plan {
		p, value := moveOf(req.Twin.Device, m)
		if p == nil {
			return *refused(words.noMove)
		}
		return request(req, p, value)
	}
}

// dimmer returns the brightness of a light, or nil.
func dimmer(d *devices.Device) *devices.Property {
	p, ok := d.Property("brightness")
	if !ok || !p.Writable || p.Type != devices.TypeNumber {
		return nil
	}
	return p
}

func canDim(d *devices.Device) bool { return dimmer(d) != nil }

// canWarm reports whether "warmer" makes sense: a light gets brighter instead, and a
// cover moves.
func canWarm(d *devices.Device) bool {
	p := setpoint(d)
	return p != nil && p.Name != "brightness" && !isPosition(p)
}
