package outbox

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Bounds of what comes back.
const (
	keepRecent     = time.Minute // for what comes back behind its fence
	maxRecentItems = 1000
	maxRecentBytes = 1 << 20
	maxReturns     = 4096            // that wait to be looked at
	unsure         = 2 * time.Second // in which a server that dies may lose what it has read
	firstAway      = 5 * time.Second
	lastAway       = 10 * time.Minute
)

// returns is what others have told the outbox, until Run looks at it. Items are
// known by their keys.
type returns struct {
	came    map[uint64]bool
	present map[string]bool // recipients who are back
	lost    time.Time       // when the link was lost; zero: it was not
}

// Returned tells the outbox that an item has come back from its recipient, and
// may be taken later. One that the outbox does not know is nothing to it. It
// never blocks.
func (o *Outbox) Returned(to, id string) {
	o.mu.Lock()
	if len(o.returns.came) < maxReturns {
		if o.returns.came == nil {
			o.returns.came = make(map[uint64]bool)
		}
		o.returns.came[o.ledger.key(&Item{To: to, ID: id})] = true
	}
	o.mu.Unlock()
	signal(o.added)
}

// Available tells the outbox that a recipient was heard of, so that it need not
// wait any longer with what came back. It never blocks.
func (o *Outbox) Available(to string) {
	o.mu.Lock()
	waits := o.ledger.recipients[to] != nil
	if waits {
		if o.returns.present == nil {
			o.returns.present = make(map[string]bool)
		}
		o.returns.present[to] = true
	}
	o.mu.Unlock()
	if waits {
		signal(o.added)
	}
}

// recent is what was fenced a short time ago, the oldest first.
type recent struct {
	items []fenced
	bytes int
}

type fenced struct {
	Item
	key uint64
	at  time.Time
}

func (r *recent) add(item *Item, key uint64, now time.Time) {
	r.items = append(r.items, fenced{*item, key, now})
	r.bytes += len(item.Stanza)
}

// forget drops the items for which there is no time or room left.
func (r *recent) forget(now time.Time) {
	n := 0
	for n < len(r.items) && (len(r.items)-n > maxRecentItems || r.bytes > maxRecentBytes || now.Sub(r.items[n].at) >= keepRecent) {
		r.bytes -= len(r.items[n].Stanza)
		n++
	}
	r.items = slices.Delete(r.items, 0, n)
}

// expiry returns when the next item is forgotten; zero: there is none.
func (r *recent) expiry() time.Time {
	if len(r.items) == 0 {
		return time.Time{}
	}
	return r.items[0].at.Add(keepRecent)
}

// take removes and returns the items with these keys.
func (r *recent) take(keys map[uint64]bool) (items []Item) {
	r.items = slices.DeleteFunc(r.items, func(it fenced) bool {
		if !keys[it.key] {
			return false
		}
		r.bytes -= len(it.Stanza)
		items = append(items, it.Item)
		return true
	})
	return items
}

// since removes and returns the items that were fenced after a time.
func (r *recent) since(at time.Time) (items []Item) {
	keys := make(map[uint64]bool)
	for i := range r.items {
		if r.items[i].at.After(at) {
			keys[r.items[i].key] = true
		}
	}
	return r.take(keys)
}

// heed takes what was told, and lets recipients who are back be served.
func (r *sender) heed() (came map[uint64]bool) {
	r.mu.Lock()
	told := r.returns
	r.returns = returns{}
	r.mu.Unlock()
	if !told.lost.IsZero() {
		r.lost = told.lost
	}
	for jid := range told.present {
		delete(r.pace.away, jid)
	}
	return told.came
}

// settle notes that a fence covered batch, the notes of items. What came back
// before is still held.
func (r *sender) settle(ctx context.Context, batch []entry, items []Item, now time.Time) error {
	came := r.heed()
	r.pace.succeeded(batch)
	away := make(map[string]bool)
	r.mu.Lock()
	for i := range batch {
		e := &batch[i]
		if came[e.key] {
			away[e.to.jid] = true
			r.counts.returned++
			delete(came, e.key)
			continue
		}
		r.counts.delivered++
		r.ledger.markDone(batch[i : i+1])
		if i < len(items) && items[i].Seq == e.seq {
			r.recent.add(&items[i], e.key, now)
		}
	}
	r.mu.Unlock()
	r.recent.forget(now)
	r.putAside(away, now)
	return r.holdAgain(ctx, came, now)
}

// holdAgain stores again what came back behind its fence, whether there is room
// or not: it had its room a minute ago.
func (r *sender) holdAgain(ctx context.Context, came map[uint64]bool, now time.Time) error {
	if len(came) == 0 {
		return nil
	}
	away := make(map[string]bool)
	defer func() { r.putAside(away, now) }()
	r.mu.Lock()
	for _, e := range r.ledger.reopen(came, now) {
		away[e.to.jid] = true
		r.counts.returned++
		delete(came, e.key) // and it need not be stored again
	}
	r.mu.Unlock()
	held, err := r.restore(ctx, r.recent.take(came), now)
	for i := range held {
		away[held[i].To] = true
	}
	return err
}

// doubt holds again what a server had just taken when the link was lost.
func (r *sender) doubt(ctx context.Context, now time.Time) error {
	if r.lost.IsZero() {
		return nil
	}
	items := r.recent.since(r.lost.Add(-unsure))
	r.lost = time.Time{}
	_, err := r.restore(ctx, items, now)
	return err
}

// restore stores items again that were fenced, and returns those that are held now.
func (r *sender) restore(ctx context.Context, items []Item, now time.Time) (held []Item, err error) {
	items = slices.DeleteFunc(items, func(it Item) bool { return !it.Expires.IsZero() && !now.Before(it.Expires) })
	if len(items) == 0 {
		return nil, nil
	}
	r.commit <- struct{}{}
	defer func() { <-r.commit }()
	seqs, err := r.store.AddItems(ctx, items)
	if err != nil {
		for i := range items {
			r.recent.add(&items[i], r.ledger.key(&items[i]), now)
			r.Returned(items[i].To, items[i].ID)
		}
		return nil, errStore{err}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range items {
		if items[i].Seq = seqs[i]; seqs[i] != 0 {
			r.ledger.load(&items[i])
			r.counts.returned++
			held = append(held, items[i])
		}
	}
	return held, nil
}

// putAside lets recipients wait from whom something came back.
func (r *sender) putAside(away map[string]bool, now time.Time) {
	for _, jid := range slices.Sorted(maps.Keys(away)) {
		if r.pace.returned(jid, now) {
			r.cfg.Log.Warn().Str("jid", jid).Msg("outbox: messages come back from this recipient; kept, and sent again")
		}
	}
}
