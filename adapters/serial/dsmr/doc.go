// Package dsmr reads the P1 port of smart meters: DSMR 2.2 to 5 of the Netherlands,
// e-MUCS of Belgium, and what Luxembourg, Sweden, Hungary, Austria, Ireland and others
// made of it; encrypted telegrams, too (Luxembourg Smarty P1 3.2.5).
//
// A telegram is text of lines, /FLAG5ident to !CRC, each line a register: its OBIS code
// and values in parentheses. The electricity meter is a device; each meter that is
// connected to it by M-Bus is one of its own, with its number as serial number. Which
// channel it is on counts for nothing, for a meter that replaces another gets the next.
//
// DSMR 5 sends all values each second. What is told of them is said in package meter:
// what moved, at once; small changes each minute; counters in each quarter of an hour.
package dsmr
