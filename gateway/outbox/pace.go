package outbox

import (
	"math/rand/v2"
	"time"
)

// Bounds of a batch. With a fence of 50 ms to a server far away, 64 items make
// more than a thousand a second.
const (
	maxBatchItems = 64
	maxBatchBytes = 128 << 10
)

// Waits. Those after a failure double from the first to the last.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
	blameAfter = 3 // failures of an item alone before its recipient is set aside
	firstAside = 30 * time.Second
	lastAside  = time.Hour
)

// pace decides how much to send and when to try again. It is not safe for
// concurrent use.
type pace struct {
	limit    int              // items of the next batch
	failures int              // of the link or the store, since the last success
	blame    map[string]blame // by recipient
	away     map[string]absence
}

// absence is that something came back from a recipient.
type absence struct {
	returns int       // in a row
	until   time.Time // set aside until then
	asking  bool      // an item alone shows whether the next ones go through
}

// blame is the suspicion that a recipient's oldest item breaks the link.
type blame struct {
	failures int
	until    time.Time // set aside until then; zero: not set aside
}

func newPace() pace {
	return pace{limit: maxBatchItems, blame: make(map[string]blame), away: make(map[string]absence)}
}

// succeeded notes that a fence covered batch.
func (p *pace) succeeded(batch []entry) {
	p.failures = 0
	p.limit = min(2*p.limit, maxBatchItems)
	for i := range batch {
		jid := batch[i].to.jid
		delete(p.blame, jid)
		if a, ok := p.away[jid]; ok && a.asking { // that it came back may only turn out later
			a.asking = false
			p.away[jid] = a
		}
	}
}

// unfenced notes that batch was sent and its fence failed. It returns the
// recipient that is set aside because of it, or "".
func (p *pace) unfenced(batch []entry, now time.Time) (aside string) {
	p.limit = 1
	if len(batch) > 1 {
		return ""
	}
	jid := batch[0].to.jid
	b := p.blame[jid]
	b.failures++
	if b.failures >= blameAfter {
		b.until = now.Add(doubled(firstAside, lastAside, b.failures-blameAfter))
		aside = jid
	}
	p.blame[jid] = b
	return aside
}

// returned notes that something came back from a recipient, who is set aside.
func (p *pace) returned(jid string, now time.Time) (first bool) {
	a := p.away[jid]
	if a.isOver(now) {
		a.returns = 0
	}
	a.returns++
	a.until, a.asking = now.Add(doubled(firstAway, lastAway, a.returns-1)), true
	p.away[jid] = a
	return a.returns == 1
}

// isOver reports whether nothing has come back for long.
func (a absence) isOver(now time.Time) bool { return now.Sub(a.until) > lastAway }

// isBlamed reports whether a recipient's next item goes alone: the last one that
// did was not fenced, or came back.
func (p *pace) isBlamed(jid string) bool { return p.blame[jid].failures > 0 || p.away[jid].asking }

// isAside reports whether a recipient is set aside.
func (p *pace) isAside(jid string, now time.Time) bool {
	return now.Before(p.blame[jid].until) || now.Before(p.away[jid].until)
}

// asideEnds returns when the next recipient ends being set aside; zero: none is.
// It forgets the blame of recipients for whom nothing is held.
func (p *pace) asideEnds(now time.Time, held map[string]*recipient) (first time.Time) {
	for jid, b := range p.blame {
		if held[jid] == nil {
			delete(p.blame, jid)
			continue
		}
		if b.until.After(now) {
			first = earlier(first, b.until)
		}
	}
	for jid, a := range p.away {
		if held[jid] == nil && a.isOver(now) {
			delete(p.away, jid)
		}
		if held[jid] != nil && a.until.After(now) {
			first = earlier(first, a.until)
		}
	}
	return first
}

// retry returns how long to wait after a failure, with a jitter of a fifth.
func (p *pace) retry() time.Duration {
	wait := doubled(firstRetry, lastRetry, p.failures)
	p.failures++
	return wait*4/5 + rand.N(wait/5+1)
}

// doubled returns first, doubled so many times, at most last.
func doubled(first, last time.Duration, times int) time.Duration {
	for range times {
		if first >= last {
			break
		}
		first *= 2
	}
	return min(first, last)
}

// earlier returns the earlier of two times; a zero one is later than all.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
