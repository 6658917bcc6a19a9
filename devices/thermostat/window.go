package thermostat

import (
	"fmt"
	"time"
)

// Contact is what the sensor at a window says.
type Contact uint8

// The positions of a contact. The zero Contact is NoContact.
const (
	NoContact     Contact = iota // there is none, or it has not been heard of for too long
	ContactClosed                // the window is closed
	ContactOpen                  // the window is open
)

var contactWords = []string{"none", "closed", "open"}

// String returns "none", "closed" or "open".
func (c Contact) String() string { return word(contactWords, c) }

// MarshalText returns the word of c.
func (c Contact) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText sets c from a word.
func (c *Contact) UnmarshalText(text []byte) error {
	parsed, err := parseWord[Contact]("contact", contactWords, string(text))
	*c = parsed
	return err
}

// WindowState is what a thermostat remembers of its window.
type WindowState struct {
	Open  bool      // what the thermostat believes
	Until time.Time // it believes so at least until then
	Rearm time.Time // a fall is not looked for before

	Contact   Contact   // as last seen
	Since     time.Time // when Contact became what it is
	Dismissed bool      // a person said closed while the contact says open

	// A fall is found by a reference that follows the temperature upwards at once
	// and downwards no faster than a closed room cools.
	Reference   float64   // °C
	ReferenceAt time.Time // zero: none yet
}

// SetWindow believes a person about the window. ContactOpen pauses heating for
// WindowConfig.Pause, because nobody thinks of telling that it was closed;
// ContactClosed ends a pause, whatever began it, and a contact that goes on
// saying open is not believed until it has closed. NoContact is refused.
func (s State) SetWindow(cfg Config, contact Contact, now time.Time) (State, error) {
	now = wall(now)
	switch contact {
	case ContactOpen:
		s.Window.Dismissed = false
		s.Window = s.Window.opened(now.Add(cfg.Window.Pause))
	case ContactClosed:
		s.Window.Dismissed = s.Window.Contact == ContactOpen
		s.Window = s.Window.closed(cfg.Window, now)
	default:
		return s, fmt.Errorf("%w: window %q; use open or closed", ErrWord, contact)
	}
	return s.expire(cfg, now), nil
}

// step takes in what the contact says and, unless it is stale, the temperature.
// While the cooler runs a fall means nothing.
func (w WindowState) step(cfg WindowConfig, in Input, action Action, now time.Time) WindowState {
	w = w.see(in.Contact, now)
	var fell bool
	switch {
	case action == Cooling:
		w.Reference, w.ReferenceAt = 0, time.Time{}
	case cfg.Fall > 0 && in.known():
		w, fell = w.follow(cfg, in)
	}
	switch {
	case w.Contact == ContactOpen && !w.Dismissed && now.Sub(w.Since) >= cfg.Delay:
		if !w.Open {
			w = w.opened(now.Add(cfg.Block))
		}
	case w.Open && !now.Before(w.Until):
		w = w.closed(cfg, now)
	case !w.Open && fell && !now.Before(w.Rearm):
		w = w.opened(now.Add(cfg.Pause))
	}
	// A clock that was set back must not keep the window open.
	w.Until = earlier(w.Until, now.Add(max(cfg.Block, cfg.Pause)))
	w.Rearm = earlier(w.Rearm, now.Add(cfg.Rearm))
	return w
}

func (w WindowState) see(contact Contact, now time.Time) WindowState {
	if contact != w.Contact {
		w.Contact, w.Since = contact, now
	}
	w.Since = earlier(w.Since, now)
	if contact != ContactOpen {
		w.Dismissed = false
	}
	return w
}

// follow moves the reference and reports whether the temperature has fallen
// away from it.
func (w WindowState) follow(cfg WindowConfig, in Input) (WindowState, bool) {
	at := wall(in.At)
	floor := in.Temperature
	if dt := at.Sub(w.ReferenceAt); !w.ReferenceAt.IsZero() && dt >= 0 {
		floor = w.Reference - cfg.FallRate*dt.Hours()
	}
	w.Reference, w.ReferenceAt = max(in.Temperature, floor), at
	return w, in.Temperature < w.Reference-cfg.Fall
}

func (w WindowState) opened(until time.Time) WindowState {
	w.Open, w.Until = true, until
	return w
}

// closed also forgets the reference: the room is colder than before for a known
// reason.
func (w WindowState) closed(cfg WindowConfig, now time.Time) WindowState {
	w.Open, w.Until, w.Rearm = false, time.Time{}, now.Add(cfg.Rearm)
	w.Reference, w.ReferenceAt = 0, time.Time{}
	return w
}
