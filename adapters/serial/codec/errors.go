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
)
