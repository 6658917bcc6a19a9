package sml

import (
	"bytes"
	"fmt"
)

const (
	// maxFile bounds a file. Those that meters push have up to 1 KiB.
	maxFile = 8 << 10
	// maxNoise is how many bytes may pass without the beginning of a file until that
	// is said.
	maxNoise = 2 << 10

	escapeSize = 4
	wrapSize   = 8 // of the beginning, and of the end
	endMark    = 0x1A
)

// The sequences around a file (TR-03109-1 IV, transport protocol version 1).
var (
	escape = []byte{0x1B, 0x1B, 0x1B, 0x1B}
	begin  = []byte{0x1B, 0x1B, 0x1B, 0x1B, 1, 1, 1, 1}
)

// Split finds a file with what is around it. What comes before its beginning is the end
// of one whose beginning was not heard.
func (*SML) Split(data []byte) (advance int, frame []byte, err error) {
	at := bytes.Index(data, begin)
	switch {
	case at < 0 && len(data) < maxNoise:
		return 0, nil, nil
	case at < 0:
		n := len(data) - len(begin) + 1
		return n, nil, fmt.Errorf("%d bytes without the beginning of an SML file; is it the right port, the baud rate 9600, and the reading head in its place?", n)
	case at > 0:
		return at, nil, nil
	}
	for i := len(begin); ; {
		next := bytes.Index(data[i:], escape)
		if next < 0 || i+next > maxFile {
			if len(data) > maxFile+wrapSize {
				return len(begin), nil, fmt.Errorf("no end of an SML file in %d bytes", maxFile)
			}
			return 0, nil, nil
		}
		i += next + escapeSize
		if len(data) < i+escapeSize {
			return 0, nil, nil
		}
		switch what := data[i : i+escapeSize]; {
		case bytes.Equal(what, escape): // the sequence itself, in the text
			i += escapeSize
		case what[0] == endMark:
			return i + escapeSize, data[:i+escapeSize], nil
		case bytes.Equal(what, begin[escapeSize:]):
			return i - escapeSize, nil, fmt.Errorf("an SML file of %d bytes without an end", i-escapeSize)
		default:
			return i, nil, fmt.Errorf("an SML file with %x after the escape sequence at byte %d, want 1a", what, i-escapeSize)
		}
	}
}

// unwrap appends the messages of a file to dst: without what is around them, and the
// escape sequences in them.
func unwrap(dst, frame []byte) ([]byte, error) {
	if len(frame) < 2*wrapSize || !bytes.HasPrefix(frame, begin) {
		return dst, fmt.Errorf("an SML file of %d bytes, want at least %d", len(frame), 2*wrapSize)
	}
	end := len(frame) - wrapSize
	fill := int(frame[len(frame)-3])
	got := uint16(frame[len(frame)-2])<<8 | uint16(frame[len(frame)-1])
	if !sums(got, frame[:len(frame)-2]) {
		return dst, fmt.Errorf("CRC: got %04x, want %04x, of an SML file of %d bytes", got, x25(frame[:len(frame)-2]), len(frame))
	}
	if fill > 3 || end-fill < wrapSize {
		return dst, fmt.Errorf("%d bytes at the end that fill up an SML file, want at most 3", fill)
	}
	for rest := frame[wrapSize : end-fill]; ; {
		next := bytes.Index(rest, escape)
		if next < 0 || len(rest) < next+2*escapeSize {
			return append(dst, rest...), nil
		}
		dst = append(dst, rest[:next+escapeSize]...)
		rest = rest[next+2*escapeSize:]
	}
}
