package serial

import (
	"bytes"
	"context"
	"encoding/hex"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Bounds of what a port remembers of its traffic.
const (
	MaxEntries    = 200     // entries
	MaxEntryBytes = 2 << 10 // bytes of one; telegrams of smart meters have some 1,200
	maxEntryParts = 64      // readings, and faults, of one; a smart meter reports some 40 values
)

// Way says what an [Entry] is.
type Way uint8

// The ways of bytes.
const (
	Received Way = iota // a frame that came from the port
	Sent                // a frame that the port has taken
	Noise               // bytes that came and were no frame; Faults says why
	Event               // no bytes: something happened to the port, Text says what
)

// String returns "received", "sent", "noise" or "event".
func (w Way) String() string { return [...]string{"received", "sent", "noise", "event"}[min(w, Event)] }

// Entry is one frame that passed a port, or something that happened to the port.
type Entry struct {
	Number   uint64    // counts the entries of a port from 1, without a gap
	At       time.Time // when its last byte came, or was taken
	Way      Way
	Bytes    []byte            // of the frame, without what is around it; at most MaxEntryBytes
	Size     int               // of the frame; more than len(Bytes) when the rest was left out
	Text     string            // what the frame is, in words, by the codec; empty when it knows none
	Readings []devices.Reading // that the frame meant
	Faults   []string          // why it, or a part of it, meant nothing
	Missed   uint64            // how many entries before this one the reader was too slow for
}

// AppendText appends the entry to dst as one line for a person, without its end:
//
//	12:00:01.250 < 12;6;1;0;0;21.4  node 12, child 6: temperature 21.4 °C  [attic-12 temperature=21.4]
//
// Bytes that cannot be shown are escaped; a frame that is not text is in hexadecimal.
func (e *Entry) AppendText(dst []byte) []byte {
	dst = e.At.AppendFormat(dst, "15:04:05.000 ")
	dst = append(dst, "<>?*"[min(e.Way, Event)])
	if e.Way != Event {
		dst = e.appendBytes(append(dst, ' '))
	}
	if e.Text != "" {
		dst = append(append(dst, "  "...), e.Text...)
	}
	if len(e.Readings) > 0 {
		dst = append(dst, "  ["...)
		for i, r := range e.Readings {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(append(append(append(dst, r.Device...), ' '), r.Property...), '=')
			dst = r.Value.AppendText(dst)
		}
		dst = append(dst, ']')
	}
	for _, fault := range e.Faults {
		dst = append(append(dst, "  ! "...), fault...)
	}
	return dst
}

// appendBytes appends the frame as text, or in hexadecimal when it is none.
func (e *Entry) appendBytes(dst []byte) []byte {
	if isText(e.Bytes) {
		quoted := strconv.AppendQuoteToGraphic(nil, string(e.Bytes))
		dst = append(dst, bytes.ReplaceAll(quoted[1:len(quoted)-1], []byte(`\"`), []byte(`"`))...) // JSON is full of them
	} else {
		dst = hex.AppendEncode(dst, e.Bytes)
	}
	if e.Size > len(e.Bytes) {
		dst = append(strconv.AppendInt(append(dst, "… ("...), int64(e.Size), 10), " bytes)"...)
	}
	return dst
}

// isText reports whether a person can read most of it.
func isText(frame []byte) bool {
	odd := 0
	for rest := frame; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		if r == utf8.RuneError || r < ' ' && r != '\r' && r != '\n' && r != '\t' {
			odd++
		}
	}
	return odd*10 <= len(frame)
}

// Tap shows what passes on the port of a running [Adapter]; get one by [Ports.Tap].
// Its methods can be called from any goroutine. Whoever looks never makes the port
// wait: text is made only for who looks, when they ask for the entry.
type Tap struct {
	name, port string
	explain    func(dst, frame []byte) []byte // can be called from any goroutine

	mu    sync.Mutex
	moved *sync.Cond // the traffic, or over, has changed
	past  ring
	over  bool
}

func newTap(name, port string, explain func(dst, frame []byte) []byte) *Tap {
	t := &Tap{name: name, port: port, explain: explain}
	t.moved = sync.NewCond(&t.mu)
	return t
}

// Name returns the name of the adapter.
func (t *Tap) Name() string { return t.name }

// Port returns the port as the configuration has it.
func (t *Tap) Port() string { return t.port }

// Recent returns the last entries, MaxEntries at most, the oldest first.
func (t *Tap) Recent() []Entry {
	t.mu.Lock()
	first, next := t.past.span()
	t.mu.Unlock()
	entries := make([]Entry, 0, next-first)
	for first < next {
		e, ok := t.entry(first)
		if !ok {
			break
		}
		if e.Missed = 0; len(entries) > 0 { // what went by meanwhile is no loss: it was not asked for
			e.Missed = e.Number - entries[len(entries)-1].Number - 1
		}
		entries, first = append(entries, e), e.Number+1
	}
	return entries
}

// Follow yields the last entries, and then each one as it comes, until ctx ends or the
// adapter stops. Who takes longer for one than the port keeps the others loses some,
// and is told in Missed how many. An entry belongs to who was given it.
func (t *Tap) Follow(ctx context.Context) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		release := context.AfterFunc(ctx, func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.moved.Broadcast()
		})
		defer release()
		t.mu.Lock()
		wanted, _ := t.past.span()
		t.mu.Unlock()
		for t.await(ctx, wanted) {
			e, _ := t.entry(wanted)
			if !yield(e) {
				return
			}
			wanted = e.Number + 1
		}
	}
}

// await waits until there is an entry of that number or a later one.
func (t *Tap) await(ctx context.Context, number uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		if ctx.Err() != nil {
			return false
		}
		if _, next := t.past.span(); number < next {
			return true
		}
		if t.over {
			return false
		}
		t.moved.Wait()
	}
}

// entry returns a copy of the entry of that number, or of the oldest after it; ok is
// false when there is none.
func (t *Tap) entry(number uint64) (e Entry, ok bool) {
	t.mu.Lock()
	first, next := t.past.span()
	at := max(number, first)
	if at >= next {
		t.mu.Unlock()
		return Entry{}, false
	}
	e = t.past.copy(at)
	t.mu.Unlock()
	e.Missed = at - number
	if e.Way == Received || e.Way == Sent {
		if e.Size == len(e.Bytes) { // half a frame would be explained wrongly
			e.Text = clean(string(t.explain(nil, e.Bytes)))
		}
	}
	for i := range e.Faults {
		e.Faults[i] = clean(e.Faults[i])
	}
	return e, true
}

// clean keeps what strangers wrote in its line, and from moving the cursor of a
// terminal.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text))
}

// add keeps a frame that passed, and what it meant. All of it is copied.
func (t *Tap) add(at time.Time, way Way, frame []byte, readings []devices.Reading, faults []codec.Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.past.add(at, way, frame, readings, faults)
	t.moved.Broadcast()
}

// event keeps what happened to the port.
func (t *Tap) event(at time.Time, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.past.add(at, Event, nil, nil, nil).text = text
	t.moved.Broadcast()
}

// begin says that there can be more.
func (t *Tap) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = false
}

// end says that there will be no more.
func (t *Tap) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	t.moved.Broadcast()
}
