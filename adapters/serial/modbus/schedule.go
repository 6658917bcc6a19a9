package modbus

import (
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Due gives up an answer that does not come, and asks the next question when the line
// is free.
func (m *Master) Due(r *codec.Result, now time.Time) (next time.Time) {
	if !m.open {
		return time.Time{}
	}
	if m.asked.unit != nil {
		if m.asked.garbled { // the rest of the time is only to let the line become quiet
			m.asked.garbled = false
			m.asked.deadline = earlier(m.asked.deadline, now.Add(4*m.pause))
		}
		if now.Before(m.asked.deadline) {
			return m.asked.deadline
		}
		q := m.asked
		m.asked = question{}
		if !m.tcp {
			q.unit.wary[sortOf(q.function)] = now.Add(2 * m.config.Timeout)
		}
		m.silent++
		m.miss(r, &q, now, m.silence(&q))
		m.hung(r, now)
	}
	if now.Before(m.free) {
		return m.free
	}
	return m.ask(r, now)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// silence says what may be the cause when a unit does not answer.
func (m *Master) silence(q *question) error {
	remedy := "look at its power, its unit number, the wires A and B, and that baud and parity are as the device has them"
	switch {
	case m.tcp:
		remedy = "look at its power, its unit number, and whether the other end speaks Modbus TCP or wants framing: rtu"
	case m.remote:
		remedy = "look at its power, its unit number, the settings of the line behind the gateway, and whether the gateway wants framing: tcp"
	}
	return fmt.Errorf("unit %d: %w within %v; %s", q.unit.number, codec.ErrNoAnswer, m.config.Timeout, remedy)
}

// hung asks for a new connection when nothing came for long: TCP may not notice that
// the other end was switched off.
func (m *Master) hung(r *codec.Result, now time.Time) {
	if m.remote && m.silent >= offlineAfter && now.Sub(m.heard) >= hungAfter {
		r.Hung = fmt.Errorf("no answer of any unit for %v", now.Sub(m.heard).Round(time.Second))
	}
}

// ask sends what is to be asked now, or returns when there will be something.
func (m *Master) ask(r *codec.Result, now time.Time) (next time.Time) {
	if u := m.command(now); u != nil {
		return m.send(r, u, nil, u.writes[0], now)
	}
	for i := range m.units {
		u := m.units[(m.turn+i)%len(m.units)]
		if s, at := u.poll(); s != nil && s.urgent && !at.After(now) && u.retry() == nil {
			return m.send(r, u, s, nil, now)
		}
	}
	for i := range m.units {
		u := m.units[(m.turn+i)%len(m.units)]
		s, w, at := m.turnOf(u)
		if s == nil && w == nil {
			continue
		}
		if !at.After(now) {
			return m.send(r, u, s, w, now)
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// command returns a unit with a command that was not yet tried.
func (m *Master) command(now time.Time) *unit {
	for i := range m.units {
		u := m.units[(m.turn+i)%len(m.units)]
		if len(u.writes) > 0 && u.writes[0].tries == 0 && !u.wary[sortOf(u.writes[0].function())].After(now) {
			return u
		}
	}
	return nil
}

// turnOf returns what u is asked when it has its turn, and from when on.
func (m *Master) turnOf(u *unit) (s *span, w *write, at time.Time) {
	if len(u.writes) > 0 {
		w = u.writes[0]
		at = w.after
		if w.tries == 0 {
			at = later(at, u.wary[sortOf(w.function())])
		}
	}
	poll := u.retry()
	var due time.Time
	if poll != nil {
		due = poll.due
	} else {
		poll, due = u.poll()
	}
	due = later(due, u.again)
	if u.state == devices.Offline {
		due = later(due, m.probe)
	}
	if poll != nil && (w == nil || due.Before(at)) {
		return poll, nil, due
	}
	return nil, w, at
}

// send asks u: s, or what w needs next.
func (m *Master) send(r *codec.Result, u *unit, s *span, w *write, now time.Time) (deadline time.Time) {
	var buffer [maxPDU]byte
	q := question{unit: u, span: s, write: w, deadline: now.Add(m.config.Timeout)}
	var pdu []byte
	if s != nil {
		pdu = s.question(buffer[:0])
		q.size = 3 + s.bytes()
	} else {
		pdu = w.question(buffer[:0])
		q.size = 6
		switch {
		case w.reading:
			q.size = 5
		case w.function() == MaskRegister:
			q.size = 8
		}
	}
	q.function = Function(pdu[0])
	if m.tcp {
		m.transaction++
		q.transaction = m.transaction
		q.sent = AppendTCP(make([]byte, 0, headerTCP+len(pdu)), m.transaction, u.number, pdu)
	} else {
		q.sent = AppendRTU(make([]byte, 0, 3+len(pdu)), u.number, pdu)
	}
	head := append(q.start[:0], u.number, pdu[0])
	if s != nil || w.reading {
		head = append(head, byte(q.size-3))
	} else { // the answer to a write is its question, without the data of several
		head = append(head, pdu[1:q.size-1]...)
	}
	q.known = len(head)
	m.asked = q
	m.turn = m.after(u)
	r.Send = append(r.Send, codec.Frame{Bytes: q.sent})
	return q.deadline
}

// after returns the turn behind u's.
func (m *Master) after(u *unit) int {
	for i := range m.units {
		if m.units[i] == u {
			return (i + 1) % len(m.units)
		}
	}
	return 0
}

// miss counts a question that the device itself did not answer.
func (m *Master) miss(r *codec.Result, q *question, now time.Time, cause error) {
	u := q.unit
	u.misses++
	if u.state == devices.Offline {
		m.probe = now.Add(9 * m.config.Timeout)
	}
	if u.misses >= offlineAfter && u.state != devices.Offline {
		u.state = devices.Offline
		for _, d := range u.devices {
			r.Availability = append(r.Availability, devices.Presence{Device: d.ID, Availability: devices.Offline})
			r.Faults = append(r.Faults, codec.Fault{Device: d.ID, Err: cause})
		}
	}
	if w := q.write; w != nil {
		w.tries++
		w.after = now
		if w.tries > m.config.Retries {
			u.settle(r, fmt.Errorf("%s: %w", w.field.place(), cause))
		}
		return
	}
	s := q.span
	s.tries++
	s.due = now
	if s.tries <= m.config.Retries && u.state != devices.Offline {
		return
	}
	s.tries, s.urgent = 0, false
	s.due = now.Add(s.every)
	u.backoff = min(max(2*u.backoff, firstBackoff), maxBackoff)
	u.again = now.Add(u.backoff)
	if u.state == devices.Online {
		s.fault(r, cause)
	}
}
