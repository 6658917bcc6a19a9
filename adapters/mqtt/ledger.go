package mqtt

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"sync"
)

// Bounds of a ledger.
const (
	maxTaken  = 2048 // messages that are remembered; half of them are forgotten when there are so many
	keptTaken = 90   // of them over a restart: a note of less than 1000 bytes, which the store keeps in one page
	maxWindow = 64   // messages that brokers usually send before they want one acknowledged (Mosquitto 20, EMQX 32)
)

// ledger remembers which messages were taken in the broker's session, so that
// one that the broker sends again (MQTT 3.1.1, 4.4), because the line broke before
// its acknowledgement came through, is acknowledged and not applied again.
//
// It also names each message: the same when it comes again, also after this
// program was killed, and another than that of any other message. The broker's
// packet identifiers are 16 bits, so they are counted on beyond.
//
// A broker may use an identifier again once it has our acknowledgement, and we
// do not know when it has. Most brokers count: then the identifier comes back
// after 65535 others. One that uses the lowest free one is told by its going back
// all the time: it is believed only as long as no acknowledgement was sent. When
// in doubt a message is applied. What cannot be seen is that a broker was killed,
// took up an older state and at once lost a line with a new message on it, whose
// identifier and text are those of a message that it had forgotten.
//
// Its methods can be called from any goroutine.
type ledger struct {
	mu      sync.Mutex
	place   uint64  // the broker and our client ID there
	session uint64  // names the broker's session, as far as no identifier was used again in it
	newest  uint64  // number of the newest message; its low 16 bits are the identifier
	counted int     // identifiers in a row that were new
	entries []entry // in the order of taking

	serial  uint64 // of the last entry
	offered uint64 // up to this serial, acknowledgements may have reached the broker
}

// entry is one message that was taken.
type entry struct {
	number uint64
	sum    uint64 // of topic and payload
	serial uint64
}

func newLedger(cfg *Config) *ledger {
	l := &ledger{place: digest(digest(offsetBasis, []byte(cfg.Broker)), []byte(cfg.ClientID))}
	l.forget()
	return l
}

// forget begins anew: the broker knows nothing of an earlier session.
func (l *ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session, l.newest, l.counted = rand.Uint64(), 1<<32, 0
	l.entries = l.entries[:0]
}

// take notes a message that is to be acknowledged. When it was taken before,
// again is true and serial that of then. Otherwise origin is its name.
func (l *ledger) take(p *publication) (origin, serial uint64, again bool) {
	sum := digest(digest(offsetBasis, p.topic), p.payload)
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.number(p.ack.id)
	switch first := l.counted == 0 && len(l.entries) == 0; {
	case first:
		l.newest, l.counted = n, 1
	case n > l.newest:
		l.newest = n
		l.counted = min(l.counted+1, 1<<16)
	case !p.again:
		l.goBack(n)
	default:
		if i := l.find(p.ack.id); i >= 0 {
			known := l.entries[i]
			if known.sum == sum && (known.serial > l.offered || l.counted > maxWindow) {
				return 0, known.serial, true
			}
			// The identifier was given to another message, which may read the same.
			l.entries = slices.Delete(l.entries, i, i+1)
			l.session = rand.Uint64()
		}
	}
	if len(l.entries) == maxTaken {
		l.entries = append(l.entries[:0], l.entries[maxTaken/2:]...)
	}
	l.serial++
	l.entries = append(l.entries, entry{number: n, sum: sum, serial: l.serial})
	return l.name(n, sum), l.serial, false
}

// number is the one nearest to the newest that ends in id.
func (l *ledger) number(id uint16) uint64 {
	return l.newest + uint64(int64(int16(id-uint16(l.newest))))
}

// goBack notes that the broker gives number n to another message: it uses free
// identifiers again, or was killed and has forgotten the last of what it did. What
// is remembered of the numbers from n on is worthless.
func (l *ledger) goBack(n uint64) {
	l.session = rand.Uint64()
	l.counted = max(0, l.counted-int(l.newest-n+1)) + 1
	l.newest = n
	l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { return e.number >= n })
}

// find returns the newest entry of a packet identifier, or -1.
func (l *ledger) find(id uint16) int {
	for i := len(l.entries) - 1; i >= 0; i-- {
		if uint16(l.entries[i].number) == id {
			return i
		}
	}
	return -1
}

// name is never 0.
func (l *ledger) name(n, sum uint64) uint64 {
	var b [24]byte
	binary.LittleEndian.PutUint64(b[:], l.session)
	binary.LittleEndian.PutUint64(b[8:], n)
	binary.LittleEndian.PutUint64(b[16:], sum)
	return max(digest(offsetBasis, b[:]), 1)
}

// offer notes that the acknowledgements up to a serial are about to be sent.
func (l *ledger) offer(serial uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offered = max(l.offered, serial)
}

// safe returns the serial up to which all is surely settled.
func (l *ledger) safe() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.offered
}

// offsetBasis begins a digest.
const offsetBasis = 14695981039346656037

// digest goes on with a sum (FNV-1a): the same in each run, unlike hash/maphash,
// and without memory of its own, unlike hash/fnv. Who would make two messages
// that have the same one gains nothing: they are its own, and must have the same
// packet identifier.
func digest(sum uint64, b []byte) uint64 {
	for _, c := range b {
		sum = (sum ^ uint64(c)) * 1099511628211
	}
	return (sum ^ uint64(len(b))) * 1099511628211
}
