// Package serial reads devices from a serial port, a pseudo terminal or a TCP socket
// through a codec, and sends them commands. What a protocol means is for the packages
// under it, each of which is a codec; this one keeps the port.
//
// An [Adapter] has one goroutine that owns the codec, one that reads and one that
// writes. A port that is pulled out makes its devices unavailable at once; it is looked
// for twice a second, and opened again when it is back. What passes on it can be looked
// at with a [Tap].
package serial
