package homie

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// order leads from a command to its message. It is immutable.
type order struct {
	topic    string
	property *devices.Property
	datatype string
	qos      byte
}

// Command returns the message that carries cmd to its device.
func (h *Homie) Command(cmd devices.Command, _ time.Time) ([]convention.Message, error) {
	h.mu.Lock()
	o, k := h.orders[target{cmd.Device, cmd.Property}], h.known[cmd.Device]
	h.mu.Unlock()
	if k.device == nil || h.names.Owner(k.key) != Name {
		return nil, fmt.Errorf("device %q: %w", convention.Shorten(string(cmd.Device)), convention.ErrNotMine)
	}
	if o == nil {
		if _, ok := k.device.Property(cmd.Property); ok {
			return nil, fmt.Errorf("%s: %w: the device says that it is not settable", cmd.Property, devices.ErrNotWritable)
		}
		return nil, fmt.Errorf("device %q, property %q: %w", cmd.Device, convention.Shorten(cmd.Property), convention.ErrNoSuchProperty)
	}
	if err := o.property.Check(cmd.Value); err != nil {
		return nil, err
	}
	return []convention.Message{{Topic: o.topic, Payload: o.encode(o.property.Round(cmd.Value)), QoS: o.qos}}, nil
}

func (o *order) encode(v devices.Value) []byte {
	n, _ := v.Number()
	switch {
	case v.Type() == devices.TypeNumber && o.datatype == "integer":
		return strconv.AppendFloat(nil, math.Round(n), 'f', -1, 64)
	case v.Type() == devices.TypeNumber && o.datatype == "duration":
		return formatDuration(n)
	}
	out := v.AppendText(nil)
	if len(out) == 0 {
		return []byte{0} // an empty message would be none
	}
	return out
}

// Echo does nothing: a device reports what it was told, or tells of events only.
func (h *Homie) Echo(*convention.Result, devices.Command, time.Time) {}
