package modbus

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// maxExplained is how many registers or bits are written out.
const maxExplained = 32

// Explain says what a frame asks or answers. Where a frame can be both, it says both.
func (m *Master) Explain(dst, frame []byte) []byte {
	var unit byte
	var pdu []byte
	var err error
	if m.tcp {
		var transaction uint16
		if transaction, unit, pdu, err = ParseTCP(frame); err == nil {
			dst = fmt.Appendf(dst, "transaction %d, ", transaction)
		}
	} else {
		unit, pdu, err = ParseRTU(frame)
	}
	if err != nil {
		return append(dst, err.Error()...)
	}
	dst = fmt.Appendf(dst, "unit %d%s: ", unit, m.called(unit))
	ask, askErr := Parse(Ask, pdu)
	answer, answerErr := Parse(Answer, pdu)
	switch {
	case askErr != nil && answerErr != nil:
		dst = append(dst, "no message of Modbus: "...)
		return append(dst, answerErr.Error()...)
	case askErr != nil:
		return answer.explain(append(dst, "answer: "...))
	case answerErr != nil:
		return ask.explain(append(dst, "question: "...))
	case ask.echoed():
		return ask.explain(append(dst, "question, or its answer: "...))
	}
	dst = ask.explain(append(dst, "question: "...))
	return answer.explain(append(dst, "; or answer: "...))
}

// called names the devices of a unit.
func (m *Master) called(number byte) string {
	u := m.unit(number)
	if u == nil {
		return ""
	}
	titles := make([]string, len(u.devices))
	for i, d := range u.devices {
		titles[i] = d.Title()
	}
	return " (" + strings.Join(titles, ", ") + ")"
}

// echoed reports whether the answer to m is m.
func (m *Message) echoed() bool {
	return m.Function == WriteCoil || m.Function == WriteRegister || m.Function == MaskRegister || m.Function == diagnose
}

func (m *Message) explain(dst []byte) []byte {
	f := m.Function
	dst = append(dst, f.String()...)
	switch {
	case m.Exception != 0:
		return append(append(dst, " refused: "...), m.Exception.Error()...)
	case f == WriteCoil:
		return fmt.Appendf(dst, ": %s = %s", f.place(m.Address), map[bool]string{false: "off", true: "on"}[m.Data[0] != 0])
	case f == WriteRegister:
		return fmt.Appendf(dst, ": %s = %d", f.place(m.Address), binary.BigEndian.Uint16(m.Data))
	case f == MaskRegister:
		return fmt.Appendf(dst, ": %s, and %#04x, or %#04x", f.place(m.Address), m.And, m.Or)
	case f == ReadWriteRegisters && m.Form == Ask:
		dst = fmt.Appendf(dst, ": write %d from %s on = ", m.WriteCount, f.place(m.WriteAddress))
		dst = appendRegisters(dst, m.Data)
		return fmt.Appendf(dst, "; read %d from %s on", m.Count, f.place(m.Address))
	case (f == WriteCoils || f == WriteRegisters || m.reads()) && m.Form == Ask || f == WriteCoils || f == WriteRegisters:
		dst = fmt.Appendf(dst, ": %d from %s on", m.Count, f.place(m.Address))
		if len(m.Data) == 0 {
			return dst
		}
		return m.explainData(append(dst, " = "...))
	case len(m.Data) == 0:
		return dst
	}
	return m.explainData(append(dst, ": "...))
}

func (m *Message) explainData(dst []byte) []byte {
	switch f := m.Function; {
	case f.bits():
		count := 8 * len(m.Data)
		if m.Count != 0 {
			count = int(m.Count)
		}
		return appendBits(dst, m.Data, count)
	case m.reads() || f == WriteRegisters || f == ReadWriteRegisters:
		return appendRegisters(dst, m.Data)
	}
	return fmt.Appendf(dst, "% x", m.Data[:min(len(m.Data), maxExplained)])
}

func appendRegisters(dst, data []byte) []byte {
	for i := 0; i+1 < len(data); i += 2 {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if i/2 == maxExplained {
			return append(dst, "…"...)
		}
		dst = strconv.AppendUint(dst, uint64(binary.BigEndian.Uint16(data[i:])), 10)
	}
	return dst
}

func appendBits(dst, data []byte, count int) []byte {
	for i := range min(count, 8*len(data)) {
		if i > 0 && i%8 == 0 {
			dst = append(dst, ' ')
		}
		if i == maxExplained {
			return append(dst, "…"...)
		}
		dst = append(dst, '0'+data[i/8]>>(i%8)&1)
	}
	return dst
}
