// Package shelly makes devices of what Shelly devices of all generations say of
// themselves on a broker. It knows no models: a device has what it reports.
//
// The first generation speaks under shellies/ID/…, one plain value or one small JSON a
// topic, and says who it is on shellies/announce when it is asked to. Later ones speak
// under a prefix that can be anything: it is found by PREFIX/online and
// PREFIX/events/rpc. They have components (switch:0, light:1, temperature:100) whose
// status comes as JSON, in notifications, on PREFIX/status/COMPONENT and in answers to
// questions on PREFIX/rpc.
//
// Both end in the same: paths, such as relay/0/power and switch:0/apower. A table says
// what the shape of a path means; a device grows a property when it reports one that
// is new.
package shelly
