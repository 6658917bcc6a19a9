package outbox

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Config bounds an outbox. A zero field stands for its default.
type Config struct {
	MaxItems     int           // held in all; 10000
	MaxBytes     int           // of stanzas held in all; 16 MiB
	MaxItemsEach int           // held for one recipient; 1000
	MaxBytesEach int           // of stanzas held for one recipient; 2 MiB
	Timeout      time.Duration // for a Send and its Fence together; 30 s
	Log          zerolog.Logger
}

func (c Config) withDefaults() Config {
	c.MaxItems = cmp.Or(c.MaxItems, 10_000)
	c.MaxBytes = cmp.Or(c.MaxBytes, 16<<20)
	c.MaxItemsEach = cmp.Or(c.MaxItemsEach, 1000)
	c.MaxBytesEach = cmp.Or(c.MaxBytesEach, 2<<20)
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	return c
}

// Outbox holds items until they are delivered; see the package comment. Its
// methods can be called from any goroutine.
type Outbox struct {
	store Store
	cfg   Config
	added chan struct{} // one token: there are items to send
	up    chan struct{} // one token: the link was established

	running sync.Mutex    // held by Run
	commit  chan struct{} // a token in it: held by who changes what is stored

	mu     sync.Mutex
	ledger ledger
	group  *group // the items that go with the next transaction; nil: none yet
	counts counts

	returns returns // what Run has not looked at
}

// counts are the parts of Stats that only grow.
type counts struct {
	delivered, repeated, returned, expired, refused uint64
}

// New returns an outbox with the items that the store holds. It reads them once
// to know their sizes. The store must have no other user.
func New(ctx context.Context, store Store, cfg Config) (*Outbox, error) {
	o := &Outbox{
		store: store,
		cfg:   cfg.withDefaults(),
		added: make(chan struct{}, 1),
		up:    make(chan struct{}, 1),

		commit: make(chan struct{}, 1),
	}
	o.ledger = newLedger(o.cfg)
	var after int64
	for {
		items, err := store.Items(ctx, after, maxBatchItems)
		if err != nil {
			return nil, fmt.Errorf("load the outbox: %w", err)
		}
		if len(items) == 0 {
			return o, nil
		}
		for i := range items {
			o.ledger.load(&items[i])
		}
		after = items[len(items)-1].Seq
	}
}

// Up tells the outbox that the link was established: what waits is sent at once.
// It never blocks.
func (o *Outbox) Up() { signal(o.up) }

// Down tells the outbox that the link was lost: what was fenced just before may not
// have gone further than to a server that died. It never blocks.
func (o *Outbox) Down() {
	o.mu.Lock()
	o.returns.lost = time.Now()
	o.mu.Unlock()
	signal(o.added)
}

// signal puts a token into a channel that holds one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Stats says how an outbox is doing. The counts begin with New.
type Stats struct {
	Items  int       // held
	Bytes  int       // of their stanzas
	Oldest time.Time // when the oldest of those not delivered was made; zero: none

	Delivered uint64 // fenced
	Repeated  uint64 // sent again before a fence
	Returned  uint64 // came back, and were kept
	Expired   uint64 // dropped undelivered
	Refused   uint64 // not accepted, for want of room
}

// Stats returns the state of the moment.
func (o *Outbox) Stats() Stats {
	o.mu.Lock()
	defer o.mu.Unlock()
	return Stats{
		Items:     o.ledger.total.items,
		Bytes:     o.ledger.total.bytes,
		Oldest:    o.ledger.oldest(),
		Delivered: o.counts.delivered,
		Repeated:  o.counts.repeated,
		Returned:  o.counts.returned,
		Expired:   o.counts.expired,
		Refused:   o.counts.refused,
	}
}
