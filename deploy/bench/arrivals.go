package main

import (
	"bytes"
	"sync"
	"sync/atomic"
	"time"
)

// Readings are numbers of six digits, so that all messages have one size.
const (
	firstNumber = 100_000
	numbers     = 900_000
)

// arrivals knows when readings left, and which have arrived. The publisher notes
// the first and whoever receives messages the second.
type arrivals struct {
	began     time.Time
	left      [numbers]atomic.Int64 // nanoseconds after began, by number
	published atomic.Int64
	arrived   atomic.Int64

	mu    sync.Mutex
	noted bool // whether trips are kept
	trips []time.Duration
}

func newArrivals() *arrivals { return &arrivals{began: time.Now()} }

// leave notes that a reading is about to be published, and returns its number.
func (a *arrivals) leave(now time.Time) int {
	n := int(a.published.Add(1)-1) % numbers
	a.left[n].Store(int64(now.Sub(a.began)))
	return n + firstNumber
}

// underway is how many readings were published and have not arrived.
func (a *arrivals) underway() int64 { return a.published.Load() - a.arrived.Load() }

// forget makes all that was published count as arrived.
func (a *arrivals) forget() { a.arrived.Store(a.published.Load()) }

// record keeps how long readings travel, until the returned function is called.
func (a *arrivals) record() (stop func() []time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.noted, a.trips = true, make([]time.Duration, 0, 1<<14)
	return func() []time.Duration {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.noted = false
		return a.trips
	}
}

var bodyEnd = []byte("</body>")

// take notes the messages in xml, whose last tag must be whole.
func (a *arrivals) take(xml []byte, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.noted {
		a.arrived.Add(int64(bytes.Count(xml, bodyEnd)))
		return
	}
	for {
		i := bytes.Index(xml, bodyEnd)
		if i < 0 {
			return
		}
		a.arrived.Add(1)
		if n := lastNumber(xml[:i]) - firstNumber; n >= 0 && n < numbers {
			a.trips = append(a.trips, now.Sub(a.began)-time.Duration(a.left[n].Load()))
		}
		xml = xml[i+len(bodyEnd):]
	}
}

// lastNumber returns the number that text ends with, or 0.
func lastNumber(text []byte) int {
	n, unit := 0, 1
	for i := len(text) - 1; i >= 0 && text[i] >= '0' && text[i] <= '9' && unit < 10*numbers; i-- {
		n += int(text[i]-'0') * unit
		unit *= 10
	}
	return n
}

// tags reads whole tags of a connection.
type tags struct {
	buf  [128 << 10]byte
	rest int // bytes at the start of buf that belong to the next tag
}

// cut returns what is whole of the first n bytes of the buffer; keep must be
// called with it afterwards.
func (t *tags) cut(n int) []byte {
	return t.buf[:bytes.LastIndexByte(t.buf[:n], '>')+1]
}

// keep moves what followed whole, of the first n bytes, to the start.
func (t *tags) keep(whole []byte, n int) { t.rest = copy(t.buf[:], t.buf[len(whole):n]) }
