package serial

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// words is a codec for tests: lines of "DEVICE PROPERTY VALUE", where temperature is a
// number and on and slow are what can be told: "set DEVICE PROPERTY VALUE" is the line
// for it. Whoever sets slow waits for "ack". Other lines make it do other things.
type words struct {
	known   map[string]bool
	waiting []codec.Ticket
	opened  int
	rounds  int // of Due
	lines   codec.Lines
}

func newWords() *words { return &words{known: make(map[string]bool), lines: codec.NewLines("\n", 80)} }

func (w *words) Split(data []byte) (int, []byte, error) { return w.lines.Split(data) }

func (w *words) Decode(r *codec.Result, frame []byte, at time.Time) {
	var fields [3][]byte
	n := 0
	for rest := frame; n < 3 && len(rest) > 0; n++ {
		fields[n], rest, _ = bytes.Cut(rest, []byte(" "))
	}
	switch string(fields[0]) {
	case "ack":
		for _, t := range w.waiting {
			r.Done = append(r.Done, codec.Outcome{Ticket: t})
		}
		w.waiting = w.waiting[:0]
		return
	case "hang":
		r.Hung = errors.New("it hangs")
		return
	case "panic":
		panic("a mistake in the codec")
	case "keep":
		r.Keep = append(r.Keep, codec.Record{Key: string(fields[1]), Value: bytes.Clone(fields[2])})
		r.Send = append(r.Send, codec.Frame{Bytes: []byte("kept\n")})
		return
	}
	if n < 3 {
		r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf("%d words, want 3", n)})
		return
	}
	id := w.device(r, fields[0])
	if string(fields[1]) == "temperature" {
		v, err := strconv.ParseFloat(string(fields[2]), 64)
		if err != nil {
			r.Faults = append(r.Faults, codec.Fault{Device: id, Property: "temperature", Err: fmt.Errorf("got %q, want a number", fields[2])})
			return
		}
		r.Readings = append(r.Readings, devices.Reading{Device: id, Property: "temperature", Value: devices.Number(v), At: at})
		return
	}
	r.Readings = append(r.Readings, devices.Reading{Device: id, Property: "on", Value: devices.Boolean(string(fields[2]) == "true"), At: at})
}

// device announces a device that was not known.
func (w *words) device(r *codec.Result, name []byte) devices.ID {
	if known, ok := w.known[string(name)]; ok && known {
		return ids[string(name)]
	}
	id := devices.ID(name)
	if known, ok := ids[string(name)]; ok {
		id = known
	}
	if _, ok := w.known[string(name)]; !ok {
		r.Announced = append(r.Announced, &devices.Device{ID: id, Properties: []devices.Property{
			{Name: "temperature", Type: devices.TypeNumber},
			{Name: "on", Type: devices.TypeBoolean, Writable: true},
			{Name: "slow", Type: devices.TypeBoolean, Writable: true},
		}})
	}
	r.Availability = append(r.Availability, devices.Presence{Device: id, Availability: devices.Online})
	w.known[string(name)] = true
	return id
}

// ids spares the tests of allocations the making of strings.
var ids = map[string]devices.ID{"lamp": "lamp", "attic": "attic"}

func (w *words) Encode(r *codec.Result, cmd devices.Command, ticket codec.Ticket, _ time.Time) error {
	if _, ok := w.known[string(cmd.Device)]; !ok {
		return fmt.Errorf("device %q: %w", cmd.Device, codec.ErrNoSuchDevice)
	}
	frame := codec.Frame{Bytes: fmt.Appendf(nil, "set %s %s %s\n", cmd.Device, cmd.Property, cmd.Value)}
	switch cmd.Property {
	case "on":
		frame.Ticket = ticket
	case "slow":
		w.waiting = append(w.waiting, ticket)
	default:
		return fmt.Errorf("property %q: %w", cmd.Property, codec.ErrNoSuchProperty)
	}
	r.Send = append(r.Send, frame)
	return nil
}

func (w *words) Due(_ *codec.Result, _ time.Time) time.Time {
	w.rounds++
	return time.Time{}
}

func (w *words) Opened(r *codec.Result, _ time.Time) {
	w.opened++
	r.Send = append(r.Send, codec.Frame{Bytes: []byte("hello\n")})
}

func (w *words) Lost(r *codec.Result) {
	for name := range w.known {
		r.Availability = append(r.Availability, devices.Presence{Device: devices.ID(name), Availability: devices.Offline})
		w.known[name] = false
	}
	for _, t := range w.waiting {
		r.Done = append(r.Done, codec.Outcome{Ticket: t, Err: codec.ErrLost})
	}
	w.waiting = w.waiting[:0]
}

func (w *words) Recall(r *codec.Result, record codec.Record) {
	if record.Key == "device" {
		w.device(r, bytes.Clone(record.Value))
		w.known[string(record.Value)] = false
	}
}

func (w *words) Explain(dst, frame []byte) []byte {
	return append(append(dst, strings.ToUpper("words: ")...), frame...)
}

func (w *words) Forget(r *codec.Result, id devices.ID) error {
	switch _, ok := w.known[string(id)]; {
	case id == "configured":
		return codec.ErrConfigured
	case !ok:
		return codec.ErrNoSuchDevice
	}
	delete(w.known, string(id))
	r.Removed = append(r.Removed, id)
	r.Keep = append(r.Keep, codec.Record{Key: "device"})
	return nil
}

func (w *words) Adopt(r *codec.Result, old, now devices.ID) error {
	if old == now {
		return codec.ErrCannotAdopt
	}
	return w.Forget(r, now)
}

var (
	_ codec.Codec     = (*words)(nil)
	_ codec.Forgetter = (*words)(nil)
	_ codec.Adopter   = (*words)(nil)
)

// wordsProtocols are the codecs that tests can name.
func wordsProtocols() []protocol {
	usual := func() codec.Line { return codec.Line{Baud: 115200, Settle: 2 * time.Second} }
	never := func(*Config) bool { return false }
	return []protocol{
		{name: "words", form: text, usual: usual, given: never, open: func(string, *Config) (codec.Codec, error) { return newWords(), nil }},
		{name: "bits", form: binary, usual: usual, given: never, open: func(string, *Config) (codec.Codec, error) { return newWords(), nil }},
	}
}
