package line_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

// start is when the tests begin.
var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// bench is a codec with a registry that takes what it reports.
type bench struct {
	t        *testing.T
	codec    *line.Codec
	buffer   codec.Buffer
	registry *devices.Registry
	source   *devices.Source
	now      time.Time

	result  codec.Result // of the last step
	faults  []string
	kept    map[string][]byte
	sent    []string
	done    map[codec.Ticket]error
	next    time.Time
	tickets codec.Ticket
}

// newBench returns a codec whose port has been opened.
func newBench(t *testing.T, format line.Format, cfg line.Config, records ...codec.Record) *bench {
	t.Helper()
	c, err := line.New("attic", format, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	registry := devices.NewRegistry()
	b := &bench{
		t: t, codec: c, registry: registry, source: registry.Source("attic", nil), now: start,
		kept: make(map[string][]byte), done: make(map[codec.Ticket]error),
	}
	for _, record := range records {
		b.step(func(r *codec.Result) { c.Recall(r, record) })
	}
	b.step(func(r *codec.Result) { c.Opened(r, b.now) })
	return b
}

// step does something with the codec, and applies what comes of it.
func (b *bench) step(do func(*codec.Result)) {
	b.t.Helper()
	b.result.Reset()
	do(&b.result)
	if err := b.source.Apply(b.result.Update); err != nil {
		b.t.Error(err)
	}
	for i := range b.result.Faults {
		f := &b.result.Faults[i]
		if f.Err == nil {
			b.faults = append(b.faults, "works again")
			continue
		}
		b.faults = append(b.faults, f.Error())
	}
	for _, k := range b.result.Keep {
		if k.Value == nil {
			delete(b.kept, k.Key)
			continue
		}
		b.kept[k.Key] = k.Value
	}
	for _, f := range b.result.Send {
		b.sent = append(b.sent, string(f.Bytes))
		if f.Ticket != 0 {
			b.settle(f.Ticket, nil)
		}
	}
	for _, o := range b.result.Done {
		b.settle(o.Ticket, o.Err)
	}
}

func (b *bench) settle(ticket codec.Ticket, err error) {
	b.t.Helper()
	if _, twice := b.done[ticket]; twice {
		b.t.Errorf("ticket %d is settled twice", ticket)
	}
	b.done[ticket] = err
}

// hear gives the codec what comes from the port, a second for each line.
func (b *bench) hear(text string) {
	b.t.Helper()
	for frame, err := range b.buffer.Take(b.codec, []byte(text)) {
		if err != nil {
			b.faults = append(b.faults, err.Error())
			continue
		}
		b.now = b.now.Add(time.Second)
		b.step(func(r *codec.Result) { b.codec.Decode(r, frame, b.now) })
	}
}

// pass lets time go by, and asks the codec whenever it wants to be asked.
func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	end := b.now.Add(d)
	for {
		b.step(func(r *codec.Result) { b.next = b.codec.Due(r, b.now) })
		if b.next.IsZero() || b.next.After(end) {
			b.now = end
			return
		}
		if !b.next.After(b.now) {
			b.t.Fatalf("due at %v, which is not after %v", b.next, b.now)
		}
		b.now = b.next
	}
}

// set gives a command, and returns its ticket.
func (b *bench) set(device devices.ID, property string, v devices.Value) (codec.Ticket, error) {
	b.t.Helper()
	b.tickets++
	var err error
	b.step(func(r *codec.Result) {
		err = b.codec.Encode(r, devices.Command{Device: device, Property: property, Value: v}, b.tickets, b.now)
	})
	return b.tickets, err
}

// values writes the values of all devices, sorted: "attic temperature 21.5 °C".
func (b *bench) values() []string {
	var all []string
	for _, twin := range b.registry.All() {
		for i, s := range twin.States {
			if !s.Reported.IsZero() {
				p := &twin.Device.Properties[i]
				all = append(all, fmt.Sprintf("%s %s %s", twin.Device.ID, p.Name, p.Format(s.Reported)))
			}
		}
	}
	slices.Sort(all)
	return all
}

// availability writes the devices and whether they can be reached, sorted.
func (b *bench) availability() []string {
	var all []string
	for _, twin := range b.registry.All() {
		all = append(all, fmt.Sprintf("%s %s", twin.Device.ID, twin.Availability))
	}
	slices.Sort(all)
	return all
}

// records returns what was kept.
func (b *bench) records() []codec.Record {
	var all []codec.Record
	for key, value := range b.kept {
		all = append(all, codec.Record{Key: key, Value: value})
	}
	slices.SortFunc(all, func(x, y codec.Record) int { return strings.Compare(x.Key, y.Key) })
	return all
}

// lines joins lines as a device writes them.
func lines(all ...string) string { return strings.Join(all, "\r\n") + "\r\n" }

// twice is a device that says the same again, with a line before it that gets lost when
// the port is opened.
func twice(all ...string) string { return lines("boot") + lines(all...) + lines(all...) }

// mustNew returns a codec for a configuration without mistakes.
func mustNew(format line.Format, cfg line.Config) *line.Codec {
	c, err := line.New("attic", format, &cfg)
	if err != nil {
		panic(err)
	}
	return c
}

func number(n float64) *float64 { return &n }

func whole(n int) *int { return &n }
