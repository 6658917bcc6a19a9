package mqtt

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/devices"
)

// maxBatch bounds the readings that one Apply takes.
const maxBatch = 512

// maxFaults bounds the properties whose faults are told apart; beyond it they
// share one.
const maxFaults = 1000

// Counts says how many messages were dropped since the adapter was made.
type Counts struct {
	BadTopic  uint64 // topic is not valid UTF-8
	Oversized uint64 // payload is larger than 1 MiB
	Unknown   uint64 // topic belongs to no device
	Fault     uint64 // value could not be read
}

// counters are Counts that grow.
type counters struct{ badTopic, oversized, unknown, fault atomic.Uint64 }

// property tells faults apart.
type property struct {
	device devices.ID
	name   string
}

// trouble is what was said about the faults of one property.
type trouble struct {
	said adapters.Repeat
	ends int // how often it was said that it works again
}

// maxEnds bounds how often a fault that comes and goes is said each time. After
// that it is said at growing intervals, so that nobody can fill the log with it.
const maxEnds = 10

// inbox decodes what the broker publishes and gives it to the sink, as much at
// once as one read of the socket brought.
type inbox struct {
	table *mapped.Table
	sink  adapters.Sink
	log   zerolog.Logger
	drops *counters
	taken *ledger

	mu      sync.Mutex // guards the rest: the goroutine that reads and the one that ends the session meet
	parting bool       // nothing more is taken in this session

	result convention.Result
	owed   []acknowledgement // for what is in result, and for what meant nothing
	now    time.Time         // of what is in result; zero: nothing came yet

	unsettled chan<- acknowledgement // of the session
	done      <-chan struct{}        // of the session

	faults    map[property]*trouble
	badTopics adapters.Repeat
	oversize  adapters.Repeat
}

func newInbox(a *Adapter, sink adapters.Sink) *inbox {
	return &inbox{table: a.table, sink: sink, log: a.log, drops: &a.drops, taken: newLedger(&a.cfg), faults: make(map[property]*trouble)}
}

// begin prepares for a session. What is owed in it goes to unsettled, until done
// is closed.
func (in *inbox) begin(unsettled chan<- acknowledgement, done <-chan struct{}) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.owed = in.owed[:0] // the broker sends it again
	in.flush()
	in.unsettled, in.done, in.parting = unsettled, done, false
}

// part takes no more from the session, and applies and owes all that was taken.
func (in *inbox) part() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.parting = true
	in.flush()
}

// announce makes the devices known.
func (in *inbox) announce() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.table.Announce(&in.result)
	in.flush()
}

// lost makes all devices offline.
func (in *inbox) lost() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.table.Lost(&in.result)
	in.flush()
}

// connected makes devices what they were before lost, as far as can be known.
func (in *inbox) connected() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.table.Restored(&in.result)
}

// forgotten forgets what was taken: the broker will not send it again.
func (in *inbox) forgotten() { in.taken.forget() }

// publish decodes p. Its effect is applied at the latest by the next idle.
func (in *inbox) publish(p publication) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.parting {
		return // not acknowledged: it comes again
	}
	origin, again := uint64(0), false
	if p.ack.qos > 0 {
		origin, p.ack.serial, again = in.taken.take(&p)
		in.owed = append(in.owed, p.ack)
	}
	if again {
		return
	}
	if !utf8.Valid(p.topic) {
		in.drops.badTopic.Add(1)
		in.dropped(&in.badTopics, p.topic, "topic is not valid UTF-8")
		return
	}
	if in.now.IsZero() {
		in.now = time.Now()
	}
	before := len(in.result.Readings)
	in.decode(p)
	if origin != 0 {
		for i := range in.result.Readings[before:] {
			in.result.Readings[before+i].Origin = origin + uint64(i)
		}
	}
	if len(in.result.Readings) >= maxBatch || len(in.owed) >= maxBatch {
		in.flush()
	}
}

// decode keeps a mistake in a decoder from ending the program.
func (in *inbox) decode(p publication) {
	defer func() {
		if value := recover(); value != nil {
			in.log.Error().Bytes("stack", debug.Stack()).Str("topic", shorten(string(p.topic))).Msgf("decoding a message ended in a panic: %v", value)
		}
	}()
	if !in.table.Decode(&in.result, convention.Received{Topic: p.topic, Payload: p.payload, Retained: p.retained, At: in.now}) {
		in.drops.unknown.Add(1)
	}
}

// oversized takes note of a message that was skipped.
func (in *inbox) oversized(topic []byte, size int64, ack acknowledgement) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.parting {
		return
	}
	if ack.qos > 0 {
		in.owed = append(in.owed, ack)
	}
	in.drops.oversized.Add(1)
	in.dropped(&in.oversize, topic, fmt.Sprintf("payload of %d bytes, want at most %d", size, maxPayload))
}

// dropped says that a message was dropped. What the message was is no change
// that is said at once: whoever sends it could fill the log.
func (in *inbox) dropped(said *adapters.Repeat, topic []byte, reason string) {
	if say, kept := said.Say("dropped", time.Now()); say {
		in.log.Warn().Str("topic", fmt.Sprintf("%q", shorten(string(topic)))).Str("reason", reason).Int("repeated", kept).Msg("message dropped")
	}
}

// idle applies what was decoded and owes its acknowledgements.
func (in *inbox) idle() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.flush()
}

func (in *inbox) flush() {
	r := &in.result
	if len(r.Readings) > 0 || len(r.Availability) > 0 || len(r.Announced) > 0 || len(r.Removed) > 0 {
		in.sink.Apply(r.Update)
	}
	for i := range r.Faults {
		in.fault(&r.Faults[i])
	}
	r.Reset()
	in.now = time.Time{}
	for _, a := range in.owed {
		select {
		case in.unsettled <- a:
		case <-in.done: // the broker will send it again
		}
	}
	in.owed = in.owed[:0]
}

// fault says that a property is at fault, at once and then seldom, and that it
// works again.
func (in *inbox) fault(f *convention.Fault) {
	key := property{f.Device, f.Property}
	known := in.faults[key]
	if f.Err == nil {
		if known != nil && known.ends < maxEnds {
			known.ends++
			known.said.Clear()
			in.log.Info().Str("device", string(f.Device)).Str("property", f.Property).Msg("values can be read again")
		}
		return
	}
	in.drops.fault.Add(1)
	if known == nil && len(in.faults) >= maxFaults {
		key = property{}
		known = in.faults[key]
	}
	if known == nil {
		known = &trouble{}
		in.faults[key] = known
	}
	if say, kept := known.said.Say("fault", time.Now()); say {
		in.log.Warn().Str("device", string(f.Device)).Int("repeated", kept).Err(f).Msg("value cannot be read")
	}
}
