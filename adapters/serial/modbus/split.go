package modbus

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Split finds the answer to what was asked, whatever is before it. While nothing is
// asked, it finds any frame, for somebody else may talk on the line.
func (m *Master) Split(data []byte) (advance int, frame []byte, err error) {
	switch {
	case m.tcp:
		return scan(data, splitTCP)
	case m.asked.unit == nil:
		return scan(data, splitRTU)
	}
	if n := m.echo(data); n != 0 {
		return max(n, 0), nil, nil
	}
	return m.splitAnswer(data)
}

// scan passes over what begins no frame. size says how long the frame is that begins
// with data; 0: more of it has to come; negative: there is none.
func scan(data []byte, size func(data []byte) int) (advance int, frame []byte, err error) {
	for i := range data {
		switch n := size(data[i:]); {
		case i > 0 && n >= 0:
			return i, nil, passedOver(data[:i])
		case n == 0:
			return 0, nil, nil
		case n > 0:
			return n, data[:n], nil
		}
	}
	return len(data), nil, passedOver(data)
}

func passedOver(data []byte) error {
	const most = 16
	shown, more := data, ""
	if len(shown) > most {
		shown, more = shown[:most], " …"
	}
	return fmt.Errorf("%d bytes that are no frame of Modbus, or none that was asked for: % x%s", len(data), shown, more)
}

// splitRTU is the size of a question or answer. Where both are possible, the check sum
// decides.
func splitRTU(data []byte) int {
	if data[0] > 247 {
		return -1
	}
	ask, answer := length(Ask, data[1:]), length(Answer, data[1:])
	wait := ask == 0 || answer == 0
	for _, n := range [2]int{min(ask, answer), max(ask, answer)} {
		if n <= 0 {
			continue
		}
		size := n + 3
		if size > len(data) {
			wait = true
			break
		}
		if goodCRC(data[:size]) {
			return size
		}
	}
	if wait {
		return 0
	}
	return -1
}

// splitTCP is the size of a frame by its header, if that and the PDU behind it can be.
func splitTCP(data []byte) int {
	for i, b := range data[:min(len(data), 5)] {
		if i >= 2 && b != 0 { // protocol, high byte of the length
			return -1
		}
	}
	if len(data) < 6 {
		return 0
	}
	size := int(binary.BigEndian.Uint16(data[4:])) - 1
	if size < 1 || size > maxPDU {
		return -1
	}
	if len(data) <= headerTCP {
		return 0
	}
	pdu := data[headerTCP:min(len(data), headerTCP+size)]
	ask, answer := length(Ask, pdu), length(Answer, pdu)
	switch {
	case ask == size || answer == size:
	case len(pdu) == size || ask != 0 && answer != 0:
		return -1
	}
	if len(pdu) < size {
		return 0
	}
	return headerTCP + size
}

// splitAnswer finds the answer to the question. What begins like it and has a wrong
// check sum is said; the answer may still begin within it.
func (m *Master) splitAnswer(data []byte) (advance int, frame []byte, err error) {
	q := &m.asked
	for i := range data {
		rest := data[i:]
		if !q.matches(rest) {
			continue
		}
		if i > 0 {
			return i, nil, passedOver(data[:i])
		}
		if len(rest) < 2 {
			return 0, nil, nil
		}
		size := q.sizeOf(rest) + 2
		if len(rest) < size {
			return 0, nil, nil
		}
		if err := checkCRC(rest[:size]); err != nil {
			q.garbled = true
			return 1, nil, fmt.Errorf("%w; if it comes often, look at the wires, the end resistors, baud and parity", err)
		}
		return size, rest[:size], nil
	}
	return len(data), nil, passedOver(data)
}

// echo returns how many bytes to pass over for a port that gives back what is sent, as
// those with one pair of wires do; negative: as many as are there have to wait. That it
// does is seen at reads, for the answer to a write is its echo.
func (m *Master) echo(data []byte) int {
	q := &m.asked
	if q.echoed || !q.reads() && !m.echoes {
		return 0
	}
	n := min(len(data), len(q.sent))
	if !bytes.Equal(data[:n], q.sent[:n]) {
		return 0
	}
	if n < len(q.sent) {
		return -1
	}
	q.echoed, m.echoes = true, true
	return n
}
