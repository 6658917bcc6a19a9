package serial

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
)

// noise is how well what comes can be read, since the port was opened.
type noise struct {
	said adapters.Repeat
	good int // frames that meant something
	bad  int // frames that did not, and bytes that were passed over
	size int // bytes of bad
	odd  int // of these, what no text has
}

func (n *noise) begin() { n.good, n.bad, n.size, n.odd = 0, 0, 0, 0 }

// frame counts a frame, with what was found at fault. What is encrypted came as it was
// sent.
func (n *noise) frame(frame []byte, faults []codec.Fault) {
	for i := range faults {
		if err := faults[i].Err; err != nil && !errors.Is(err, codec.ErrSealed) {
			n.bytes(frame)
			return
		}
	}
	n.good++
}

// bytes counts bytes that could not be read.
func (n *noise) bytes(b []byte) {
	n.bad++
	n.size += len(b)
	for _, c := range b {
		if c >= 0x80 || c < ' ' && c != '\t' && c != '\r' && c != '\n' {
			n.odd++
		}
	}
}

// When what comes looks as if the port were set up wrongly.
const (
	enoughBytes = 32 // to judge by
	tenfold     = 10 // more bad than good
)

// wrong reports whether the settings of the port seem to be wrong. In text that is read
// at a wrong rate, nearly half of the bytes are none that text has.
func (n *noise) wrong(f form) bool {
	return n.size >= enoughBytes && n.bad > tenfold*n.good && (f == binary || n.odd*5 > n.size)
}

// hint says what to change in the settings; "" when they seem to be right.
func (n *noise) hint(p *protocol, line codec.Line, at place) string {
	if !n.wrong(p.form) {
		return ""
	}
	if at.tcp != "" {
		return "this looks like a wrong baud rate or parity at the other end"
	}
	now := settings(line)
	if usual := settings((&Config{}).line(p.usual())); usual != now {
		return fmt.Sprintf("this looks like a wrong baud rate or parity: the port is set to %s, usual for %s is %s", now, p.name, usual)
	}
	var others []string
	for _, rate := range []int{115200, 57600, 38400, 19200, 9600} {
		if rate != line.Baud {
			others = append(others, strconv.Itoa(rate))
		}
	}
	return fmt.Sprintf("this looks like a wrong baud rate or parity: the port is set to %s; try %s", now, strings.Join(slices.Clip(others), ", "))
}
