package gateway

import (
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/xmpp"
)

const (
	chunk       = 64 << 10 // bytes of messages that are handed to the link at once
	storeAtOnce = 256      // messages in one transaction: a part of what the outbox has room for
	tendTick    = time.Second
	fenceBudget = 15 * time.Second
	askAgain    = 5 * time.Second // between messages to a recipient who is away
	maxBounces  = 4096            // that wait; further ones are covered by the going back to the first
	dropsLogged = time.Minute     // between two warnings of the same feed
)

// feeds sends readings as messages. A feed that is not durable keeps what it has
// sent until a fence says that the server has it, and sends it again on the next
// stream otherwise.
type feeds struct {
	Parts
	signal chan struct{} // something is noted in news
	fences chan struct{} // much is unconfirmed

	mu   sync.Mutex // guards the fields below; held while sending, never while waiting for an answer
	list []*feed
	text layouts
	out  []byte

	lost    time.Time // when the stream ended; of the link's reader alone
	tail    iter.Seq[[]devices.Reading]
	endTail context.CancelFunc

	newsMu sync.Mutex // guards news; never held while sending, for the link's reader takes it
	news   news
}

// news is what the link's reader has noted for the feeds.
type news struct {
	up      bool
	lost    time.Time // when the stream before it ended
	bounces []bounce
	present []xmpp.JID
}

type bounce struct {
	from xmpp.JID
	id   string
}

// newFeeds returns feeds of all readings from now on: those that come before run has
// begun wait for it.
func newFeeds(parts Parts) *feeds {
	tailing, endTail := context.WithCancel(context.Background())
	return &feeds{
		Parts:   parts,
		signal:  make(chan struct{}, 1),
		fences:  make(chan struct{}, 1),
		tail:    parts.Registry.Tail(tailing),
		endTail: endTail,
		text: layouts{
			address: parts.Identity.Address,
			device:  parts.Registry.Device,
			known:   make(map[layoutKey]*layout),
		},
	}
}

// configure puts feeds in force. One that was there before keeps its queue.
func (f *feeds) configure(configs []FeedConfig) {
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.list
	f.list = nil
	for _, cfg := range configs {
		if i := slices.IndexFunc(old, func(it *feed) bool { return it.FeedConfig == cfg }); i >= 0 {
			f.list = append(f.list, old[i])
			old = slices.Delete(old, i, i+1)
			continue
		}
		// Random, so that the ids of the next run are others.
		f.list = append(f.list, newFeed(cfg, strings.ToLower(rand.Text()[:10])+"."))
	}
}

// up, down, bounced and available are called by the link's reader: they note what is
// new and return at once.

func (f *feeds) up() { f.note(func(n *news) { n.up, n.lost = true, f.lost }) }

func (f *feeds) down() { f.lost = time.Now() }

func (f *feeds) bounced(from xmpp.JID, id string) {
	f.note(func(n *news) {
		if len(n.bounces) < maxBounces {
			n.bounces = append(n.bounces, bounce{from, strings.Clone(id)})
		}
	})
}

func (f *feeds) available(user xmpp.JID) {
	f.note(func(n *news) {
		if len(n.present) < maxBounces {
			n.present = append(n.present, user)
		}
	})
}

func (f *feeds) note(change func(*news)) {
	f.newsMu.Lock()
	change(&f.news)
	f.newsMu.Unlock()
	wake(f.signal)
}

// run feeds until ctx ends.
func (f *feeds) run(ctx context.Context) {
	var tending sync.WaitGroup
	tending.Go(func() { f.tend(ctx) })
	defer tending.Wait()
	// What comes while a batch is sent is the next one. To wait for more would cost
	// more than it saves: a timer wakes threads as readings do, and Prosody, with
	// Nagle's algorithm on, holds what follows a long segment back for up to 40 ms.
	defer context.AfterFunc(ctx, f.endTail)()
	for batch := range f.tail {
		f.take(ctx, batch)
	}
}

// take queues a batch of readings and sends them.
func (f *feeds) take(ctx context.Context, batch []devices.Reading) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	for _, it := range f.list {
		for i := range batch {
			if it.wants(batch[i].Device) && f.Identity.Speaks(batch[i].Device) {
				it.offer(batch[i], now)
			}
		}
	}
	f.send(ctx)
}

// tend does for the feeds what does not begin with a reading: it sends anew,
// confirms, asks whether somebody is back, and says what was dropped.
func (f *feeds) tend(ctx context.Context) {
	tick := time.NewTicker(tendTick)
	defer tick.Stop()
	logged := make(map[*feed]droplog)
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.signal:
			f.hear(ctx)
		case <-f.fences:
			f.fence(ctx)
		case now := <-tick.C:
			f.refresh(ctx, now)
			f.fence(ctx)
			f.logDrops(logged, now)
		}
	}
}

