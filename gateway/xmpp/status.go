package xmpp

import (
	"sync"
	"sync/atomic"
	"time"
)

// State is what a link is doing.
type State uint8

// The states of a link.
const (
	Stopped    State = iota // Run is not running
	Connecting              // dialling or logging in
	Up                      // there is a stream
	Waiting                 // for the next attempt
)

// String returns the word for it: "stopped", "connecting", "up" or "waiting".
func (s State) String() string {
	return [...]string{"stopped", "connecting", "up", "waiting"}[min(s, Waiting)]
}

// Status is a snapshot of what a link does and has done. The counters run from
// the making of the Link.
type Status struct {
	State      State
	Since      time.Time // when State became what it is
	LastError  error     // why the last attempt or stream ended; nil: none has yet
	Streams    uint64    // that were established; all but the first are reconnects
	Resumed    uint64    // connections that were replaced without an end of the stream
	StanzasIn  uint64    // that were good
	StanzasOut uint64    // that Send accepted
	BytesIn    uint64
	BytesOut   uint64 // written to the connection
	Discarded  uint64 // stanzas that were skipped as bad
}

// counters are what a link counts. Each stream of it adds to the same ones.
type counters struct {
	streams, resumed, stanzasIn, stanzasOut, bytesIn, bytesOut, discarded atomic.Uint64
}

// statusBoard is where a link writes down what it does.
type statusBoard struct {
	counters

	mu    sync.Mutex
	state State
	since time.Time
	last  error
}

func (b *statusBoard) set(s State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state, b.since = s, time.Now()
}

func (b *statusBoard) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = err
}

func (b *statusBoard) snapshot() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Status{
		State: b.state, Since: b.since, LastError: b.last,
		Streams: b.streams.Load(), Resumed: b.resumed.Load(),
		StanzasIn: b.stanzasIn.Load(), StanzasOut: b.stanzasOut.Load(),
		BytesIn: b.bytesIn.Load(), BytesOut: b.bytesOut.Load(),
		Discarded: b.discarded.Load(),
	}
}
