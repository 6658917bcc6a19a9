package codec

import "errors"

// What Encode refuses, and how commands can fail.
var (
	// ErrNoSuchDevice is for a device that is not at this port.
	ErrNoSuchDevice = errors.New("no such device")
	// ErrNoSuchProperty is for a property that the device does not have.
	ErrNoSuchProperty = errors.New("no such property")
	// ErrNoAnswer is for a device that did not confirm what it was told.
	ErrNoAnswer = errors.New("it does not answer")
	// ErrLost is for commands whose port has gone.
	ErrLost = errors.New("the port was lost before the device confirmed")
	// ErrCannotAdopt is for two devices of which one cannot go on as the other.
	ErrCannotAdopt = errors.New("one cannot go on as the other")
	// ErrConfigured is for what only a change of the configuration can change.
	ErrConfigured = errors.New("it stands in the configuration")
	// ErrSealed is wrapped by faults of frames that came whole and cannot be opened. It
	// says that the settings of the port are right.
	ErrSealed = errors.New("what came is encrypted")
)
