// Package adapters is the contract between hardware and the registry of devices.
// An [Adapter] speaks to one broker, one serial port or one simulated house and
// tells a [Sink] what it hears; [Supervise] starts it again when it fails.
package adapters
