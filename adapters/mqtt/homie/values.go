package homie

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// binding leads from a topic to the value of a property.
type binding struct {
	device   *device
	path     string // below the device's base
	topic    string
	property *devices.Property
	duration bool
	raw      []byte // the last payload
	at       time.Time
	last     devices.Value // a text that comes again needs no memory of its own
	failing  bool
}

// hear takes a value.
func (b *binding) hear(r *convention.Result, m *convention.Received) {
	if len(m.Payload) == 0 {
		return // no value is there any more
	}
	if len(m.Payload) <= maxText {
		b.raw = append(b.raw[:0], m.Payload...)
		b.at = m.At
	}
	b.read(r, m.Payload, m.At)
}

func (b *binding) read(r *convention.Result, payload []byte, at time.Time) {
	value, err := b.value(payload)
	if err == nil && !b.property.Writable {
		err = b.property.Check(value)
	}
	if err != nil {
		b.failing = true
		r.Faults = append(r.Faults, convention.Fault{Device: b.device.uid, Property: b.property.Name, Topic: b.topic, Err: err})
		return
	}
	if b.failing {
		b.failing = false
		r.Faults = append(r.Faults, convention.Fault{Device: b.device.uid, Property: b.property.Name, Topic: b.topic})
	}
	r.Readings = append(r.Readings, devices.Reading{Device: b.device.uid, Property: b.property.Name, Value: value, At: at})
}

func (b *binding) value(payload []byte) (devices.Value, error) {
	if len(payload) == 1 && payload[0] == 0 {
		payload = nil // Homie's empty text: an empty message would delete it
	}
	text := bytes.TrimSpace(payload)
	switch b.property.Type {
	case devices.TypeNumber:
		if n, ok := parseDecimal(text); ok {
			return devices.Number(n), nil
		}
		if b.duration {
			return parseDuration(string(text[:min(len(text), 64)]))
		}
	case devices.TypeBoolean:
		switch string(text) {
		case "true":
			return devices.Boolean(true), nil
		case "false":
			return devices.Boolean(false), nil
		}
	case devices.TypeEnum:
		for _, option := range b.property.Options {
			if string(text) == option {
				return devices.Text(option), nil
			}
		}
	case devices.TypeText:
		if last, ok := b.last.Text(); ok && string(payload) == last {
			return b.last, nil
		}
		if len(payload) > devices.MaxText {
			return devices.Value{}, fmt.Errorf("%w: text of %d bytes, want at most %d", devices.ErrRange, len(payload), devices.MaxText)
		}
		b.last = devices.Text(strings.ToValidUTF8(string(payload), "\uFFFD"))
		return b.last, nil
	}
	return b.property.Parse(string(bytes.ToValidUTF8(text[:min(len(text), 200)], []byte("\uFFFD"))))
}

// parseDecimal reads a number that is only digits, sign, point and exponent.
func parseDecimal(text []byte) (float64, bool) {
	const longest = 32 // bytes
	if len(text) == 0 || len(text) > longest {
		return 0, false
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	n, err := strconv.ParseFloat(string(text), 64)
	return n, err == nil
}

// parseDuration reads PT12H5M46S in seconds.
func parseDuration(text string) (devices.Value, error) {
	rest, ok := strings.CutPrefix(text, "PT")
	seconds, last := 0.0, 0
	for ok && rest != "" {
		i := strings.IndexAny(rest, "HMS")
		if i < 1 {
			ok = false
			break
		}
		n, digits := parseDecimal([]byte(rest[:i]))
		order := strings.IndexByte(" HMS", rest[i])
		if ok = digits && n >= 0 && order > last; ok {
			seconds += n * []float64{0, 3600, 60, 1}[order]
			last, rest = order, rest[i+1:]
		}
	}
	if !ok || last == 0 {
		return devices.Value{}, fmt.Errorf("got %q, want a duration like PT12H5M46S", convention.Shorten(text))
	}
	return devices.Number(seconds), nil
}

// formatDuration writes seconds as PT12H5M46S.
func formatDuration(seconds float64) []byte {
	s := int64(math.Round(max(0, min(seconds, 1e12))))
	out := []byte("PT")
	for _, part := range []struct {
		seconds int64
		letter  byte
	}{{3600, 'H'}, {60, 'M'}} {
		if n := s / part.seconds; n > 0 {
			out = append(strconv.AppendInt(out, n, 10), part.letter)
			s -= n * part.seconds
		}
	}
	if s > 0 || len(out) == 2 {
		out = append(strconv.AppendInt(out, s, 10), 'S')
	}
	return out
}
