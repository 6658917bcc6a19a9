package serial

import (
	"strings"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Bounds of the faults that are told apart; beyond it they share one.
const (
	maxFaults = 1000 // of properties
	maxCauses = 100  // of frames that are of no device
)

// maxEnds bounds how often a fault that comes and goes is said each time. After that it
// is said at growing intervals, so that nobody can fill the log with it.
const maxEnds = 10

// cause tells faults apart: a property of a device, or how the text begins.
type cause struct {
	device devices.ID
	name   string
}

// trouble is what was said about one cause.
type trouble struct {
	said adapters.Repeat
	ends int // how often it was said that it works again
}

// faults decides which faults are said: at once, and then seldom.
type faults struct {
	log   zerolog.Logger
	hint  func() string // what may be wrong with the settings of the port
	known map[cause]*trouble
}

func newFaults(log zerolog.Logger, hint func() string) faults {
	return faults{log: log, hint: hint, known: make(map[cause]*trouble)}
}

// say says a fault when it is time, and that what was at fault works again.
func (fs *faults) say(f *codec.Fault, now time.Time) {
	key, most := cause{f.Device, f.Property}, maxFaults+maxCauses
	if f.Device == "" && f.Err != nil {
		key.name, most = beginning(f.Err.Error()), maxCauses
	}
	known := fs.known[key]
	if f.Err == nil {
		if known != nil && known.ends < maxEnds {
			known.ends++
			known.said.Clear()
			fs.log.Info().Str("device", string(f.Device)).Str("property", key.name).Msg("values can be read again")
		}
		return
	}
	if known == nil && len(fs.known) >= most {
		key = cause{}
		known = fs.known[key]
	}
	if known == nil {
		known = &trouble{}
		fs.known[key] = known
	}
	say, kept := known.said.Say("fault", now)
	if !say {
		return
	}
	event := fs.log.Warn().Int("repeated", kept).Err(f)
	if hint := fs.hint(); hint != "" {
		event = event.Str("hint", hint)
	}
	if f.Device == "" {
		event.Msg("a frame means nothing here")
		return
	}
	event.Str("device", string(f.Device)).Msg("value cannot be read")
}

// beginning returns what is the same in all errors of one cause: the words before the
// first number, or what is quoted.
func beginning(text string) string {
	if i := strings.IndexAny(text, `0123456789"'`); i >= 0 {
		text = text[:i]
	}
	return text
}
