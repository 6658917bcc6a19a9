package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"thingbridge/gateway/outbox"
)

var _ outbox.Store = (*Items)(nil)

const (
	addItem = `INSERT INTO items (sender, recipient, id, stanza, at, expires) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`
	deleteItem = "DELETE FROM items WHERE seq = ?"
)

// Items is the part of the store that holds what one sender's outbox has to
// deliver. Its methods can be called from any goroutine.
type Items struct {
	store  *Store
	sender string
}

// Outbox returns the items of a sender: the bare JID of a link.
func (s *Store) Outbox(sender string) *Items { return &Items{s, sender} }

// AddItems stores items in their order, in one transaction. It returns the seq
// of each, or 0 for one whose recipient and ID are stored already.
func (i *Items) AddItems(ctx context.Context, items []outbox.Item) (seqs []int64, err error) {
	err = i.store.write(ctx, "add to the outbox", func(tx *sql.Tx) error {
		stmt := tx.StmtContext(ctx, i.store.addItem)
		seqs = make([]int64, len(items))
		for n := range items {
			item := &items[n]
			result, err := stmt.ExecContext(ctx, i.sender, item.To, item.ID, item.Stanza, item.At.UnixMicro(), item.Expires.UnixMicro())
			if err != nil {
				return fmt.Errorf("item %q to %s: %w", item.ID, item.To, err)
			}
			added, err := result.RowsAffected()
			if err != nil {
				return err
			}
			if added == 0 {
				continue
			}
			if seqs[n], err = result.LastInsertId(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return seqs, nil
}

// Items returns the first items whose seq is above after, in the order of seq, at
// most limit. Times are in UTC and exact to the microsecond.
func (i *Items) Items(ctx context.Context, after int64, limit int) ([]outbox.Item, error) {
	var items []outbox.Item
	err := i.store.query(ctx, "read the outbox", func(rows *sql.Rows) error {
		var item outbox.Item
		var at, expires int64
		if err := rows.Scan(&item.Seq, &item.To, &item.ID, &item.Stanza, &at, &expires); err != nil {
			return err
		}
		item.At, item.Expires = time.UnixMicro(at).UTC(), time.UnixMicro(expires).UTC()
		items = append(items, item)
		return nil
	}, "SELECT seq, recipient, id, stanza, at, expires FROM items WHERE sender = ? AND seq > ? ORDER BY seq LIMIT ?", i.sender, after, limit)
	if err != nil {
		return nil, err
	}
	return items, nil
}

// DeleteItems deletes items by their seq, in one transaction. One that is not
// there is no error.
func (i *Items) DeleteItems(ctx context.Context, seqs []int64) error {
	return i.store.write(ctx, "delete from the outbox", func(tx *sql.Tx) error {
		stmt := tx.StmtContext(ctx, i.store.deleteItem)
		for _, seq := range seqs {
			if _, err := stmt.ExecContext(ctx, seq); err != nil {
				return err
			}
		}
		return nil
	})
}
