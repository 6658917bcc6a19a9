package mqtt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// sent is a message of QoS 1.
func sent(id uint16, payload string) *publication {
	return &publication{topic: []byte("boiler/state"), payload: []byte(payload), ack: acknowledgement{id: id, qos: 1}}
}

// sentAgain is one that the broker may have sent before.
func sentAgain(id uint16, payload string) *publication {
	p := sent(id, payload)
	p.again = true
	return p
}

func testLedger() *ledger { return newLedger(&Config{Broker: "mqtt://127.0.0.1", ClientID: "house"}) }

// counting is a ledger of a broker that was seen to count its identifiers, all of
// whose messages up to last have been acknowledged.
func counting(t *testing.T, last uint16) *ledger {
	t.Helper()
	l := testLedger()
	for id := uint16(1); id <= last; id++ {
		_, serial, again := l.take(sent(id, "20"))
		if again {
			t.Fatalf("message %d counts as taken before", id)
		}
		l.offer(serial)
	}
	return l
}

func TestLedgerKnowsWhatComesAgain(t *testing.T) {
	tests := []struct {
		name string
		next *publication
		want bool
	}{
		{"one that was acknowledged", sentAgain(100, "20"), true},
		{"one of the same identifier that reads differently", sentAgain(100, "21"), false},
		{"one that we never had", sentAgain(101, "20"), false},
		{"one that is new", sent(101, "20"), false},
		{"one that is new, under an identifier that was used just now", sent(100, "20"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := counting(t, 100)
			if _, _, again := l.take(test.next); again != test.want {
				t.Errorf("again = %v, want %v", again, test.want)
			}
		})
	}
}

// A broker that uses the lowest free identifier may have given one to another
// message as soon as it had our acknowledgement.
func TestLedgerDoubtsABrokerThatUsesIdentifiersAgain(t *testing.T) {
	l := testLedger()
	var names []uint64
	take := func(p *publication, want bool) uint64 {
		t.Helper()
		name, serial, again := l.take(p)
		if again != want {
			t.Errorf("again = %v, want %v", again, want)
		}
		if !again {
			names = append(names, name)
		}
		return serial
	}
	for range 200 {
		take(sent(1, "20"), false)
		l.offer(take(sent(2, "20"), false))
	}
	take(sentAgain(1, "20"), false)
	take(sentAgain(1, "20"), true) // no acknowledgement was sent since
	seen := make(map[uint64]bool)
	for _, name := range names {
		if seen[name] || name == 0 {
			t.Fatalf("two messages have the name %d", name)
		}
		seen[name] = true
	}
}

// A broker that was killed may have forgotten the last of what it did.
func TestLedgerGoesBackWithTheBroker(t *testing.T) {
	l := counting(t, 200)
	if _, _, again := l.take(sentAgain(190, "20")); !again {
		t.Error("what the broker had sent before it was killed counts as new")
	}
	if _, _, again := l.take(sent(191, "20")); again {
		t.Error("a new message counts as taken before")
	}
	if _, _, again := l.take(sentAgain(195, "20")); again {
		t.Error("a message that was lost with the line counts as one of before the broker was killed")
	}
}

func TestLedgerIsBounded(t *testing.T) {
	l := testLedger()
	names := make(map[uint64]bool)
	for i := range 200_000 { // the identifiers come round three times
		name, serial, again := l.take(sent(uint16(1+i%65535), "20"))
		if again || names[name] {
			t.Fatalf("message %d counts as one of before", i)
		}
		names[name] = true
		l.offer(serial)
	}
	if len(l.entries) > maxTaken {
		t.Errorf("%d messages are remembered, want %d at most", len(l.entries), maxTaken)
	}
	if n := len(l.appendNote(nil, l.safe())); n >= 1000 {
		t.Errorf("a note of %d bytes, want less than 1000", n)
	}
}

func TestLedgerOfTheRunBefore(t *testing.T) {
	before := counting(t, 100)
	note := before.appendNote(nil, before.safe())
	unsettled, _, _ := before.take(sent(101, "20"))

	l := testLedger()
	l.load(note)
	if _, _, again := l.take(sentAgain(100, "20")); !again {
		t.Error("a message that was settled before the kill counts as new")
	}
	name, _, again := l.take(sentAgain(101, "20"))
	if again {
		t.Error("a message that was not settled before the kill counts as taken: it would be lost")
	}
	if name != unsettled {
		t.Errorf("a message that was not settled has the name %d after the kill, and had %d before", name, unsettled)
	}

	other := newLedger(&Config{Broker: "mqtt://127.0.0.2", ClientID: "house"})
	other.load(note)
	if _, _, again := other.take(sentAgain(100, "20")); again {
		t.Error("a message of another broker counts as taken before")
	}
}

func FuzzLedgerNote(f *testing.F) {
	l := testLedger()
	f.Add(l.appendNote(nil, 0))
	for id := range uint16(300) {
		l.take(sent(id+1, "20"))
	}
	f.Add(l.appendNote(nil, 300))
	f.Add([]byte{noteVersion})
	f.Fuzz(func(t *testing.T, note []byte) {
		l := testLedger()
		before := l.appendNote(nil, l.safe())
		l.load(note)
		after := l.appendNote(nil, l.safe())
		if !bytes.Equal(after, before) && (!bytes.Equal(after[:25], note[:25]) || !bytes.Equal(after[noteHead:], note[noteHead:])) {
			t.Errorf("loaded %x, noted %x", note, after)
		}
		l.take(sentAgain(7, "20"))
		l.take(sent(7, "20"))
	})
}

