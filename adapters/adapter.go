package adapters

import (
	"context"
	"errors"

	"thingbridge/devices"
)

// Adapter is one configured connection to hardware.
type Adapter interface {
	// Run connects, announces devices to the sink and applies what they say,
	// until ctx ends (it then returns nil or ctx's error) or the connection fails
	// in a way the adapter cannot mend itself. It returns only after all its
	// goroutines did and everything it opened is closed, and can then be called
	// again. An error that wraps [ErrPermanent] says that trying again is in vain.
	Run(ctx context.Context, sink Sink) error

	// Execute carries a command to the device and returns when it has been handed
	// over (a broker acknowledged it, a port took it); the device confirms it
	// later by a reading. It may be called at any time from any goroutine; while
	// Run is not connected it returns an error that wraps [ErrUnavailable].
	Execute(ctx context.Context, cmd devices.Command) error
}

// Sink takes what an adapter hears. Its methods can be called from any goroutine.
type Sink interface {
	// Apply makes an update known. It does not block on readers of the registry
	// and does no I/O. Parts that the registry refuses (an unknown device, a
	// value of the wrong type or out of range) are reported by the sink, in the
	// adapter's name; the rest counts. The update belongs to the sink only until
	// Apply returns, so its slices can be reused; a Device in it cannot.
	Apply(devices.Update)

	// Settle returns when everything applied before it is as safe as the store
	// makes it. A broker's message is acknowledged after it.
	Settle(ctx context.Context) error
}

// Notebook is what a [Sink] can be too: where an adapter notes a few bytes that
// it finds again after a restart.
type Notebook interface {
	// Noted returns what was noted last; nothing when nothing was.
	Noted(ctx context.Context) ([]byte, error)
	// Note replaces what was noted before.
	Note(ctx context.Context, note []byte) error
	// SettleNoting does what Settle and Note do. The note is kept only together
	// with what was applied.
	SettleNoting(ctx context.Context, note []byte) error
}

// Archive is what a [Sink] can be too: where an adapter keeps records, such as
// announcements of devices, each under a key, that it finds again after a restart.
// How many they are and how large is for the adapter to bound.
type Archive interface {
	// Records calls each with all that is kept, in the order of the keys. The value is
	// valid until each returns, which must not use the Archive.
	Records(ctx context.Context, each func(key string, value []byte)) error
	// Keep stores records, all or none. One without a value is forgotten.
	Keep(ctx context.Context, records []Record) error
}

// Record is what is kept under a key.
type Record struct {
	Key   string
	Value []byte
}

// Forgetter is what an [Adapter] can be too: one that discovers devices, and can forget
// them.
type Forgetter interface {
	// Forget removes a device, and all that would make it known again without its help.
	// When it has returned, that holds after a kill too. A device that announces itself
	// afterwards comes back. The error wraps [ErrConfigured] for a device that the
	// configuration describes, and devices.ErrNoDevice for one that there is not.
	Forget(ctx context.Context, id devices.ID) error
}

// Adopter is what an [Adapter] can be too: one whose devices can come to be others on
// the wire, such as a sensor that has another address with every battery.
type Adopter interface {
	// Adopts reports whether that can happen to its devices at all.
	Adopts() bool
	// Adopt has the device old go on with what is heard as the device now, which is no
	// device of its own any more. When it has returned, that holds after a kill too. The
	// error wraps [ErrCannotAdopt] for two that cannot be one, [ErrConfigured] where now
	// is a device that the configuration describes, and devices.ErrNoDevice for one that
	// there is not.
	Adopt(ctx context.Context, old, now devices.ID) error
}

// ErrCannotAdopt says that of two devices one cannot go on as the other.
var ErrCannotAdopt = errors.New("one cannot go on as the other")

// ErrConfigured says that a device is the configuration's.
var ErrConfigured = errors.New("stands in the configuration")

// ErrUnavailable says that an adapter has no connection right now.
var ErrUnavailable = errors.New("not connected")

// ErrPermanent marks an error that only a person can mend: wrong credentials, a
// certificate that does not fit. The supervisor then tries again only slowly.
var ErrPermanent = errors.New("needs a change of the configuration")

// Permanent wraps err so that errors.Is(err, ErrPermanent) holds, and leaves its
// text as it is.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

type permanent struct{ error }

func (p permanent) Unwrap() []error { return []error{p.error, ErrPermanent} }

// Secret is a password in a configuration. It prints as "<secret>"; convert it
// to string to use it.
type Secret string

// String returns "<secret>", or "" for an empty one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "<secret>"
}

// GoString returns what String returns.
func (s Secret) GoString() string { return s.String() }
