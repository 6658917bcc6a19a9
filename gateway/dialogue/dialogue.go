package dialogue

import (
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"thingbridge/devices"
)

const (
	remembered     = 32               // messages whose repetition is recognised
	repeatable     = 15 * time.Minute // for so long; some clients begin their ids anew
	correctable    = 5 * time.Minute  // how long the last words can be corrected
	maxCorrections = 8                // of the same words, whose ids are known
	explainEvery   = time.Hour        // how often one is told that nobody reads encrypted messages
)

// Dialogue is the memory of one user and one contact. The zero Dialogue is one in
// which nothing was said. It is for one goroutine at a time, and its size is
// bounded.
type Dialogue struct {
	States bool // the user's client knows chat states

	heard     []utterance
	last      words
	sent      string // id of our last message
	said      uint64 // the text of it
	saidAt    time.Time
	explained time.Time
	chatter   *rate.Limiter
	warned    bool
	bounced   int // answers in a row
	bouncedAt time.Time
	kept      Kept
	changed   bool // kept is not what was kept last
}

// utterance is one message that was heard.
type utterance struct {
	key  string
	text uint64
	at   time.Time
}

// words is what the user wrote last.
type words struct {
	ids     []string // of the message, then of its corrections
	text    uint64
	at      time.Time
	before  devices.Twin // of the device that they were about, as it was before
	asked   *Question    // that was open when they were said
	again   bool         // they were said before, and again at once
	answers []string     // ids of what was said to them
}

// Repeats reports whether a message has come before, and remembers it: servers
// and clients send again what they are not sure about. A message without a key is
// always a new one.
func (d *Dialogue) Repeats(key, text string, now time.Time) bool {
	if key == "" {
		return false
	}
	sum := digest(text)
	for i := range d.heard {
		if h := &d.heard[i]; h.key == key && h.text == sum && now.Sub(h.at) < repeatable {
			return true
		}
	}
	if len(d.heard) >= remembered {
		d.heard = slices.Delete(d.heard, 0, 1)
	}
	d.heard = append(d.heard, utterance{strings.Clone(key), sum, now})
	return false
}

// Hear notes what the user wrote: what is asked and said from here on is about it.
func (d *Dialogue) Hear(id, text string, now time.Time) {
	next := words{text: digest(text), at: now, asked: d.kept.Question}
	next.again = !d.last.at.IsZero() && next.text == d.last.text && now.Sub(d.saidAt) < promptly
	d.last = next
	d.Close()
	if id != "" {
		d.last.ids = []string{strings.Clone(id)}
	}
}

// Correction is what becomes of a correction.
type Correction uint8

// What becomes of a correction.
const (
	Refused  Correction = iota // it is not of the last words, or too late
	Needless                   // it says what was said before
	Taken
)

// Correct judges a correction of an earlier message, and takes what is Taken for
// the user's last words.
func (d *Dialogue) Correct(replaces, id, text string, now time.Time) Correction {
	if !slices.Contains(d.last.ids, replaces) || now.Sub(d.last.at) > correctable {
		return Refused
	}
	if len(d.last.ids) <= maxCorrections && id != "" {
		d.last.ids = append(d.last.ids, strings.Clone(id))
	}
	sum := digest(text)
	if sum == d.last.text {
		return Needless
	}
	d.last.text, d.last.again = sum, false
	return Taken
}

// About notes how a device was before the last words changed it. A correction
// does not change it: it is what the words are about still.
func (d *Dialogue) About(t devices.Twin) {
	if d.last.before.Device == nil {
		d.last.before = t
	}
}

// Before returns how the device was before the last words; without a Device when
// they were about none.
func (d *Dialogue) Before() devices.Twin { return d.last.before }

// Correctable returns the id of our message that answers the last words, where
// one did and we have said nothing since; otherwise "". Its correction keeps the
// id: it is the original's that each correction names (XEP-0308 4).
func (d *Dialogue) Correctable() string {
	if len(d.last.answers) != 1 || d.last.answers[0] != d.sent {
		return ""
	}
	return d.sent
}

// Say notes that we have said something of our own.
func (d *Dialogue) Say(id, text string, now time.Time) {
	d.sent, d.said, d.saidAt = id, digest(text), now
}

// Answer notes that we have answered the last words.
func (d *Dialogue) Answer(id, text string, now time.Time) {
	d.Say(id, text, now)
	if !slices.Contains(d.last.answers, id) && len(d.last.answers) <= maxCorrections {
		d.last.answers = append(d.last.answers, id)
	}
}

// Explain reports whether the user is to be told that nobody here reads encrypted
// messages, and takes it that this is done.
func (d *Dialogue) Explain(now time.Time) bool {
	if !d.explained.IsZero() && now.Sub(d.explained) < explainEvery {
		return false
	}
	d.explained = now
	return true
}

func digest(text string) uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(strings.TrimSpace(text)))
	return sum.Sum64()
}
