package modbus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Form says which of the two a PDU is: they look alike.
type Form uint8

// The forms.
const (
	Ask Form = iota
	Answer
)

// String returns the word for people.
func (f Form) String() string {
	if f == Ask {
		return "question"
	}
	return "answer"
}

// Message is what a PDU says. Which fields count depends on function and form.
type Message struct {
	Form      Form
	Function  Function
	Exception Exception // of an answer; 0: it is no refusal

	Address uint16 // of the first register or bit
	Count   uint16 // of registers or bits
	And, Or uint16 // of MaskRegister

	WriteAddress, WriteCount uint16 // of ReadWriteRegisters

	// Data are registers, high byte first, or bits, the first in the lowest bit of the
	// first byte. For functions that are neither reads nor writes it is all the rest.
	Data []byte
}

var errShort = errors.New("it is cut off")

// length returns how long the PDU that starts with pdu is. It is 0 as long as that
// cannot be known, and negative where there is no such PDU.
func length(form Form, pdu []byte) int {
	if len(pdu) == 0 {
		return 0
	}
	f := Function(pdu[0])
	if form == Answer && f&refusal != 0 && sized(f&^refusal) {
		return 2
	}
	n := fixedLength(form, f)
	if at, base := countByte(form, f); at > 0 {
		if len(pdu) <= at {
			return 0
		}
		n = base + int(pdu[at])
	}
	if n == 0 && form == Answer {
		n = oddLength(f, pdu)
		if n == 0 {
			return 0
		}
	}
	if n <= 0 || n > maxPDU {
		return -1
	}
	return n
}

// sized reports whether f is a function whose PDUs have a known length.
func sized(f Function) bool {
	at, _ := countByte(Ask, f)
	return at > 0 || fixedLength(Ask, f) > 0
}

func fixedLength(form Form, f Function) int {
	switch f {
	case ReadCoils, ReadDiscreteInputs, ReadHolding, ReadInput:
		if form == Ask {
			return 5
		}
	case WriteCoil, WriteRegister, diagnose:
		return 5
	case WriteCoils, WriteRegisters, countEvents:
		if form == Answer {
			return 5
		}
		if f == countEvents {
			return 1
		}
	case MaskRegister:
		return 7
	case readStatus:
		if form == Answer {
			return 2
		}
		return 1
	case logEvents, reportID:
		if form == Ask {
			return 1
		}
	case readFIFO:
		if form == Ask {
			return 3
		}
	case encapsulated:
		if form == Ask {
			return 4
		}
	}
	return 0
}

// countByte returns where a PDU says how many bytes follow, and how many others it has.
func countByte(form Form, f Function) (at, base int) {
	switch {
	case f == readFile, f == writeFile:
		return 1, 2
	case form == Ask && (f == WriteCoils || f == WriteRegisters):
		return 5, 6
	case form == Ask && f == ReadWriteRegisters:
		return 9, 10
	case form == Ask:
		return 0, 0
	case f == ReadCoils, f == ReadDiscreteInputs, f == ReadHolding, f == ReadInput,
		f == ReadWriteRegisters, f == logEvents, f == reportID:
		return 1, 2
	}
	return 0, 0
}

// oddLength is the length of answers that count in ways of their own.
func oddLength(f Function, pdu []byte) int {
	switch f {
	case readFIFO:
		if len(pdu) < 3 {
			return 0
		}
		return 3 + int(binary.BigEndian.Uint16(pdu[1:]))
	case encapsulated: // function, type, level, conformity, more, next, number of objects
		if len(pdu) < 7 {
			return 0
		}
		n := 7
		for range pdu[6] { // each: id, length, text
			if len(pdu) < n+2 {
				return 0
			}
			n += 2 + int(pdu[n+1])
		}
		return n
	}
	return -1
}

// Parse reads a PDU. Data is a part of pdu.
func Parse(form Form, pdu []byte) (Message, error) {
	m := Message{Form: form}
	n := length(form, pdu)
	switch {
	case len(pdu) == 0 || n == 0:
		return m, errShort
	case n < 0:
		return m, fmt.Errorf("%s is no %s of Modbus", Function(pdu[0]), form)
	case n != len(pdu):
		return m, fmt.Errorf("%s: %d bytes, want %d", Function(pdu[0]&^refusal), len(pdu), n)
	}
	m.Function = Function(pdu[0])
	if form == Answer && m.Function&refusal != 0 {
		m.Function &^= refusal
		m.Exception = Exception(pdu[1])
		if m.Exception == 0 {
			return m, fmt.Errorf("%s: exception 0, which there is not", m.Function)
		}
		return m, nil
	}
	m.fields(pdu[1:])
	return m, m.check()
}

