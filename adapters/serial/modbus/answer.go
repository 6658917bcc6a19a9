package modbus

import (
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Decode takes the answer to what was asked. Other frames are passed over and counted.
func (m *Master) Decode(r *codec.Result, frame []byte, at time.Time) {
	if !m.tcp {
		if _, _, err := ParseRTU(frame); err != nil {
			r.Faults = append(r.Faults, codec.Fault{Err: err})
			return
		}
	}
	pdu, ok := m.answers(&m.asked, frame)
	if !ok {
		m.stray(r, frame)
		return
	}
	q := m.asked
	m.asked = question{}
	m.silent, m.heard, m.free = 0, at, at.Add(m.pause)
	if q.reads() && !q.echoed {
		m.echoes = false
	}
	answer, err := Parse(Answer, pdu)
	if err == nil && answer.Exception.unreachable() {
		m.miss(r, &q, at, fmt.Errorf("unit %d: %w", q.unit.number, answer.Exception))
		return
	}
	q.unit.answered(r, at)
	switch {
	case err != nil: // a refusal for no reason
		m.refused(r, &q, 0, at)
	case answer.Exception != 0:
		m.refused(r, &q, answer.Exception, at)
	case q.span != nil:
		q.span.read(r, answer.Data, at)
	default:
		q.unit.wrote(r, q.write, answer.Data, at)
	}
}

// stray counts a frame that nobody asked for.
func (m *Master) stray(r *codec.Result, frame []byte) {
	m.strays++
	if m.tcp {
		r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf(
			"an answer to a question that was given up or never asked: %s; if it comes often, give a longer timeout", m.Explain(nil, frame))})
		return
	}
	if _, err := Parse(Answer, frame[1:len(frame)-2]); err != nil {
		r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf(
			"somebody else asks on this line: %s; only one may, take the other away", m.Explain(nil, frame))})
		return
	}
	r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf(
		"an answer that nobody waits for: %s; if it comes often, give a longer timeout, or see whether somebody else asks on this line", m.Explain(nil, frame))})
}

// answered notes that u is there.
func (u *unit) answered(r *codec.Result, at time.Time) {
	u.misses, u.backoff, u.again = 0, 0, time.Time{}
	if u.state == devices.Online {
		return
	}
	for _, d := range u.devices {
		r.Availability = append(r.Availability, devices.Presence{Device: d.ID, Availability: devices.Online})
		if u.state == devices.Offline {
			r.Faults = append(r.Faults, codec.Fault{Device: d.ID})
		}
	}
	if u.state == devices.Offline {
		u.refresh(at)
	}
	u.state = devices.Online
}

// read takes what the registers of s hold.
func (s *span) read(r *codec.Result, data []byte, at time.Time) {
	s.tries, s.urgent = 0, false
	s.due = s.due.Add(s.every)
	if !s.due.After(at) { // late: what was missed is not made up for
		s.due = at.Add(s.every)
	}
	for _, f := range s.fields {
		registers, on := s.of(f, data)
		v := devices.Boolean(on)
		if registers != nil {
			var err error
			if v, err = f.value(registers); err != nil {
				f.fault(r, err)
				continue
			}
		}
		if f.faulty || f.left {
			f.faulty, f.left = false, false
			r.Faults = append(r.Faults, codec.Fault{Device: f.device, Property: f.property.Name})
		}
		r.Readings = append(r.Readings, devices.Reading{Device: f.device, Property: f.property.Name, Value: v, At: at})
	}
}

// fault says what is wrong with f.
func (f *field) fault(r *codec.Result, err error) {
	f.faulty = true
	r.Faults = append(r.Faults, codec.Fault{Device: f.device, Property: f.property.Name, Err: err})
}

// fault says what is wrong with all of s.
func (s *span) fault(r *codec.Result, err error) {
	for _, f := range s.fields {
		f.fault(r, fmt.Errorf("%s: %w", f.place(), err))
	}
}

// refused decides what becomes of a question that the device does not want to answer.
func (m *Master) refused(r *codec.Result, q *question, why Exception, at time.Time) {
	if w := q.write; w != nil {
		w.tries++
		w.after = at.Add(busyWait)
		if !why.later() || w.tries > m.config.Retries+1 {
			q.unit.settle(r, fmt.Errorf("%s: %w", w.field.place(), why))
		}
		return
	}
	s := q.span
	s.tries++
	if why.later() && s.tries <= m.config.Retries+1 {
		s.due = at.Add(busyWait)
		return
	}
	s.tries, s.urgent, s.due = 0, false, at
	if !why.later() {
		if halves := s.split(); halves != nil {
			q.unit.replace(s, halves...)
			return
		}
	}
	if !why.permanent() {
		s.fault(r, why)
		s.due = at.Add(max(s.every, troubleWait))
		return
	}
	q.unit.leave(r, s, why, at)
}

// leave takes s out of what is read. Something has to be read, to see whether the
// device is there.
func (u *unit) leave(r *codec.Result, s *span, why Exception, at time.Time) {
	for _, f := range s.fields {
		if !f.left {
			f.left = true
			f.fault(r, fmt.Errorf("%s is not read any more: %w", f.place(), why))
		}
	}
	if len(u.spans) > 1 {
		u.replace(s)
		return
	}
	s.due = at.Add(max(s.every, troubleWait))
}
