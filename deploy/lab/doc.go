// Package lab starts private XMPP servers and brokers on free loopback ports in
// temporary folders, for tests and for the demo.
//
// A [Cable] of [StartSocat] stands for a serial port and what is at its other end.
//
// [StartProsody], [StartEjabberd] and [StartMosquitto] run the programs that the
// distribution installs. Each server has an address of its own in 127.0.0.0/8
// (unless told one), a folder of its own and certificates of an [Authority]; no
// file outside that folder is touched, so a server that the machine runs already
// is no obstacle. XMPP servers of one [Federation] find and trust each other; others
// talk to no server. Called by root, a server runs as the user that its package made
// for it, otherwise as the caller.
//
// Every server embeds a [Server], which stops, kills, pauses and starts it again
// with the same data on the same ports. A server does not outlive the program that
// started it, however that ends. Linux only.
package lab