// fields takes apart what follows the function. The length is right.
func (m *Message) fields(rest []byte) {
	word := func(at int) uint16 { return binary.BigEndian.Uint16(rest[at:]) }
	switch f := m.Function; {
	case f == WriteCoil || f == WriteRegister:
		m.Address, m.Count, m.Data = word(0), 1, rest[2:]
	case f == MaskRegister:
		m.Address, m.Count, m.And, m.Or = word(0), 1, word(2), word(4)
	case f == WriteCoils || f == WriteRegisters:
		m.Address, m.Count = word(0), word(2)
		if m.Form == Ask {
			m.Data = rest[5:]
		}
	case f == ReadWriteRegisters && m.Form == Ask:
		m.Address, m.Count, m.WriteAddress, m.WriteCount, m.Data = word(0), word(2), word(4), word(6), rest[9:]
	case m.reads() && m.Form == Ask:
		m.Address, m.Count = word(0), word(2)
	case m.reads() || f == ReadWriteRegisters:
		m.Data = rest[1:]
	default:
		m.Data = rest
	}
}

// reads reports whether m is about one of the four reads.
func (m *Message) reads() bool { return m.Function >= ReadCoils && m.Function <= ReadInput }

// check says what of a message the specification forbids.
func (m *Message) check() error {
	f := m.Function
	switch {
	case f == WriteCoil && !(m.Data[1] == 0 && (m.Data[0] == 0 || m.Data[0] == 0xFF)):
		return fmt.Errorf("%s: value % x, want 00 00 or ff 00", f, m.Data)
	case m.reads() && m.Form == Ask && f.bits():
		return m.within(m.Count, maxReadBits)
	case m.reads() && m.Form == Ask:
		return m.within(m.Count, maxReadRegisters)
	case (m.reads() || f == ReadWriteRegisters) && m.Form == Answer:
		if len(m.Data) == 0 || !f.bits() && len(m.Data)%2 != 0 {
			return fmt.Errorf("%s: %d bytes of data", f, len(m.Data))
		}
	case f == WriteCoils:
		if err := m.within(m.Count, maxWriteBits); err != nil || m.Form == Answer {
			return err
		}
		return m.filled((int(m.Count) + 7) / 8)
	case f == WriteRegisters:
		if err := m.within(m.Count, maxWriteRegisters); err != nil || m.Form == Answer {
			return err
		}
		return m.filled(2 * int(m.Count))
	case f == ReadWriteRegisters:
		if err := errors.Join(m.within(m.Count, maxReadRegisters), m.within(m.WriteCount, maxBothRegisters)); err != nil {
			return err
		}
		return m.filled(2 * int(m.WriteCount))
	}
	return nil
}

func (m *Message) within(count, most uint16) error {
	if count < 1 || count > most {
		return fmt.Errorf("%s: %d of them, want 1 to %d", m.Function, count, most)
	}
	return nil
}

func (m *Message) filled(want int) error {
	if len(m.Data) != want {
		return fmt.Errorf("%s: %d bytes of data, want %d", m.Function, len(m.Data), want)
	}
	return nil
}

// Append appends the PDU that says m.
func (m *Message) Append(dst []byte) []byte {
	if m.Exception != 0 {
		return append(dst, byte(m.Function)|refusal, byte(m.Exception))
	}
	word := binary.BigEndian.AppendUint16
	dst = append(dst, byte(m.Function))
	switch f := m.Function; {
	case f == WriteCoil || f == WriteRegister:
		return append(word(dst, m.Address), m.Data...)
	case f == MaskRegister:
		return word(word(word(dst, m.Address), m.And), m.Or)
	case f == WriteCoils || f == WriteRegisters:
		dst = word(word(dst, m.Address), m.Count)
		if m.Form == Answer {
			return dst
		}
		return append(append(dst, byte(len(m.Data))), m.Data...)
	case f == ReadWriteRegisters && m.Form == Ask:
		dst = word(word(word(word(dst, m.Address), m.Count), m.WriteAddress), m.WriteCount)
		return append(append(dst, byte(len(m.Data))), m.Data...)
	case m.reads() && m.Form == Ask:
		return word(word(dst, m.Address), m.Count)
	case m.reads() || f == ReadWriteRegisters:
		return append(append(dst, byte(len(m.Data))), m.Data...)
	}
	return append(dst, m.Data...)
}
