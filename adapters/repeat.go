package adapters

import "time"

// Bounds of how often one unchanged failure is said again.
const (
	firstRepeat = time.Minute
	lastRepeat  = time.Hour
)

// Repeat decides when a failure that comes again is worth a line in the log: at
// once when its text changes, then after a minute, and after twice as long each
// time, up to an hour. The zero Repeat has said nothing. It is not for use by
// several goroutines at once.
type Repeat struct {
	text  string
	next  time.Time
	wait  time.Duration
	quiet int
}

// Say reports whether a failure of that text is to be said at now, and how many
// were kept back since the last one that was.
func (r *Repeat) Say(text string, now time.Time) (say bool, kept int) {
	if text == r.text && now.Before(r.next) {
		r.quiet++
		return false, r.quiet
	}
	if text != r.text || r.wait == 0 {
		r.text, r.wait = text, firstRepeat
	} else {
		r.wait = min(2*r.wait, lastRepeat)
	}
	kept, r.quiet = r.quiet, 0
	r.next = now.Add(r.wait)
	return true, kept
}

// Clear forgets the failure, for it is over, and reports whether there was one.
func (r *Repeat) Clear() bool {
	was := r.wait != 0
	*r = Repeat{}
	return was
}
