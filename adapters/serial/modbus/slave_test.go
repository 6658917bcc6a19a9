package modbus

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// slave is a simulated device: what it holds, and how it misbehaves.
type slave struct {
	holding, input  map[uint16]uint16
	coils, discrete map[uint16]bool
	refuse          map[Function]Exception
	most            uint16 // registers that it reads at once; 0: any

	dead   bool
	delay  time.Duration
	late   []time.Duration // of the next answers, before delay counts
	before []byte          // noise before an answer
	mangle func(frame []byte) []byte
	asked  []Message
	twice  bool // every answer is sent twice
}

func newSlave() *slave {
	return &slave{
		holding: map[uint16]uint16{}, input: map[uint16]uint16{}, coils: map[uint16]bool{}, discrete: map[uint16]bool{},
		refuse: map[Function]Exception{}, delay: 5 * time.Millisecond,
	}
}

// answer carries out a question.
func (s *slave) answer(ask Message) Message {
	out := Message{Form: Answer, Function: ask.Function, Address: ask.Address, Count: ask.Count, And: ask.And, Or: ask.Or}
	if why := s.refuse[ask.Function]; why != 0 {
		out.Exception = why
		return out
	}
	switch ask.Function {
	case ReadHolding, ReadInput:
		table := s.holding
		if ask.Function == ReadInput {
			table = s.input
		}
		for i := range ask.Count {
			word, ok := table[ask.Address+i]
			if !ok || s.most > 0 && ask.Count > s.most {
				out.Exception = IllegalAddress
				return out
			}
			out.Data = binary.BigEndian.AppendUint16(out.Data, word)
		}
	case ReadCoils, ReadDiscreteInputs:
		table := s.coils
		if ask.Function == ReadDiscreteInputs {
			table = s.discrete
		}
		out.Data = make([]byte, (ask.Count+7)/8)
		for i := range ask.Count {
			if table[ask.Address+i] {
				out.Data[i/8] |= 1 << (i % 8)
			}
		}
	case WriteCoil:
		s.coils[ask.Address] = ask.Data[0] != 0
		out.Data = ask.Data
	case WriteCoils:
		for i := range ask.Count {
			s.coils[ask.Address+i] = ask.Data[i/8]>>(i%8)&1 != 0
		}
	case WriteRegister:
		s.holding[ask.Address] = binary.BigEndian.Uint16(ask.Data)
		out.Data = ask.Data
	case WriteRegisters:
		for i := range ask.Count {
			s.holding[ask.Address+i] = binary.BigEndian.Uint16(ask.Data[2*i:])
		}
	case MaskRegister:
		s.holding[ask.Address] = s.holding[ask.Address]&ask.And | ask.Or&^ask.And
	default:
		out.Exception = IllegalFunction
	}
	return out
}

// delivery is what arrives at the master.
type delivery struct {
	at   time.Time
	data []byte
}

// line is a master and slaves in a time of its own.
type line struct {
	t        *testing.T
	m        *Master
	now      time.Time
	slaves   map[byte]*slave
	echo     bool
	buffer   codec.Buffer
	coming   []delivery
	registry *devices.Registry
	source   *devices.Source
	done     map[codec.Ticket]error
	faults   []string
	sent     [][]byte
	hung     error
	tickets  codec.Ticket
}

func newLine(t *testing.T, port string, c Config, slaves map[byte]*slave) *line {
	t.Helper()
	m, err := New("attic", port, c)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, m: m, now: noon, slaves: slaves, done: map[codec.Ticket]error{}, registry: devices.NewRegistry()}
	l.source = l.registry.Source("attic", nil)
	var r codec.Result
	m.Opened(&r, l.now)
	l.take(&r)
	return l
}

// take does what a result says.
func (l *line) take(r *codec.Result) {
	l.t.Helper()
	if err := l.source.Apply(r.Update); err != nil {
		l.t.Error(err)
	}
	for _, f := range r.Faults {
		l.faults = append(l.faults, f.Error())
	}
	for _, o := range r.Done {
		if _, twice := l.done[o.Ticket]; twice {
			l.t.Errorf("ticket %d is settled twice", o.Ticket)
		}
		l.done[o.Ticket] = o.Err
	}
	if r.Hung != nil {
		l.hung = r.Hung
	}
	for _, f := range r.Send {
		l.sent = append(l.sent, f.Bytes)
		l.transmit(f.Bytes)
	}
}

