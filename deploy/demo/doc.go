// Package demo lets somebody who has nothing but this program try it: a private
// Prosody server, the gateway with a simulated house, and a chat with that house
// in the terminal, as a real client of the server.
//
// Everything is kept in one temporary folder and listens on one loopback address
// of its own. At the end, however that comes, nothing of it is left. Linux only.
package demo
