package modbus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes of frames, in bytes.
const (
	maxPDU     = 253            // function and data (V1.1b3, 4.1)
	maxRTU     = 1 + maxPDU + 2 // unit and CRC around it
	minRTU     = 4
	headerTCP  = 7 // transaction, protocol, length, unit
	maxTCP     = headerTCP + maxPDU
	maxLength  = 1 + maxPDU // of the length field, which counts the unit
	protocolID = 0
)

// ErrCRC is for frames whose check sum is wrong.
var ErrCRC = errors.New("bad CRC")

// AppendRTU appends the frame that carries a PDU to a unit on a serial line.
func AppendRTU(dst []byte, unit byte, pdu []byte) []byte {
	from := len(dst)
	dst = append(append(dst, unit), pdu...)
	return binary.LittleEndian.AppendUint16(dst, CRC(dst[from:]))
}

// ParseRTU returns what a frame of a serial line carries. The PDU is a part of frame.
func ParseRTU(frame []byte) (unit byte, pdu []byte, err error) {
	if len(frame) < minRTU || len(frame) > maxRTU {
		return 0, nil, fmt.Errorf("a frame of %d bytes, want %d to %d", len(frame), minRTU, maxRTU)
	}
	if err := checkCRC(frame); err != nil {
		return 0, nil, err
	}
	return frame[0], frame[1 : len(frame)-2], nil
}

// goodCRC reports whether a frame ends with its check sum.
func goodCRC(frame []byte) bool {
	body := len(frame) - 2
	return CRC(frame[:body]) == binary.LittleEndian.Uint16(frame[body:])
}

func checkCRC(frame []byte) error {
	if goodCRC(frame) {
		return nil
	}
	body := len(frame) - 2
	want := binary.LittleEndian.AppendUint16(nil, CRC(frame[:body]))
	return fmt.Errorf("%w in a frame of unit %d: got % x, want % x", ErrCRC, frame[0], frame[body:], want)
}

// AppendTCP appends the frame that carries a PDU to a unit over TCP.
func AppendTCP(dst []byte, transaction uint16, unit byte, pdu []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, transaction)
	dst = binary.BigEndian.AppendUint16(dst, protocolID)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(pdu)+1))
	return append(append(dst, unit), pdu...)
}

// ParseTCP returns what a frame of Modbus TCP carries. The PDU is a part of frame.
func ParseTCP(frame []byte) (transaction uint16, unit byte, pdu []byte, err error) {
	if len(frame) <= headerTCP || len(frame) > maxTCP {
		return 0, 0, nil, fmt.Errorf("a frame of %d bytes, want %d to %d", len(frame), headerTCP+1, maxTCP)
	}
	if protocol := binary.BigEndian.Uint16(frame[2:]); protocol != protocolID {
		return 0, 0, nil, fmt.Errorf("protocol %d, want 0, which is Modbus", protocol)
	}
	if length := int(binary.BigEndian.Uint16(frame[4:])); length != len(frame)-headerTCP+1 {
		return 0, 0, nil, fmt.Errorf("a length of %d, want %d for a frame of %d bytes", length, len(frame)-headerTCP+1, len(frame))
	}
	return binary.BigEndian.Uint16(frame), frame[6], frame[headerTCP:], nil
}
