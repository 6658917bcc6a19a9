package outbox

import (
	"context"
	"fmt"
)

// group is what one transaction stores: the items of all calls of Add that came
// while the transaction before it was under way.
type group struct {
	items []Item
	done  chan struct{} // closed when err is set
	err   error         // why none of items is stored; nil: all are
}

// Add stores items, all or none, and returns nil when they are safe. The order of
// the arguments is the order of delivery. An item that is held already, by its
// recipient and ID, is left as it is.
//
// The error wraps [ErrFull] when there is no room. A context that has ended
// before is respected; one that ends later is not, so that the result is certain.
// The stanzas must not change until Add returns.
func (o *Outbox) Add(ctx context.Context, items ...Item) error {
	if len(items) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("add to the outbox: %w", err)
	}
	for i := range items {
		if err := items[i].check(); err != nil {
			return fmt.Errorf("add to the outbox: %w", err)
		}
	}
	g, first, err := o.join(items)
	if err != nil {
		return fmt.Errorf("add to the outbox: %w", err)
	}
	if first {
		o.storeGroup(context.WithoutCancel(ctx), g)
	}
	<-g.done
	if g.err != nil {
		return fmt.Errorf("add to the outbox: %w", g.err)
	}
	return nil
}

// join takes room for items and puts them into the next group. Who is first in
// it has to store it.
func (o *Outbox) join(items []Item) (g *group, first bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.ledger.reserve(items); err != nil {
		o.counts.refused += uint64(len(items))
		return nil, false, err
	}
	if o.group == nil {
		o.group = &group{done: make(chan struct{})}
		first = true
	}
	o.group.items = append(o.group.items, items...)
	return o.group, first, nil
}

// storeGroup waits for the transaction before it, closes the group to further
// calls and stores it.
func (o *Outbox) storeGroup(ctx context.Context, g *group) {
	o.commit <- struct{}{}
	defer func() { <-o.commit }()
	o.mu.Lock()
	o.group = nil
	o.mu.Unlock()

	seqs, err := o.store.AddItems(ctx, g.items)

	o.mu.Lock()
	for i := range g.items {
		if err != nil || seqs[i] == 0 {
			o.ledger.release(&g.items[i])
			continue
		}
		o.ledger.hold(&g.items[i], seqs[i])
	}
	o.mu.Unlock()
	g.err = err
	close(g.done)
	signal(o.added)
}
