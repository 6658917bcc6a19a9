// Package mysensors speaks the serial API of MySensors 2.x, in which the gateway of a
// network of Arduinos passes on what its nodes say:
//
//	node;child;command;ack;type;payload
//
// Each node is a device, and what its child sensors measure and can be told are the
// properties of it. A [Controller] does what MySensors leaves to the controller: it gives
// numbers to nodes that have none, tells them the time and the units, asks strangers to
// present themselves, and keeps what sleeping nodes are told until they wake.
//
//   - A number is kept before it is given, and never given again.
//   - A property is named when it is first heard of, by what it is, and keeps its name:
//     temperature, and for the next child of the kind temperature_2 or what the node calls
//     it, temperature_cellar.
//   - A command asks for an echo, and is sent again until the node has echoed it or said
//     that it has the value; three times, then it has failed. What waits for a sleeping
//     node is one command for each property, the newest, for a day at most, also over a
//     restart.
//   - A node that listens is asked when it is silent, and offline when it does not answer.
//     One that sleeps, or never listened, is judged by the rhythm in which it speaks.
package mysensors
