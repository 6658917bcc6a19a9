// Package rflink speaks with RFLink gateways: an Arduino with a radio for 433 MHz, or
// another that says the same, which hears sensors and remote controls and can be what a
// remote control is.
//
// It is lines of text, with a semicolon behind each part. The gateway writes
//
//	20;2D;UPM/Esic;ID=0001;TEMP=00cf;HUM=16;BAT=OK;
//
// which is a counter, the protocol on the air, the address of what has sent, and what it
// said. Most numbers are hexadecimal and in tenths. It is told
//
//	10;NewKaku;00c142;1;ON;
//
// and answers 20;02;OK; when it has sent that, or 20;02;CMD UNKNOWN; when it cannot. What
// hears it has no way to answer, so that what was sent counts as done.
//
// A protocol and an address are a device, and each switch of it a property; see [Config]
// for those that are to be devices of their own. The radio hears the whole street: what
// is not configured becomes a device when it was heard often enough, and is kept over a
// restart. Addresses of many sensors change with their batteries: [RFLink.Adopt].
package rflink