// FuzzLedger plays broker, line and kills, and holds that no message is lost,
// that no two messages have one name, and, where the broker counts, that none has
// two names and none is applied twice by one run.
func FuzzLedger(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, seed%4 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, lowestFree bool) {
		w := &world{t: t, chance: rand.New(rand.NewPCG(seed, 0)), lowestFree: lowestFree, ledger: testLedger(), applied: make(map[int][]uint64), owner: make(map[uint64]int), appliedIn: make(map[int]int), safe: make(map[int]bool), serials: make(map[int]uint64)}
		w.note = w.ledger.appendNote(nil, 0)
		for range 2000 {
			w.step()
		}
		w.finish()
	})
}

// world is a broker with messages in flight, a line and a gateway.
type world struct {
	t          *testing.T
	chance     *rand.Rand
	lowestFree bool
	made       int // messages so far
	last       uint16
	inflight   []flying // in order
	ledger     *ledger
	note       []byte
	owed       []owing // what came and is not acknowledged yet
	safe       map[int]bool
	applied    map[int][]uint64
	owner      map[uint64]int
	run        int         // of the gateway
	appliedIn  map[int]int // the run
	serials    map[int]uint64
}

// owing is a message that is to be settled and acknowledged.
type owing struct {
	message int
	id      uint16
	serial  uint64
}

type flying struct {
	message int
	id      uint16
	sent    bool // on some line
	arrived bool // on this line
}

func (w *world) step() {
	switch n := w.chance.IntN(100); {
	case n < 40:
		w.publish()
	case n < 70:
		w.arrive()
	case n < 92:
		w.settle(w.chance.IntN(4) > 0)
	case n < 97:
		w.cut()
	default:
		w.kill()
	}
}

func (w *world) publish() {
	if len(w.inflight) == 20 {
		return
	}
	w.made++
	w.inflight = append(w.inflight, flying{message: w.made, id: w.identifier()})
}

func (w *world) identifier() uint16 {
	if !w.lowestFree {
		if w.last++; w.last == 0 {
			w.last = 1
		}
		return w.last
	}
	for id := uint16(1); ; id++ {
		free := true
		for _, f := range w.inflight {
			free = free && f.id != id
		}
		if free {
			return id
		}
	}
}

// arrive brings the next message, or loses it, and then the line is cut.
func (w *world) arrive() {
	for i := range w.inflight {
		f := &w.inflight[i]
		if f.arrived {
			continue
		}
		p := sent(f.id, fmt.Sprint(f.message%2))
		p.again = f.sent
		f.sent, f.arrived = true, true
		if w.chance.IntN(20) == 0 {
			w.cut()
			return
		}
		w.take(p, f.message)
		return
	}
}

func (w *world) take(p *publication, message int) {
	name, serial, again := w.ledger.take(p)
	if !again {
		if owner, taken := w.owner[name]; taken && owner != message {
			w.t.Fatalf("messages %d and %d have one name", owner, message)
		}
		w.owner[name] = message
		w.applied[message] = append(w.applied[message], name)
		if names := w.applied[message]; !w.lowestFree && message > 2*maxWindow && names[0] != name {
			w.t.Fatalf("message %d has two names", message)
		}
		if run, ok := w.appliedIn[message]; ok && run == w.run && !w.lowestFree && message > 2*maxWindow {
			w.t.Fatalf("message %d was applied twice", message)
		}
		w.appliedIn[message], w.serials[message] = w.run, serial
	} else if run, ok := w.appliedIn[message]; !w.safe[message] && (!ok || run != w.run) {
		w.t.Fatalf("message %d is lost", message)
	}
	w.owed = append(w.owed, owing{message, p.ack.id, serial})
}

// settle makes safe some of what was applied, and acknowledges it if the line
// lasts.
func (w *world) settle(arrives bool) {
	if len(w.owed) == 0 {
		return
	}
	some := w.owed[:1+w.chance.IntN(len(w.owed))]
	var upTo uint64
	for _, it := range some {
		upTo = max(upTo, it.serial)
	}
	for message, run := range w.appliedIn {
		if run == w.run && w.serials[message] <= upTo {
			w.safe[message] = true
		}
	}
	w.note = w.ledger.appendNote(w.note[:0], max(upTo, w.ledger.safe()))
	if w.chance.IntN(20) == 0 {
		w.kill()
		return
	}
	w.ledger.offer(upTo)
	if !arrives {
		w.cut()
		return
	}
	for _, it := range some {
		w.inflight = slices.DeleteFunc(w.inflight, func(f flying) bool { return f.id == it.id })
	}
	w.owed = w.owed[len(some):]
}

func (w *world) cut() {
	w.owed = nil
	for i := range w.inflight {
		w.inflight[i].arrived = false
	}
}

func (w *world) kill() {
	w.cut()
	w.run++
	w.ledger = testLedger()
	w.ledger.load(w.note)
}

// finish lets all arrive that is under way.
func (w *world) finish() {
	for w.cut(); len(w.inflight) > 0; w.settle(true) {
		w.arrive()
	}
	for message := 1; message <= w.made; message++ {
		if !w.safe[message] {
			w.t.Fatalf("message %d is lost", message)
		}
	}
}
