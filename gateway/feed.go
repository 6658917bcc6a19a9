package gateway

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

const (
	feedFirst = 64     // readings that a feed has room for at first
	feedLimit = 16_384 // readings that a feed holds; then the oldest are dropped and counted

	// unsure is how long a reading is held that the server has: one that dies may have
	// read it and handed it to nobody.
	unsure = 2 * time.Second
)

// feed is the queue of one configured feed: readings that have been sent and
// may be lost with the stream, then readings that wait to be sent. A reading
// keeps the id of its message, however often it is sent: that of its origin, so
// that one which comes again has the same even after the program was killed, or
// that of its number where no origin is known.
type feed struct {
	FeedConfig
	key  string // begins the ids of this run, which are numbers
	root string // begins the ids that are origins, and is the same in each run

	ring    []devices.Reading // of the numbers from first up to next
	first   uint64            // the oldest that is held
	fences  []fencedFeed      // of the last moments, the oldest first
	fenced  uint64            // all before it have reached the server
	sent    uint64            // all before it are sent
	next    uint64            // of the next reading
	dropped uint64            // readings that were never sent
	refused bool              // the outbox took nothing: it is asked again at the next tick
	held    bool              // the recipient is away: one message at a time asks whether it is back
	heldAt  time.Time
	toldAt  map[propertyKey]time.Time       // when a property was last told, for Every
	newest  map[propertyKey]devices.Reading // what is told of it next
}

// fencedFeed says up to where a feed had reached the server at a time.
type fencedFeed struct {
	before uint64
	at     time.Time
}

type propertyKey struct {
	device   devices.ID
	property string
}

func newFeed(cfg FeedConfig, key string) *feed {
	return &feed{
		FeedConfig: cfg,
		key:        key,
		root:       cfg.root(),
		ring:       make([]devices.Reading, feedFirst),
		toldAt:     make(map[propertyKey]time.Time),
		newest:     make(map[propertyKey]devices.Reading),
	}
}

// wants reports whether the feed is about a device.
func (f *feed) wants(id devices.ID) bool {
	if f.Devices == "*" {
		return true
	}
	ok, _ := path.Match(f.Devices, string(id))
	return ok
}

// offer takes a reading: into the queue, or, when its property was told not long
// ago, as the newest that is told when its time comes.
func (f *feed) offer(r devices.Reading, now time.Time) {
	if f.Every <= 0 {
		f.push(r)
		return
	}
	property := propertyKey{r.Device, r.Property}
	if now.Sub(f.toldAt[property]) < f.Every {
		f.newest[property] = r
		return
	}
	f.toldAt[property] = now
	delete(f.newest, property)
	f.push(r)
}

// release queues the newest readings whose time has come.
func (f *feed) release(now time.Time) {
	for property, r := range f.newest {
		if now.Sub(f.toldAt[property]) >= f.Every {
			f.toldAt[property] = now
			delete(f.newest, property)
			f.push(r)
		}
	}
}

// push queues a reading. When there is no room, the oldest makes it: one that was
// sent already is forgotten, one that was not is lost, and counted.
func (f *feed) push(r devices.Reading) {
	if f.next-f.first == uint64(len(f.ring)) && !f.grow() {
		if f.first == f.sent {
			f.sent++
			f.dropped++
		}
		f.first++
		f.fenced = max(f.fenced, f.first)
	}
	f.ring[f.next%uint64(len(f.ring))] = r
	f.next++
}

func (f *feed) grow() bool {
	if len(f.ring) >= feedLimit {
		return false
	}
	ring := make([]devices.Reading, 2*len(f.ring))
	for n := f.first; n < f.next; n++ {
		ring[n%uint64(len(ring))] = f.ring[n%uint64(len(f.ring))]
	}
	f.ring = ring
	return true
}

// at returns the reading of a number.
func (f *feed) at(n uint64) *devices.Reading { return &f.ring[n%uint64(len(f.ring))] }

// unsent returns how many readings may be sent now: all that wait, or one when
// the recipient is held to be away.
func (f *feed) unsent() uint64 {
	if f.held {
		return min(1, f.next-f.sent)
	}
	return f.next - f.sent
}

// rewind makes all be sent again that may not have gone further than to the stream
// that was lost at a time, or to a server that died with it.
func (f *feed) rewind(lost time.Time) {
	f.forget(lost)
	f.fences, f.fenced, f.sent = f.fences[:0], f.first, f.first
}

// confirm notes that what was sent before a number has reached the server: a fence
// after it was answered. What had done so a while ago is forgotten.
func (f *feed) confirm(before uint64, now time.Time) {
	if before > f.fenced && before <= f.sent {
		f.fenced = before
		f.fences = append(f.fences, fencedFeed{before, now})
	}
	f.forget(now)
}

// forget forgets what had reached the server so long before a time that it is not
// there any more.
func (f *feed) forget(at time.Time) {
	n := 0
	for n < len(f.fences) && at.Sub(f.fences[n].at) >= unsure {
		f.first = max(f.first, f.fences[n].before)
		n++
	}
	f.fences = slices.Delete(f.fences, 0, n)
}

// bounce goes back to a message that came back because its recipient is away.
// It reports whether the message was one of the feed's.
func (f *feed) bounce(id string, now time.Time) bool {
	n, ours := f.number(id)
	if !ours {
		return false
	}
	f.sent = min(f.sent, n)
	f.held, f.heldAt = true, now
	return true
}

// number returns which reading a message was made of, if that is held.
func (f *feed) number(id string) (uint64, bool) {
	if text, ours := strings.CutPrefix(id, f.key); ours {
		n, err := strconv.ParseUint(text, 36, 64)
		return n, err == nil && n >= f.first && n < f.next
	}
	text, ours := strings.CutPrefix(id, f.root)
	origin, err := strconv.ParseUint(text, 36, 64)
	if !ours || err != nil || origin == 0 {
		return 0, false
	}
	for n := f.first; n < f.sent; n++ { // what was not sent cannot come back
		if f.at(n).Origin == origin {
			return n, true
		}
	}
	return 0, false
}

// appendID appends the id of the message of a number.
func (f *feed) appendID(dst []byte, n uint64) []byte {
	if origin := f.at(n).Origin; origin != 0 {
		return strconv.AppendUint(append(dst, f.root...), origin, 36)
	}
	return strconv.AppendUint(append(dst, f.key...), n, 36)
}

// belongsTo reports whether the feed goes to a user.
func (f *feed) belongsTo(user xmpp.JID) bool { return f.To == user }
