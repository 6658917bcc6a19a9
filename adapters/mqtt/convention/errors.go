package convention

import "errors"

// Errors about commands.
var (
	// ErrNotMine says that a device belongs to another convention.
	ErrNotMine = errors.New("not a device of this convention")
	// ErrNoSuchProperty says that a device has no such property.
	ErrNoSuchProperty = errors.New("no such property")
)

// ErrTooMany says that an announced device finds no place beside those there are.
var ErrTooMany = errors.New("there are as many devices as max_devices allows")
