package mysensors

import (
	"strconv"

	"thingbridge/devices"
)

// Explain says what a line is.
func (c *Controller) Explain(dst, frame []byte) []byte {
	for len(frame) > 0 && (frame[len(frame)-1] == '\n' || frame[len(frame)-1] == '\r') {
		frame = frame[:len(frame)-1]
	}
	m, err := parse(frame)
	if err != nil {
		return append(append(dst, "no message: "...), err.Error()...)
	}
	dst = c.explainWho(dst, &m)
	dst = append(dst, ": "...)
	switch m.command {
	case presentation:
		dst = append(append(dst, "is a "...), wordOf(childKinds[:], m.kind)...)
		if len(m.payload) > 0 {
			dst = strconv.AppendQuote(append(dst, ' '), shorten(m.payload))
		}
	case set:
		dst = c.explainValue(dst, &m)
		if m.ack {
			dst = append(dst, ", with echo"...)
		}
	case request:
		dst = append(append(dst, "is asked for "...), wordOf(valueKinds[:], m.kind)...)
	case internal:
		dst = explained(append(dst, wordOf(internalKinds[:], m.kind)...), m.payload)
	case stream:
		dst = explained(append(dst, wordOf(streamKinds[:], m.kind)...), m.payload)
	}
	return dst
}

// explainWho names the node and the child.
func (c *Controller) explainWho(dst []byte, m *message) []byte {
	switch m.node {
	case gateway:
		dst = append(dst, "gateway"...)
	case everybody:
		dst = append(dst, "everybody, or a node without a number"...)
	default:
		dst = strconv.AppendUint(append(dst, "node "...), uint64(m.node), 10)
	}
	if m.child == itself {
		return dst
	}
	dst = strconv.AppendUint(append(dst, ", child "...), uint64(m.child), 10)
	if m.node == everybody || m.command == presentation || c.nodes[m.node] == nil {
		return dst
	}
	if ch := c.nodes[m.node].child(m.child); ch != nil {
		dst = append(append(append(dst, " ("...), wordOf(childKinds[:], ch.kind)...), ')')
	}
	return dst
}

// explainValue says what a value is, with its unit where it is known.
func (c *Controller) explainValue(dst []byte, m *message) []byte {
	dst = append(append(dst, wordOf(valueKinds[:], m.kind)...), ' ')
	child := uint8(sNothing)
	unit := ""
	if m.node != everybody && c.nodes[m.node] != nil {
		if ch := c.nodes[m.node].child(m.child); ch != nil {
			child, unit = ch.kind, ch.unit
		}
	}
	meaning, ok := meaningOf(child, m.kind)
	if !ok || meaning.form != asNumber && meaning.form != asDegrees {
		return append(dst, m.payload...)
	}
	p := devices.Property{Unit: meaning.unit}
	switch {
	case meaning.form == asDegrees && c.metric:
		p.Unit = "°C"
	case meaning.form == asDegrees:
		p.Unit = "°F"
	case unit != "" && !meaning.writable:
		p.Unit = unit
	}
	n, ok := decimal(m.payload)
	if !ok {
		return strconv.AppendQuote(dst, shorten(m.payload))
	}
	return p.AppendFormat(dst, devices.Number(n))
}

// explained appends a payload, if there is one.
func explained(dst, payload []byte) []byte {
	if len(payload) == 0 {
		return dst
	}
	return append(append(dst, ' '), payload...)
}

// wordOf is the word for a kind.
func wordOf(words []string, kind uint8) string {
	if int(kind) < len(words) {
		return words[kind]
	}
	return "type " + strconv.Itoa(int(kind))
}
