package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const putSetting = "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"

// Get returns the value that was put under key; ok is false when there is none.
func (s *Store) Get(ctx context.Context, key string) (value []byte, ok bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, s.failed(fmt.Sprintf("get %q", key), err)
	}
	return value, true, nil
}

// Put stores value under key, in the place of what was there. A nil value is
// stored as an empty one.
func (s *Store) Put(ctx context.Context, key string, value []byte) error {
	return s.write(ctx, fmt.Sprintf("put %q", key), func(tx *sql.Tx) error { return s.put(ctx, tx, key, value) })
}

func (s *Store) put(ctx context.Context, tx *sql.Tx, key string, value []byte) error {
	if value == nil {
		value = []byte{}
	}
	_, err := tx.StmtContext(ctx, s.putSetting).ExecContext(ctx, key, value)
	return err
}

// List returns all values whose keys begin with prefix.
func (s *Store) List(ctx context.Context, prefix string) (map[string][]byte, error) {
	values := make(map[string][]byte)
	err := s.query(ctx, fmt.Sprintf("list %q", prefix), func(rows *sql.Rows) error {
		var key string
		var value []byte
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		values[key] = value
		return nil
	}, "SELECT key, value FROM settings WHERE substr(key, 1, length(?1)) = ?1", prefix)
	if err != nil {
		return nil, err
	}
	return values, nil
}

// Delete deletes what is stored under key. That there is nothing is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	return s.write(ctx, fmt.Sprintf("delete %q", key), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM settings WHERE key = ?", key)
		return err
	})
}
