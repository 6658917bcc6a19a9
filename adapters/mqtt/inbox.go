package mqtt

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// maxBatch bounds the readings that one Apply takes.
const maxBatch = 512

// Counts says how many messages were dropped since the adapter was made.
type Counts struct {
	BadTopic  uint64 // topic is not valid UTF-8
	Oversized uint64 // payload is larger than 1 MiB
	Unknown   uint64 // topic belongs to no device
	Fault     uint64 // value or announcement could not be read
	Crowd     uint64 // announcement of a device beyond max_devices
	Unasked   uint64 // message of ours that did not go out, for too many waited
}

// counters are Counts that grow.
type counters struct{ badTopic, oversized, unknown, fault, crowd, unasked atomic.Uint64 }

// inbox decodes what the broker publishes and gives it to the sink, as much at
// once as one read of the socket brought.
type inbox struct {
	spoken *speakers
	sink   adapters.Sink
	log    zerolog.Logger
	drops  *counters
	taken  *ledger

	subscriptions *subscriptions
	questions     *questions
	records       *records
	earlier       chan struct{} // has an element when alarm has become earlier

	mu      sync.Mutex // guards the rest: the goroutine that reads and the one that ends the session meet
	parting bool       // nothing more is taken in this session

	result convention.Result
	owed   []acknowledgement // for what is in result, and for what meant nothing
	now    time.Time         // of what is in result; zero: nothing came yet

	unsettled chan<- acknowledgement // of the session
	done      <-chan struct{}        // of the session

	alarm time.Time // when something is due
	birth birth

	muted map[voice]struct{} // devices for which another convention speaks now

	faults    map[property]*trouble
	badTopics adapters.Repeat
	oversize  adapters.Repeat
	crowd     adapters.Repeat
	refused   uint64 // announcements for which there was no room, as far as counted
}

func newInbox(a *Adapter, spoken *speakers, sink adapters.Sink) *inbox {
	in := &inbox{
		spoken:        spoken,
		sink:          sink,
		log:           a.log,
		drops:         &a.drops,
		taken:         newLedger(&a.cfg),
		subscriptions: newSubscriptions(),
		questions:     newQuestions(),
		records:       newRecords(sink, a.log),
		earlier:       make(chan struct{}, 1),
		birth:         newBirth(&a.cfg, spoken),
		muted:         make(map[voice]struct{}),
		faults:        make(map[property]*trouble),
	}
	for _, f := range in.birth.filters() {
		in.subscriptions.static(0, f)
	}
	spoken.filters(in.subscriptions.static)
	return in
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
	in.spoken.table.Announce(&in.result)
	in.flush()
}

// lost makes all devices offline.
func (in *inbox) lost() {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, s := range in.spoken.all {
		in.guarded(i, s.Lost)
	}
	in.flush()
}

// connected makes devices what they were before lost, as far as can be known.
func (in *inbox) connected() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.birth.begin()
	for i, s := range in.spoken.all {
		in.guarded(i, s.Restored)
	}
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
	if len(in.result.Removed) > 0 {
		in.flush() // what is removed may be announced again by this message
	}
	before := len(in.result.Readings)
	m := convention.Received{Topic: p.topic, Payload: p.payload, Retained: p.retained, At: in.now}
	birth := in.hearBirth(m)
	if known := in.decode(m); !known && !birth {
		in.drops.unknown.Add(1)
	}
	if origin != 0 {
		for i := range in.result.Readings[before:] {
			in.result.Readings[before+i].Origin = origin + uint64(i)
		}
	}
	if len(in.result.Readings) >= maxBatch || len(in.owed) >= maxBatch {
		in.flush()
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
	if !in.now.IsZero() {
		in.askDue(in.now)
	}
	r.Announced = lastOfEach(r.Announced)
	if len(r.Readings) > 0 || len(r.Availability) > 0 || len(r.Announced) > 0 || len(r.Removed) > 0 {
		in.sink.Apply(r.Update)
	}
	in.noteNames()
	for i := range r.Faults {
		in.fault(&r.Faults[i])
	}
	in.crowded()
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

// lastOfEach leaves the last announcement of each device: one that announces an
// entity at a time is announced as often.
func lastOfEach(all []*devices.Device) []*devices.Device {
	if len(all) < 2 {
		return all
	}
	last := make(map[devices.ID]int, len(all))
	for i, d := range all {
		last[d.ID] = i
	}
	kept := all[:0]
	for i, d := range all {
		if last[d.ID] == i {
			kept = append(kept, d)
		}
	}
	return kept
}
