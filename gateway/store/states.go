package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"thingbridge/devices"
)

// The states of a device as bytes: the version, how many there are, and for each
// the name, what was reported and when, what was asked, when and by whom. Texts
// have their length in front; lengths and times are varints.
const statesVersion = 1

// minState is the bytes of the smallest state: a name, two values, two times and
// a text, each of one byte. It bounds what decodeStates believes of a count.
const minState = 6

// The first byte of an encoded value.
const (
	noValue = 0
	aNumber = 1 // 8 bytes follow, little endian
	aFalse  = 2
	aTrue   = 3
	aText   = 4 // the text follows
)

var errShort = errors.New("it ends too early")

// appendStates appends the encoded states to dst, in no fixed order.
func appendStates(dst []byte, states map[string]devices.State) []byte {
	dst = append(dst, statesVersion)
	dst = binary.AppendUvarint(dst, uint64(len(states)))
	for name, s := range states {
		dst = appendText(dst, name)
		dst = appendValue(dst, s.Reported)
		dst = binary.AppendVarint(dst, s.At.UnixMicro())
		dst = appendValue(dst, s.Desired)
		dst = binary.AppendVarint(dst, s.Asked.UnixMicro())
		dst = appendText(dst, s.By)
	}
	return dst
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

func appendValue(dst []byte, v devices.Value) []byte {
	if n, ok := v.Number(); ok {
		return binary.LittleEndian.AppendUint64(append(dst, aNumber), math.Float64bits(n))
	}
	if b, ok := v.Boolean(); ok && b {
		return append(dst, aTrue)
	} else if ok {
		return append(dst, aFalse)
	}
	if t, ok := v.Text(); ok {
		return appendText(append(dst, aText), t)
	}
	return append(dst, noValue)
}

// decodeStates reads what appendStates wrote. It copies what it keeps of data.
func decodeStates(data []byte) (map[string]devices.State, error) {
	if len(data) == 0 {
		return nil, errShort
	}
	if data[0] != statesVersion {
		return nil, fmt.Errorf("encoding %d, want %d", data[0], statesVersion)
	}
	d := decoder{rest: data[1:]}
	n := d.uvarint()
	if n > uint64(len(d.rest)/minState) {
		return nil, errShort
	}
	states := make(map[string]devices.State, n)
	for range n {
		name := d.text()
		states[name] = devices.State{Reported: d.value(), At: d.time(), Desired: d.value(), Asked: d.time(), By: d.text()}
		if d.err != nil {
			return nil, d.err
		}
	}
	if len(d.rest) > 0 {
		return nil, fmt.Errorf("%d bytes too many", len(d.rest))
	}
	return states, d.err
}

// decoder takes values off the front of rest. After the first error it returns
// zero values.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) take(n uint64) []byte {
	if d.err == nil && n > uint64(len(d.rest)) {
		d.err = errShort
	}
	if d.err != nil {
		return nil
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	return uint64(d.varint(int64(n), size))
}

func (d *decoder) time() time.Time {
	n, size := binary.Varint(d.rest)
	return time.UnixMicro(d.varint(n, size)).UTC()
}

func (d *decoder) varint(n int64, size int) int64 {
	if size <= 0 && d.err == nil {
		d.err = errShort
	}
	if d.err != nil {
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) text() string { return string(d.take(d.uvarint())) }

func (d *decoder) value() devices.Value {
	kind := d.take(1)
	if kind == nil {
		return devices.Value{}
	}
	switch kind[0] {
	case noValue:
		return devices.Value{}
	case aNumber:
		if bits := d.take(8); bits != nil {
			return devices.Number(math.Float64frombits(binary.LittleEndian.Uint64(bits)))
		}
		return devices.Value{}
	case aFalse, aTrue:
		return devices.Boolean(kind[0] == aTrue)
	case aText:
		return devices.Text(d.text())
	}
	d.err = fmt.Errorf("kind of value %d, want at most %d", kind[0], aText)
	return devices.Value{}
}
