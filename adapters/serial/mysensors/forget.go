package mysensors

import (
	"fmt"
	"slices"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

var _ codec.Forgetter = (*Controller)(nil)

// Forget removes a node. Its number stays its own, for it may come back: it is then asked
// to present itself.
func (c *Controller) Forget(r *codec.Result, id devices.ID) error {
	n := c.byID[id]
	switch {
	case n == nil || !n.announced:
		return fmt.Errorf("%w %q", codec.ErrNoSuchDevice, id)
	case c.given[n.number] != nil:
		return fmt.Errorf("node %d: %w; use ignore: true there", n.number, codec.ErrConfigured)
	}
	for i := range c.orders {
		if o := &c.orders[i]; o.node == n.number {
			if o.ticket == 0 {
				c.forgetOrder(r, o)
			}
			c.settle(r, o, codec.ErrNoSuchDevice)
		}
	}
	c.orders = slices.DeleteFunc(c.orders, func(o order) bool { return o.node == n.number })
	c.nodes[n.number] = nil
	c.keep(r, c.node(n.number))
	r.Removed = append(r.Removed, id)
	return nil
}
