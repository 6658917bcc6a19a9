package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limits of one item.
const (
	MaxStanza = 64 << 10 // bytes; below the smallest limit of the usual servers, 256 KiB
	maxID     = 256      // bytes
	maxTo     = 3071     // bytes of the longest JID, RFC 7622 3.1
)

// ErrFull says that there is no room for an item. The error that wraps it names
// the recipient.
var ErrFull = errors.New("outbox full")

// Item is one stanza on its way to one recipient.
type Item struct {
	Seq     int64     // its place in the order, above 0; given by the store, ignored by Add
	ID      string    // stable, and the stanza's id; unique for its recipient
	To      string    // JID of the recipient
	Stanza  []byte    // complete, as it goes to the link
	At      time.Time // when it was made
	Expires time.Time // from when on it is worthless; zero: never
}

// Store keeps items. Its methods are called from several goroutines.
type Store interface {
	// AddItems stores the items in their order, all or none, behind those that
	// are stored already. It returns the place of each; 0 for one whose recipient
	// and ID are there already, which it leaves as it is. A place is never given
	// twice, not even after its item was deleted.
	AddItems(ctx context.Context, items []Item) (seqs []int64, err error)
	// Items returns the first items behind the place after, at most limit, in
	// their order.
	Items(ctx context.Context, after int64, limit int) ([]Item, error)
	// DeleteItems deletes the items at these places, all or none.
	DeleteItems(ctx context.Context, seqs []int64) error
}

// Link carries stanzas to the server.
type Link interface {
	// Send writes stanzas, which belong to the caller again when it returns. An
	// error says that they may not have left.
	Send(ctx context.Context, stanzas []byte) error
	// Fence returns nil when what was sent before it has reached the server.
	Fence(ctx context.Context) error
}

// check returns why item cannot be added, or nil.
func (item *Item) check() error {
	switch {
	case item.ID == "" || len(item.ID) > maxID:
		return fmt.Errorf("id of %d bytes, want 1 to %d", len(item.ID), maxID)
	case item.To == "" || len(item.To) > maxTo:
		return fmt.Errorf("item %q: recipient of %d bytes, want 1 to %d", item.ID, len(item.To), maxTo)
	case len(item.Stanza) == 0 || len(item.Stanza) > MaxStanza:
		return fmt.Errorf("item %q to %s: stanza of %d bytes, want 1 to %d", item.ID, item.To, len(item.Stanza), MaxStanza)
	}
	return nil
}
