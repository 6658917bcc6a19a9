// Package mapped reads and writes MQTT topics that follow no convention: which
// topic carries which property of which device is said in the configuration.
//
// [Compile] turns the configuration into a [Table], which decodes messages into
// updates and commands into messages. The package does no I/O.
package mapped
