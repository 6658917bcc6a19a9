// Package leaves reads a JSON payload as the row of its leaves, each with the path
// that leads to it: {"ENERGY": {"Power": 5, "Factor": [1, 2]}} has ENERGY/Power,
// ENERGY/Factor/0 and ENERGY/Factor/1. A convention finds the meaning of a leaf by
// one look-up of its path.
//
// A [Document] that is used again reads without allocating. It is more patient than
// JSON where firmwares are careless: numbers may have leading zeros or be nan.
package leaves
