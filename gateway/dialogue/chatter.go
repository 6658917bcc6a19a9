package dialogue

import (
	"time"

	"golang.org/x/time/rate"
)

const (
	// Of what leads nowhere, a person says little; two robots never end.
	chatterAtOnce = 10
	chatterEvery  = 6 * time.Second

	// Who has returned so many answers in a row takes none (XEP-0506 5).
	deafAfter = 3
	deafFor   = 10 * time.Minute

	promptly = 2 * time.Second // after our answer: no person repeats what they wrote as fast and as often
)

// Manner is how words are met.
type Manner uint8

// The manners.
const (
	Speak  Manner = iota // answer them
	Refuse               // with an error, which robots do not answer
	Ignore
)

// Echoes reports whether a text is the one that we said last: an answer to an
// answer, to which there is none.
func (d *Dialogue) Echoes(text string) bool { return d.sent != "" && digest(text) == d.said }

// Meet says how the last words are met: with silence in the end, when they ask for
// nothing we know, or say again at once what was said before. Both are few when
// people write; a robot that answers our answers soon is refused, and then ignored
// until it has paused. Call it after Hear.
func (d *Dialogue) Meet(lost bool, now time.Time) Manner {
	if !lost && !d.last.again {
		return Speak
	}
	if d.chatter == nil {
		d.chatter = rate.NewLimiter(rate.Every(chatterEvery), chatterAtOnce)
	}
	if d.chatter.AllowN(now, 1) {
		d.warned = false
		return Speak
	}
	if d.warned {
		return Ignore
	}
	d.warned = true
	return Refuse
}

// Bounce notes that an answer of ours came back, for good.
func (d *Dialogue) Bounce(now time.Time) {
	if now.Sub(d.bouncedAt) > deafFor {
		d.bounced = 0
	}
	d.bounced, d.bouncedAt = d.bounced+1, now
}

// Arrived notes that a message of ours has reached the user.
func (d *Dialogue) Arrived() { d.bounced = 0 }

// Deaf reports whether the user takes no answers: then none are sent for a while.
func (d *Dialogue) Deaf(now time.Time) bool {
	return d.bounced >= deafAfter && now.Sub(d.bouncedAt) <= deafFor
}
