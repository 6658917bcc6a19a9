package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"thingbridge/devices"
)

const saveMemory = `INSERT INTO memories (device, source, last_seen, states) VALUES (?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET source = excluded.source, last_seen = excluded.last_seen, states = excluded.states`

// Memories returns what is remembered of all devices, in the order of their IDs.
// Times are in UTC and exact to the microsecond.
func (s *Store) Memories(ctx context.Context) ([]devices.Memory, error) {
	var all []devices.Memory
	var blob sql.RawBytes
	err := s.query(ctx, "read memories", func(rows *sql.Rows) error {
		var m devices.Memory
		var lastSeen int64
		if err := rows.Scan(&m.Device, &m.Source, &lastSeen, &blob); err != nil {
			return err
		}
		states, err := decodeStates(blob)
		if err != nil {
			return damaged(fmt.Sprintf("states of %q: %v", m.Device, err))
		}
		m.LastSeen, m.States = time.UnixMicro(lastSeen).UTC(), states
		all = append(all, m)
		return nil
	}, "SELECT device, source, last_seen, states FROM memories ORDER BY device")
	if err != nil {
		return nil, err
	}
	return all, nil
}

// SaveMemories replaces what is remembered of the devices given, all their
// states included, in one transaction. Other devices are left as they are.
func (s *Store) SaveMemories(ctx context.Context, memories []devices.Memory) error {
	if len(memories) == 0 {
		return nil
	}
	return s.write(ctx, "save memories", func(tx *sql.Tx) error { return s.saveMemories(ctx, tx, memories) })
}

// SaveNoted does what SaveMemories does, and what Put does, in one transaction.
func (s *Store) SaveNoted(ctx context.Context, memories []devices.Memory, key string, note []byte) error {
	return s.write(ctx, "save memories", func(tx *sql.Tx) error {
		if err := s.saveMemories(ctx, tx, memories); err != nil {
			return err
		}
		return s.put(ctx, tx, key, note)
	})
}

func (s *Store) saveMemories(ctx context.Context, tx *sql.Tx, memories []devices.Memory) error {
	stmt := tx.StmtContext(ctx, s.saveMemory)
	var blob []byte
	for i := range memories {
		m := &memories[i]
		blob = appendStates(blob[:0], m.States)
		if _, err := stmt.ExecContext(ctx, string(m.Device), m.Source, m.LastSeen.UnixMicro(), blob); err != nil {
			return fmt.Errorf("%s: %w", m.Device, err)
		}
	}
	return nil
}

// ForgetDevices deletes what is remembered of the devices. One that is unknown
// is no error.
func (s *Store) ForgetDevices(ctx context.Context, ids ...devices.ID) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, "forget devices", func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, "DELETE FROM memories WHERE device = ?", string(id)); err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
		}
		return nil
	})
}
