package rflink

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
)

var (
	errUndecoded = errors.New("the gateway writes what its radio did not understand; it stops when it is sent 10;RFDEBUG=OFF;")
	errNobody    = errors.New("it does not say who has sent it")
)

// said is a line of a device, taken apart.
type said struct {
	protocol, address, unit []byte
	action                  []byte // of CMD; nil: none
	color                   []byte // of RGBW
	fields                  []field
	strange                 []byte // the first label that is not known
	cut                     []byte // the label whose value may be cut
}

// Decode appends what a line means.
func (x *RFLink) Decode(r *codec.Result, frame []byte, at time.Time) {
	p, err := readPacket(frame)
	if errors.Is(err, errSent) {
		return
	}
	if err != nil {
		x.fault(r, err)
		return
	}
	x.life.hear(at)
	switch sayingOf(p.name) {
	case sayingOK:
		x.queue.settle(r, nil, at)
	case sayingUnknown:
		x.queue.settle(r, errUnknown, at)
	case sayingNoise:
		x.fault(r, errUndecoded)
		return
	case sayingDevice:
		if err := x.hear(r, &p, at); err != nil {
			x.fault(r, err)
			return
		}
	}
	if x.noisy {
		x.noisy = false
		r.Faults = append(r.Faults, codec.Fault{})
	}
}

// fault appends why a line meant nothing.
func (x *RFLink) fault(r *codec.Result, err error) {
	x.noisy = true
	r.Faults = append(r.Faults, codec.Fault{Err: err})
}

// saying is what a line is.
type saying uint8

const (
	sayingDevice saying = iota
	sayingOK
	sayingUnknown
	sayingPong
	sayingBanner
	sayingState // of the gateway: version, settings
	sayingNoise // what the radio has not understood
)

func sayingOf(name []byte) saying {
	switch string(name) {
	case "OK":
		return sayingOK
	case "CMD UNKNOWN":
		return sayingUnknown
	case "PONG":
		return sayingPong
	case "STATUS":
		return sayingState
	case "DEBUG":
		return sayingNoise
	}
	switch {
	case bytes.Contains(name, []byte("RFLink Gateway")), bytes.Contains(name, []byte("Nodo RadioFrequencyLink")):
		return sayingBanner
	case bytes.IndexByte(name, '=') >= 0:
		return sayingState
	}
	return sayingDevice
}

// take takes the line of a device apart. The fields are valid until the next call.
func (x *RFLink) take(p *packet) (said, error) {
	s := said{protocol: p.name}
	if !isWord(p.name) {
		return s, fmt.Errorf("%q is no protocol", shorten(string(p.name)))
	}
	all := x.fields[:0]
	watt := false
	for {
		word, value, whole, ok := p.next()
		if !ok {
			break
		}
		switch string(word) {
		case "ID":
			s.address = value
		case "SWITCH":
			s.unit = value
		case "CMD":
			s.action = value
		case "SET_LEVEL":
			s.action = value[:0:0]
			s.action = append(append(s.action, "SET_LEVEL="...), value...)
		case "RGBW":
			s.color = value
		case "DEBUG", "CHAN", "":
		default:
			l := labelOf(word)
			switch {
			case l == nil && s.strange == nil:
				s.strange = word
			case l == nil, len(all) == len(x.fields):
			case !whole && !l.tells():
				s.cut = word
			default:
				watt = watt || l.word == "WATT"
				all = append(all, field{l, value})
			}
		}
	}
	for i := range all {
		switch all[i].label.word {
		case "HUM":
			all[i].label = x.humidity
		case "KWATT":
			if watt {
				all[i].label = &counter
			}
		}
	}
	s.fields = all
	switch {
	case s.address == nil:
		return s, errNobody
	case !isCode(s.address):
		return s, fmt.Errorf("%q is no address", shorten(string(s.address)))
	case s.unit != nil && !isCode(s.unit):
		return s, fmt.Errorf("%q is no switch", shorten(string(s.unit)))
	}
	return s, nil
}

