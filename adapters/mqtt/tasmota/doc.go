// Package tasmota makes devices of what Tasmota firmware says of itself.
//
// A device announces itself under tasmota/discovery/MAC, retained: its name, its
// topics, its relays, lights, shutters, switches and buttons ("config") and its
// sensors ("sensors"). One that does not, for it is old or told not to, is asked who
// it is with the command STATUS, when its topics have the usual order, and is then
// taken as if it had announced what it answered.
//
// State comes as JSON in tele/…/STATE and SENSOR and in answers to commands; each of
// its leaves is found by one look-up of its path.
package tasmota
