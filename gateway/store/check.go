package store

import (
	"context"
	"fmt"
)

// applicationID is "thbr". It stands in the header of the file and tells our
// database from that of another program.
const applicationID = 0x74686272

// check refuses a file that is not ours or is damaged, before anything is
// written to it, and then turns on the write-ahead log.
//
// The whole file is read only when the last holder did not close it: a file
// breaks when the power goes, not while it lies there. Damage that is found
// later is reported by the method that meets it.
func (s *Store) check(ctx context.Context) error {
	var id, tables int
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if err := s.db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if tables > 0 && id != applicationID {
		return fmt.Errorf("%w; change store.path", ErrForeign)
	}
	if s.lock.unclean {
		var found string
		if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
			return err
		}
		if found != "ok" {
			return damaged(found)
		}
	}
	var mode string
	if err := s.db.QueryRowContext(ctx, "PRAGMA journal_mode=wal").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode %q, want wal; put the file on a local disk", mode)
	}
	return nil
}
