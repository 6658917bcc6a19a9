// Package sml reads the files that German electricity meters push through their
// optical port or RS-485, in the Smart Message Language (BSI TR-03109-1 annex IV, SML
// 1.04): what they have counted, and, where the customer has set the PIN and "InF on" at
// the meter, the power of the moment and more digits.
//
// A file is wrapped by escape sequences with a CRC, and holds messages with a CRC each.
// Some meters use another CRC, or write values in a wrong way; what is known of them is
// at the place where it counts.
package sml
