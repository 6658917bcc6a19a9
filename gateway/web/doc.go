// Package web is the HTTP face of a running gateway, on a unix socket: what the command
// line asks of it.
//
//	GET /v1/ports                        the serial ports, a JSON array
//	GET /v1/ports/{name}/entries         the traffic of the port of an adapter that is
//	                                     kept, one JSON object a line
//	GET /v1/ports/{name}/entries?follow  the same, and then what comes, until either end
//	                                     hangs up
//
// What cannot be answered has a status above 399 and {"error": "why, for a person"}.
// Whoever can open the socket may ask everything: its file is for the user and the group
// of the gateway alone.
package web
