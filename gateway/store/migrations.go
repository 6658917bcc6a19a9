package store

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations are the steps that lead from an empty file to the schema of this
// program. PRAGMA user_version counts the steps that a file has been through. A
// step that was released is never edited; a change is a step at the end.
//
// Times are microseconds since 1970 UTC; that of a zero time.Time is the number
// that time.Time.UnixMicro gives it.
var migrations = []string{
	// One row for each device, its states in a blob (see appendStates). Rows for
	// each property took six times as long to write.
	`CREATE TABLE memories (
		device    TEXT PRIMARY KEY,
		source    TEXT NOT NULL,
		last_seen INTEGER NOT NULL,
		states    BLOB NOT NULL
	) STRICT, WITHOUT ROWID;

	CREATE TABLE subscriptions (
		user       TEXT NOT NULL,
		contact    TEXT NOT NULL,
		from_state INTEGER NOT NULL,
		to_state   INTEGER NOT NULL,
		PRIMARY KEY (user, contact)
	) STRICT, WITHOUT ROWID;

	-- AUTOINCREMENT: a seq is never used again, so that the outbox can remember one.
	CREATE TABLE items (
		seq       INTEGER PRIMARY KEY AUTOINCREMENT,
		recipient TEXT NOT NULL,
		id        TEXT NOT NULL,
		stanza    BLOB NOT NULL,
		at        INTEGER NOT NULL,
		expires   INTEGER NOT NULL,
		UNIQUE (recipient, id)
	) STRICT;

	CREATE TABLE settings (
		key   TEXT PRIMARY KEY,
		value BLOB NOT NULL
	) STRICT, WITHOUT ROWID;`,

	// One program can have several links, each with an outbox of its own.
	`ALTER TABLE items ADD COLUMN sender TEXT NOT NULL DEFAULT '';`,

	// What an adapter was told of devices that it did not find in the configuration.
	// With row IDs, for most values are larger than what a key should carry around.
	`CREATE TABLE records (
		owner TEXT NOT NULL,
		key   TEXT NOT NULL,
		value BLOB NOT NULL,
		PRIMARY KEY (owner, key)
	) STRICT;`,
}

// migrate takes the file through the steps that it has not been through, all in
// one transaction: it has the old schema or the current one.
func migrate(ctx context.Context, db *sql.DB, steps []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // without effect after Commit
	var done int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&done); err != nil {
		return err
	}
	if done < 0 || done > len(steps) {
		return fmt.Errorf("%w: its schema is %d, this program knows %d; install the newer version again, or move the file away",
			ErrNewer, done, len(steps))
	}
	if done == len(steps) {
		return nil
	}
	for i, step := range steps[done:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("change schema %d to %d: %w", done+i, done+i+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id=%d; PRAGMA user_version=%d", applicationID, len(steps))); err != nil {
		return err
	}
	return tx.Commit()
}