// transmit lets the slaves hear a frame.
func (l *line) transmit(frame []byte) {
	l.t.Helper()
	var transaction uint16
	var unit byte
	var pdu []byte
	var err error
	if l.m.tcp {
		transaction, unit, pdu, err = ParseTCP(frame)
	} else {
		unit, pdu, err = ParseRTU(frame)
	}
	if err != nil {
		l.t.Fatalf("sent % x: %v", frame, err)
	}
	if l.echo {
		l.coming = append(l.coming, delivery{l.now.Add(time.Millisecond), slices.Clone(frame)})
	}
	ask, err := Parse(Ask, pdu)
	if err != nil {
		l.t.Fatalf("sent % x: %v", frame, err)
	}
	s := l.slaves[unit]
	if s == nil {
		return
	}
	ask.Data = slices.Clone(ask.Data)
	s.asked = append(s.asked, ask)
	if s.dead {
		return
	}
	delay := s.delay
	if len(s.late) > 0 {
		delay, s.late = s.late[0], s.late[1:]
	}
	answer := s.answer(ask)
	reply := AppendRTU(nil, unit, answer.Append(nil))
	if l.m.tcp {
		reply = AppendTCP(nil, transaction, unit, answer.Append(nil))
	}
	if s.mangle != nil {
		reply = s.mangle(reply)
	}
	reply = append(slices.Clone(s.before), reply...)
	if s.twice {
		reply = append(reply, reply...)
	}
	half, rest := len(reply)/2, delay
	if !l.m.tcp { // where answers can run into each other
		rest += time.Millisecond
	}
	l.coming = append(l.coming, delivery{l.now.Add(delay), reply[:half]}, delivery{l.now.Add(rest), reply[half:]})
}

// run lets time pass.
func (l *line) run(d time.Duration) {
	l.t.Helper()
	end := l.now.Add(d)
	var r codec.Result
	for range 1_000_000 {
		r.Reset()
		next := l.m.Due(&r, l.now)
		l.take(&r)
		if len(r.Send) > 0 {
			continue
		}
		slices.SortStableFunc(l.coming, func(a, b delivery) int { return a.at.Compare(b.at) })
		until := end
		if !next.IsZero() && next.Before(until) {
			if !next.After(l.now) {
				l.t.Fatalf("due at %v, which is now or before", next)
			}
			until = next
		}
		if len(l.coming) > 0 && !l.coming[0].at.After(until) {
			first := l.coming[0]
			l.coming = l.coming[1:]
			l.now = later(l.now, first.at)
			l.receive(first.data)
			continue
		}
		l.now = until
		if !until.Before(end) {
			return
		}
	}
	l.t.Fatal("a million steps and no end")
}

func (l *line) receive(data []byte) {
	l.t.Helper()
	var r codec.Result
	for frame, err := range l.buffer.Take(l.m, data) {
		r.Reset()
		if err != nil {
			l.faults = append(l.faults, err.Error())
			continue
		}
		l.m.Decode(&r, frame, l.now)
		l.take(&r)
	}
}

// set gives a command, and returns its ticket.
func (l *line) set(device devices.ID, property string, v devices.Value) codec.Ticket {
	l.t.Helper()
	l.tickets++
	var r codec.Result
	if err := l.m.Encode(&r, devices.Command{Device: device, Property: property, Value: v}, l.tickets, l.now); err != nil {
		l.t.Fatal(err)
	}
	l.take(&r)
	return l.tickets
}

// settled returns what became of a command.
func (l *line) settled(ticket codec.Ticket) error {
	l.t.Helper()
	err, ok := l.done[ticket]
	if !ok {
		l.t.Fatalf("ticket %d is not settled", ticket)
	}
	return err
}

// want checks values as text, "" for none.
func (l *line) want(device devices.ID, values ...string) {
	l.t.Helper()
	twin, ok := l.registry.Get(device)
	if !ok {
		l.t.Fatalf("no device %s", device)
	}
	for i := 0; i+1 < len(values); i += 2 {
		if got := twin.Reported(values[i]).String(); got != values[i+1] {
			l.t.Errorf("%s %s is %q, want %q", device, values[i], got, values[i+1])
		}
	}
}

func (l *line) availability(device devices.ID) devices.Availability {
	twin, _ := l.registry.Get(device)
	return twin.Availability
}

// said counts the faults with a text.
func (l *line) said(text string) (n int) {
	for _, f := range l.faults {
		if strings.Contains(f, text) {
			n++
		}
	}
	return n
}

// property returns a property with the defaults of the configuration.
func property(name, register string, address int, set ...func(*Property)) Property {
	var p Property
	p.SetDefaults()
	p.Name, p.Register, p.Address = name, register, &address
	for _, f := range set {
		f(&p)
	}
	return p
}

func typed(word string) func(*Property) { return func(p *Property) { p.Type = word } }

func scaled(scale float64) func(*Property) { return func(p *Property) { p.Scale = scale } }

func writable(p *Property) { p.Writable = true }

func device(unit int, properties ...Property) Device {
	var d Device
	d.SetDefaults()
	d.Unit, d.Properties = unit, properties
	return d
}

func config(list ...Device) Config {
	var c Config
	c.SetDefaults()
	c.Devices = list
	return c
}

func (m Message) String() string {
	return fmt.Sprintf("%s %d+%d", m.Function, m.Address, m.Count)
}
