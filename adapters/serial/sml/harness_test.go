package sml_test

import (
	"encoding/hex"
	"fmt"
	"math/bits"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/sml"
	"thingbridge/devices"
)

var start = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// crc16 is CRC-16 with the polynomial 1021, reversed, bit by bit.
func crc16(sum uint16, data []byte) uint16 {
	for _, b := range data {
		sum ^= uint16(b)
		for range 8 {
			odd := sum&1 != 0
			sum >>= 1
			if odd {
				sum ^= 0x8408
			}
		}
	}
	return sum
}

func x25(data []byte) uint16    { return bits.ReverseBytes16(^crc16(0xFFFF, data)) }
func kermit(data []byte) uint16 { return crc16(0, data) }

// raw reads hexadecimal digits with blanks between them.
func raw(text string) []byte {
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	return data
}

// message closes a message: six elements of which text has four.
func message(sum func([]byte) uint16, text ...string) []byte {
	out := append([]byte{0x76}, raw(strings.Join(text, ""))...)
	crc := sum(out)
	return append(out, 0x63, byte(crc>>8), byte(crc), 0)
}

// wrap writes a file: escape sequences around the messages and within them, what fills
// up, and the CRC.
func wrap(sum func([]byte) uint16, messages ...[]byte) []byte {
	out := raw("1b1b1b1b 01010101")
	var inner []byte
	for _, m := range messages {
		inner = append(inner, m...)
	}
	fill := (4 - len(inner)%4) % 4
	inner = append(inner, make([]byte, fill)...)
	text := strings.ReplaceAll(string(inner), "\x1b\x1b\x1b\x1b", "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b")
	out = append(append(out, text...), 0x1b, 0x1b, 0x1b, 0x1b, 0x1a, byte(fill))
	crc := sum(out)
	return append(out, byte(crc>>8), byte(crc))
}

// The parts of a file of a meter with a number by DIN 43863-5.
const (
	opened = "05 00000001 6200 6200 72 6301 01 76 01 01 05 00000001 0b 0a01454d480000 41f045 01 01"
	closed = "05 00000003 6200 6200 72 6302 01 71 01"
	server = "0b 0a01454d480000 41f045"
)

// listOf is the message with values.
func listOf(sum func([]byte) uint16, id string, entries ...string) []byte {
	count := fmt.Sprintf("%02x", 0x70|len(entries))
	if len(entries) > 15 {
		count = fmt.Sprintf("%02x%02x", 0xF0|len(entries)>>4, len(entries)&15)
	}
	return message(sum, "05 00000002 6200 6200 72 630701 77 01", id, "07 0100620affff 72 6201 6500000007", count, strings.Join(entries, ""), "01 01")
}

// file is what a meter pushes.
func file(entries ...string) []byte {
	return wrap(x25, message(x25, opened), listOf(x25, server, entries...), message(x25, closed))
}

// The usual entries of a meter.
const (
	maker    = "77 070100603201 01 01 01 01 01 04 454d48 01"
	serial   = "77 0701006001 00ff 01 01 01 01" + server + "01"
	imported = "77 070100010800ff 64 1c0104 72 6201 6500000007 621e 52ff 59 000000000d637e08 01" // 22462413.6 Wh
	exported = "77 070100020800ff 01 01 621e 52ff 6200 01"
	power    = "77 070100100700ff 01 01 621b 5200 55 ffffff58 01" // -168 W
)

type port struct {
	t      *testing.T
	codec  *sml.SML
	buffer codec.Buffer
	result codec.Result
	errs   []string
	values map[string]string
	device *devices.Device
	online devices.Availability
	source *devices.Source
	told   int
	kept   []codec.Record
}

func open(t *testing.T, cfg sml.Config, records ...codec.Record) *port {
	t.Helper()
	c, err := sml.New("meter", cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := &port{t: t, codec: c, values: make(map[string]string), source: devices.NewRegistry().Source("test", nil)}
	for _, record := range records {
		c.Recall(&p.result, record)
	}
	c.Opened(&p.result, start)
	p.take()
	return p
}

func (p *port) hear(at time.Time, data []byte) {
	p.t.Helper()
	p.result.Reset()
	p.errs = nil
	for frame, err := range p.buffer.Take(p.codec, data) {
		if err != nil {
			p.errs = append(p.errs, err.Error())
			continue
		}
		p.codec.Decode(&p.result, frame, at)
	}
	p.codec.Due(&p.result, at)
	for i := range p.result.Faults {
		if f := &p.result.Faults[i]; f.Err != nil {
			p.errs = append(p.errs, f.Error())
		}
	}
	p.take()
}

func (p *port) take() {
	p.t.Helper()
	if err := p.source.Apply(p.result.Update); err != nil {
		p.t.Error(err)
	}
	for _, d := range p.result.Announced {
		p.device = d
	}
	for _, a := range p.result.Availability {
		p.online = a.Availability
	}
	for _, r := range p.result.Readings {
		p.values[r.Property] = r.Value.String()
	}
	p.told += len(p.result.Readings)
	p.kept = append(p.kept, p.result.Keep...)
}

// want compares values, each as "property=value".
func (p *port) want(all ...string) {
	p.t.Helper()
	for _, err := range p.errs {
		p.t.Error(err)
	}
	for _, one := range all {
		key, value, _ := strings.Cut(one, "=")
		if got, ok := p.values[key]; !ok || got != value {
			p.t.Errorf("%s: got %q (told: %t), want %q", key, got, ok, value)
		}
	}
}