// hear takes the line of a device.
func (x *RFLink) hear(r *codec.Result, p *packet, at time.Time) error {
	s, err := x.take(p)
	if err != nil {
		return err
	}
	x.scratch = appendKey(x.scratch[:0], s.protocol, s.address)
	from := x.senders[string(x.scratch)]
	var d *device
	if from != nil {
		d = from.of(s.unit)
	}
	a, known := readAction(s.action)
	if d == nil && len(s.fields) == 0 && s.color == nil {
		switch {
		case s.action == nil:
			return fmt.Errorf("%s says nothing that is known%s", s.title(), behind(s.strange))
		case !known:
			return fmt.Errorf("%s: %w", s.title(), errCommand(s.action))
		case a.word == otherwise:
			return nil
		}
	}
	if d == nil {
		if d, err = x.meet(&s, at); d != nil {
			from = d.sender
		}
	}
	if d != nil {
		d.hear(r, at)
		x.obey(r, d, &s, a, known, at)
	}
	if a.everything && from != nil {
		from.everything(r, a, at)
	}
	return err
}

func errCommand(got []byte) error {
	return fmt.Errorf("command: got %q, want ON, OFF, ALLON, ALLOFF, UP, DOWN, STOP or SET_LEVEL=0 to 15", shorten(string(got)))
}

func behind(strange []byte) string {
	if strange == nil {
		return ""
	}
	return ": " + shorten(string(strange))
}

// obey appends what a line says of a device.
func (x *RFLink) obey(r *codec.Result, d *device, s *said, a action, known bool, at time.Time) {
	before := len(r.Faults)
	fields := s.fields
	var u *unit
	switch {
	case s.action != nil && !known:
		r.Faults = append(r.Faults, codec.Fault{Device: d.id, Err: errCommand(s.action)})
	case s.action != nil && d.senses() != nil:
		if value := spell(a); value != nil && len(fields) < len(x.fields) {
			fields = append(fields, field{d.senses(), value})
		}
	case a.everything && len(d.units) > 0: // the key for all of them need not be one of them
	case s.action != nil || s.color != nil:
		if u = d.unit(s.unit, s.unit); u != nil {
			if s.action != nil {
				d.adapt(u, a)
			}
			if s.color != nil {
				d.learn(u, &u.paints)
			}
		}
	}
	for i := range fields {
		d.feature(fields[i].label)
	}
	if d.announced == nil || d.grown {
		d.announce(r)
	}
	d.take(r, fields, at)
	if u != nil {
		if s.color != nil {
			d.paint(r, u, s.color, at)
		}
		if s.action != nil && !a.everything {
			d.act(r, u, a, at)
		}
	}
	if s.cut != nil {
		r.Faults = append(r.Faults, codec.Fault{Device: d.id, Err: fmt.Errorf("%s: the line is cut", shorten(string(s.cut)))})
	}
	if s.strange != nil {
		r.Faults = append(r.Faults, codec.Fault{Device: d.id, Err: fmt.Errorf("%s is not known, and passed over", shorten(string(s.strange)))})
	}
	d.mended(r, before)
}

// mended says that a device is well again, or notes that it is not.
func (d *device) mended(r *codec.Result, before int) {
	bad := false
	for i := before; i < len(r.Faults); i++ {
		bad = bad || r.Faults[i].Property == "" && r.Faults[i].Err != nil
	}
	if d.faulty && !bad {
		r.Faults = append(r.Faults, codec.Fault{Device: d.id})
	}
	d.faulty = bad
}

// senses is the label under which the device says ON and OFF; nil: it is a switch.
func (d *device) senses() *label {
	if d.cfg == nil {
		return nil
	}
	return kinds[d.cfg.Kind].label
}

// spell is how a sensor says an action; nil: it does not.
func spell(a action) []byte {
	switch a.word {
	case switchOn:
		return []byte("ON")
	case switchOff:
		return []byte("OFF")
	}
	return nil
}

// everything switches all that an address switches.
func (s *sender) everything(r *codec.Result, a action, at time.Time) {
	for _, d := range s.devices {
		if d.announced == nil || d.senses() != nil {
			continue
		}
		for _, u := range d.units {
			d.act(r, u, a, at)
		}
	}
}

// paint appends what RGBW says: a byte of colour and one of brightness.
func (d *device) paint(r *codec.Result, u *unit, text []byte, at time.Time) {
	n, err := hexNumber(text)
	if err == nil && n > 0xffff {
		err = fmt.Errorf("got %q, want at most 4 hexadecimal digits", text)
	}
	if err != nil {
		r.Faults = append(r.Faults, codec.Fault{Device: d.id, Property: "color" + u.end, Err: err})
		return
	}
	u.color, u.bright = byte(n>>8), byte(n)
	d.report(r, "color", u.end, colorOf(u.color), at)
	d.report(r, "brightness", u.end, percent(uint32(u.bright), 255), at)
}

// title is a protocol and an address, for people.
func (s *said) title() string {
	return strings.ToValidUTF8(string(s.protocol)+" "+string(s.address), "")
}
