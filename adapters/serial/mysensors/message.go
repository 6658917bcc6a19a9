package mysensors

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"thingbridge/adapters/serial/codec"
)

// command is what a message does.
type command uint8

// The commands.
const (
	presentation command = iota
	set
	request
	internal
	stream
)

const (
	gateway   = 0   // the number of the gateway's own node
	lastNode  = 254 // the greatest number a node can have
	everybody = 255 // the node of broadcasts, and of who has no number yet
	itself    = 255 // the child that is the node
)

// maxPayload is what fits into a message on the radio. Longer payloads come from the
// gateway itself, which logs.
const maxPayload = 25

// maxLine bounds a line. The gateway's own buffer has 120 bytes.
const maxLine = 256

// message is one line.
type message struct {
	node, child uint8
	command     command
	ack         bool // it is an echo; in a line that is sent: an echo is asked for
	kind        uint8
	payload     []byte
}

// Line is how the gateway of MySensors sets up its port. An Arduino starts anew when its
// port is opened, which takes it some two seconds.
func Line() codec.Line {
	return codec.Line{Baud: 115200, DataBits: 8, Parity: "none", StopBits: 1, Settle: 2 * time.Second}
}

// parse reads a line. The payload is a part of it, and all that is left: positions have
// semicolons in them.
func parse(line []byte) (message, error) {
	var fields [5]uint8
	rest := line
	for i := range fields {
		field, after, ok := bytes.Cut(rest, []byte(";"))
		if !ok {
			return message{}, fmt.Errorf("got %q, want node;child;command;ack;type;payload", shorten(line))
		}
		n, ok := number8(field)
		if !ok {
			return message{}, fmt.Errorf("%s is %q, want 0 to 255, in %q", fieldNames[i], shorten(field), shorten(line))
		}
		fields[i], rest = n, after
	}
	m := message{node: fields[0], child: fields[1], command: command(fields[2]), ack: fields[3] == 1, kind: fields[4], payload: bytes.TrimRight(rest, " \t\r")}
	switch {
	case m.command > stream:
		return message{}, fmt.Errorf("command is %d, want 0 to 4, in %q", m.command, shorten(line))
	case fields[3] > 1:
		return message{}, fmt.Errorf("ack is %d, want 0 or 1, in %q", fields[3], shorten(line))
	case (m.command == set || m.command == request) && m.child == itself:
		return message{}, fmt.Errorf("a value of child 255, which is the node itself and has none, in %q", shorten(line))
	case m.command == internal && m.child != itself && m.kind != idRequest && m.kind != idResponse:
		return message{}, fmt.Errorf("child is %d, want 255 in an internal message, in %q", m.child, shorten(line))
	}
	return m, nil
}

var fieldNames = [5]string{"node", "child", "command", "ack", "type"}

// number8 reads 0 to 255 in decimal digits.
func number8(text []byte) (uint8, bool) {
	if len(text) == 0 || len(text) > 3 {
		return 0, false
	}
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return uint8(n), n <= 255
}

// number reads a whole number that is not negative, as internal messages carry them.
func number(text []byte) (uint32, bool) {
	if len(text) == 0 || len(text) > 10 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text), 10, 32)
	return uint32(n), err == nil
}

// appendLine appends m with the end of the line to dst.
func (m *message) appendLine(dst []byte) []byte {
	ack := byte(0)
	if m.ack {
		ack = 1
	}
	for _, n := range [5]byte{m.node, m.child, byte(m.command), ack, m.kind} {
		dst = strconv.AppendUint(dst, uint64(n), 10)
		dst = append(dst, ';')
	}
	return append(append(dst, m.payload...), '\n')
}

// shorten keeps what comes from outside from filling a log line.
func shorten(text []byte) string {
	const most = 60
	if len(text) <= most {
		return string(text)
	}
	return string(bytes.ToValidUTF8(text[:most], nil)) + "…"
}
