package store

import (
	"context"
	"database/sql"
	"fmt"
)

const (
	putRecord = `INSERT INTO records (owner, key, value) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET value = excluded.value`
	deleteRecord = "DELETE FROM records WHERE owner = ? AND key = ?"
)

// Record is a value under a key, which its owner alone understands.
type Record struct {
	Key   string
	Value []byte // empty: none
}

// Records calls each with all records of an owner, in the order of their keys. The
// value is valid until each returns, which must not use the store.
func (s *Store) Records(ctx context.Context, owner string, each func(key string, value []byte)) error {
	var key string
	var value sql.RawBytes
	return s.query(ctx, fmt.Sprintf("read records of %q", owner), func(rows *sql.Rows) error {
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		each(key, value)
		return nil
	}, "SELECT key, value FROM records WHERE owner = ? ORDER BY key", owner)
}

// KeepRecords stores records of an owner in the place of those with the same keys,
// in one transaction. One without a value is deleted.
func (s *Store) KeepRecords(ctx context.Context, owner string, records []Record) error {
	if len(records) == 0 {
		return nil
	}
	return s.write(ctx, fmt.Sprintf("keep records of %q", owner), func(tx *sql.Tx) error {
		put, remove := tx.StmtContext(ctx, s.putRecord), tx.StmtContext(ctx, s.deleteRecord)
		for _, r := range records {
			var err error
			if len(r.Value) == 0 {
				_, err = remove.ExecContext(ctx, owner, r.Key)
			} else {
				_, err = put.ExecContext(ctx, owner, r.Key, r.Value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
