package rflink

import (
	"bytes"
	"fmt"
)

// asks are the lines that a gateway is told and that mean no device.
var asks = map[string]string{
	"PING": "are you there?", "VERSION": "which firmware is it?", "REBOOT": "restart", "STATUS": "what is switched on?",
	"RFDEBUG=ON": "write all pulses", "RFDEBUG=OFF": "write no pulses",
	"RFUDEBUG=ON": "write pulses that are not understood", "RFUDEBUG=OFF": "write no pulses",
	"QRFDEBUG=ON": "write pulses in short", "QRFDEBUG=OFF": "write no pulses",
	"TRISTATEINVERT": "swap ON and OFF of switches with three states",
	"RTSCLEAN":       "forget all rolling codes", "RTSSHOW": "show the rolling codes",
}

// Explain says what a line is.
func (x *RFLink) Explain(dst, frame []byte) []byte {
	frame = bytes.TrimRight(frame, "\r\n")
	if order, ok := bytes.CutPrefix(frame, []byte("11;")); ok {
		return x.Explain(append(dst, "say as if it had been heard: "...), order)
	}
	if order, ok := bytes.CutPrefix(frame, []byte("10;")); ok {
		return explainOrder(append(dst, "to the gateway: "...), bytes.TrimSuffix(order, []byte{';'}))
	}
	p, err := readPacket(frame)
	if err != nil {
		return fmt.Appendf(dst, "not understood: %v", err)
	}
	switch sayingOf(p.name) {
	case sayingOK:
		return append(dst, "the gateway has sent it"...)
	case sayingUnknown:
		return append(dst, "the gateway does not know the command"...)
	case sayingPong:
		return append(dst, "the gateway is there"...)
	case sayingBanner:
		return appendText(append(dst, "the gateway has started: "...), p.name)
	case sayingState:
		dst = append(dst, "the gateway about itself: "...)
		if !bytes.Equal(p.name, []byte("STATUS")) {
			dst = append(appendText(dst, p.name), ' ')
		}
		return appendText(dst, bytes.ReplaceAll(bytes.TrimSuffix(p.rest, []byte{';'}), []byte{';'}, []byte{' '}))
	case sayingNoise:
		return append(dst, "passed over: pulses that the radio did not understand, because RFDEBUG is on"...)
	}
	return x.explainDevice(dst, &p)
}

func (x *RFLink) explainDevice(dst []byte, p *packet) []byte {
	s, err := x.take(p)
	if err != nil {
		return appendText(fmt.Appendf(dst, "passed over, for %v: ", err), p.name)
	}
	dst = append(appendText(dst, s.protocol), ' ')
	dst = append(dst, s.address...)
	if s.unit != nil {
		dst = append(append(dst, ", switch "...), s.unit...)
	}
	mark := ": "
	if s.action != nil {
		dst = appendText(append(dst, mark...), s.action)
		mark = ", "
		if _, known := readAction(s.action); !known {
			dst = append(dst, " (not known)"...)
		}
	}
	if s.color != nil {
		dst = appendText(append(append(dst, mark...), "colour and brightness "...), s.color)
		mark = ", "
	}
	for i := range s.fields {
		l := s.fields[i].label
		dst = append(append(append(dst, mark...), l.property.Name...), ' ')
		mark = ", "
		if v, err := l.value(s.fields[i].value); err != nil {
			dst = fmt.Appendf(dst, "not understood (%v)", err)
		} else {
			dst = l.property.AppendFormat(dst, v)
		}
	}
	if s.strange != nil {
		dst = append(appendText(append(dst, mark...), s.strange), " is not known"...)
	}
	return dst
}

// explainOrder explains what follows 10;.
func explainOrder(dst, order []byte) []byte {
	if text, ok := asks[string(order)]; ok {
		return append(dst, text...)
	}
	parts := bytes.Split(order, []byte{';'})
	if n, ok := bytes.CutPrefix(order, []byte("RTSRECCLEAN=")); ok {
		return appendText(append(dst, "forget the rolling code "...), n)
	}
	if len(parts) == 1 {
		return appendText(append(dst, "set "...), order)
	}
	dst = append(append(appendText(append(dst, "send "...), parts[0]), ' '), parts[1]...)
	switch len(parts) {
	case 2:
		return append(dst, ": ring"...)
	case 3:
		return appendText(append(dst, ": "...), parts[2])
	case 4:
		return appendText(append(appendText(append(dst, ", switch "...), parts[2]), ": "...), parts[3])
	}
	dst = appendText(append(dst, ", switch "...), parts[2])
	dst = appendText(append(dst, ", "...), bytes.Join(parts[3:len(parts)-1], []byte{' '}))
	return appendText(append(dst, ": "...), parts[len(parts)-1])
}

// appendText appends a part of a line, as far as it can be shown.
func appendText(dst, text []byte) []byte {
	const most = 200
	for i, c := range text {
		if i >= most {
			return append(dst, "…"...)
		}
		if c < ' ' || c > '~' {
			c = '.'
		}
		dst = append(dst, c)
	}
	return dst
}
