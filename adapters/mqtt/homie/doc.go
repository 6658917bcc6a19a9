// Package homie speaks the Homie convention, versions 2 to 5: devices that describe
// themselves in retained messages, with nodes and their properties.
//
// Version 5 does so in one JSON text, ROOT/5/DEVICE/$description. Before it, each
// attribute has a topic; they arrive in any order and not all of them. So a device
// is announced when nothing has come for a second, with what is known by then, and
// again when more comes. What is listed but neither described nor heard of is left
// out.
//
// ROOT is "homie"; any other is found by ROOT/DEVICE/$homie and
// ROOT/5/DEVICE/$description. Nodes are parts of their device; child devices of
// version 5 are devices.
package homie
