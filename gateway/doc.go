// Package gateway is the bridge between the registry of devices and a stream to
// an XMPP server: twins become presence, readings become messages, and what
// people and scripts write becomes commands.
//
// The [Bridge] owns what each contact was last told. What it decides is in pure
// functions of this package and of those below it; the loops around them read,
// call and send.
package gateway
