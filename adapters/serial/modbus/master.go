package modbus

import (
	"fmt"
	"net"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Times that are no settings.
const (
	defaultPause = 20 * time.Millisecond // 3.5 characters at 2400 baud and more
	hungAfter    = time.Minute           // of silence on TCP, the connection is made anew
)

// Master asks the devices of one line. It is a [codec.Codec].
type Master struct {
	tcp    bool // framing
	remote bool // the port is a TCP connection
	config Config
	pause  time.Duration
	limits limits

	units   []*unit
	devices map[devices.ID]*unit

	open        bool
	asked       question
	transaction uint16
	free        time.Time // the line, for the next question
	probe       time.Time // when a unit that is offline may be asked
	turn        int       // the unit that is looked at first
	echoes      bool      // the port gives back what is sent
	silent      int       // questions without any answer, in a row
	heard       time.Time
	strays      uint64 // frames that answered nothing
}

var _ codec.Codec = (*Master)(nil)

// Line is how ports of Modbus are set up most often. The specification wants 19200 baud
// and even parity; what is sold is set to this.
func Line() codec.Line {
	return codec.Line{Baud: 9600, DataBits: 8, Parity: "none", StopBits: 1}
}

// New returns a master for the devices in c. adapter is the name of the adapter, which
// ids begin with; port is what the adapter is told to open. The error names every
// mistake in c.
func New(adapter, port string, c Config) (*Master, error) {
	var wrong mistakes
	c.Validate(wrong.add)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	m := &Master{
		tcp:     c.Framing == "tcp" || c.Framing == "" && isModbusTCP(port),
		remote:  strings.HasPrefix(port, "tcp://"),
		config:  c,
		limits:  limits{c.MaxGap, c.MaxRegisters, c.MaxBits},
		devices: make(map[devices.ID]*unit),
	}
	switch {
	case c.Pause != nil:
		m.pause = *c.Pause
	case !m.tcp:
		m.pause = defaultPause
	}
	for i := range c.Devices {
		if err := m.add(adapter, &c.Devices[i]); err != nil {
			return nil, fmt.Errorf("devices[%d]: %w", i, err)
		}
	}
	return m, nil
}

// isModbusTCP reports whether a port has the number that is registered for Modbus TCP.
func isModbusTCP(port string) bool {
	address, ok := strings.CutPrefix(port, "tcp://")
	_, number, err := net.SplitHostPort(address)
	return ok && err == nil && number == "502"
}

func (m *Master) add(adapter string, d *Device) error {
	if problem := badUnit(d.Unit, !m.tcp); problem != "" {
		return fmt.Errorf("unit: %s", problem)
	}
	device, fields := d.compile(adapter)
	if err := device.Validate(); err != nil {
		return err
	}
	if m.devices[device.ID] != nil {
		return fmt.Errorf("id: %q is the id of two devices; each needs its own", device.ID)
	}
	u := m.unit(byte(d.Unit))
	if u == nil {
		u = &unit{number: byte(d.Unit)}
		m.units = append(m.units, u)
	}
	u.devices, u.fields = append(u.devices, device), append(u.fields, fields...)
	m.devices[device.ID] = u
	return nil
}

// unit returns the unit of that number, or nil.
func (m *Master) unit(number byte) *unit {
	for _, u := range m.units {
		if u.number == number {
			return u
		}
	}
	return nil
}

// Opened announces the devices and asks the first question. Registers that were refused
// before get another chance.
func (m *Master) Opened(r *codec.Result, now time.Time) {
	m.open, m.echoes, m.silent, m.heard = true, false, 0, now
	m.asked, m.free, m.probe = question{}, now, time.Time{}
	for _, u := range m.units {
		r.Announced = append(r.Announced, u.devices...)
		u.state, u.misses, u.backoff, u.again = devices.Unknown, 0, 0, time.Time{}
		for _, f := range u.fields {
			f.left = false
		}
		u.spans = spans(u.fields, m.limits)
		u.refresh(now)
	}
	m.Due(r, now)
}

// Lost says that no device can be reached, and settles every command.
func (m *Master) Lost(r *codec.Result) {
	m.open, m.asked = false, question{}
	for _, u := range m.units {
		u.state = devices.Offline
		for _, d := range u.devices {
			r.Availability = append(r.Availability, devices.Presence{Device: d.ID, Availability: devices.Offline})
		}
		for _, w := range u.writes {
			r.Done = append(r.Done, codec.Outcome{Ticket: w.ticket, Err: codec.ErrLost})
		}
		u.writes = nil
	}
}

// Recall has nothing to recall: all is in the configuration.
func (m *Master) Recall(*codec.Result, codec.Record) {}

// Strays returns how many frames came that answered nothing.
func (m *Master) Strays() uint64 { return m.strays }
