package modbus

import (
	"fmt"
	"math/bits"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// write is a command on its way.
type write struct {
	field  *field
	value  devices.Value
	data   []byte // of the registers; of a coil one byte
	ticket codec.Ticket

	reading bool // the register is to be read first, for only a bit of it changes
	tries   int
	after   time.Time // not sent before
}

// Encode puts a command before the polls.
func (m *Master) Encode(r *codec.Result, cmd devices.Command, ticket codec.Ticket, now time.Time) error {
	u := m.devices[cmd.Device]
	if u == nil {
		return fmt.Errorf("%w: %s", codec.ErrNoSuchDevice, shorten(string(cmd.Device)))
	}
	f := u.field(cmd.Device, cmd.Property)
	switch {
	case f == nil:
		return fmt.Errorf("%w: %s of %s", codec.ErrNoSuchProperty, shorten(cmd.Property), cmd.Device)
	case !f.property.Writable:
		return fmt.Errorf("%s: %w: the configuration does not say writable: true", cmd.Property, devices.ErrNotWritable)
	case !m.open:
		return codec.ErrLost
	case len(u.writes) >= maxWrites:
		return fmt.Errorf("unit %d: %d commands wait for it already; try again later", u.number, maxWrites)
	}
	if err := f.property.Check(cmd.Value); err != nil {
		return err
	}
	data, err := f.registers(cmd.Value)
	if err != nil {
		return err
	}
	u.writes = append(u.writes, &write{
		field: f, value: cmd.Value, data: data, ticket: ticket,
		reading: f.layout.bit >= 0 && f.writing != "mask",
	})
	m.Due(r, now)
	return nil
}

// field returns the field of a property of a device, or nil.
func (u *unit) field(id devices.ID, property string) *field {
	for _, f := range u.fields {
		if f.device == id && f.property.Name == property {
			return f
		}
	}
	return nil
}

// function returns what carries w, or its next step.
func (w *write) function() Function {
	f := w.field
	several := f.layout.registers > 1 || f.writing == "multiple"
	switch {
	case w.reading:
		return ReadHolding
	case f.layout.coil && several:
		return WriteCoils
	case f.layout.coil:
		return WriteCoil
	case f.writing == "mask":
		return MaskRegister
	case several:
		return WriteRegisters
	}
	return WriteRegister
}

// question returns the PDU that carries w, or its next step.
func (w *write) question(dst []byte) []byte {
	f := w.field
	m := Message{Form: Ask, Function: w.function(), Address: f.address, Count: uint16(f.layout.registers), Data: w.data}
	on, _ := w.value.Boolean()
	switch m.Function {
	case WriteCoil:
		m.Data = []byte{0, 0}
		if on {
			m.Data[0] = 0xFF
		}
	case WriteCoils:
		m.Data = []byte{0}
		if on {
			m.Data[0] = 1
		}
	case MaskRegister:
		bit := uint16(1) << f.layout.bit
		if f.layout.littleBytes {
			bit = bits.ReverseBytes16(bit)
		}
		m.And = ^bit
		if on {
			m.Or = bit
		}
	}
	return m.Append(dst)
}

// change sets the bit of w in the register that was read.
func (w *write) change(register []byte) {
	l := w.field.layout
	word, bit := l.word(register), uint16(1)<<l.bit
	word &^= bit
	if on, _ := w.value.Boolean(); on {
		word |= bit
	}
	w.data = l.appendRaw(nil, uint64(word))
	w.reading, w.tries = false, 0
}

// wrote takes the answer to the first command of u, or to its first step.
func (u *unit) wrote(r *codec.Result, w *write, data []byte, at time.Time) {
	if w.reading {
		w.change(data)
		return
	}
	u.settle(r, nil)
	for _, s := range u.spans {
		if s.holds(w.field) && !w.field.left {
			s.due, s.urgent = at, true
			return
		}
	}
	// It can only be written: what it was told is all that is known.
	r.Readings = append(r.Readings, devices.Reading{Device: w.field.device, Property: w.field.property.Name, Value: w.value, At: at})
}

// settle ends the first command of u.
func (u *unit) settle(r *codec.Result, err error) {
	w := u.writes[0]
	u.writes[0] = nil
	u.writes = u.writes[1:]
	r.Done = append(r.Done, codec.Outcome{Ticket: w.ticket, Err: err})
}
