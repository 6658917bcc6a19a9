// Package devices says what devices are: properties with a type, a unit and a
// range; readings; commands; availability; and twins, which are what we believe
// of each device. The [Registry] owns the twins.
//
// The package knows nothing of hardware and nothing of XMPP. It depends on the
// standard library alone.
package devices
