// Package doctor finds out why a gateway does not work: it tries what the gateway
// would do with a configuration, one step after the other, and says of each step
// that fails what is the likely cause and which key to change.
//
// [Plan] makes the steps of a configuration, [Run] tries them, a [Printer] shows
// what came of it.
//
// # What it leaves alone
//
// A gateway that runs with the same store is never disturbed: its component is
// not logged in a second time, for the server would throw one of the two out, or
// share the stanzas out between them. A gateway with another store, or on another
// machine, cannot be seen; there the server decides what a second connection does.
// People who write to the gateway while the doctor is in its place get an error
// back; no presence is answered, so that nobody loses a subscription.
//
// An account can be logged in to twice, so it is tried beside a gateway too: with
// a resource of its own, and without presence, so that no contact sees it and no
// message goes to it. What comes all the same is for the gateway as well, and is
// not answered. Each try is one login, which a server may count when it fails. No
// account is made, whatever register says.
//
// A broker sees a client with an ID of its own, a clean session and no will. What
// is published to the status topic is what is retained there already, or
// "offline" where nothing is, and is not retained.
//
// A serial port that a gateway has is left to it. Another is opened as the gateway would
// open it, is asked what the gateway would ask, and gets no answer: the number that a
// node asks for is for ever.
//
// No file is made, changed or migrated, so that a doctor run by root leaves
// nothing that the gateway's user could not write: a store is opened as a copy in
// a temporary folder, and what shows that a folder can be written is gone again
// afterwards.
package doctor
