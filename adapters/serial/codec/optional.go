package codec

import "thingbridge/devices"

// Adopter is what a [Codec] can be too: one whose devices can come to be others on the
// wire, such as a sensor that has another address with every battery.
type Adopter interface {
	// Adopt appends what follows when the device old goes on with what is heard as the
	// device now, which is no device of its own any more. The error wraps
	// [ErrNoSuchDevice] or [ErrCannotAdopt]; then nothing has changed.
	Adopt(r *Result, old, now devices.ID) error
}

// Forgetter is what a [Codec] can be too: one that discovers devices.
type Forgetter interface {
	// Forget appends what follows when a device is forgotten: that it is removed, and
	// what is kept of it. Should it be heard, it comes back. The error wraps
	// [ErrNoSuchDevice], or [ErrConfigured] for one that the configuration describes.
	Forget(r *Result, id devices.ID) error
}
