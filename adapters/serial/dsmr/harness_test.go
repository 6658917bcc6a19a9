package dsmr_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/dsmr"
	"thingbridge/devices"
)

// start is when the tests begin: 2026-01-15 12:00 in the Netherlands.
var start = time.Date(2026, 1, 15, 11, 0, 0, 0, time.UTC)

// unsealed writes a telegram as before DSMR 4.
func unsealed(head string, lines ...string) string {
	return "/" + head + "\r\n\r\n" + strings.Join(lines, "\r\n") + "\r\n!\r\n"
}

// sealed writes a telegram with its CRC.
func sealed(head string, lines ...string) string {
	text := strings.TrimSuffix(unsealed(head, lines...), "\r\n")
	return fmt.Sprintf("%s%04X\r\n", text, crc(text))
}

// crc is CRC-16/ARC, bit by bit.
func crc(text string) (sum uint16) {
	for _, b := range []byte(text) {
		sum ^= uint16(b)
		for range 8 {
			odd := sum&1 != 0
			sum >>= 1
			if odd {
				sum ^= 0xA001
			}
		}
	}
	return sum
}

// dutch is what a meter of DSMR 5 says.
func dutch(lines ...string) string {
	return sealed(`ISK5\2M550T-1012`, append([]string{
		"1-3:0.2.8(50)", "0-0:1.0.0(260115120000W)", "0-0:96.1.1(4530303434303037333832323436303139)",
		"1-0:1.8.1(000004.426*kWh)", "1-0:1.8.2(000002.399*kWh)", "1-0:2.8.1(000002.444*kWh)", "1-0:2.8.2(000000.000*kWh)",
		"0-0:96.14.0(0002)", "1-0:1.7.0(00.244*kW)", "1-0:2.7.0(00.000*kW)",
	}, lines...)...)
}

// port is a codec with what comes from a port.
type port struct {
	t      *testing.T
	codec  *dsmr.DSMR
	buffer codec.Buffer
	result codec.Result // of the last hear
	errs   []string
	values map[string]string // by device and property, as a reader would have them
	seen   map[devices.ID]*devices.Device
	online map[devices.ID]devices.Availability
	source *devices.Source
	told   int
	kept   []codec.Record
}

func open(t *testing.T, cfg dsmr.Config, records ...codec.Record) *port {
	t.Helper()
	c, err := dsmr.New("meter", cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := &port{
		t: t, codec: c, values: make(map[string]string), seen: make(map[devices.ID]*devices.Device),
		online: make(map[devices.ID]devices.Availability), source: devices.NewRegistry().Source("test", nil),
	}
	for _, record := range records {
		c.Recall(&p.result, record)
	}
	c.Opened(&p.result, start)
	p.take()
	return p
}

// hear gives the codec what comes at a time.
func (p *port) hear(at time.Time, data string) {
	p.t.Helper()
	p.result.Reset()
	p.errs = nil
	for frame, err := range p.buffer.Take(p.codec, []byte(data)) {
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

// take notes what the codec has told.
func (p *port) take() {
	p.t.Helper()
	if err := p.source.Apply(p.result.Update); err != nil {
		p.t.Error(err)
	}
	for _, d := range p.result.Announced {
		p.seen[d.ID] = d
	}
	for _, a := range p.result.Availability {
		p.online[a.Device] = a.Availability
	}
	for _, r := range p.result.Readings {
		p.values[string(r.Device)+" "+r.Property] = r.Value.String()
	}
	p.told += len(p.result.Readings)
	p.kept = append(p.kept, p.result.Keep...)
}

// want compares values, each as "device property=value".
func (p *port) want(all ...string) {
	p.t.Helper()
	for _, one := range all {
		key, value, _ := strings.Cut(one, "=")
		if got, ok := p.values[key]; !ok || got != value {
			p.t.Errorf("%s: got %q (told: %t), want %q", key, got, ok, value)
		}
	}
}

// wantNothingWrong reports errors and faults.
func (p *port) wantNothingWrong() {
	p.t.Helper()
	for _, err := range p.errs {
		p.t.Error(err)
	}
}

// wantError looks for a text in the only error.
func (p *port) wantError(parts ...string) {
	p.t.Helper()
	if len(p.errs) != 1 {
		p.t.Fatalf("errors %q, want one with %q", p.errs, parts)
	}
	for _, part := range parts {
		if !strings.Contains(p.errs[0], part) {
			p.t.Errorf("error %q, want %q in it", p.errs[0], part)
		}
	}
}
