// Package line speaks with devices that write lines of text, such as an Arduino with a
// sensor: an object of JSON a line, names with values, columns, or text for people in
// which regular expressions find the values.
//
// A [Format] cuts a line into fields, each with a key and a value. What becomes of
// them is the same for all formats: fields are values of the properties that the
// configuration gives its devices; or, where it gives none, each field that came
// twice is a property, named and typed by what was seen. What was found out so is kept
// over restarts, so that contacts do not vanish.
//
// A device is online from the first line on that tells something of it, and offline
// while the port is away. Plugged in again it is what it was, but where it is polled:
// there it has to answer first. Devices that are never silent for long can be given a
// time after which they are offline.
package line