// hear acts on what the link's reader has noted.
func (f *feeds) hear(ctx context.Context) {
	f.newsMu.Lock()
	n := f.news
	f.news = news{}
	f.newsMu.Unlock()
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, it := range f.list {
		if n.up {
			it.rewind(n.lost)
		}
		for _, b := range n.bounces {
			if it.belongsTo(b.from) {
				it.bounce(b.id, now)
			}
		}
		if n.up || slices.Contains(n.present, it.To) {
			it.held = false
		}
	}
	f.send(ctx)
}

// refresh queues throttled readings whose time has come, and asks recipients who
// were away.
func (f *feeds) refresh(ctx context.Context, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, it := range f.list {
		it.release(now)
		it.refused = false
		if it.held && now.Sub(it.heldAt) >= askAgain {
			it.heldAt = now
			f.sendSome(ctx, it)
		}
	}
	f.send(ctx)
}

// fence confirms what has reached the server.
func (f *feeds) fence(ctx context.Context) {
	marks := f.marks()
	if len(marks) == 0 {
		return
	}
	waiting, cancel := context.WithTimeout(ctx, fenceBudget)
	defer cancel()
	if err := f.Link.Fence(waiting); err != nil {
		return // the next stream gets what this one lost
	}
	f.hear(ctx) // what came back did so before the fence was answered
	f.mu.Lock()
	defer f.mu.Unlock()
	for it, mark := range marks {
		asking := it.held && it.sent >= mark
		it.confirm(mark, time.Now())
		if asking && it.fenced == mark {
			it.held = false // the one that asked did not come back
		}
	}
	f.send(ctx)
}

// marks returns up to where each feed is sent but not confirmed.
func (f *feeds) marks() map[*feed]uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	marks := make(map[*feed]uint64)
	for _, it := range f.list {
		if it.fenced < it.sent {
			marks[it] = it.sent
		}
	}
	return marks
}

// send sends what waits. The caller holds mu.
func (f *feeds) send(ctx context.Context) {
	for _, it := range f.list {
		for !it.held && it.sent < it.next {
			if !f.sendSome(ctx, it) {
				break // without a stream durable feeds are stored all the same
			}
		}
		if it.next-it.fenced > feedLimit/2 {
			wake(f.fences)
		}
	}
}

// sendSome sends as much of a feed as fits into a chunk. It returns false when
// there is no stream, or for a durable feed no room in the outbox. The caller
// holds mu.
func (f *feeds) sendSome(ctx context.Context, it *feed) bool {
	if it.Durable {
		return f.store(ctx, it)
	}
	end := it.sent + it.unsent()
	n := it.sent
	f.out = f.out[:0]
	for ; n < end && len(f.out) < chunk; n++ {
		f.out = f.text.append(f.out, it, n)
	}
	if len(f.out) > 0 {
		if err := f.Link.Send(ctx, f.out); err != nil {
			return false
		}
	}
	it.sent = n
	return true
}

// store hands some readings of a durable feed to the outbox, which sends them.
// When it refuses them, they wait until the next tick, as those of other feeds
// wait for a stream.
func (f *feeds) store(ctx context.Context, it *feed) bool {
	if it.refused {
		return false
	}
	items := make([]outbox.Item, 0, storeAtOnce)
	now := time.Now()
	n := it.sent
	for ; n < it.next && len(items) < storeAtOnce; n++ {
		if stanza := f.text.append(nil, it, n); len(stanza) > 0 {
			items = append(items, outbox.Item{ID: string(it.appendID(nil, n)), To: it.To.String(), Stanza: stanza, At: now})
		}
	}
	if err := f.Outbox.Add(ctx, items...); err != nil {
		it.refused = true
		return false
	}
	it.sent, it.fenced, it.first = n, n, n
	return true
}

// droplog is what was last said about a feed's drops.
type droplog struct {
	dropped uint64
	at      time.Time
}

// logDrops says what feeds have lost, at most once in a while for each.
func (f *feeds) logDrops(logged map[*feed]droplog, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, it := range f.list {
		last := logged[it]
		if it.dropped == last.dropped || now.Sub(last.at) < dropsLogged {
			continue
		}
		f.Log.Warn().Stringer("jid", it.To).Uint64("dropped", it.dropped-last.dropped).Uint64("dropped_in_all", it.dropped).
			Msg(fmt.Sprintf("feed: readings dropped, for more than %d were waiting; is the recipient's server away? durable: true keeps them", feedLimit))
		logged[it] = droplog{it.dropped, now}
	}
}
