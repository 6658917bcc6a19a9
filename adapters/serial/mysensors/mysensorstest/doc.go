// Package mysensorstest is a network of MySensors that does not exist: a gateway with the
// nodes behind it, on a serial line. They ask for numbers, present themselves, report,
// obey, echo, sleep and wake, and some of what they send is lost. Time comes in as an
// argument and chance from a seed, so that what happens is the same each time.
//
// [Network.Advance] and [Network.Hear] are for a test with a clock of its own;
// [Network.Serve] is for a program at the other end of a pseudo terminal.
package mysensorstest
