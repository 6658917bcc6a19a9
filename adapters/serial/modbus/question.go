package modbus

import (
	"encoding/binary"
	"time"
)

// question is what was asked and is not yet answered.
type question struct {
	unit     *unit // nil: there is none
	span     *span // that is read; nil: something is written
	write    *write
	function Function
	sent     []byte  // the frame
	start    [8]byte // unit and PDU of a good answer, or how they begin
	known    int     // bytes of start
	size     int     // of unit and PDU of a good answer

	transaction uint16
	deadline    time.Time
	garbled     bool // an answer came with a wrong check sum
	echoed      bool // the port gave it back
}

// reads reports whether q is a read, also one on behalf of a command.
func (q *question) reads() bool { return q.span != nil || q.write.reading }

// matches reports whether what unit and PDU say answers q; more of them may be to come.
func (q *question) matches(data []byte) bool {
	if len(data) >= 2 && data[0] == q.start[0] && data[1] == q.start[1]|refusal {
		return true
	}
	n := min(len(data), q.known)
	return string(data[:n]) == string(q.start[:n])
}

// sizeOf returns how long unit and PDU of an answer that matches are.
func (q *question) sizeOf(data []byte) int {
	if data[1]&refusal != 0 {
		return 3
	}
	return q.size
}

// answers reports whether a frame is the answer to q.
func (m *Master) answers(q *question, frame []byte) (pdu []byte, ok bool) {
	if q.unit == nil {
		return nil, false
	}
	if m.tcp {
		if len(frame) <= headerTCP || binary.BigEndian.Uint16(frame) != q.transaction {
			return nil, false
		}
		frame = frame[headerTCP-1:]
	} else {
		if len(frame) < minRTU {
			return nil, false
		}
		frame = frame[:len(frame)-2]
	}
	if len(frame) < 3 || !q.matches(frame) || len(frame) != q.sizeOf(frame) {
		return nil, false
	}
	return frame[1:], true
}
